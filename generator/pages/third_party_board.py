"""The tables of third-party CIs, grouped once, with what the roster says of each."""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import cached_property
from typing import TYPE_CHECKING

from generator.stats.results import Results
from generator.text.context import PageContext
from generator.text.records import Row, grouped, records
from generator.text.third_party import headline, listed
from generator.text.third_party_rules import RULES

if TYPE_CHECKING:
    from generator.roster import ThirdPartyCI


class Board:
    """Rows by CI; each attribute is grouped when first asked for."""

    def __init__(self, results: Results, context: PageContext) -> None:
        self.results, self.context = results, context
        self._asked = context.third_party

    @property
    def exists(self) -> bool:
        """Whether there is anything to show: a roster, or accounts of CIs that wrote comments."""
        return self._asked is not None or bool(self.rows) or bool(len(self.results.third_party_unknown))

    @property
    def until(self) -> datetime | None:
        """Where all windows end; None: nothing was read."""
        return self.results.facts.reviewed

    @cached_property
    def rows(self) -> list[Row]:
        """One row a CI of the roster, in alphabetical order."""
        return sorted(records(self.results.third_party), key=lambda row: (row["name"] or "").casefold())

    @cached_property
    def listed(self) -> list[Row]:
        """Those that have not been retired."""
        return listed(self.rows)

    @cached_property
    def headline(self) -> str:
        """The state of all of them in a sentence; empty where there is nothing to show."""
        return headline(self.rows) if self.exists else ""

    @cached_property
    def rules(self) -> dict[str, list[Row]]:
        """Rows by CI, in the order of the pages."""
        places = {rule: at for at, rule in enumerate(RULES)}
        found = grouped(self.results.third_party_rules, "ci")
        return {
            ci: sorted(rows, key=lambda row: places.get(row["rule"], len(places)))
            for ci, rows in found.items()
        }

    @cached_property
    def weeks(self) -> dict[str, list[Row]]:
        """Weeks by CI, oldest first."""
        found = grouped(self.results.third_party_weeks, "ci")
        return {ci: sorted(rows, key=lambda row: row["start"]) for ci, rows in found.items()}

    @cached_property
    def days(self) -> dict[str, list[Row]]:
        """Days by CI."""
        return grouped(self.results.third_party_days, "ci")

    @cached_property
    def jobs(self) -> dict[str, list[Row]]:
        """Jobs by CI, by name."""
        found = grouped(self.results.third_party_jobs, "ci")
        return {ci: sorted(rows, key=lambda row: row["job"]) for ci, rows in found.items()}

    @cached_property
    def response(self) -> dict[str, list[Row]]:
        """Steps of the curve by CI."""
        return grouped(self.results.third_party_response, "ci")

    @cached_property
    def disagreements(self) -> dict[tuple[str, str], list[Row]]:
        """Rows by CI and kind, newest first."""
        found = grouped(self.results.third_party_disagreements, "ci", "kind")
        return {key: sorted(rows, key=lambda row: row["time"], reverse=True) for key, rows in found.items()}

    @cached_property
    def standing(self) -> dict[str, list[Row]]:
        """Votes to lift by CI."""
        return grouped(self.results.third_party_standing, "ci")

    @cached_property
    def silences(self) -> dict[str, list[Row]]:
        """Silences by CI, newest first."""
        found = grouped(self.results.third_party_silences, "ci")
        return {ci: sorted(rows, key=lambda row: row["start"], reverse=True) for ci, rows in found.items()}

    @cached_property
    def unread(self) -> dict[str | None, list[Row]]:
        """Comments that were not understood by CI; those of accounts in no entry under None."""
        return grouped(self.results.third_party_unread, "ci")

    @cached_property
    def projects(self) -> tuple[str, ...]:
        """Projects whose recent patch sets are known, by name."""
        return tuple(sorted(self.results.third_party_patchsets["project"].dropna().unique()))

    def watched(self, ci: str) -> tuple[str, ...]:
        """Those of them that the CI watches by the roster."""
        entry = self.entry(ci)
        return tuple(
            project for project in self.projects if entry is not None and entry.watches(project, None)
        )

    def entry(self, ci: str) -> ThirdPartyCI | None:
        """What the roster says of it."""
        return self._entries.get(ci)

    @cached_property
    def _entries(self) -> dict[str, ThirdPartyCI]:
        return {ci.id: ci for ci in self._asked.roster.cis} if self._asked else {}

    def deadline(self, ci: str | None = None) -> timedelta | None:
        """The time that a CI has for a patch set, or that of all without one of their own."""
        if self._asked is None:
            return None
        entry = self.entry(ci) if ci else None
        if entry is not None:
            return self._asked.deadline(entry)
        return timedelta(hours=self._asked.settings.deadline_hours)

    @property
    def meeting(self) -> str | None:
        """Who can help, as the community says."""
        return self._asked.settings.meeting if self._asked else None
