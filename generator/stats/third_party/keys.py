"""Numbers for what several columns name together: changes, patch sets, accounts."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from generator.stats.intervals import Ints

CHANGE = ("server", "change")
PATCHSET = (*CHANGE, "patchset")
ACCOUNT = ("server", "account")


def numbered(frames: Sequence[pd.DataFrame], columns: Sequence[str]) -> list[Ints]:
    """For each frame a number a row, from 0 on; rows with the same values have the same, nulls are values."""
    code = np.zeros(sum(map(len, frames)), dtype=np.int64)
    for column in columns:
        codes, found = pd.factorize(pd.concat([frame[column] for frame in frames], ignore_index=True))
        code, _ = pd.factorize(code * (len(found) + 1) + codes + 1)
    return np.split(code.astype(np.int64), np.cumsum([len(frame) for frame in frames])[:-1])


def first_rows(codes: Ints, size: int) -> Ints:
    """For each number below `size` the first row that has it; −1: none."""
    rows = np.full(size, -1, dtype=np.int64)
    rows[codes[::-1]] = np.arange(len(codes))[::-1]
    return rows
