"""What sources did not answer completely: on which days, of which CIs, for which signatures."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from generator.model import NOT_USABLE, OF_REVIEWS
from generator.stats.base import DAY, Base, Coded, microseconds
from generator.stats.cells import scopes
from generator.stats.intervals import Bools, Ints
from generator.stats.rates import table
from generator.stats.settings import WINDOWS
from generator.tables import Tables

Marks = NDArray[np.float32]
_NAMED = 3


@dataclass(frozen=True)
class Gaps:
    """A gap is a day of a source that was not answered completely; one element, or one row, a gap."""

    #: Midnight, microseconds since 1970; and the gaps that are within the window of a name.
    day: Ints
    within: dict[str, Bools]
    #: Gaps × CIs (codes of `Base.dims`), 0 or 1: the source may have builds of it.
    cis: Marks
    #: The builds themselves are not known.
    builds: Bools
    #: Sets of builds may be missing.
    sets: Bools
    #: Builds may be unclassified only because of it.
    classes: Bools
    #: Gaps × signatures, 0 or 1: hits of it may be missing.
    signatures: Marks

    def reach(self, base: Base, group: Ints, groups: int) -> Bools:
        """Groups × gaps: the group has builds of a CI that the gap concerns."""
        ci: Coded = base.dims["ci"]
        use, width = group >= 0, len(ci.values)
        found = np.bincount(group[use] * width + ci.codes[use], minlength=groups * width).reshape(-1, width)
        return _any(found > 0, self.cis.T)

    def of_pipelines(self, base: Base) -> Bools:
        """The same for the groups of `scopes`: all pipelines together, then each of its own."""
        scoped = scopes(base, np.ones(len(base.end), dtype=np.bool_))
        return np.concatenate([self.reach(base, group, len(names)) for names, group in scoped])

    def on(self, starts: Ints) -> Bools:
        """Periods × gaps: the period that starts then is of the gap's day."""
        same: Bools = (starts // DAY * DAY)[:, None] == self.day[None, :]
        return same

    def windows(self, reach: Bools, window: str) -> Bools:
        """Groups with a gap in the window that leaves builds unknown or unclassified."""
        return np.asarray((reach & self.within[window] & self.classes).any(axis=1), dtype=np.bool_)

    def set_windows(self, reach: Bools, window: str) -> Bools:
        """Groups with a gap in the window that leaves sets of builds unknown."""
        return np.asarray((reach & self.within[window] & self.sets).any(axis=1), dtype=np.bool_)

    def periods(self, reach: Bools, starts: Ints) -> Bools:
        """The same by group and period, flattened."""
        return _any(reach & self.classes, self.on(starts).T).ravel()

    def signature_windows(self, reach: Bools, window: str) -> Bools:
        """By group and signature, flattened: its hits in the window may not be all."""
        return _any(reach & self.within[window], self.signatures).ravel()

    def signature_periods(self, reach: Bools, starts: Ints) -> Bools:
        """By group, period and signature, flattened: its hits in the period may not be all."""
        cells = reach[:, None, :] & self.on(starts)[None, :, :]
        return _any(cells, self.signatures).ravel()


def _any(left: Bools, right: NDArray[np.generic]) -> Bools:
    """The matrix product of 0 and 1, as truth."""
    found: Bools = left.astype(np.float32) @ right.astype(np.float32) > 0
    return found


def gaps(base: Base, tables: Tables, missing: pd.DataFrame) -> Gaps:
    """The gaps that the rows of `unanswered` make."""
    keys = pd.MultiIndex.from_frame(missing[["source", "day"]].astype(object))
    codes, _ = pd.factorize(keys)
    first = np.unique(codes, return_index=True)[1]
    day = microseconds(missing["day"].iloc[first])
    builds, sets, classes = (np.zeros(len(first), dtype=np.bool_) for _ in range(3))
    builds[codes[missing["builds"]]] = True
    sets[codes[missing["builds"] | missing["buildsets"]]] = True
    classes[codes[missing["builds"] | (missing["usual"] & ~missing["buildsets"])]] = True
    signatures = np.zeros((len(first), len(base.signatures)), dtype=np.float32)
    column = pd.Index(base.signatures).get_indexer(pd.Index(missing["signature"].astype(object)))
    signatures[codes[column >= 0], column[column >= 0]] = 1
    signatures[builds] = 1
    within = {
        name: (day <= base.until) & (day + DAY > base.until - days * DAY) for name, days in WINDOWS.items()
    }
    cis = _cis(base, tables, missing["source"].iloc[first])
    return Gaps(day, within, cis, builds, sets, classes, signatures)


def _cis(base: Base, tables: Tables, sources: pd.Series[str]) -> Marks:
    """Which CIs a source has builds of; one that never said may have builds of all."""
    names = pd.Index(base.dims["ci"].values)
    told = tables.sources.groupby("source")["ci"].agg(list).to_dict()
    marks = np.ones((len(sources), len(names)), dtype=np.float32)
    for i, source in enumerate(sources):
        if source in told:
            marks[i] = names.isin(told[source])
    return marks


def unanswered(tables: Tables, until: int) -> pd.DataFrame:
    """What was not answered: columns source, day, reason, builds, buildsets, signature, usual.

    A row is of the builds (`builds`), of the sets of them, or of a signature; `usual` tells whether the
    source has answered it for other days. A source that cannot be used has answered nothing since its last
    whole day, up to `until` (microseconds since 1970).
    """
    asked = _current(tables)
    whole = asked["reason"].isna()
    keys = pd.MultiIndex.from_frame(asked[["source", "query_hash"]].astype(object))
    asked["usual"] = keys.isin(keys[whole])
    found = asked.loc[~whole, ["source", "day", "reason", "builds", "buildsets", "signature", "usual"]]
    lost = pd.DataFrame(_unusable(tables, asked, until), columns=found.columns)
    return pd.concat([found, lost.astype(found.dtypes.to_dict())], ignore_index=True)


def _current(tables: Tables) -> pd.DataFrame:
    """Rows of `asked` of builds and sets as they were defined last, and of signatures that are looked for."""
    asked, signatures = tables.asked, tables.signatures[tables.signatures["removed"].isna()]
    searched = asked.merge(signatures[["signature", "query_hash"]], on="query_hash")
    rows = [
        _defined(asked, "builds-").assign(builds=True, buildsets=False, signature=""),
        _defined(asked, "buildsets-").assign(builds=False, buildsets=True, signature=""),
        searched.assign(builds=False, buildsets=False),
    ]
    frame = pd.concat([part for part in rows if len(part)] or rows[:1], ignore_index=True)
    return frame.astype({"builds": bool, "buildsets": bool, "signature": signatures["signature"].dtype})


def _defined(asked: pd.DataFrame, prefix: str) -> pd.DataFrame:
    """Of the rows whose hash begins so, those of the definition that each source was asked for last."""
    mine = asked[asked["query_hash"].str.startswith(prefix).fillna(False).astype(bool)]
    last = mine.sort_values("asked", kind="stable").drop_duplicates("source", keep="last")
    return mine.merge(last[["source", "query_hash"]], on=["source", "query_hash"])


def _unusable(tables: Tables, asked: pd.DataFrame, until: int) -> Iterator[tuple[object, ...]]:
    """A row for each day of each source that could not be used when it was last tried."""
    last = pd.Timestamp(until, unit="us", tz="UTC").floor("D")
    told = tables.skipped
    lost = told[(told["reason"] == NOT_USABLE) & (told["path"] != OF_REVIEWS).fillna(True)]
    for source, since in lost.groupby("source")["collected"].min().items():
        mine = asked[(asked["source"] == source) & asked["builds"]]
        # a gap before is one by itself: what came after it was answered
        finished = mine.loc[mine["complete"], "day"].max()
        open_days = mine.loc[~mine["complete"] & ~(mine["day"] <= finished), "day"]
        first = min([day for day in (since, open_days.min()) if not pd.isna(day)], default=last).floor("D")
        for day in pd.date_range(first, max(first, last)):
            yield source, day, NOT_USABLE, True, False, "", False


def partial(missing: pd.DataFrame) -> pd.DataFrame:
    """The table `partial`: what `unanswered` gives, by source, day and reason, newest first."""
    by = missing.sort_values("signature").groupby(["source", "day", "reason"], sort=True)
    frame = by.agg(
        builds=("builds", "any"), buildsets=("buildsets", "any"), names=("signature", _names),
        signatures=("signature", lambda names: int((names != "").sum())),
    ).reset_index()  # fmt: skip
    return table("partial", frame.sort_values("day", ascending=False, kind="stable"))


def _names(signatures: pd.Series[str]) -> str:
    return ", ".join([name for name in signatures if name][:_NAMED])
