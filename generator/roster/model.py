"""What a roster holds, once loaded."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property

from generator.problem import Problem
from generator.roster.globs import matches, path_spec


@dataclass(frozen=True)
class Contact:
    """Whom to ask; `how` they are reached holds no e-mail address; `confirmed`: when they last said so."""

    name: str
    how: str | None = None
    confirmed: date | None = None


@dataclass(frozen=True)
class Pause:
    """Days (UTC) on which nothing is expected; the last of them, `end`, is one."""

    start: date
    end: date
    reason: str | None = None

    def holds(self, day: date) -> bool:
        """Whether the day is one of the pause."""
        return self.start <= day <= self.end


@dataclass(frozen=True)
class Pattern:
    """An RE2 pattern of one line of a comment, with a group `result`, and optionally `job` and `url`."""

    match: str


@dataclass(frozen=True)
class Example:
    """A comment, and what is to be read in it: job and the CI's own word for the result."""

    text: str
    results: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class ThirdPartyCI:
    """A CI that is expected to report; times are days in UTC, patterns of names as in `globs`.

    `account` is matched with the username, `#` and the number, or the name that is shown. No `branches`: all;
    no `paths`: all; no `since`: always. `words` gives outcomes (success, failure, infra, neutral) of its own
    results, in capitals. `recheck` are phrases that ask for a run of it.
    """

    id: str
    name: str
    account: tuple[str, ...]
    projects: tuple[str, ...]
    owner: str | None = None
    branches: tuple[str, ...] = ()
    paths: tuple[str, ...] = ()
    driver: str | None = None
    contacts: tuple[Contact, ...] = ()
    voting: bool = False
    since: date | None = None
    pauses: tuple[Pause, ...] = ()
    deadline_hours: float | None = None
    patterns: tuple[Pattern, ...] = ()
    words: Mapping[str, str] = field(default_factory=dict)
    recheck: tuple[str, ...] = ()
    examples: tuple[Example, ...] = ()
    url: str | None = None
    retired: date | None = None

    def is_account(self, account: str, name: str | None = None) -> bool:
        """Whether comments of the account, whose shown name may be known, are this CI's."""
        return matches(self.account, account) or (name is not None and matches(self.account, name))

    def watches(self, project: str, branch: str | None) -> bool:
        """Whether it is expected on changes of the project and branch; an unknown branch may be any."""
        if not matches(self.projects, project):
            return False
        return not self.branches or branch is None or matches(self.branches, branch)

    def touches(self, paths: Iterable[str]) -> bool:
        """Whether one of the paths is one that it watches."""
        return not self.paths or any(path_spec(self.paths).match_file(path) for path in paths)

    def paused(self, day: date) -> Pause | None:
        """The announced pause that holds the day."""
        return next((pause for pause in self.pauses if pause.holds(day)), None)


@dataclass(frozen=True)
class Roster:
    """The CIs in alphabetical order, and what was wrong with entries of the file.

    What has an error is left out of `cis`.
    """

    cis: tuple[ThirdPartyCI, ...] = ()
    problems: tuple[Problem, ...] = ()

    @cached_property
    def by_id(self) -> Mapping[str, ThirdPartyCI]:
        """The CIs by id."""
        return {ci.id: ci for ci in self.cis}

    @property
    def errors(self) -> tuple[Problem, ...]:
        """Only what kept an entry from being used."""
        return tuple(problem for problem in self.problems if problem.severity == "error")

    def of(self, account: str, name: str | None = None) -> ThirdPartyCI | None:
        """The CI, the first in the alphabet, that the account belongs to."""
        return next((ci for ci in self.cis if ci.is_account(account, name)), None)
