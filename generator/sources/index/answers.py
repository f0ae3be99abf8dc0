"""Asks some days to their end: all signatures at once, page after page, and alone what does not go together.

One request for all of them is the rule. A query that the index rejects, or that finds too much, takes those
with it that were asked in the same search: they are asked again, each in a search of its own, all in one
request. What is not whole for several days is asked again day by day.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, NamedTuple, Protocol

from generator.sources.index import aggregations
from generator.sources.index.aggregations import ByDay, Found
from generator.sources.index.asking import Answer, Fields, Index, between
from generator.sources.index.faults import understood
from generator.sources.index.slices import DAY, Key, Question, midnight
from generator.sources.metadata import METADATA

#: Our fields that tell of a build; `log_url` is that of a file.
TOLD = (*METADATA, "filename")
_PAGE, _SMALLEST_PAGE = 10_000, 10
#: Signatures in one search: few enough for the index's limit of clauses, and a bad one takes few with it.
_TOGETHER = 100


@dataclass
class Told:
    """What was answered: by day and hash of the query the builds found, or why the answer is not whole.

    `rejected`: by hash why the index does not take a query at all.
    """

    found: dict[Key, list[Found]] = field(default_factory=dict)
    failed: dict[Key, str] = field(default_factory=dict)
    rejected: dict[str, str] = field(default_factory=dict)

    def add(self, days: Iterable[date], hash_: str, found: ByDay) -> None:
        """Note builds of a query; a day without any has none."""
        for day in days:
            self.found.setdefault((day, hash_), []).extend(found.get(day, ()))

    def merge(self, other: Told) -> None:
        """Add what was answered of other days."""
        self.found |= other.found
        self.failed |= other.failed
        self.rejected |= other.rejected

    def fail(self, days: Iterable[date], hash_: str, told: Answer) -> None:
        """Note that an answer is not whole; what was found before, on other pages, is a part of nothing."""
        assert told.problem is not None
        for day in days:
            self.found.pop((day, hash_), None)
            self.failed[day, hash_] = told.problem.reason
        if told.problem.kind == "rejected":
            self.rejected[hash_] = told.problem.reason


class Asker(Protocol):
    """Whoever can answer questions."""

    def ask(self, question: Question) -> Told:
        """The answer for each day and query; raises UnreachableError."""


def span(fields: Fields, question: Question) -> dict[str, Any]:
    """The query for the documents of the days."""
    return between(fields.time, midnight(min(question.days)), midnight(max(question.days) + DAY))


class _Search(NamedTuple):
    """What is asked in one search: several queries together, or one from a page on."""

    question: Question
    alone: bool
    after: Mapping[str, Any] | None = None


class SignatureAsker:
    """Asks for builds and hits; `queries` by hash, the one that defines builds under `builds`."""

    def __init__(self, index: Index, queries: Mapping[str, str], builds: str) -> None:
        self._index = index
        self._queries = queries
        self._builds = builds
        self._metadata = [index.fields.source[name] for name in TOLD if name in index.fields.source]
        self._alone = {builds}
        self._page = _PAGE

    def ask(self, question: Question) -> Told:
        """See `Asker`; one request unless there are more pages, or something must be asked otherwise."""
        told = Told()
        left = list(self._searches(question))
        while left:
            size = self._page
            answers = self._index.search([self._body(search, size) for search in left])
            with understood(self._index.settings):
                left = [
                    more
                    for search, answer in zip(left, answers, strict=True)
                    for more in self._read(told, search, answer, size)
                ]
        return told

    def _searches(self, question: Question) -> Iterable[_Search]:
        days, hashes = question
        sociable = [hash_ for hash_ in hashes if hash_ not in self._alone]
        for start in range(0, len(sociable), _TOGETHER):
            yield _Search(Question(days, tuple(sociable[start : start + _TOGETHER])), alone=False)
        yield from (_Search(Question(days, (hash_,)), alone=True) for hash_ in hashes if hash_ in self._alone)

    def _body(self, search: _Search, size: int) -> dict[str, Any]:
        fields, hashes = self._index.fields, search.question.hashes
        when = span(fields, search.question)
        if not search.alone:
            return aggregations.together(fields, when, {hash_: self._queries[hash_] for hash_ in hashes})
        (hash_,) = hashes
        metadata = self._metadata if hash_ == self._builds else ()
        return aggregations.paged(fields, when, self._queries[hash_], size, search.after, metadata)

    def _read(self, told: Told, search: _Search, answer: Answer, size: int) -> Iterable[_Search]:
        """Take what is whole; returns what must be asked next."""
        days, hashes = search.question
        kind = answer.problem and answer.problem.kind
        stuck = kind == "incomplete" or (kind == "rejected" and search.alone)
        if stuck and len(days) > 1:  # it may be but one index that fails, or does not take the query
            for key in search.question.pairs():
                told.found.pop(key, None)
            return [more for day in days for more in self._searches(Question((day,), hashes))]
        if kind is None:
            return self._take(told, search, answer, size)
        if kind != "incomplete" and not search.alone:
            return self._apart(days, hashes)
        if kind == "too many buckets" and size > _SMALLEST_PAGE:
            self._page = max(size // 10, _SMALLEST_PAGE)
            return [search]
        for hash_ in hashes:
            told.fail(days, hash_, answer)
        return []

    def _take(self, told: Told, search: _Search, answer: Answer, size: int) -> Iterable[_Search]:
        days, hashes = search.question
        if search.alone:
            page = aggregations.read_page(answer.body, size)
            told.add(days, hashes[0], page.found)
            return [] if page.after is None else [search._replace(after=page.after)]
        many = []
        for hash_, found in aggregations.read_together(answer.body, hashes).items():
            if found is None:
                many.append(hash_)
            else:
                told.add(days, hash_, found)
        return self._apart(days, many)

    def _apart(self, days: tuple[date, ...], hashes: Sequence[str]) -> Iterable[_Search]:
        """Each alone, also from now on, so that no other days cost a request more."""
        self._alone |= {*hashes}
        return [_Search(Question(days, (hash_,)), alone=True) for hash_ in hashes]
