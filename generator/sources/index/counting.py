"""How many lines and builds of an index a query finds, counted by the index itself, exactly.

Terms aggregations are exact only up to their size, distinct counts only for few values; so all values of a
field, with the builds that have them, are paged through (`composite`), those of all fields side by side.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from generator import words
from generator.errors import GatepostError
from generator.matching.inputs import Skipped
from generator.matching.mapping import spelled
from generator.sources import Context
from generator.sources.index import presets
from generator.sources.index.aggregations import lucene
from generator.sources.index.asking import Answer, Index, Problem, connect
from generator.sources.index.faults import understood
from generator.sources.index.moments import moment, sort_time
from generator.sources.metadata import Seen, as_text
from generator.sources.tally import Counted, Question, Quote, Tally

if TYPE_CHECKING:
    from generator.index_settings import IndexSettings

_PAGE, _SMALLEST_PAGE = 10_000, 10
_UUID = "build_uuid"


def count(settings: IndexSettings, question: Question, context: Context) -> Counted:
    """What the query finds in the index; GatepostError if it refuses the query or cannot answer wholly."""
    index = connect(settings)
    with context.progress.task(f"Asking {settings.name}"), understood(settings):
        skipped = list(_not_countable(index, question))
        without = {one.path for one in skipped}
        fields = tuple(name for name in question.fields if name not in without)
        counting = _Counting(index, Tally(replace(question, fields=fields)))
        searched = words.plural(counting.run(), "document")
        skipped += [Skipped(name, "closed index", "it was not searched") for name in index.closed]
        return counting.tally.counted(context.outcomes, searched, skipped)


def _not_countable(index: Index, question: Question) -> Iterator[Skipped]:
    """The fields that the index has but cannot count by; GatepostError for one that nobody knows."""
    fields, known = index.fields, presets.names(index.settings)
    for name in question.fields:
        if name not in known:
            raise GatepostError(
                f"--field {name}: no field of an index that Gatepost knows",
                f"one of {', '.join(sorted(fields.exact))}",
            )
        if name in fields.source and name not in fields.exact:
            yield Skipped(name, "cannot be counted", "; ".join(fields.notes))


class _Counting:
    def __init__(self, index: Index, tally: Tally) -> None:
        self.index, self.tally = index, tally
        self._exact = index.fields.exact
        self._page = _PAGE

    def run(self) -> int:
        """Ask, page after page, until all is told; returns how many documents were searched."""
        fields = [name for name in self.tally.asked if name in self._exact and name != _UUID]
        after: dict[str, Any] = dict.fromkeys([_UUID, *fields])
        total = 0
        while after:
            answers = self._ask(after)
            total = _total(answers.pop())
            after = {
                name: start
                for name, answer in zip(list(after), answers, strict=True)
                if (start := self._take(name, answer))
            }
        if self.tally.newest():
            self._quote(self.tally.newest())
        return total

    def _ask(self, after: Mapping[str, Any]) -> list[Answer]:
        """The next page of each field, and last how many documents there are; smaller pages if need be."""
        everything = {"size": 0, "track_total_hits": True, "query": {"bool": {"filter": self._window()}}}
        while True:
            answers = self.index.search([*(self._values(*item) for item in after.items()), everything])
            problem = next((answer.problem for answer in answers if answer.problem), None)
            if problem is None:
                return answers
            if problem.kind != "too many buckets" or self._page <= _SMALLEST_PAGE:
                raise _refusal(problem)
            self._page //= 10

    def _values(self, name: str, after: Any) -> dict[str, Any]:
        """A search for the values of a field with the builds that have them, from `after` on."""
        terms = {"build": self._exact[_UUID]} | ({} if name == _UUID else {"value": self._exact[name]})
        composite: dict[str, Any] = {
            "size": self._page,
            "sources": [
                {key: {"terms": {"field": field, "missing_bucket": True}}} for key, field in terms.items()
            ],
        }
        if after is not None:
            composite["after"] = after
        values: dict[str, Any] = {"composite": composite}
        if name == _UUID:
            time = self.index.fields.time
            values["aggs"] = {"first": {"min": {"field": time}}, "last": {"max": {"field": time}}}
        return {"size": 0, "track_total_hits": False, "query": self._matching(), "aggs": {"values": values}}

    def _take(self, name: str, answer: Answer) -> Any:
        """Count one page of the values of a field; returns where the next begins, None after the last."""
        page = answer.body.get("aggregations", {}).get("values", {})  # what is empty is left out
        buckets = page.get("buckets", [])
        for bucket in buckets:
            build, lines = as_text(bucket["key"]["build"]), bucket["doc_count"]
            value = bucket["key"].get("value", build)
            self.tally.add_value(name, None if value is None else spelled(value), build, lines)
            if name == _UUID:
                first, last = (moment(bucket[which].get("value")) for which in ("first", "last"))
                self.tally.add(build, lines, first, last)
        return page.get("after_key") if len(buckets) == self._page else None

    def _matching(self, *more: dict[str, Any]) -> dict[str, Any]:
        return {"bool": {"filter": [lucene(self.tally.question.query), *self._window(), *more]}}

    def _window(self) -> list[dict[str, Any]]:
        since = self.tally.question.since
        if since is None:
            return []
        first = round(since.timestamp() * 1000)
        return [{"range": {self.index.fields.time: {"gte": first, "format": "epoch_millis"}}}]

    def _quote(self, builds: Sequence[str]) -> None:
        """Fetch the first line of each of these builds."""
        fields = self.index.fields
        uuid, names = fields.exact[_UUID], [fields.source[n] for n in presets.LINE if n in fields.source]
        order = [fields.time, *([fields.exact["filename"]] if "filename" in fields.exact else [])]
        body = {
            "size": len(builds),
            "track_total_hits": False,
            "query": self._matching({"terms": {uuid: list(builds)}}),
            "collapse": {"field": uuid},
            "sort": [{name: "asc"} for name in order],
            "_source": [*names, fields.source[_UUID]],
        }
        answer = self.index.search([body])[0]
        if answer.problem:
            raise _refusal(answer.problem)
        seen = Seen({theirs: ours for ours, theirs in fields.source.items()})
        for hit in answer.body.get("hits", {}).get("hits", ()):
            build, filename, text = (seen.value(hit["_source"], n) for n in (_UUID, "filename", "message"))
            at = moment(sort_time(hit))
            self.tally.quote(Quote(str(build), at, as_text(filename), str(text or "")))


def _total(answer: Answer) -> int:
    return int(answer.body["hits"]["total"]["value"])


def _refusal(problem: Problem) -> GatepostError:
    if problem.kind == "rejected":
        return GatepostError(f"the index refuses the query: {problem.reason}", "change the query as it says")
    return GatepostError(
        f"the index does not answer wholly: {problem.reason}",
        "numbers of a part would be wrong: ask again later, or for fewer days",
    )
