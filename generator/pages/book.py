"""The tables of a report, grouped once, so that a page only looks things up."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cached_property
from typing import TYPE_CHECKING

from generator.pages.third_party_board import Board
from generator.stats.results import ALL, UNKNOWN, Results
from generator.text.context import PageContext
from generator.text.names import label, ticket
from generator.text.records import Row, grouped, records
from generator.text.scope import Scopes

if TYPE_CHECKING:
    import pandas as pd


class Book:
    """Results and context; each attribute is grouped when first asked for."""

    def __init__(self, results: Results, context: PageContext) -> None:
        self.results, self.context, self.facts = results, context, results.facts

    @cached_property
    def scopes(self) -> Scopes:
        """Totals and signatures by pipeline, window and voting."""
        return Scopes(self.results)

    @cached_property
    def signatures(self) -> dict[str, dict[str, Row]]:
        """By id, then by window, over all pipelines; hidden ones too."""
        table = self.results.signatures
        wide = table[(table["pipeline"] == ALL) & (table["voting"] == "voting")]
        found: dict[str, dict[str, Row]] = {}
        for row in records(wide):
            found.setdefault(row["signature"], {})[row["window"]] = row
        return found

    @cached_property
    def hidden(self) -> frozenset[str]:
        """Signatures that classify but have no page."""
        rows = (row for windows in self.signatures.values() for row in windows.values() if row["hidden"])
        return frozenset(row["signature"] for row in rows) | {
            s.id for s in self.context.by_id.values() if s.suppress_graph
        }

    @cached_property
    def breakdowns(self) -> dict[str, list[Row]]:
        """Rows by signature."""
        return grouped(self.results.breakdowns, "signature")

    @cached_property
    def breakdown_days(self) -> dict[tuple[str, str, str], list[Row]]:
        """Rows by signature, dimension and value."""
        return grouped(self.results.breakdown_days, "signature", "dimension", "value")

    @cached_property
    def signature_days(self) -> dict[tuple[str, str, str], list[Row]]:
        """Rows by pipeline, voting and signature."""
        return grouped(self.results.signature_days, "pipeline", "voting", "signature")

    @cached_property
    def signature_frames(self) -> dict[str, pd.DataFrame]:
        """Days of each signature over all pipelines, without non-voting jobs."""
        table = self.results.signature_days
        wide = table[(table["pipeline"] == ALL) & (table["voting"] == "voting")]
        return {str(id): part for id, part in wide.groupby("signature", sort=False)}

    @cached_property
    def day_frames(self) -> dict[tuple[str, str], pd.DataFrame]:
        """Days by pipeline and voting."""
        return _parts(self.results.days, "pipeline", "voting")

    @cached_property
    def hour_frames(self) -> dict[tuple[str, str], pd.DataFrame]:
        """Hours by pipeline and voting."""
        return _parts(self.results.hours, "pipeline", "voting")

    @cached_property
    def group_frames(self) -> dict[tuple[str, str], pd.DataFrame]:
        """Days by dimension and value."""
        return _parts(self.results.group_days, "dimension", "value")

    @cached_property
    def groups(self) -> dict[tuple[str, str, str], dict[str, Row]]:
        """Rows by dimension, voting, window, then value: `groups["job", "voting", "7d"]["nova-tox"]`."""
        found: dict[tuple[str, str, str], dict[str, Row]] = {}
        for row in records(self.results.groups):
            found.setdefault((row["dimension"], row["voting"], row["window"]), {})[row["value"]] = row
        return found

    @cached_property
    def group_signatures(self) -> dict[tuple[str, str, str], list[Row]]:
        """Rows by dimension, value and window, most hits first."""
        found = grouped(self.results.group_signatures, "dimension", "value", "window")
        return {
            key: sorted(rows, key=lambda row: (-row["hits"], row["signature"])) for key, rows in found.items()
        }

    @cached_property
    def spared(self) -> dict[tuple[str, str, str], Row]:
        """The row of a signature, pipeline and window: the first-pass rate without it."""
        rows = records(self.results.first_pass_without)
        return {(row["signature"], row["pipeline"], row["window"]): row for row in rows}

    @cached_property
    def recent_hits(self) -> dict[str, list[Row]]:
        """Rows by signature, newest first."""
        return grouped(self.results.recent_hits, "signature")

    @cached_property
    def recent_failures(self) -> dict[str, list[Row]]:
        """Rows by job, newest first."""
        return _by_job(self.results.recent_failures)

    @cached_property
    def unclassified(self) -> dict[str, list[Row]]:
        """Rows by job, newest first."""
        return _by_job(self.results.unclassified)

    @cached_property
    def overlaps(self) -> dict[str, list[Row]]:
        """Rows by signature, largest share first."""
        found = grouped(self.results.overlaps, "signature")
        return {id: sorted(rows, key=lambda row: (-row["both"], row["other"])) for id, rows in found.items()}

    @cached_property
    def signature_ids(self) -> tuple[str, ...]:
        """All that have a page: those loaded, hit or removed, less the hidden ones; in order of id."""
        ids = self.context.by_id.keys() | set(self.signatures)
        return tuple(sorted(ids - self.hidden))

    @cached_property
    def listed_ids(self) -> tuple[str, ...]:
        """Those of them that are looked for, or of which nobody noted that they no longer are."""
        return tuple(id for id in self.signature_ids if id not in self.context.removed_by_id)

    @cached_property
    def jobs(self) -> tuple[str, ...]:
        """Jobs that have a page, by name."""
        return _values(self.groups, "job")

    @cached_property
    def cis(self) -> tuple[str, ...]:
        """CIs that have a page, by name."""
        return tuple(sorted({*_values(self.groups, "ci"), *self.facts.cis}))

    @cached_property
    def third_party(self) -> Board:
        """The third-party CIs."""
        return Board(self.results, self.context)

    @cached_property
    def _labels(self) -> dict[str, str]:
        return {}

    def label(self, id: str) -> str:
        """What a signature is called, cut to a line."""
        if id not in self._labels:
            self._labels[id] = label(self.context.signature(id))
        return self._labels[id]

    def ticket(self, id: str) -> str:
        """Its id, as `bug 1253896` where it is a number."""
        return ticket(self.context.signature(id))


def _by_job(table: pd.DataFrame) -> dict[str, list[Row]]:
    return {job or UNKNOWN: rows for job, rows in grouped(table, "job").items()}


def _parts(table: pd.DataFrame, first: str, second: str) -> dict[tuple[str, str], pd.DataFrame]:
    """The parts of a table by two of its columns."""
    return {(str(key[0]), str(key[1])): part for key, part in table.groupby([first, second], sort=False)}


def _values(groups: dict[tuple[str, str, str], dict[str, Row]], dimension: str) -> tuple[str, ...]:
    found: Iterable[str] = {v for key, rows in groups.items() if key[0] == dimension for v in rows}
    return tuple(sorted(found))
