"""What an index holds, in one line, for `gatepost check`."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any

from generator import words
from generator.errors import GatepostError
from generator.sources.index.aggregations import lucene
from generator.sources.index.asking import Index, between, connect
from generator.sources.index.faults import Answer, understood
from generator.sources.index.presets import builds_query
from generator.sources.index.slices import EVER

if TYPE_CHECKING:
    from generator.index_settings import IndexSettings

_PATIENCE_S = 5.0  # somebody waits for the answer


def check(settings: IndexSettings) -> str:
    """Product, documents by time, fields and builds; GatepostError if no report could be made of it."""
    with understood(settings):
        return _told(
            connect(settings.model_copy(update={"patience_s": min(_PATIENCE_S, settings.patience_s)}))
        )


def _told(index: Index) -> str:
    product, patterns = index.product, ", ".join(index.settings.index)
    fields, now = index.fields, datetime.now(UTC)
    days, problem = index.days(*EVER)
    if not days:
        raise GatepostError(
            f"{patterns}: holds no documents with {fields.time}",
            "are logs sent there, and is `time_field` right?",
        )
    newest, builds = _newest(index, days, now)
    missing = "all" if not fields.missing else f"missing: {', '.join(fields.missing)}"
    closed = [f"closed, so left out: {words.listed(list(index.closed))}"] if index.closed else []
    partly = [f"not answered completely: {problem}"] if problem else []
    open_ = ["what is sent there, credentials too, is not encrypted"] if index.overheard else []
    notes = "".join(f"; {note}" for note in (*fields.notes, *partly, *closed, *open_))
    held = f"{words.count(len(days))} d from {min(days)}, {words.plural(sum(days.values()), 'document')}"
    return f"{product}, {patterns}: {held}, newest {newest}; fields: {missing}{notes}; builds: {builds}"


def _newest(index: Index, days: Mapping[date, int], now: datetime) -> tuple[str, str]:
    """How old the newest document is; how many builds there are in the newest full day."""
    full = [day for day in days if day < now.date()]
    day = max(full, default=max(days))
    midnight = datetime(day.year, day.month, day.day, tzinfo=UTC)
    query = lucene(builds_query(index.settings))
    uuid = {"cardinality": {"field": index.fields.exact["build_uuid"], "precision_threshold": 40_000}}
    span = between(index.fields.time, midnight, midnight + timedelta(days=1))
    nothing = {"size": 0, "track_total_hits": False}
    last, builds, ever = index.search(
        [
            {**nothing, "aggs": {"last": {"max": {"field": index.fields.time}}}},
            {**nothing, "query": {"bool": {"filter": [query, span]}}, "aggs": {"builds": uuid}},
            {"size": 0, "track_total_hits": True, "query": query},
        ]
    )
    if builds.problem or ever.problem:
        problem = builds.problem or ever.problem
        raise GatepostError(f"`builds`: {problem.reason if problem else ''}", _HINT)
    if not ever.body["hits"]["total"]["value"]:
        raise GatepostError(
            f"no document matches the query of `builds`: {builds_query(index.settings)}", _HINT
        )
    count = words.count(_value(builds, "builds"))
    return _age(
        _value(last, "last"), now
    ), f"{count} in {'the newest full day' if full else 'this day so far'}"


_HINT = "write a query as `builds` that one line of each build matches"


def _value(answer: Answer, name: str) -> float:
    value: Any = answer.body.get("aggregations", {}).get(name, {}).get("value")
    return float(value or 0)


def _age(milliseconds: float, now: datetime) -> str:
    at = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(milliseconds=milliseconds)
    return f"{words.age(now - at)} ago" if at <= now else f"{words.moment(at)}, in the future"
