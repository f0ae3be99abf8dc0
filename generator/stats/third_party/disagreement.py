"""Where a CI and the gate say different things of the same patch set."""

from __future__ import annotations

import numpy as np
import pandas as pd

from generator.model import OUTCOMES
from generator.stats.base import FAILURE, SUCCESS
from generator.stats.intervals import Bools, Ints
from generator.stats.rates import Columns, table, timestamps
from generator.stats.third_party import gate
from generator.stats.third_party.base import Base
from generator.stats.third_party.describe import patchset_columns
from generator.stats.third_party.mix import results_of
from generator.stats.third_party.reporting import prefixed

#: What is listed of a CI and kind, the newest; and jobs of each.
LISTED, JOBS = 100, 5
#: Name of the kind, and of its rate; what the gate said and what the CI says.
_KINDS = (("failed", "disagree", gate.PASSED, FAILURE), ("passed", "converse", gate.FAILED, SUCCESS))


def _compared(base: Base, said: int) -> Ints:
    """Verdicts on patch sets, created in 28 d, of which the gate said this."""
    v = base.verdicts
    return np.flatnonzero((base.gate[v.patch] == said) & base.recent(base.patches.created[v.patch]))


def columns(base: Base) -> Columns:
    """The columns of the scoreboard on disagreement, one element a CI."""
    v = base.verdicts
    made: Columns = {}
    for _, prefix, said, outcome in _KINDS:
        rows = _compared(base, said)
        differs: Bools = v.outcome[rows] == outcome
        made |= prefixed(prefix, base.moments(v.ci[rows], v.patch[rows], differs))
    return made


def disagreements(base: Base) -> pd.DataFrame:
    """The table `third_party_disagreements`: of each CI and kind the newest first."""
    return table("third_party_disagreements", pd.concat([_listed(base, *kind) for kind in _KINDS]))


def _listed(base: Base, kind: str, _: str, said: int, outcome: int) -> pd.DataFrame:
    v = base.verdicts
    rows = _compared(base, said)
    rows = rows[v.outcome[rows] == outcome]
    rows = rows[np.lexsort((-v.time[rows], v.ci[rows]))]
    rows = rows[np.arange(len(rows)) - np.searchsorted(v.ci[rows], v.ci[rows]) < LISTED]
    ids = np.array([ci.id for ci in base.cis], dtype=object)
    return pd.DataFrame({
        "ci": ids[v.ci[rows]], "kind": kind, **patchset_columns(base, v.patch[rows]),
        "time": timestamps(v.time[rows]), "jobs": _jobs(base, v.comment[rows], outcome),
    })  # fmt: skip


def _jobs(base: Base, comment: Ints, outcome: int) -> list[str | None]:
    """Of each comment the jobs with this outcome; None: it names none."""
    found = results_of(base, comment)
    same = found[found["outcome"].eq(OUTCOMES[outcome]).to_numpy(dtype=np.bool_)]
    same = same.drop_duplicates(["at", "job"])
    jobs: dict[int, list[str]] = {}
    for at, job in zip(same["at"].tolist(), same["job"].tolist(), strict=True):
        jobs.setdefault(at, []).append(job)
    return [", ".join(jobs[at][:JOBS]) if at in jobs else None for at in comment.tolist()]
