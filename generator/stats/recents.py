"""Single builds to look at: the newest hits of a signature, failures of a job, and unclassified failures."""

from __future__ import annotations

import numpy as np
import pandas as pd

from generator.stats.base import FAILURE, Base
from generator.stats.intervals import Bools, Ints
from generator.stats.rates import build_columns, table
from generator.stats.settings import WINDOWS, StatsSettings
from generator.tables import Tables


def _newest_first(base: Base, builds: Ints) -> Ints:
    """An order of the builds: newest first, those of one moment by uuid."""
    uuid = base.builds["build_uuid"].take(base.rows[builds]).to_numpy(dtype=object)
    return np.lexsort((uuid, -base.end[builds]))


def _head(group: Ints, limit: int) -> Bools:
    """The first `limit` elements of each group, in the order in which they stand."""
    place = pd.Series(group).groupby(group).cumcount().to_numpy()
    kept: Bools = place < limit
    return kept


def recent_hits(base: Base, tables: Tables, settings: StatsSettings) -> pd.DataFrame:
    """The table `recent_hits`: by signature, newest first; builds of any outcome, voting or not."""
    order = _newest_first(base, base.hit_build)
    order = order[np.argsort(base.hit_signature[order], kind="stable")]
    order = order[_head(base.hit_signature[order], settings.recent_hits)]
    lines = tables.hits.take(base.hit_row[order]).reset_index(drop=True)
    return table("recent_hits", {
        **build_columns(base, base.hit_build[order]),
        "signature": base.signatures[base.hit_signature[order]],
        "voting": base.voting[base.hit_build[order]],
        "lines": lines["lines"].fillna(1),
        "assumed": lines["assumed"].fillna(False),
        **{name: lines[name] for name in ("file", "line", "excerpt", "excerpt_line")},
    })  # fmt: skip


def recent_failures(base: Base, settings: StatsSettings) -> pd.DataFrame:
    """The table `recent_failures`: by job, newest first; voting or not."""
    failed = np.flatnonzero(base.outcome == FAILURE)
    job = base.dims["job"]
    failed = failed[_newest_first(base, failed)]
    failed = failed[np.argsort(job.codes[failed], kind="stable")]
    failed = failed[_head(job.codes[failed], settings.recent_failures)]
    chosen = np.isin(base.hit_build, failed)
    names = pd.Series(base.signatures[base.hit_signature[chosen]], dtype=object)
    ids = names.groupby(base.hit_build[chosen]).agg(lambda x: ", ".join(sorted(x)))
    return table("recent_failures", {
        **build_columns(base, failed), "signatures": ids.reindex(failed, fill_value=""),
        "examined": base.examined[failed], "voting": base.voting[failed],
    })  # fmt: skip


def unclassified(base: Base, tables: Tables) -> pd.DataFrame:
    """The table `unclassified`: voting builds of the last 10 d, newest first, with the likeliest line."""
    of = base.voting & base.examined & (base.outcome == FAILURE) & ~base.has_hit
    builds = np.flatnonzero(of & base.within(0, WINDOWS["10d"]))
    builds = builds[_newest_first(base, builds)]
    columns = build_columns(base, builds)
    lines = _likeliest_first(tables.failure_lines)
    best = lines.drop_duplicates("build_uuid").set_index("build_uuid").reindex(columns["build_uuid"])
    return table("unclassified", {
        **columns, "file": best["file"], "line": best["line"], "text": best["text"].fillna("")
    })  # fmt: skip


def failure_lines(unclassified: pd.DataFrame, tables: Tables) -> pd.DataFrame:
    """The table `failure_lines`: of the builds of `unclassified`, in their order, the likeliest first."""
    place = pd.Series(range(len(unclassified)), index=unclassified["build_uuid"])
    lines = tables.failure_lines[tables.failure_lines["build_uuid"].isin(place.index)]
    lines = _likeliest_first(lines)
    return table("failure_lines", lines.iloc[lines["build_uuid"].map(place).argsort(kind="stable")])


def _likeliest_first(lines: pd.DataFrame) -> pd.DataFrame:
    """By build, and within each the likeliest line first."""
    order = ["build_uuid", "score", "file", "line"]
    return lines.sort_values(order, ascending=[True, False, True, True], kind="stable")
