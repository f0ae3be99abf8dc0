"""Makes the edition of a week, of the numbers as they were when the week had ended."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import pandas as pd

from generator import words
from generator.editions.edition import EDITION_VERSION, WEEK, Edition, Week, page_of, stamp
from generator.signatures.model import Signature
from generator.stats.columns import ALL
from generator.stats.plain import described, plain, values
from generator.stats.report import compute
from generator.stats.third_party import report as third_party
from generator.text import third_party_report
from generator.text.digest import digest
from generator.text.names import label
from generator.text.scope import Scopes
from generator.text.tsc import tsc
from generator.text.verdict import evidence, verdict

if TYPE_CHECKING:
    from generator.stats.results import Results
    from generator.stats.settings import StatsSettings
    from generator.tables import Tables
    from generator.text.context import PageContext

#: So long after a week's end its results are waited for.
SETTLED = timedelta(hours=6)
#: Made later than this after the week's end, an edition says so.
LATE = timedelta(days=2)
#: What an edition says of a week rests on so many days before it, too.
_BEFORE = timedelta(days=28)
_TICK = timedelta(microseconds=1)
_GROUPS = ("ci", "pipeline", "provider")
_TABLES = ("totals", "buildsets", "signatures", "days", "groups", "coverage", "partial", "third_party")
#: Left out where they are empty: a community without third-party CIs has none.
_OPTIONAL = frozenset({"third_party"})


def due(
    tables: Tables, pruned: datetime | None, have: Sequence[str], now: datetime, reviews: bool = False
) -> list[Week]:
    """The weeks that have builds, are over, and have no edition yet; oldest first.

    One whose end no collection has seen waits for it until it is late. Where raw rows were pruned, only those
    for which they reach back far enough. With `reviews` and without any build it is the newest week alone,
    if comments reach into it.
    """
    ends, seen = tables.builds["end_time"], _collected(tables)
    if reviews and tables.builds.empty:
        ends = _reviewed(tables, Week.of(now - SETTLED - WEEK))
    first = ends.where(ends.dt.year >= 2000).min()
    if pd.isna(first):
        return []
    found, week = [], Week.of(first.to_pydatetime())
    while week.end + SETTLED <= now:
        reached = pruned is None or week.start - _BEFORE >= pruned
        ready = reached and (seen >= week.end or week.end + LATE < now)
        if ready and week.id not in have and ends.between(week.start, week.end, inclusive="left").any():
            found.append(week)
        week = week.next
    return found


def _reviewed(tables: Tables, week: Week) -> pd.Series[pd.Timestamp]:
    """Where reviews end that were read of the newest week: which votes stood before is not known any more."""
    last = third_party.reviewed(tables, week.end - _TICK)
    ends = pd.to_datetime(pd.Series([] if last is None else [last], dtype="Int64"), unit="us", utc=True)
    return ends[ends >= week.start]


def freeze(week: Week, tables: Tables, settings: StatsSettings, context: PageContext) -> Edition:
    """The edition of a week, made at `context.generated` of all that ended before the week's end."""
    results = compute(tables, settings, context.generated, week.end - _TICK)
    # what was not answered of later days is no matter of this week
    results = replace(results, partial=results.partial[results.partial["day"] < week.end])
    if third_party_report.alone(results):  # builds that nobody collects are not missing
        results = replace(results, totals=results.totals[:0], days=results.days[:0])
    missing = (*_missing(week, results, _told(tables)), *_unseen(week, tables))
    remarks = (*missing, *_young(week, results), *_late(week, context.generated))
    told = replace(context, remarks=remarks, permalink=page_of(week.id), editions=())
    document = {
        "schema_version": EDITION_VERSION,
        "edition": week.id,
        "start": stamp(week.start),
        "end": stamp(week.end),
        "made": stamp(context.generated),
        "late": context.generated > week.end + LATE,
        "partial": bool(missing) or bool(results.totals.loc[_totals(results), "partial"].any()),
        "remarks": list(remarks),
        "community": context.community,
        "pipeline": results.facts.main_pipeline or ALL,
        "verdict": _verdict(results, context),
        "queries": [_query(signature, context) for signature in context.signatures],
        "tables": {name: _table(name, frame) for name, frame in _frames(week, results).items()},
    }
    return Edition(document, digest(results, told), tsc(results, told))


