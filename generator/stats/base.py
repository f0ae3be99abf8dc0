"""One row a build that counts, as codes and numbers: what every statistic is computed from."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from generator.model import OUTCOMES
from generator.stats.columns import UNKNOWN
from generator.stats.intervals import Bools, Ints
from generator.stats.settings import StatsSettings
from generator.tables import Tables

#: Microseconds.
HOUR = 3_600_000_000
DAY = 24 * HOUR
NO_TIME = np.iinfo(np.int64).min
#: An end_time before the year 2000 is a clock that was never set: it is in no window.
EARLIEST = 946_684_800_000_000

SUCCESS, FAILURE, INFRA, NEUTRAL = range(len(OUTCOMES))
DIMENSIONS = ("ci", "job", "pipeline", "project", "branch", "provider")

Texts = NDArray[np.object_]


@dataclass(frozen=True)
class Coded:
    """A column of few different texts: a code a row, and the sorted texts; the last one is `(unknown)`."""

    codes: Ints
    values: Texts


@dataclass(frozen=True)
class Base:
    """Builds that are final and ended at or before `until`; arrays of one element a build unless said."""

    #: Positions of the builds in `builds`, all builds, each uuid once; and that table.
    rows: Ints
    builds: pd.DataFrame
    #: Where the windows end, microseconds since 1970: the newest credible end_time, else `now`.
    until: int
    end: Ints
    #: Full periods of 24 h between the end and `until`.
    slot: Ints
    outcome: Ints
    voting: Bools
    examined: Bools
    #: Builds of one change, or of one buildset where there is no change, share a number.
    cluster: Ints
    #: Its CI shows builds that passed: rates can be out of them.
    rated: Bools
    #: Position in `query_sets`; −1: not known.
    query_set: Ints
    query_sets: Texts
    dims: dict[str, Coded]
    #: Codes of the pipelines with rows of their own, most builds in 28 d first.
    pipelines: Ints
    #: One element a hit: the build (an index into the arrays above), the signature, its row in `hits`.
    hit_build: Ints
    hit_signature: Ints
    hit_row: Ints
    signatures: Texts
    #: Builds with at least one hit.
    has_hit: Bools

    @property
    def classified(self) -> Bools:
        """Failed builds with at least one hit."""
        failed: Bools = self.outcome == FAILURE
        return self.has_hit & failed

    def within(self, start: int, stop: int) -> Bools:
        """Builds of the 24-hour slots `start` (the newest is 0) up to, not including, `stop`."""
        inside: Bools = (self.slot >= start) & (self.slot < stop)
        return inside


def microseconds(times: pd.Series[Any]) -> Ints:
    """UTC times as microseconds since 1970; `NO_TIME` for nulls."""
    naive = times.dt.tz_convert("UTC").dt.tz_localize(None)
    return np.asarray(naive, dtype="datetime64[us]").view(np.int64)


def flags(column: pd.Series[Any], null: bool) -> Bools:
    """A nullable boolean column as numpy's, nulls as `null`."""
    filled: Bools = column.fillna(null).to_numpy(dtype=np.bool_)
    return filled


def coded(column: pd.Series[Any]) -> Coded:
    """Codes and sorted values of a text column; nulls get the last code."""
    codes, values = pd.factorize(column, sort=True)
    texts = np.append(np.asarray(values, dtype=object), UNKNOWN)
    return Coded(np.where(codes < 0, len(values), codes).astype(np.int64), texts)


def unique_builds(builds: pd.DataFrame) -> pd.DataFrame:
    """Each build once, as it was collected last."""
    if builds["build_uuid"].is_unique:
        return builds
    newest = builds.sort_values(["collected", "end_time"], kind="stable")
    return newest.drop_duplicates("build_uuid", keep="last").sort_index().reset_index(drop=True)


def unrated(tables: Tables) -> list[str]:
    """The CIs of which no source can show builds that passed."""
    shows = tables.sources["passed"].fillna(True).astype(bool).groupby(tables.sources["ci"]).any()
    return [str(ci) for ci in shows.index[~shows.to_numpy(dtype=np.bool_)]]


def newest_end(builds: pd.DataFrame) -> int | None:
    """The newest end_time that is not after its collection, microseconds; None if there is none."""
    end, collected = microseconds(builds["end_time"]), microseconds(builds["collected"])
    credible = end[(end >= EARLIEST) & (end <= collected)]
    return int(credible.max()) if len(credible) else None


