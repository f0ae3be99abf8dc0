"""What the results of CIs are: by comment, and by job."""

from __future__ import annotations

import numpy as np
import pandas as pd

from generator.model import OUTCOMES
from generator.stats.base import microseconds
from generator.stats.intervals import Ints
from generator.stats.rates import Columns, table, timestamps
from generator.stats.third_party.base import Base
from generator.stats.third_party.said import UNREAD


def columns(base: Base) -> Columns:
    """The columns of the scoreboard on comments of the 28 d, one element a CI."""
    said, size = base.comments, len(base.cis)
    recent = base.recent(said.time)
    counted = {name: recent & (said.outcome == code) for code, name in enumerate(OUTCOMES)}
    counted |= {"unread": recent & (said.kind == UNREAD), "comments": recent}
    return {name: np.bincount(said.ci[use], minlength=size) for name, use in counted.items()}


def results_of(base: Base, comment: Ints) -> pd.DataFrame:
    """The rows of `job_results` of comments of the base, with the comment's index as `at`; in order."""
    results = base.tables.job_results
    if not len(comment):
        return results.iloc[:0].assign(at=np.zeros(0, dtype=np.int64))
    times = base.comments.time[comment]
    told = microseconds(results["time"])
    near = results[(told >= times.min()) & (told <= times.max())]
    names = base.tables.comments["comment"].take(base.comments.row[comment]).astype(object)
    at = pd.Index(names).get_indexer(pd.Index(near["comment"].astype(object)))
    found = near[at >= 0].assign(at=comment[at[at >= 0]])
    ordered: pd.DataFrame = found.sort_values(["at", "row"], kind="stable")
    return ordered


def jobs(base: Base) -> pd.DataFrame:
    """The table `third_party_jobs`: the results of each job of each CI in 28 d, alphabetical."""
    comment = np.flatnonzero(base.recent(base.comments.time))
    found = results_of(base, comment)
    ids = np.array([ci.id for ci in base.cis], dtype=object)
    told = pd.DataFrame({
        "ci": ids[base.comments.ci[found["at"]]], "job": found["job"].astype(object).to_numpy(),
        "time": microseconds(found["time"]),
    })  # fmt: skip
    for name in OUTCOMES:
        told[name] = found["outcome"].eq(name).to_numpy(dtype=np.bool_)
    summed = told.groupby(["ci", "job"], sort=True).agg(
        last=("time", "max"), **{name: (name, "sum") for name in OUTCOMES}
    )
    last = timestamps(summed["last"].to_numpy(dtype=np.int64))
    return table("third_party_jobs", summed.reset_index().assign(last=last))
