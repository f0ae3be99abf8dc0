"""Negative votes of a broken CI that still stand on open changes although it has recovered since."""

from __future__ import annotations

import numpy as np
import pandas as pd

from generator.stats.base import DAY, NO_TIME, flags, microseconds
from generator.stats.intervals import Bools, Ints
from generator.stats.rates import table, timestamps
from generator.stats.third_party import streaks
from generator.stats.third_party.base import Base
from generator.stats.third_party.expected import HALF_YEAR
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
    recovered = _recovered(base, votes["ci"].to_numpy(np.int64), at)
    rows = np.flatnonzero(recovered != NO_TIME)
    patches, changes = base.patches, base.tables.changes
    change_row = patches.change_row[patch[rows]]
    return table("third_party_standing", {
        "ci": np.array([ci.id for ci in base.cis], dtype=object)[votes["ci"].to_numpy(np.int64)[rows]],
        "server": patches.server[patch[rows]], "change": patches.change[patch[rows]],
        "patchset": patches.patchset[patch[rows]], "project": patches.project[patch[rows]],
        "subject": changes["subject"].astype(object).iloc[change_row].to_numpy(),
        "label": votes["label"].astype(object).to_numpy()[rows], "value": votes["value"].to_numpy()[rows],
        "time": timestamps(at[rows]), "recovered": timestamps(recovered[rows]),
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


def _recovered(base: Base, ci: Ints, at: Ints) -> Ints:
    """When the row of failures ended in which each vote was given; `NO_TIME`: not yet, or in none.

    A vote of a CI that was not broken says something of its patch: it stands with reason.
    """
    runs = streaks.runs(streaks.verdicts(base, base.until - HALF_YEAR * DAY), base.settings.settings.broken)
    recovered = np.full(len(ci), NO_TIME)
    for one in np.unique(ci):
        mine = np.flatnonzero(ci == one)
        ended = runs.broken & (runs.ci == one) & (runs.ended != NO_TIME)
        follows = np.searchsorted(runs.ended[ended], at[mine], side="right")
        within = np.append(runs.start[ended], FOREVER)[follows] <= at[mine]
        recovered[mine] = np.where(within, np.append(runs.ended[ended], NO_TIME)[follows], NO_TIME)
    return recovered