def clusters(builds: pd.DataFrame, project: Ints) -> Ints:
    """A number for each build, shared by builds of one change of a project, else of one buildset."""
    change = builds["change"].to_numpy(dtype=np.int64, na_value=-1)
    by_change, _ = pd.factorize(project + (project.max(initial=0) + 1) * change)
    buildset, _ = pd.factorize(builds["buildset"])
    size = len(builds)
    alone = np.where(buildset >= 0, size + buildset, 2 * size + np.arange(size))
    return np.where(change >= 0, by_change, alone).astype(np.int64)


def make(tables: Tables, settings: StatsSettings, now: pd.Timestamp, bound: datetime | None = None) -> Base:
    """The base of all statistics of these tables; windows end at `bound`, else at the newest data."""
    builds = unique_builds(tables.builds)
    until = _end(builds, now) if bound is None else int(pd.Timestamp(bound).value // 1000)
    end = microseconds(builds["end_time"])
    rows = np.flatnonzero((end >= EARLIEST) & (end <= until) & flags(builds["final"], True))
    hit_build, hit_signature, hit_row, signatures = _hits(tables, builds, rows)
    dims = {name: coded(builds[name]) for name in DIMENSIONS}
    cluster = clusters(builds, dims["project"].codes)[rows]
    dims = {name: Coded(c.codes[rows], c.values) for name, c in dims.items()}
    query_set, query_sets = pd.factorize(builds["query_set"], sort=True)
    slot = (until - end[rows]) // DAY
    has_hit = np.zeros(len(rows), dtype=np.bool_)
    has_hit[hit_build] = True
    outcome = pd.Categorical(builds["outcome"], categories=OUTCOMES).codes.astype(np.int64)[rows]
    return Base(
        rows=rows, builds=builds, until=until, end=end[rows], slot=slot,
        outcome=np.where(outcome < 0, NEUTRAL, outcome),
        voting=flags(builds["voting"], True)[rows],
        # a hit proves that the logs were read
        examined=flags(builds["examined"], False)[rows] | has_hit,
        cluster=cluster, rated=~np.isin(dims["ci"].values, unrated(tables))[dims["ci"].codes],
        query_set=query_set[rows].astype(np.int64),
        query_sets=np.asarray(query_sets, dtype=object), dims=dims,
        pipelines=_pipelines(dims["pipeline"], slot < 28, settings),
        hit_build=hit_build, hit_signature=hit_signature, hit_row=hit_row,
        signatures=signatures, has_hit=has_hit,
    )  # fmt: skip


def _end(builds: pd.DataFrame, now: pd.Timestamp) -> int:
    newest = newest_end(builds)
    return newest if newest is not None else int(now.value // 1000)


def _hits(tables: Tables, builds: pd.DataFrame, rows: Ints) -> tuple[Ints, Ints, Ints, Texts]:
    """Hits of builds that count, each once: their builds, signatures, rows in hits; and all signatures."""
    hits = tables.hits
    place = np.full(len(builds), -1, dtype=np.int64)
    place[rows] = np.arange(len(rows))
    found = pd.Index(builds["build_uuid"]).get_indexer(pd.Index(hits["build_uuid"]))
    build = np.where(found >= 0, place[found], -1) if len(builds) else np.full(len(hits), -1)
    present = tables.signatures.loc[tables.signatures["removed"].isna(), "signature"]
    names = pd.concat([present, hits["signature"]], ignore_index=True).dropna()
    signatures = np.asarray(sorted(names.unique()), dtype=object)
    signature = pd.Index(signatures).get_indexer(pd.Index(hits["signature"].astype(object)))
    kept = np.flatnonzero((build >= 0) & (signature >= 0))
    _, first = np.unique(build[kept] * max(len(signatures), 1) + signature[kept], return_index=True)
    kept = kept[first]
    return build[kept].astype(np.int64), signature[kept].astype(np.int64), kept, signatures


def _pipelines(pipeline: Coded, recent: Bools, settings: StatsSettings) -> Ints:
    """Codes of the pipelines that get rows of their own: most builds first, the main one among them."""
    count = np.bincount(pipeline.codes[recent], minlength=len(pipeline.values))
    order = np.argsort(-count, kind="stable")
    order = order[(count[order] > 0) & (order < len(pipeline.values) - 1)]
    chosen = order[: settings.max_pipelines]
    main = np.flatnonzero(pipeline.values[:-1] == settings.main_pipeline)
    if len(main) and main[0] in order and main[0] not in chosen:
        chosen = np.append(chosen[: settings.max_pipelines - 1], main)
    return chosen.astype(np.int64)
