"""One view of the state: a pipeline, with or without the non-voting jobs, in one window."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from generator import words
from generator.stats.results import ALL
from generator.text.records import Row, grouped, records

if TYPE_CHECKING:
    from generator.stats.results import Results

WINDOWS = ("24h", "7d", "10d", "28d")
WINDOW_WORDS = {"24h": "24 h", "7d": "7 d", "10d": "10 d", "28d": "28 d"}
_ASKS = ("worse", "new", "returned")
#: What is printed for states whose names say something else to a reader.
STATE_WORDS = {"returned": "back", "no data": "not judged"}


def state_of(row: Row) -> str:
    """State of a signature: worse also if it is significantly worse than the 28 d before the window."""
    state: str = row["state"]
    return "worse" if row["regressed"] and state in ("no clear change", "no data") else state


def word_of(row: Row) -> str:
    """The word for the state of a signature in texts: one that returned is `back`."""
    return STATE_WORDS.get(state_of(row), state_of(row))


def compared(row: Row) -> Row:
    """The row with the change that its state speaks of: on the 28 d before where only that is clear."""
    if state_of(row) != "worse" or row["state"] == "worse":
        return row
    base = {f"prev_{name}": row[f"base_{name}"] for name in ("k", "n", "rate")}
    return {**row, **base, **{name: row[f"base_{name}"] for name in ("change", "change_low", "change_high")}}


def judged(row: Row) -> bool:
    """Whether a change may be printed: both windows have a rate of at least ten cases."""
    return row["change"] is not None and min(row["n"], row["prev_n"]) >= words.FEW


def figure_known(figure: str, totals: Mapping[str, Row]) -> bool:
    """Whether it is worth a line: figures of buildsets are not where no source tells of them."""
    return figure not in ("passed", "first_pass") or figure in totals


@dataclass(frozen=True)
class Scope:
    """Totals by figure, those of buildsets too, and the signatures that are shown, most hits first.

    All are rows of the tables of Results.
    """

    pipeline: str
    voting: str
    window: str
    totals: dict[str, Row]
    signatures: tuple[Row, ...]

    @property
    def name(self) -> str:
        """What the pages call it: `gate`, or `CI` for all pipelines together."""
        return "CI" if self.pipeline == ALL else self.pipeline

    @property
    def length(self) -> str:
        """`7 d`."""
        return WINDOW_WORDS[self.window]

    def in_state(self, *states: str) -> list[Row]:
        """Signatures of these states, most hits first; one that regressed is worse."""
        return [row for row in self.signatures if state_of(row) in states]

    def frequent(self) -> list[Row]:
        """Signatures with at least one hit, most hits first."""
        return [row for row in self.signatures if row["hits"]]

    def unread(self, threshold: float) -> str | None:
        """What to do where logs of so few failed builds were read that no cause can be told, else None."""
        seen = self.totals.get("coverage_failed")
        if not seen or not seen["n"] or seen["k"] / seen["n"] >= threshold:
            return None
        return f"See on the Data page why the logs of {seen['n'] - seen['k']:,} failed builds were not read."

    def culprit(self) -> Row | None:
        """The signature the verdict speaks of: the largest worse or new one, unless another is far larger.

        One that also matches many passing builds says nothing about failures and is passed over.
        """
        known = [row for row in self.frequent() if not row["success_bad"]]
        asking = [row for row in known if state_of(row) in _ASKS]
        if not asking:
            return known[0] if known else None
        worse = self.totals.get("failed", {}).get("state") == "worse"
        return asking[0] if worse or 2 * asking[0]["hits"] >= known[0]["hits"] else known[0]


class Scopes:
    """All views of a report, grouped once."""

    def __init__(self, results: Results) -> None:
        self._totals: dict[tuple[str, str, str], dict[str, Row]] = {}
        for row in records(results.totals):
            key = (row["pipeline"], row["voting"], row["window"])
            self._totals.setdefault(key, {})[row["figure"]] = row
        for row in records(results.buildsets[results.buildsets["ci"] == ALL]):
            # a non-voting job never decides what becomes of a buildset
            for voting in ("voting", "all"):
                self._totals.setdefault((row["pipeline"], voting, row["window"]), {})[row["figure"]] = row
        every = results.signatures
        shown = every[~(every["hidden"] | every["removed"]).astype(bool)]
        self._signatures = grouped(shown, "pipeline", "voting", "window")
        self.main = results.facts.main_pipeline or ALL
        self.pipelines = tuple(dict.fromkeys((self.main, *results.facts.pipelines, ALL)))

    def scope(self, pipeline: str | None = None, window: str = "7d", voting: str = "voting") -> Scope:
        """One view; the main pipeline where none is named, empty where nothing is known of it."""
        key = (pipeline or self.main, voting, window)
        rows = sorted(self._signatures.get(key, []), key=_most_hits)
        return Scope(*key[:2], window, self._totals.get(key, {}), tuple(rows))


def _most_hits(row: Row) -> tuple[int, float, str]:
    seen = row["last_seen"]
    return -(row["hits"] or 0), -(seen.timestamp() if seen is not None else 0), row["signature"]