def _late(week: Week, made: datetime) -> Iterator[str]:
    if made > week.end + LATE:
        yield (
            f"Made late, on {words.day_year(made)}: with the signatures of that day, and with what was "
            "collected until then."
        )


def _told(tables: Tables) -> set[Any]:
    """The days of which sources told all that there was: without builds they were quiet."""
    asked = tables.asked[tables.asked["query_hash"].str.startswith("builds-").fillna(False).astype(bool)]
    whole = asked["complete"].fillna(False).astype(bool)
    return set(asked.loc[whole, "day"]) - set(asked.loc[~whole, "day"])


def _missing(week: Week, results: Results, told: set[Any]) -> Iterator[str]:
    """What of the week nobody saw, but for days that are `told`."""
    days = results.days
    seen = days[(days["pipeline"] == ALL) & (days["voting"] == "all") & (days["day"] >= week.start)]
    empty = [day.to_pydatetime() for day in seen.loc[~seen["has_data"], "day"] if day not in told]
    if empty:
        yield f"Partial week: no builds were seen on {words.listed([words.weekday(d) for d in empty], 7)}."


def _collected(tables: Tables) -> pd.Timestamp:
    """When anything was collected last, NaT if never."""
    read = tables.builds["collected"], tables.comments["collected"]
    told = (*read, tables.asked["asked"], tables.cursors["collected"])
    last: pd.Timestamp = pd.concat(told, ignore_index=True).max()
    return last


def _unseen(week: Week, tables: Tables) -> Iterator[str]:
    """That it may go on after the last collection."""
    last = _collected(tables)
    if last < week.end:
        yield f"Partial week: nothing new was collected after {words.moment(last.to_pydatetime())}."


def _young(week: Week, results: Results) -> Iterator[str]:
    first = results.facts.first_day
    if first is not None and week.start - WEEK < first:
        yield f"The data begin on {words.day_year(first)}: there is no whole week before to compare with."


def _query(signature: Signature, context: PageContext) -> dict[str, str | None]:
    return {
        "signature": signature.id,
        "title": signature.title,
        "bug": context.bug(signature.id),
        "query": signature.query,
        "query_hash": signature.query_hash,
    }


def _verdict(results: Results, context: PageContext) -> dict[str, Any]:
    scope = Scopes(results).scope()

    def name(id: str) -> str:
        return label(context.signature(id), 100)

    if third_party_report.alone(results):
        said = replace(third_party_report.verdict_alone(results), word="third-party CIs")
    else:
        said = verdict(scope, evidence(results, scope), name, results.facts.coverage_threshold)
    return {"tone": said.tone, "word": said.word, "sentences": list(said.sentences)}


def _totals(results: Results) -> pd.Series[bool]:
    totals = results.totals
    return (totals["window"] == "7d") & (totals["voting"] == "voting") & _main(results, totals)


def _main(results: Results, frame: pd.DataFrame) -> pd.Series[bool]:
    """Rows of the main pipeline and of all together."""
    return frame["pipeline"].isin([results.facts.main_pipeline or ALL, ALL])


def _frames(week: Week, results: Results) -> dict[str, pd.DataFrame]:
    """The rows of the report that are about the week."""
    signatures, days, groups = results.signatures, results.days, results.groups
    sets = results.buildsets
    week_of = {
        "totals": results.totals[_totals(results)],
        "buildsets": sets[(sets["window"] == "7d") & (sets["ci"] == ALL) & _main(results, sets)],
        "signatures": signatures[
            (signatures["window"] == "7d") & (signatures["voting"] == "voting") & _main(results, signatures)
        ],
        "days": days[(days["day"] >= week.start) & (days["voting"] == "voting") & _main(results, days)],
        "groups": groups[
            groups["dimension"].isin(_GROUPS) & (groups["window"] == "7d") & (groups["voting"] == "voting")
        ],
        "coverage": results.coverage[results.coverage["window"] == "7d"],
        "partial": results.partial[results.partial["day"].between(week.start, week.end, inclusive="left")],
        "third_party": results.third_party,
    }
    return {name: week_of[name] for name in _TABLES if len(week_of[name]) or name not in _OPTIONAL}


def _table(name: str, frame: pd.DataFrame) -> dict[str, Any]:
    return {"columns": described(name), "rows": [list(row) for row in values(plain(frame))]}
