"""Negative votes that still stand on open changes although the CI has recovered since."""

from __future__ import annotations

import numpy as np
import pandas as pd

from generator.stats.base import DAY, NO_TIME, flags, microseconds
from generator.stats.intervals import Bools, Ints
from generator.stats.rates import table, timestamps
from generator.stats.third_party import streaks
from generator.stats.third_party.base import Base
from generator.stats.third_party.expected import HALF_YEAR
from generator.stats.third_party.gate import FAILED
from generator.stats.third_party.keys import PATCHSET, numbered
from generator.stats.third_party.patches import FOREVER

_VOTE = ["ci", "patch", "account", "label"]
_COLUMNS = [*_VOTE, "value", "at"]


def standing(base: Base) -> pd.DataFrame:
    """The table `third_party_standing`, by CI, then by time; only votes whose CI has recovered."""
    current, whole = _current(base)
    spoken = _spoken(base, current)
    votes = pd.concat([spoken[~whole[spoken["patch"]]], _given(base, current & whole, spoken)])
    votes = votes[(votes["value"] < 0) & (votes["at"] != NO_TIME)]
    votes = votes.sort_values(["ci", "at", "patch", "account", "label"], kind="stable")
    patch, at = votes["patch"].to_numpy(np.int64), votes["at"].to_numpy(np.int64)
    recovered, broken = _recovered(base, votes["ci"].to_numpy(np.int64), patch, at)
    rows = np.flatnonzero(recovered != NO_TIME)
    patches, changes = base.patches, base.tables.changes
    change_row = patches.change_row[patch[rows]]
    return table("third_party_standing", {
        "ci": np.array([ci.id for ci in base.cis], dtype=object)[votes["ci"].to_numpy(np.int64)[rows]],
        "server": patches.server[patch[rows]], "change": patches.change[patch[rows]],
        "patchset": patches.patchset[patch[rows]], "project": patches.project[patch[rows]],
        "subject": changes["subject"].astype(object).iloc[change_row].to_numpy(),
        "label": votes["label"].astype(object).to_numpy()[rows], "value": votes["value"].to_numpy()[rows],
        "time": timestamps(at[rows]), "recovered": timestamps(recovered[rows]), "broken": broken[rows],
    })  # fmt: skip


def counts(base: Base, found: pd.DataFrame) -> Ints:
    """How many rows of `third_party_standing` each CI has."""
    place = pd.Index([ci.id for ci in base.cis]).get_indexer(pd.Index(found["ci"]))
    return np.bincount(place, minlength=len(base.cis)).astype(np.int64)


def _current(base: Base) -> tuple[Bools, Bools]:
    """Which patch sets are the current ones of open changes; and of which changes the table has all votes."""
    changes, row = base.tables.changes, base.patches.change_row
    is_open = np.append(changes["status"].eq("NEW").fillna(False).to_numpy(dtype=np.bool_), False)[row]
    number = np.append(changes["current"].to_numpy(dtype=np.int64, na_value=-1), -1)[row]
    return is_open & (number == base.patches.patchset), np.append(flags(changes["whole"], False), False)[row]


def _spoken(base: Base, current: Bools) -> pd.DataFrame:
    """The newest vote that comments tell of each account and label on the current patch sets."""
    said = base.comments
    vote, label, account = (
        base.tables.comments[name].take(said.row) for name in ("vote", "label", "account")
    )
    told = vote.notna().to_numpy(dtype=np.bool_) & (said.patch >= 0) & np.append(current, False)[said.patch]
    frame = pd.DataFrame({
        "ci": said.ci[told], "patch": said.patch[told], "account": account[told].astype(object).to_numpy(),
        "label": label[told].astype(object).to_numpy(), "value": vote[told].to_numpy(np.int64),
        "at": said.time[told],
    })  # fmt: skip
    return frame.drop_duplicates(_VOTE, keep="last")


def _given(base: Base, wanted: Bools, spoken: pd.DataFrame) -> pd.DataFrame:
    """The votes of the table on these patch sets; the comment tells when, where the table does not."""
    votes, patches = base.tables.votes, base.patches
    names = {"server": patches.server, "change": patches.change, "patchset": patches.patchset}
    known = pd.DataFrame(names)[wanted].astype(votes[list(names)].dtypes.to_dict())
    asked, there = numbered([votes, known], PATCHSET)
    place = np.full(max(asked.max(initial=-1), there.max(initial=-1)) + 1, -1)
    place[there] = np.flatnonzero(wanted)
    ci, at, patch = base.ci_of(votes), microseconds(votes["time"]), place[asked]
    rows = np.flatnonzero((ci >= 0) & (patch >= 0) & (at <= base.until))
    found = votes[["account", "label", "value"]].take(rows).astype(object)
    found = found.assign(ci=ci[rows], patch=patch[rows], at=at[rows])
    said = spoken.rename(columns={"at": "said_at"})[[*_VOTE, "said_at"]]
    found = found.merge(said, on=_VOTE, how="left")
    unknown = (found["at"] == NO_TIME) & found["said_at"].notna()
    return found.assign(at=found["at"].mask(unknown, found["said_at"]))[_COLUMNS]


def _recovered(base: Base, ci: Ints, patch: Ints, at: Ints) -> tuple[Ints, Bools]:
    """When the CI of each vote recovered after it (`NO_TIME`: not yet); whether it was broken at the vote.

    It has with the success that ended a row of failures that was its own; or, unless it is broken now, with
    one on another change. Where the gate failed too, a vote of a CI that was not broken is the patch's.
    """
    told = streaks.verdicts(base, base.until - HALF_YEAR * DAY)
    runs = streaks.runs(told, base.settings.settings.broken)
    broken_now = streaks.open_runs(runs, len(base.cis))["broken"]
    change = base.patches.change_index[patch]
    recovered, broken = np.full(len(ci), NO_TIME), np.zeros(len(ci), dtype=np.bool_)
    for one in np.unique(ci):
        mine = np.flatnonzero(ci == one)
        ended = runs.broken & (runs.ci == one) & (runs.ended != NO_TIME)
        follows = np.searchsorted(runs.ended[ended], at[mine], side="right")
        recovered[mine] = np.append(runs.ended[ended], NO_TIME)[follows]
        broken[mine] = np.append(runs.start[ended], FOREVER)[follows] <= at[mine]
        if not broken_now[one]:
            success = ~told.failed & (told.ci == one) & (told.change >= 0)
            other = _next_other(told.time[success], told.change[success], at[mine], change[mine])
            other[base.gate[patch[mine]] == FAILED] = FOREVER
            either = np.minimum(other, np.where(recovered[mine] == NO_TIME, FOREVER, recovered[mine]))
            recovered[mine] = np.where(either == FOREVER, NO_TIME, either)
    return recovered, broken


def _next_other(time: Ints, change: Ints, after: Ints, own: Ints) -> Ints:
    """The first of the sorted times after each of `after` that is not of its own change; `FOREVER`: none."""
    last_of_row = np.append(np.flatnonzero(np.diff(change)), len(change) - 1)
    at = np.searchsorted(time, after, side="right")
    row_end = np.append(last_of_row, len(change))[np.searchsorted(last_of_row, at)]
    skipped = np.where(np.append(change, -1)[at] == own, row_end + 1, at)
    return np.append(time, [FOREVER, FOREVER])[skipped]
