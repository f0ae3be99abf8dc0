"""What a query finds in a source: lines and builds, and how they spread over the values of fields."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from importlib import import_module
from typing import Any, NamedTuple, Protocol, cast

from generator.matching.inputs import Skipped
from generator.matching.mapping import Value, spelled
from generator.sources import Context
from generator.sources.outcomes import outcome

RESULT = "build_status"

#: Who counts, by the `type` of a source in the configuration; imported when it is used.
COUNTERS = {
    "logs": "generator.sources.count_logs",
    "documents": "generator.sources.count_documents",
    "elastic": "generator.sources.index.counting",
    "opensearch": "generator.sources.index.counting",
}
_NEVER = datetime.max.replace(tzinfo=UTC)


@dataclass(frozen=True)
class Question:
    """A query about the lines from `since` (None: all there are) on.

    `fields` are those whose values are counted, `excerpts` is how many builds are quoted.
    """

    query: str
    fields: tuple[str, ...]
    since: datetime | None = None
    excerpts: int = 0


class Share(NamedTuple):
    """Of all that was found, the lines and builds that have one value of a field."""

    lines: int
    builds: int


class Quote(NamedTuple):
    """The first line of a build that matches: its time (UTC), its file and its raw text."""

    build_uuid: str
    time: datetime | None
    filename: str | None
    text: str


@dataclass(frozen=True)
class Counted:
    """What was found; times are UTC, None if no line has one.

    `failed` builds are those whose result means a failure (None: no result is known). In `fields` None
    stands for lines without a value.
    `homeless` lines are of no known build, `assumed` builds match only if their unknown metadata fits,
    `untimed` lines match but have no time to tell whether they are recent enough, and are not counted.
    `quotes` are of the builds with the newest lines. `searched` says in words what was searched.
    """

    lines: int
    builds: int
    failed: int | None
    first: datetime | None
    last: datetime | None
    fields: Mapping[str, Mapping[str | None, Share]]
    searched: str
    quotes: tuple[Quote, ...] = ()
    homeless: int = 0
    assumed: int = 0
    untimed: int = 0
    skipped: tuple[Skipped, ...] = ()


class Counter(Protocol):
    """What the modules of COUNTERS offer."""

    def count(self, settings: Any, question: Question, context: Context) -> Counted:
        """What the context's only signature, the query, finds; GatepostError if the source cannot tell."""


def counter(kind: str) -> Counter:
    """Who counts in a source, by its type in the configuration."""
    return cast(Counter, import_module(COUNTERS[kind]))


@dataclass
class _Build:
    last: datetime | None = None
    quote: Quote | None = None


@dataclass
class _Value:
    lines: int = 0
    builds: set[str] = field(default_factory=set)


@dataclass
class Tally:
    """Adds up what comes in any order, line by line or many at once."""

    question: Question
    lines: int = 0
    homeless: int = 0
    first: datetime | None = None
    last: datetime | None = None
    builds: dict[str, _Build] = field(default_factory=dict)
    _values: dict[str, dict[str | None, _Value]] = field(default_factory=dict)

    def add(self, build: str | None, lines: int, first: datetime | None, last: datetime | None) -> None:
        """Count so many lines of a build (None: of no known one)."""
        self.lines += lines
        self.first = min((at for at in (self.first, first) if at), default=None)
        self.last = max((at for at in (self.last, last) if at), default=None)
        if build is None:
            self.homeless += lines
        else:
            known = self.builds.setdefault(build, _Build())
            known.last = max((at for at in (known.last, last) if at), default=None)

    def add_value(self, name: str, value: str | None, build: str | None, lines: int) -> None:
        """Count so many lines of a build that have this value of a field; one line may have several."""
        known = self._values.setdefault(name, {}).setdefault(value, _Value())
        known.lines += lines
        if build is not None:
            known.builds.add(build)

    def add_values(self, fields: Mapping[str, Iterable[Value]], build: str | None, lines: int) -> None:
        """Count so many lines that share these fields."""
        for name in self.asked:
            values: set[str | None] = {spelled(value) for value in fields.get(name, ())}
            for value in values or {None}:
                self.add_value(name, value, build, lines)

    def quote(self, quote: Quote) -> None:
        """Keep the line if it is the first of its build."""
        build = self.builds[quote.build_uuid]
        if build.quote is None or _order(quote) < _order(build.quote):
            build.quote = quote

    @property
    def asked(self) -> tuple[str, ...]:
        """The fields that are counted: those asked for, and that which tells how builds ended."""
        return tuple(dict.fromkeys((*self.question.fields, RESULT)))

    def newest(self) -> list[str]:
        """The builds to be quoted, that with the newest line first."""
        by_name = sorted(self.builds)
        by_time = sorted(by_name, key=lambda uuid: _since(self.builds[uuid].last), reverse=True)
        return by_time[: self.question.excerpts]

    def counted(
        self,
        outcomes: Mapping[str, str],
        searched: str,
        skipped: Iterable[Skipped] = (),
        assumed: int = 0,
        untimed: int = 0,
    ) -> Counted:
        """The sums; `outcomes` is the configuration's table of results."""
        results = self._values.get(RESULT, {})
        failed = [known.builds for word, known in results.items() if outcome(word, outcomes) == "failure"]
        fields = {
            name: {value: Share(known.lines, len(known.builds)) for value, known in values.items()}
            for name, values in self._values.items()
        }
        quotes = [self.builds[uuid].quote for uuid in self.newest()]
        return Counted(
            lines=self.lines,
            builds=len(self.builds),
            failed=len(set().union(*failed)) if results.keys() - {None} or not self.builds else None,
            first=self.first,
            last=self.last,
            fields={name: fields.get(name, {}) for name in self.asked},
            searched=searched,
            quotes=tuple(quote for quote in quotes if quote is not None),
            homeless=self.homeless,
            assumed=assumed,
            untimed=untimed,
            skipped=tuple(skipped),
        )


def _since(at: datetime | None) -> float:
    return at.timestamp() if at else float("-inf")


def _order(quote: Quote) -> tuple[datetime, str]:
    return quote.time or _NEVER, quote.filename or ""
