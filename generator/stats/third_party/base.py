"""What every figure of third-party CIs is computed from: patch sets, comments, verdicts, E; as arrays."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import numpy as np
import pandas as pd

from generator.model import NOT_USABLE, OF_REVIEWS, PARTLY
from generator.reviews_model import COMMENT_KINDS
from generator.roster.model import ThirdPartyCI
from generator.stats.base import DAY, EARLIEST, microseconds
from generator.stats.cells import cluster_moments
from generator.stats.intervals import Bools, Ints, Moments
from generator.stats.third_party import expected, gate, patches, said
from generator.stats.third_party.accounts import Accounts, accounts
from generator.tables import Tables
from generator.third_party_settings import ThirdParty


@dataclass(frozen=True)
class Base:
    """All that is known at `until`; the CIs are those of the roster, in its order."""

    #: Where the windows end, microseconds since 1970.
    until: int
    settings: ThirdParty
    tables: Tables
    accounts: Accounts
    patches: patches.Patches
    #: For each patch set `gate.PASSED`, `gate.FAILED` or `gate.NONE`.
    gate: Ints
    comments: said.Comments
    verdicts: said.Verdicts
    expected: expected.Expected
    #: How many rechecks of people each patch set has.
    rechecks: Ints
    #: Index of the patch set of each row of the table `comments`; −1: unknown.
    comment_patch: Ints

    @property
    def cis(self) -> tuple[ThirdPartyCI, ...]:
        """The CIs, in alphabetical order."""
        return self.settings.roster.cis

    def ci_of(self, frame: pd.DataFrame) -> Ints:
        """Index of the CI of each row that has a server and an account; −1: none of the roster."""
        return self.accounts.of(frame)[0]

    def recent(self, times: Ints, days: int = 28) -> Bools:
        """Which times are in the last days."""
        inside: Bools = (times > self.until - days * DAY) & (times <= self.until)
        return inside

    def moments(self, ci: Ints, patch: Ints, counted: Bools) -> Moments:
        """`counted` out of rows that are a CI and a patch set each; one cell a CI, clustered by change."""
        return cluster_moments(self.patches.change_index[patch], counted, ci, len(self.cis))


def reviewed(tables: Tables, bound: datetime | None) -> int | None:
    """Microseconds of the newest comment or patch set not after its collection, nor `bound`; None if none.

    Nor after the time up to which a source is known that was not read wholly since: what was said later may
    be missing, and a CI must not look silent for that.
    """
    last = np.iinfo(np.int64).max if bound is None else int(pd.Timestamp(bound).value // 1000)
    last = int(min([last, *_behind(tables)]))
    newest = [
        time[(time >= EARLIEST) & (time <= np.minimum(microseconds(frame["collected"]), last))].max(initial=0)
        for frame, time in (
            (frame, microseconds(frame[column]))
            for frame, column in ((tables.comments, "time"), (tables.patchsets, "created"))
        )
    ]
    return int(max(newest)) or None


def _behind(tables: Tables) -> Ints:
    """Up to when the sources of reviews are known whose last collection was not whole."""
    told, cursors = tables.skipped, tables.cursors
    broken = told["path"].eq(OF_REVIEWS) & told["reason"].isin([PARTLY, NOT_USABLE])
    names = told.loc[broken.fillna(False).astype(bool), "source"]
    mine = cursors["kind"].eq(OF_REVIEWS) & cursors["source"].isin(names)
    return microseconds(cursors.loc[mine.fillna(False).astype(bool), "reached"].dropna())


def make(tables: Tables, settings: ThirdParty, until: int) -> Base:
    """The base of all figures of these tables, for windows that end at `until`."""
    whose = accounts(tables, settings)
    ci, of_gate = whose.of(tables.comments)
    known, patch = patches.patches(tables, until, settings.settings)
    result = tables.comments["kind"].eq(COMMENT_KINDS[said.RESULT]).to_numpy(dtype=np.bool_)
    told = said.comments(tables, ci, patch, until)
    by_gate = of_gate & result & (microseconds(tables.comments["time"]) <= until)
    return Base(
        until=until, settings=settings, tables=tables, accounts=whose, patches=known,
        gate=gate.gate(known, tables, patch, by_gate, settings, until),
        comments=told, verdicts=said.verdicts(told),
        expected=expected.expected(known, told, tables, settings, until),
        rechecks=said.rechecks(tables, patch, until, len(known)), comment_patch=patch,
    )  # fmt: skip
