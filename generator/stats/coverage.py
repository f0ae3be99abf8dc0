"""What was seen and what was not: coverage, freshness, what was skipped, what is odd."""

from __future__ import annotations

import numpy as np
import pandas as pd

from generator.model import OUTCOMES
from generator.stats.base import DAY, EARLIEST, NO_TIME, Base, flags, microseconds
from generator.stats.intervals import Bools
from generator.stats.rates import stacked, table
from generator.stats.settings import WINDOWS
from generator.tables import Tables


def coverage(base: Base) -> pd.DataFrame:
    """The table `coverage`: final builds, voting or not, by CI and outcome.

    Not by source: of builds that ran, the one that tells them may be another than the one that examines them.
    """
    ci = base.dims["ci"]
    shape = (len(ci.values), len(OUTCOMES))
    key = np.ravel_multi_index((ci.codes, base.outcome), shape)
    parts = []
    for window in ("28d", "7d"):
        inside = base.within(0, WINDOWS[window])
        keys, code = np.unique(key[inside], return_inverse=True)
        run = np.bincount(code, minlength=len(keys))
        examined = np.bincount(code, weights=base.examined[inside], minlength=len(keys)).astype(np.int64)
        of = np.unravel_index(keys, shape)
        parts.append(table("coverage", {
            "ci": ci.values[of[0]],
            "outcome": np.asarray(OUTCOMES, dtype=object)[of[1]],
            "window": np.full(len(keys), window, dtype=object), "run": run, "examined": examined,
            "rate": examined / np.maximum(run, 1),
        }))  # fmt: skip
    return stacked("coverage", parts)


def freshness(base: Base) -> pd.DataFrame:
    """The table `freshness`: one row a CI, of all builds in the store."""
    builds = base.builds
    newest = builds["end_time"].where(~_after_collection(builds))
    frame = pd.DataFrame({"ci": builds["ci"], "newest": newest, "collected": builds["collected"]})
    by_ci = frame.groupby("ci", sort=True).agg(
        newest=("newest", "max"), collected=("collected", "max"), builds=("ci", "size")
    )
    return table("freshness", by_ci.reset_index())


def skipped(tables: Tables) -> pd.DataFrame:
    """The table `skipped`: by reason and source, most first, with an example."""
    rows = tables.skipped.sort_values(["reason", "source", "path"], kind="stable")
    by = rows.groupby(["reason", "source"], dropna=False, sort=True)
    frame = by.agg(count=("reason", "size"), path=("path", "first"), detail=("detail", "first")).reset_index()
    return table("skipped", frame.sort_values("count", ascending=False, kind="stable"))


def odd(base: Base, tables: Tables) -> pd.DataFrame:
    """The table `odd`: builds and hits that were kept though something about them is odd."""
    builds = base.builds
    started, ended = microseconds(builds["start_time"]), microseconds(builds["end_time"])
    known = pd.Index(builds["build_uuid"])
    kinds: list[tuple[str, pd.Series[str], Bools]] = [
        ("no metadata", builds["build_uuid"], ~flags(builds["has_metadata"], False)),
        ("no end time: in no window", builds["build_uuid"], ended == NO_TIME),
        ("ends before the year 2000: in no window", builds["build_uuid"],
         (ended != NO_TIME) & (ended < EARLIEST)),
        ("ends after its collection", builds["build_uuid"], _after_collection(builds)),
        ("ends after the newest data: in no window", builds["build_uuid"], ended > base.until),
        ("ends before it starts", builds["build_uuid"], (ended != NO_TIME) & (ended < started)),
        ("result unknown", builds["build_uuid"], builds["result"].isna().to_numpy(dtype=np.bool_)),
        ("voting unknown, taken as voting", builds["build_uuid"],
         builds["voting"].isna().to_numpy(dtype=np.bool_)),
        ("build twice, the newest kept", tables.builds["build_uuid"],
         tables.builds["build_uuid"].duplicated().to_numpy(dtype=np.bool_)),
        ("hit without its build", tables.hits["build_uuid"],
         known.get_indexer(pd.Index(tables.hits["build_uuid"])) < 0),
    ]  # fmt: skip
    found = [(kind, int(mask.sum()), ids[mask].min()) for kind, ids, mask in kinds if mask.any()]
    return table("odd", pd.DataFrame(found, columns=["kind", "count", "example"]))


def _after_collection(builds: pd.DataFrame) -> Bools:
    ended, collected = microseconds(builds["end_time"]), microseconds(builds["collected"])
    late: Bools = (ended != NO_TIME) & (ended > collected)
    return late


def day_start(microsecond: int) -> pd.Timestamp:
    """Midnight UTC of the day of a moment."""
    return pd.Timestamp(microsecond // DAY * DAY, unit="us", tz="UTC")
