"""Searches in an index: several in one request, each with its own answer, and what is wrong with it."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from functools import cached_property
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import quote

from generator import words
from generator.errors import GatepostError
from generator.sources.index import fields
from generator.sources.index.backoff import waits
from generator.sources.index.faults import (
    Answer,
    Problem,
    Trouble,
    UnreachableError,
    reason_of,
    trouble,
    types_of,
    understood,
)
from generator.sources.index.fields import Fields
from generator.sources.index.refusals import check_product, no_right
from generator.sources.index.wire import Wire

if TYPE_CHECKING:
    from generator.index_settings import IndexSettings

# Of one search among others: whether shards come back is seen soon; the next run asks again anyway.
_PATIENCE_S = 5.0
_KEPT = (
    "status",
    "error",
    "timed_out",
    "terminated_early",
    "_shards.total",
    "_shards.successful",
    "_shards.failed",
    "_shards.failures.reason",
    "hits.total",
    "hits.hits._id",
    "hits.hits._source",
    "hits.hits.sort",
    "hits.hits.fields",
    "aggregations",
)
_FILTER = ",".join([*(f"responses.{name}" for name in _KEPT), "-responses.**.value_as_string"])


class Days(NamedTuple):
    """Number of documents by UTC day, of days that have any; `problem`: why it is not known of all."""

    counts: Mapping[date, int]
    problem: str | None = None


class Index:
    """An index pattern of one cluster, as the settings of a source name it."""

    def __init__(self, settings: IndexSettings) -> None:
        self.settings = settings
        self._wire = Wire(settings)

    @property
    def requests(self) -> int:
        """How many HTTP requests were made so far."""
        return self._wire.requests

    @cached_property
    def product(self) -> str:
        """What answers, e.g. `OpenSearch 2.19.1`; GatepostError if it is not what the settings say."""
        root = self._wire.ask("GET", "/", allowed=(401, 403))
        return check_product(root, self._wire.url, self.settings)

    @cached_property
    def fields(self) -> Fields:
        """The names that the index has for our fields; GatepostError if it cannot be used without some."""
        wanted = quote(fields.wanted(self.settings), safe=",*")
        kept = "error,indices,fields.*.*.aggregatable,fields.*.*.indices"
        target = f"_field_caps?include_unmapped=true&fields={wanted}&filter_path={kept}"
        self.product  # noqa: B018  a wrong product shows before its answers confuse
        reply = self._wire.ask("GET", f"{self._path}/{target}").data
        if reply.get("error"):
            raise self._unusable(reply["error"])
        if not reply.get("indices"):
            raise self._none_there()
        return fields.found(reply.get("fields", {}), self.settings)

    @property
    def overheard(self) -> bool:
        """Whether credentials travel in clear text over a network."""
        return self._wire.overheard

    @property
    def closed(self) -> tuple[str, ...]:
        """Names of closed indices that the pattern means: the cluster passes over them in silence."""
        return tuple(sorted(name for name, is_closed in self._present.items() if is_closed))

    def search(self, bodies: Sequence[Mapping[str, Any]]) -> list[Answer]:
        """One answer for each body of a search, in their order; one request but for those asked again.

        Raises UnreachableError if the cluster does not answer, GatepostError if it refuses who asks.
        """
        self.product  # noqa: B018  as above
        answers: dict[int, Answer] = {}
        left = list(range(len(bodies)))
        pauses = waits(min(_PATIENCE_S, self.settings.patience_s))
        while left:
            items = self._msearch([bodies[n] for n in left])
            again = []
            for number, item in zip(left, items, strict=True):
                wrong = self._checked(item)
                answers[number] = Answer(item, wrong and wrong.problem)
                if wrong is not None and wrong.again:
                    again.append(number)
            left = again
            wait = next(pauses, None) if again else None
            if wait is None:
                break
            time.sleep(wait)
        return [answers[number] for number in range(len(bodies))]

    def days(self, since: datetime, until: datetime) -> Days:
        """Number of documents by UTC day; GatepostError if nothing can be told of them."""
        name = self.settings.time_field
        histogram = {"field": name, "calendar_interval": "day", "min_doc_count": 1, "format": "epoch_millis"}
        body = {
            "size": 0,
            "track_total_hits": False,
            "query": between(name, since, until),
            "aggs": {"days": {"date_histogram": histogram}},
        }
        answer = self.search([body])[0]
        epoch = datetime(1970, 1, 1, tzinfo=UTC)
        with understood(self.settings):
            buckets = answer.body.get("aggregations", {}).get("days", {}).get("buckets", ())
            if not buckets and answer.problem:  # without: what is empty is left out of answers
                raise self._unusable({"reason": answer.problem.reason})
            # a document may have several times, one of them in these days
            ever = _milliseconds(since - timedelta(days=1)), _milliseconds(until)
            found = {b["key"]: int(b["doc_count"]) for b in buckets if ever[0] < b["key"] < ever[1]}
        counts = {(epoch + timedelta(milliseconds=key)).date(): many for key, many in found.items()}
        return Days(counts, answer.problem.reason if answer.problem else None)

    @property
    def _path(self) -> str:
        return "/" + quote(",".join(self.settings.index), safe="*,:.-_")

    def _msearch(self, bodies: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
        """The answers to several searches; too much for one request is parted into halves."""
        lines = (json.dumps(body, ensure_ascii=False, separators=(",", ":")) for body in bodies)
        sent = "".join(f"{{}}\n{line}\n" for line in lines).encode("utf-8", "replace")
        reply = self._wire.ask(
            "POST", f"{self._path}/_msearch?filter_path={quote(f'error,{_FILTER}', ',*-')}", sent
        )
        if reply.status == 413:
            if len(bodies) == 1:
                return [{"status": 413, "error": {"reason": "the query is larger than the index takes"}}]
            half = len(bodies) // 2
            return [*self._msearch(bodies[:half]), *self._msearch(bodies[half:])]
        items = reply.data.get("responses")
        if not isinstance(items, list) or len(items) != len(bodies):
            said = self._wire.hide(reason_of(reply.data.get("error") or f"HTTP {reply.status}"))
            raise GatepostError(
                f"{self._wire.url}: no answer to a search: {said}", "is the address that of an index?"
            )
        return items

    def _checked(self, item: Mapping[str, Any]) -> Trouble | None:
        """What is wrong with one answer; GatepostError if it is who asks, or that there is no index."""
        with understood(self.settings):
            error, wrong = item.get("error"), trouble(item, self.settings.type)
        types = types_of(error)
        if "index_not_found_exception" in types:
            raise self._none_there()
        if "security_exception" in types:
            raise no_right(self._wire.url, self.settings, self._wire.hide(reason_of(error)))
        if wrong is None:
            return None
        return wrong._replace(problem=wrong.problem._replace(reason=self._wire.hide(wrong.problem.reason)))

    def _unusable(self, error: Any) -> GatepostError:
        if "index_not_found_exception" in types_of(error):
            return self._none_there()
        said = self._wire.hide(reason_of(error))
        if said.startswith("no handler found"):
            return GatepostError(
                f"{self._wire.url}: is not the address of a cluster, but one below it",
                "the names of indices belong into `index`, not into `url`",
            )
        return GatepostError(
            f"{self._wire.url}: {', '.join(self.settings.index)}: {said}", "is `index` right?"
        )

    @cached_property
    def _present(self) -> dict[str, bool]:
        """The indices that the pattern means, as far as one may know, and whether they are closed."""
        target = f"/_resolve/index{self._path}?expand_wildcards=open,closed&filter_path=indices"
        found = self._wire.ask("GET", target, allowed=(401, 403)).data.get("indices", ())
        with understood(self.settings):
            return {str(one["name"]): "closed" in one.get("attributes", ()) for one in found}

    def _none_there(self) -> GatepostError:
        where = f"{self._wire.url}: {', '.join(self.settings.index)}"
        if self._present:
            why = "closed" if all(self._present.values()) else "closed or blocked"
            names = words.listed(sorted(self._present))
            return GatepostError(f"{where}: cannot be searched, {names} {why}", "open it, or lift its block")
        return GatepostError(
            f"{where}: there is no such index",
            "is `index` right, and may the account read it? `_cat/indices` lists those that one may see",
        )


def between(field: str, since: datetime, until: datetime) -> dict[str, Any]:
    """The query for documents from `since` to before `until`."""
    limits = {"gte": _milliseconds(since), "lt": _milliseconds(until), "format": "epoch_millis"}
    return {"range": {field: limits}}


def connect(settings: IndexSettings) -> Index:
    """The index of the settings; nothing is asked yet. GatepostError if there are no credentials."""
    return Index(settings)


def _milliseconds(at: datetime) -> int:
    return round((at.replace(tzinfo=UTC) if at.tzinfo is None else at).timestamp() * 1000)


__all__ = ["Answer", "Fields", "Index", "Problem", "UnreachableError", "between", "connect"]
