"""All statistics of a report."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

import numpy as np
import pandas as pd

from generator import words
from generator.stats import (
    breakdowns,
    buildsets,
    coverage,
    groups,
    history,
    overlaps,
    recents,
    series,
    signature_series,
    signatures,
    spared,
    totals,
)
from generator.stats.base import FAILURE, Base, flags, make, microseconds, unrated
from generator.stats.cells import cluster_counts
from generator.stats.exposure import looked
from generator.stats.gaps import gaps, partial, unanswered
from generator.stats.intervals import effective
from generator.stats.rates import table
from generator.stats.results import Facts, Results
from generator.stats.settings import WINDOWS, StatsSettings
from generator.stats.third_party import report as third_party
from generator.tables import Tables


def compute(tables: Tables, settings: StatsSettings, now: datetime, until: datetime | None = None) -> Results:
    """All tables of `columns.RESULTS` and the facts, of what the store holds; a naive `now` is UTC.

    Windows end at the newest data; at `until` (UTC, included) if it is given: later builds do not count, and
    of third-party CIs only the scoreboard and the rules are made, which is what an edition keeps.
    """
    at = pd.Timestamp(words.utc(now))
    base = make(tables, settings, at, until)
    seen = looked(base, tables)
    where = gaps(base, tables, missing := unanswered(tables, base.until))
    reviewed = third_party.reviewed(tables, until)
    around = replace(facts(base, tables, settings, at), reviewed=third_party.moment(reviewed))
    tried, unclassified = buildsets.tries(base, tables), recents.unclassified(base, tables)
    return Results(
        facts=around,
        totals=totals.totals(base, where, settings),
        days=series.days(base, where),
        hours=series.hours(base, where),
        signatures=signatures.signatures(base, seen, tables, where, settings),
        signature_days=signature_series.signature_days(base, seen, where, settings),
        signature_hours=signature_series.signature_hours(base, seen, where, settings),
        breakdowns=breakdowns.breakdowns(base, seen, settings),
        breakdown_days=breakdowns.breakdown_days(base, seen),
        groups=groups.groups(base, where, settings),
        group_days=series.group_days(base, where),
        buildsets=buildsets.buildsets(base, tried, where, settings),
        first_pass_without=spared.first_pass_without(base, tried, tables),
        group_signatures=breakdowns.group_signatures(base, seen),
        overlaps=overlaps.overlaps(base, seen),
        recent_hits=recents.recent_hits(base, tables, settings),
        recent_failures=recents.recent_failures(base, settings),
        unclassified=unclassified,
        failure_lines=recents.failure_lines(unclassified, tables),
        queries=table("queries", tables.signatures.sort_values("signature")),
        coverage=coverage.coverage(base),
        freshness=coverage.freshness(base),
        skipped=coverage.skipped(tables),
        partial=partial(missing),
        history=history.history(base, tables, around.design_effect),
        signature_history=history.signature_history(base, tables),
        odd=coverage.odd(base, tables),
        **third_party.compute(tables, settings.third_party, reviewed, whole=until is None),
    )


def facts(base: Base, tables: Tables, settings: StatsSettings, now: pd.Timestamp) -> Facts:
    """The scalars of the report."""
    builds = base.builds
    any_data = len(base.end) > 0
    until = pd.Timestamp(base.until, unit="us", tz="UTC")
    collected = microseconds(builds["collected"])
    pipelines = tuple(str(name) for name in base.dims["pipeline"].values[base.pipelines])
    return Facts(
        now=now,
        until=until if any_data else None,
        collected=pd.Timestamp(int(collected.max()), unit="us", tz="UTC") if len(builds) else None,
        first_day=coverage.day_start(int(base.end.min())) if any_data else None,
        builds=len(builds),
        builds_without_metadata=int((~flags(builds["has_metadata"], False)).sum()),
        builds_without_end=int(builds["end_time"].isna().sum()),
        builds_retried=int((~flags(builds["final"], True)).sum()),
        builds_nonvoting=int((~flags(builds["voting"], True)).sum()),
        hits=len(base.hit_row),
        signatures=len(base.signatures),
        pipelines=pipelines,
        main_pipeline=_main(pipelines, settings),
        cis=_names(base, "ci"),
        jobs=len(_names(base, "job")),
        projects=len(_names(base, "project")),
        unrated=tuple(name for name in unrated(tables) if name in _names(base, "ci")),
        coverage_threshold=settings.coverage_threshold,
        windows={name: until - pd.Timedelta(days=days) for name, days in WINDOWS.items()},
        design_effect=_design_effect(base),
    )


def _main(pipelines: tuple[str, ...], settings: StatsSettings) -> str | None:
    if settings.main_pipeline in pipelines:
        return settings.main_pipeline
    return pipelines[0] if pipelines else None


def _names(base: Base, dimension: str) -> tuple[str, ...]:
    """Values of a dimension that builds of the store have, sorted; unknown ones are none."""
    coded = base.dims[dimension]
    used = np.unique(coded.codes)
    return tuple(str(name) for name in coded.values[used[used < len(coded.values) - 1]])


def _design_effect(base: Base) -> float:
    """Of failed builds out of completed ones, voting, the last 28 d; 1 without builds."""
    chosen = base.voting & base.within(0, WINDOWS["28d"]) & (base.outcome <= FAILURE)
    moments = cluster_counts(base, base.outcome == FAILURE, np.where(chosen, 0, -1), 1)
    return float(moments.n[0] / effective(moments)[0]) if moments.n[0] else 1.0
