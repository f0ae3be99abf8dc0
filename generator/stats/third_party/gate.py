"""What the gate said of each patch set: by its comments, and by the sets of builds of a Zuul."""

from __future__ import annotations

import numpy as np
import pandas as pd

from generator.stats.base import Texts, microseconds
from generator.stats.buildsets import FAILED as SET_FAILED
from generator.stats.buildsets import PASSED as SET_PASSED
from generator.stats.intervals import Bools, Ints
from generator.stats.third_party.keys import numbered
from generator.stats.third_party.patches import Patches
from generator.tables import Tables
from generator.third_party_settings import ThirdParty

PASSED, FAILED, NONE = 1, 0, -1


def gate(
    patches: Patches, tables: Tables, patch: Ints, counted: Bools, chosen: ThirdParty, until: int
) -> Ints:
    """For each patch set `PASSED` if it ever did, `FAILED` if it only failed, else `NONE`.

    `patch` is that of each comment; `counted` those that the gate's accounts wrote until then.
    """
    pipeline = tables.comments["pipeline"]
    ours = pipeline.isna() | pipeline.isin(list(chosen.settings.gate_pipelines))
    rows = np.flatnonzero(counted & (patch >= 0) & ours.to_numpy(dtype=np.bool_))
    outcome = tables.comments["outcome"].iloc[rows]
    verdict = np.full(len(patches), NONE, dtype=np.int64)
    sets, passed = _sets(patches, tables, chosen, until)
    for value, word, found in ((FAILED, "failure", sets[~passed]), (PASSED, "success", sets[passed])):
        verdict[patch[rows[outcome.eq(word).fillna(False).to_numpy(dtype=np.bool_)]]] = value
        verdict[found] = value
    return verdict


def _sets(patches: Patches, tables: Tables, chosen: ThirdParty, until: int) -> tuple[Ints, Bools]:
    """The patch sets that sets of builds of the gate's pipelines passed or failed on."""
    sets = tables.buildsets
    own = {ci for ci in sets["ci"].dropna().unique() if chosen.roster.of(str(ci)) is not None}
    use = (
        sets["pipeline"].isin(list(chosen.settings.gate_pipelines))
        & sets["result"].isin([SET_PASSED, SET_FAILED])
        & ~sets["ci"].isin(list(own))
        & sets["change"].notna()
    ).to_numpy(dtype=np.bool_) & (microseconds(sets["end_time"]) <= until)
    used = sets[use]
    number = pd.to_numeric(used["patchset"].astype(object), errors="coerce").fillna(-1).to_numpy(np.float64)
    named = _named(used["project"].astype(object).to_numpy(), used["change"].to_numpy(np.int64), number)
    known = _named(patches.project, patches.change, patches.patchset.astype(np.float64))
    asked, there = numbered([named, known], ("project", "change", "patchset"))
    place = np.full(int(max(asked.max(initial=-1), there.max(initial=-1))) + 1, -1, dtype=np.int64)
    place[there] = np.arange(len(there))
    found = place[asked]
    passed = used["result"].eq(SET_PASSED).to_numpy(dtype=np.bool_)
    return found[found >= 0], passed[found >= 0]


def _named(project: Texts, change: Ints, patchset: object) -> pd.DataFrame:
    return pd.DataFrame({"project": project, "change": change, "patchset": patchset})
