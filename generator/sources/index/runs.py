"""Zuul's own reporter: a document for each build that ran, whether or not anybody indexed its logs.

They give what Zuul knows best (result, times, duration), and the other denominator: a build is examined only
where lines of its log are, in another source. Documents of buildsets are counted, no more.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

from generator.matching.records import moment
from generator.sources.index.aggregations import ByDay, Found, lucene
from generator.sources.index.answers import TOLD, Told, span
from generator.sources.index.asking import Index
from generator.sources.index.faults import understood
from generator.sources.index.moments import sort_time
from generator.sources.index.presets import PRESETS
from generator.sources.index.slices import Question
from generator.sources.metadata import Seen, SeenBuild, as_text, columns, field_names

_PAGE = 5000
_TIMES = ("start_time", "end_time", "duration")


class RunAsker:
    """Asks for the documents of builds; `others` counts those that are of no build. See `answers.Asker`."""

    def __init__(self, index: Index, query: str) -> None:
        self._index = index
        self._query = query
        self._names = [index.fields.source[name] for name in TOLD if name in index.fields.source]
        self._seen = seen(index)
        self.others = 0

    def ask(self, question: Question) -> Told:
        """See `Asker`; all builds of the days, page after page. There is one query only."""
        with understood(self._index.settings):
            return self._ask(question)

    def _ask(self, question: Question) -> Told:
        (hash_,) = question.hashes
        when = span(self._index.fields, question)
        answer, others = self._index.search([self._page(when, None), self._rest(when)])
        found: dict[str, Found] = {}
        while answer.problem is None:
            hits = answer.body.get("hits", {}).get("hits", ())
            found |= {one.build_uuid: one for one in map(self._found, hits) if one is not None}
            if len(hits) < _PAGE:
                self.others += int(others.body.get("hits", {}).get("total", {}).get("value", 0))
                return _told(question, found.values())
            answer = self._index.search([self._page(when, hits[-1]["sort"])])[0]
        told = Told()
        if answer.problem.kind == "incomplete" and len(question.days) > 1:
            for day in question.days:
                told.merge(self._ask(Question((day,), (hash_,))))
        else:
            told.fail(question.days, hash_, answer)
        return told

    def _page(self, when: Mapping[str, Any], after: Any) -> dict[str, Any]:
        fields = self._index.fields
        time = fields.time
        body = {
            "size": _PAGE,
            "track_total_hits": False,
            "_source": [*self._names, *_TIMES],
            "query": {"bool": {"filter": [when, lucene(self._query)]}},
            "sort": [{time: {"order": "asc"}}, {fields.exact["build_uuid"]: {"order": "asc"}}],
        }
        return body if after is None else {**body, "search_after": after}

    def _rest(self, when: Mapping[str, Any]) -> dict[str, Any]:
        query = {"bool": {"filter": [when], "must_not": [lucene(self._query)]}}
        return {"size": 0, "track_total_hits": True, "query": query}

    def _found(self, hit: Mapping[str, Any]) -> Found | None:
        document = hit.get("_source", {})
        uuid = as_text(self._seen.value(document, "build_uuid"))
        at = sort_time(hit)
        return None if uuid is None or at is None else Found(uuid, 1, at, at, document)


def _told(question: Question, found: Iterable[Found]) -> Told:
    by_day: ByDay = {}
    for one in found:
        by_day.setdefault(datetime.fromtimestamp(one.last / 1000, UTC).date(), []).append(one)
    told = Told()
    told.add(question.days, question.hashes[0], by_day)
    return told


def seen(index: Index) -> Seen:
    """What reads the documents of the preset: Zuul's names, and those of the settings."""
    return Seen({**PRESETS["zuul"].fields, **field_names(index.settings.fields)})


def run_columns(
    reader: Seen, document: Mapping[str, Any], uuid: str, reported: datetime
) -> dict[str, object]:
    """What a document says of its build, by columns of `model.BUILDS`; it ended when `reported` if unsaid."""
    build = SeenBuild(uuid)
    reader.tell(build, document)
    start, end, duration = (_time(reader.value(document, name)) for name in _TIMES)
    return {
        **columns(build),
        "log_url": as_text(document.get("log_url")),  # the build's page, not a file among others
        "start_time": None if start is None else datetime.fromtimestamp(start, UTC),
        "end_time": reported if end is None else datetime.fromtimestamp(end, UTC),
        "duration_s": duration,
    }


def _time(value: Any) -> float | None:
    """Seconds, from a number or from text (of an epoch, or ISO); None if it is neither or beyond reason."""
    try:
        seconds = float(value)
    except (TypeError, ValueError):
        at = moment(value) if isinstance(value, str) else None
        return None if at is None else at.timestamp()
    return seconds if 0 <= seconds < 1e11 else None
