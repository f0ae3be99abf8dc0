"""Accounts of CIs that no entry of the roster has, and comments that nobody could read."""

from __future__ import annotations

import numpy as np
import pandas as pd

from generator.stats.base import EARLIEST, microseconds
from generator.stats.rates import table, timestamps
from generator.stats.third_party.base import Base
from generator.stats.third_party.expected import HALF_YEAR
from generator.stats.third_party.keys import ACCOUNT
from generator.stats.third_party.patches import texts

#: Projects of an account that are named.
PROJECTS = 5


def _told(base: Base) -> pd.DataFrame:
    """Every comment of an account, up to the end of the windows; `ci` −1: none of the roster."""
    comments = base.tables.comments
    ci, of_gate = base.accounts.of(comments)
    time = microseconds(comments["time"])
    use = comments["account"].notna().to_numpy(dtype=np.bool_) & (time >= EARLIEST) & (time <= base.until)
    rows = np.flatnonzero(
        use & ((ci < 0) & ~of_gate | comments["kind"].eq("unread").to_numpy(dtype=np.bool_))
    )
    told = comments.take(rows)
    return pd.DataFrame({
        "server": told["server"].astype(object), "account": told["account"].astype(object),
        "kind": told["kind"].astype(object), "text": told["text"].astype(object), "time": time[rows],
        "ci": ci[rows], "gate": of_gate[rows], "patch": base.comment_patch[rows],
        "change": told["change"], "patchset": told["patchset"].fillna(0),
    })  # fmt: skip


def unknown(base: Base) -> pd.DataFrame:
    """The table `third_party_unknown`: most results first."""
    told = _told(base)
    told = told[(told["ci"] < 0) & ~told["gate"] & base.recent(told["time"].to_numpy(), HALF_YEAR)]
    project = texts(pd.Series(base.patches.project, dtype=object), told["patch"].to_numpy())
    told = told.assign(project=project, result=told["kind"].eq("result"))
    groups = told.groupby([*ACCOUNT], sort=True)
    found = groups.agg(
        comments=("kind", "size"), results=("result", "sum"), first=("time", "min"), last=("time", "max"),
        projects=("project", lambda of: ", ".join(of.value_counts().index[:PROJECTS])),
    ).reset_index()  # fmt: skip
    order = ["results", "comments", "account"]
    found = found.sort_values(order, ascending=[False, False, True]).reset_index(drop=True)
    names = [base.accounts.names.get(key) for key in zip(found["server"], found["account"], strict=True)]
    return table("third_party_unknown", found.assign(
        name=np.array(names, dtype=object),
        first=timestamps(found["first"].to_numpy(dtype=np.int64)),
        last=timestamps(found["last"].to_numpy(dtype=np.int64)),
    ))  # fmt: skip


def unread(base: Base) -> pd.DataFrame:
    """The table `third_party_unread`: of each CI, or else account, how many in 28 d, and the newest."""
    told = _told(base)
    told = told[told["kind"].eq("unread") & base.recent(told["time"].to_numpy())]
    told = told.sort_values("time", kind="stable")
    groups = told.groupby([*ACCOUNT, "ci"], sort=True)
    found = groups.tail(1).assign(count=groups["kind"].transform("size"))
    found = found.sort_values(["count", "account"], ascending=[False, True]).reset_index(drop=True)
    ids = np.array([*(ci.id for ci in base.cis), None], dtype=object)
    return table("third_party_unread", found.assign(
        ci=ids[found["ci"]], time=timestamps(found["time"].to_numpy(dtype=np.int64))
    ))  # fmt: skip
