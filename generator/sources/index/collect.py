"""A collection from an index, from what is left to ask to the tables for the store. Read `collect` first.

1. The days that the index holds are counted. One request asks, for days that follow one another, for the
   builds of each and for those that each signature matches, by aggregation in the cluster (`slices`,
   `aggregations`, `answers`). What an earlier collection finished is not asked again; a new signature is, for
   all days.
2. The answers of now and before give builds, their hits, and what each was examined with
   (`record`, `derive`).
3. Of the newest hits a line is fetched, of unexplained failures the likeliest lines (`excerpts`).
4. The store is told of builds that are new or changed, with all their hits (`emission`, `rows_of`).
"""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

from generator import words
from generator.errors import GatepostError
from generator.model import CLOSED, NO_DOCUMENTS, NOTHING, OUTSIDE, REFUSED
from generator.signatures.model import Signature
from generator.sources.index.answers import Asker, SignatureAsker
from generator.sources.index.asking import Days, Index, UnreachableError
from generator.sources.index.client import TIMEOUT
from generator.sources.index.derive import derive
from generator.sources.index.emission import Emission
from generator.sources.index.presets import builds_query, lag
from generator.sources.index.record import Record
from generator.sources.index.runs import RunAsker
from generator.sources.index.slices import DAY, EVER, Extent, Question, builds_hash, extent, questions
from generator.sources.queries import query_set, usable
from generator.sources.rows import Origin, Row, skipped_row

if TYPE_CHECKING:
    import pandas as pd

    from generator.index_settings import IndexSettings
    from generator.sources import Context
    from generator.tables import Tables


def collect(settings: IndexSettings, index: Index, context: Context) -> Tables:
    """What is new in the index; raises GatepostError if it cannot be asked, or does not know any build."""
    used = () if settings.preset == "zuul" else usable(context.signatures)
    queries = {builds_hash(settings): builds_query(settings), **{s.query_hash: s.query for s in used}}
    record = Record.of(settings.name, context, lag(settings))
    stored = context.stored("builds").set_index("build_uuid")
    counts, problem = _opened(index)
    found = extent(counts, _since(settings, context), context.now, whole=problem is None)
    reopened = _closed_before(settings.name, context) - set(index.closed)
    # what was in it lacks in the answers of any of its days
    finished = set() if reopened else record.finished(builds_hash(settings), stored.index, context.before)
    asker = _asker(settings, index, queries)
    _ask(asker, questions(found.days, tuple(queries), finished), record, context)
    for question in questions(dict.fromkeys(found.gaps, 0), tuple(queries), finished):
        record.fail(question, problem or NO_DOCUMENTS)
    if isinstance(asker, RunAsker) and asker.others:
        context.progress.note(
            f"{settings.name}: {words.plural(asker.others, 'document')} of no build (buildsets)"
        )
    derived = derive(record, builds_hash(settings), used, _starts(stored))
    if not derived.ends and builds_hash(settings) in record.rejected:
        raise _no_builds(settings, record.rejected[builds_hash(settings)])
    origin = Origin(settings.name, settings.ci, context.now, query_set(used), context.outcomes)
    emission = Emission(settings, index, context, origin, used, record, derived, stored)
    skipped = [*_outside(origin, settings, found), *_refused(origin, used, queries, record)]
    skipped += _closed(origin, index)
    return emission.tables(found.days, skipped)


def _opened(index: Index) -> Days:
    """Documents by day; what else must be known of the index is asked at the same time."""
    index.product  # noqa: B018  nothing else is asked of a wrong product
    with ThreadPoolExecutor() as pool:
        others = [pool.submit(getattr, index, name) for name in ("fields", "closed")]
        days = pool.submit(index.days, *EVER)
        for other in others:
            other.result()
        return days.result()


def _starts(stored: pd.DataFrame) -> dict[str, datetime]:
    """When builds began, as far as the store knows: from Zuul, lines do not tell."""
    known = stored[stored["duration_s"].notna() & stored["start_time"].notna()]["start_time"]
    return {str(uuid): start.to_pydatetime() for uuid, start in known.items()}


def _since(settings: IndexSettings, context: Context) -> date | None:
    """The first day that is asked: neither further back than the settings say, nor than the store keeps."""
    limits = [context.now - timedelta(days=settings.days)] if settings.days else []
    limits += [context.before - DAY] if context.before else []
    return max(limits).date() if limits else None


def _asker(settings: IndexSettings, index: Index, queries: dict[str, str]) -> Asker:
    if settings.preset == "zuul":
        return RunAsker(index, builds_query(settings))
    return SignatureAsker(index, queries, builds_hash(settings))


def _ask(asker: Asker, wanted: Sequence[Question], record: Record, context: Context) -> None:
    """Ask, the newest days first; once it goes away, or refuses us, the others are noted as not answered."""
    left = deque(wanted)
    with context.progress.task(f"Asking {record.source}, by day", sum(len(q.days) for q in wanted)) as task:
        while left:
            question = left.popleft()
            try:
                record.take(question, asker.ask(question))
            except GatepostError as error:
                reason = error.reason if isinstance(error, UnreachableError) else error.message
                if reason == TIMEOUT and len(question.days) > 1:
                    left.extendleft(Question((day,), question.hashes) for day in question.days)
                    continue
                if not isinstance(error, UnreachableError) and not record.answered:
                    raise
                context.progress.note(f"{record.source}: {error.message}; the next collection asks again")
                for unasked in (question, *left):
                    record.fail(unasked, reason)
                return
            task.advance(len(question.days))


def _no_builds(settings: IndexSettings, reason: str) -> GatepostError:
    return GatepostError(
        f"{settings.name}: the index refuses the query for builds: {reason}",
        "correct `builds` of the source; `gatepost query` tries a query out",
    )


def _outside(origin: Origin, settings: IndexSettings, found: Extent) -> list[Row]:
    """Documents of days that are not asked: older than wanted, or by a wrong clock."""
    pattern = ", ".join(settings.index)
    if not (found.days or found.gaps):
        told = "" if found.outside else "at all"
        return [
            skipped_row(origin, pattern, NOTHING, told),
            *_told(origin, pattern, found),
        ]
    return _told(origin, pattern, found)


def _closed_before(source: str, context: Context) -> set[str]:
    """Names of the indices that were closed at the last collection."""
    told = context.stored("skipped")
    return set(told[(told["source"] == source) & (told["reason"] == CLOSED)]["path"])


def _closed(origin: Origin, index: Index) -> list[Row]:
    return [skipped_row(origin, name, CLOSED, "its documents are not searched") for name in index.closed]


def _told(origin: Origin, pattern: str, found: Extent) -> list[Row]:
    if not found.outside:
        return []
    count = words.plural(sum(found.outside.values()), "document")
    detail = f"{count} from {min(found.outside)} to {max(found.outside)}: older than `days`, or wrong clocks"
    return [skipped_row(origin, pattern, OUTSIDE, detail)]


def _refused(origin: Origin, used: Sequence[Signature], queries: dict[str, str], record: Record) -> list[Row]:
    """A row for each query that the index does not take."""
    names: dict[str, list[str]] = {hash_: [] for hash_ in queries}
    for signature in used:
        names[signature.query_hash].append(signature.id)
    return [
        skipped_row(origin, name, REFUSED, reason)
        for hash_, reason in sorted(record.rejected.items())
        for name in names[hash_] or ["builds"]
    ]
