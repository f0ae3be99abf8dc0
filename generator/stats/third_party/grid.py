"""The newest patch sets of the projects of the roster, and every result that CIs told of them."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd

from generator.model import OUTCOMES
from generator.stats.base import NO_TIME, Texts
from generator.stats.intervals import Ints
from generator.stats.rates import table, timestamps
from generator.stats.third_party import gate, said
from generator.stats.third_party.base import Base
from generator.stats.third_party.describe import patchset_columns
from generator.stats.third_party.mix import results_of
from generator.stats.third_party.said import RESULT, UNREAD

#: Patch sets of a project that are shown.
NEWEST = 50
_GATE = {gate.PASSED: "passed", gate.FAILED: "failed", gate.NONE: "none"}


def newest(base: Base) -> Ints:
    """The newest patch sets of each project that a CI watches; by project, the newest first."""
    known = base.patches
    projects = [p for p in pd.unique(known.project) if p and any(ci.watches(p, None) for ci in base.cis)]
    code = pd.Index(sorted(projects)).get_indexer(pd.Index(known.project))
    rows = np.flatnonzero((code >= 0) & (known.created != NO_TIME))
    order = (-known.patchset[rows], -known.change[rows], -known.created[rows], code[rows])
    rows = rows[np.lexsort(order)]
    rank = np.arange(len(rows)) - np.searchsorted(code[rows], code[rows])
    shown: Ints = rows[rank < NEWEST]
    return shown


def patchsets(base: Base, shown: Ints) -> pd.DataFrame:
    """The table `third_party_patchsets`."""
    return table("third_party_patchsets", {
        **patchset_columns(base, shown), "created": timestamps(base.patches.created[shown]),
        "gate": [_GATE[said] for said in base.gate[shown].tolist()],
    })  # fmt: skip


def results(base: Base, shown: Ints) -> pd.DataFrame:
    """The table `third_party_results`: all that CIs said on them, but starts and votes."""
    base, ids, accounts = _with_strangers(base, shown)
    told = base.comments
    comment = np.flatnonzero((told.kind == RESULT) | (told.kind == UNREAD))
    comment = comment[np.lexsort((told.time[comment], told.patch[comment], told.ci[comment]))]
    pair = told.ci[comment] * max(len(base.patches), 1) + told.patch[comment]
    outcome = np.array([*OUTCOMES, "unread"], dtype=object)[told.outcome[comment]]
    return table("third_party_results", {
        **patchset_columns(base, told.patch[comment]),
        "ci": ids[told.ci[comment]], "account": accounts[told.ci[comment]],
        "time": timestamps(told.time[comment]), "vote": told.vote[comment], "outcome": outcome,
        "number": np.arange(len(pair)) - np.searchsorted(pair, pair) + 1,
        **_deciding(base, comment, outcome),
    })  # fmt: skip


def _with_strangers(base: Base, shown: Ints) -> tuple[Base, Texts, Texts]:
    """The base with all comments on these patch sets, and only them; id, or account, of each of its CIs.

    Accounts in no entry of the roster stand behind the CIs of it, so that no result is missing.
    """
    told = base.tables.comments
    ci, of_gate = base.accounts.of(told)
    here = np.append(np.isin(np.arange(len(base.patches)), shown), False)[base.comment_patch]
    account = told["account"].astype(object)
    stranger = here & (ci < 0) & ~of_gate & account.notna().to_numpy(dtype=np.bool_)
    code, names = pd.factorize(account[stranger], sort=True)
    ci = np.where(here, ci, -1)
    ci[stranger] = len(base.cis) + code
    comments = said.comments(base.tables, ci, base.comment_patch, base.until)
    ids = np.array([*(ci.id for ci in base.cis), *(None for _ in names)], dtype=object)
    accounts = np.array([*(None for _ in base.cis), *names], dtype=object)
    return replace(base, comments=comments), ids, accounts


def _deciding(base: Base, comment: Ints, outcome: Texts) -> dict[str, list[str | None]]:
    """Word and link of the row that decided each comment: a voting one with its outcome, if there is one."""
    found = results_of(base, comment)
    own = pd.Series(outcome, index=comment)[found["at"]].to_numpy()
    found = found.assign(other=(found["outcome"].astype(object).to_numpy() != own), silent=~found["voting"])
    first = found.sort_values(["at", "other", "silent", "row"], kind="stable").drop_duplicates("at")
    same = first[~first["other"]].set_index("at")
    linked = found.dropna(subset=["url"]).sort_values(["at", "other", "silent", "row"], kind="stable")
    urls = linked.drop_duplicates("at").set_index("at")["url"].to_dict()
    words = same["result"].to_dict()
    return {
        "result": [words.get(at) for at in comment.tolist()],
        "url": [urls.get(at) for at in comment.tolist()],
    }
