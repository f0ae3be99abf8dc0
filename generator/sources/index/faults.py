"""What an index may answer instead of an answer, and what follows: ask again, do without, or tell people."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

from generator import words
from generator.errors import GatepostError
from generator.sources.index.client import Reply

if TYPE_CHECKING:
    from generator.index_settings import IndexSettings

#: Of a whole answer: asking again may help.
BUSY = frozenset({408, 429, 500, 502, 503, 504})
_CHARS = 240
_BLOCKED = "cluster_block_exception"
_BUCKETS, _MEMORY = "too_many_buckets_exception", "circuit_breaking_exception"
# Of one shard: it is the query that cannot be answered, and will not be the next time either.
_OF_THE_QUERY = frozenset(
    {
        "query_shard_exception",
        "parsing_exception",
        "parse_exception",
        "x_content_parse_exception",
        "illegal_argument_exception",
        "number_format_exception",
        "too_many_clauses",
        "too_many_nested_clauses",
        "too_complex_to_determinize_exception",
    }
)


class UnreachableError(GatepostError):
    """The cluster did not answer, however often it was asked; `reason` is short, for people."""

    def __init__(self, where: str, reason: str, hint: str) -> None:
        super().__init__(f"{where}: {reason}", hint)
        self.reason = reason


@contextmanager
def understood(settings: IndexSettings) -> Iterator[None]:
    """Around whatever reads answers: what one of another shape would lead to becomes an UnreachableError."""
    try:
        yield
    except (ArithmeticError, AttributeError, LookupError, TypeError, ValueError) as error:
        raise UnreachableError(
            ", ".join(settings.url),
            "an answer has another shape than an index gives it",
            "does something between here and the index change answers?",
        ) from error


class Problem(NamedTuple):
    """Why the answer to one search is not whole; `reason` is short, for people."""

    kind: Literal["rejected", "too many buckets", "incomplete"]
    reason: str


class Answer(NamedTuple):
    """The answer to one search; `problem` None: it is whole, as far as the index can tell."""

    body: Mapping[str, Any]
    problem: Problem | None


class Trouble(NamedTuple):
    """A problem, and whether asking again may help."""

    problem: Problem
    again: bool


def trouble(item: Mapping[str, Any], kind: str) -> Trouble | None:
    """What is wrong with one answer of several (`_msearch`); None: it is whole. `kind`: the source's type."""
    error = item.get("error")
    if error:
        return _failed(error, int(item.get("status", 500)))
    shards = item["_shards"]  # without, nobody knows whether what was not found is not there
    lost = max(shards["failed"], shards["total"] - shards["successful"])
    if lost:
        return _shards_failed(shards, lost)
    if item.get("timed_out"):
        return Trouble(Problem("incomplete", "the search took longer than the index allows"), True)
    # OpenSearch 3 says so of whole answers, if an aggregation was worked out without visiting each document;
    # that a search may end early is not asked for.
    if item.get("terminated_early") and kind != "opensearch":
        return Trouble(Problem("incomplete", "the index ended the search early"), True)
    return None


def reason_of(error: Any) -> str:
    """What the index says of an error: of nested ones the innermost that has words."""
    told = [str(one["reason"]) for one in _errors(error) if one.get("reason")]
    causes = [text for text in told if text != "all shards failed"]
    text = (causes or told or [str(error)])[0]
    return words.cut(" ".join(text.split()), _CHARS)


def types_of(error: Any) -> set[str]:
    """The types of an error and of all that it is made of."""
    return {str(one.get("type")) for one in _errors(error)}


def is_blocked(reply: Reply) -> bool:
    """Whether a 403 is about the index, not about who asks."""
    return _BLOCKED in types_of(reply.data.get("error"))


def _failed(error: Any, status: int) -> Trouble:
    types, reason = types_of(error), reason_of(error)
    if _BUCKETS in types:
        return Trouble(Problem("too many buckets", reason), False)
    if _MEMORY in types:
        return Trouble(Problem("too many buckets", reason), True)
    if types & _OF_THE_QUERY or (status < 500 and status not in BUSY and _BLOCKED not in types):
        return Trouble(Problem("rejected", reason), False)
    return Trouble(Problem("incomplete", reason), True)


def _shards_failed(shards: Mapping[str, Any], lost: int) -> Trouble:
    failures = [one.get("reason", {}) for one in shards.get("failures", ())]
    types = {kind for one in failures for kind in types_of(one)}
    told = f": {reason_of(failures[0])}" if failures else ""
    reason = f"{lost} of {words.plural(shards.get('total', lost), 'shard')} failed{told}"
    if _BUCKETS in types or _MEMORY in types:
        return Trouble(Problem("too many buckets", reason), False)
    if types & _OF_THE_QUERY:
        return Trouble(Problem("rejected", reason), False)
    return Trouble(Problem("incomplete", reason), True)


def _errors(error: Any, depth: int = 8) -> Iterator[Mapping[str, Any]]:
    """An error and those inside it, the causes first."""
    if not isinstance(error, dict):
        return
    if depth:
        shards = [one.get("reason") for one in _several(error.get("failed_shards")) if isinstance(one, dict)]
        for inner in (error.get("caused_by"), *_several(error.get("root_cause")), *shards):
            yield from _errors(inner, depth - 1)
    yield error


def _several(errors: Any) -> list[Any]:
    return errors if isinstance(errors, list) else []
