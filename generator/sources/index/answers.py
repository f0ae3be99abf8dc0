"""Asks one slice to its end: all signatures at once, page after page, and alone what does not go together.

One request is the rule. A query that the index rejects, or that finds too much, takes those with it that were
asked in the same search: they are asked again, each in a search of its own, all in one request.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, NamedTuple, Protocol

from generator.sources.index import aggregations, slices
from generator.sources.index.aggregations import Found
from generator.sources.index.asking import Answer, Index, between
from generator.sources.index.presets import METADATA

#: Our fields that tell of a build; `log_url` is that of a file.
TOLD = (*METADATA, "filename")
_PAGE, _SMALLEST_PAGE = 10_000, 10
#: Signatures in one search: few enough for the index's limit of clauses, and a bad one takes few with it.
_TOGETHER = 50


@dataclass
class SliceAnswer:
    """What a slice answered, by hash of the query: the builds found, or why the answer is not whole."""

    found: dict[str, list[Found]] = field(default_factory=dict)
    failed: dict[str, str] = field(default_factory=dict)
    rejected: dict[str, str] = field(default_factory=dict)


class Asker(Protocol):
    """Whoever can answer the questions of a slice."""

    def ask(self, day: date, hashes: Sequence[str]) -> SliceAnswer:
        """The answer to each of the queries; raises UnreachableError."""


class _Query(NamedTuple):
    """A query that is asked by pages, and from where it goes on."""

    hash: str
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

    def ask(self, day: date, hashes: Sequence[str]) -> SliceAnswer:
        """See `Asker`; one request unless there are more pages, or something must be asked alone."""
        span = between(self._index.fields.time, slices.midnight(day), slices.midnight(day + slices.DAY))
        answer = SliceAnswer()
        groups = _parted([hash_ for hash_ in hashes if hash_ not in self._alone])
        pages = [_Query(hash_) for hash_ in hashes if hash_ in self._alone]
        bodies = [self._together(span, group) for group in groups]
        told = self._index.search([*bodies, *(self._paged(span, query) for query in pages)])
        again = [
            query
            for group, one in zip(groups, told, strict=False)
            for query in self._read_group(answer, group, one)
        ]
        again += self._read_pages(answer, pages, told[len(groups) :])
        while again:
            told = self._index.search([self._paged(span, query) for query in again])
            again = self._read_pages(answer, again, told)
        return answer

    def _together(self, span: Mapping[str, Any], hashes: Sequence[str]) -> dict[str, Any]:
        queries = {hash_: self._queries[hash_] for hash_ in hashes}
        return aggregations.together(self._index.fields, span, queries)

    def _paged(self, span: Mapping[str, Any], query: _Query) -> dict[str, Any]:
        metadata = self._metadata if query.hash == self._builds else ()
        text = self._queries[query.hash]
        return aggregations.paged(self._index.fields, span, text, self._page, query.after, metadata)

    def _read_group(self, answer: SliceAnswer, hashes: Sequence[str], told: Answer) -> list[_Query]:
        """Take what is whole; returns what must be asked alone."""
        if told.problem is None:
            found = aggregations.read_together(told.body, hashes)
            answer.found |= {hash_: builds for hash_, builds in found.items() if builds is not None}
            many = [hash_ for hash_, builds in found.items() if builds is None]
        elif told.problem.kind == "incomplete":
            answer.failed |= dict.fromkeys(hashes, told.problem.reason)
            return []
        else:
            many = list(hashes)
        self._alone |= {*many}  # from now on, so that no other slice costs a request more
        return [_Query(hash_) for hash_ in many]

    def _read_pages(
        self, answer: SliceAnswer, queries: Sequence[_Query], told: Sequence[Answer]
    ) -> list[_Query]:
        """Take the pages that are whole; returns what must be asked next."""
        again: list[_Query] = []
        size = self._page
        for query, one in zip(queries, told, strict=True):
            if one.problem is None:
                page = aggregations.read_page(one.body, size)
                answer.found.setdefault(query.hash, []).extend(page.found)
                again += [_Query(query.hash, page.after)] if page.after is not None else []
            elif one.problem.kind == "too many buckets" and size > _SMALLEST_PAGE:
                self._page = max(size // 10, _SMALLEST_PAGE)
                again.append(query)
            else:
                self._give_up(answer, query.hash, one)
        return again

    def _give_up(self, answer: SliceAnswer, hash_: str, told: Answer) -> None:
        assert told.problem is not None
        answer.found.pop(hash_, None)  # pages before this one: a part is no answer
        answer.failed[hash_] = told.problem.reason
        if told.problem.kind == "rejected":
            answer.rejected[hash_] = told.problem.reason


def _parted(hashes: Iterable[str]) -> list[list[str]]:
    """Groups of at most _TOGETHER."""
    every = list(hashes)
    return [every[start : start + _TOGETHER] for start in range(0, len(every), _TOGETHER)]
