"""Whose comments an account's are: those of a CI of the roster, of the gate, or of nobody known."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from generator.roster.globs import matches
from generator.stats.intervals import Bools, Ints
from generator.stats.third_party.keys import ACCOUNT, first_rows, numbered
from generator.tables import Tables
from generator.third_party_settings import ThirdParty


@dataclass(frozen=True)
class Accounts:
    """What each account is; accounts by server and name."""

    #: Index of the CI in the roster; −1: none. And whether it is the gate's.
    ci: dict[tuple[str, str], int]
    gate: dict[tuple[str, str], bool]
    #: What it is called, where that is known.
    names: dict[tuple[str, str], str]

    def of(self, frame: pd.DataFrame) -> tuple[Ints, Bools]:
        """For each row with a server and an account: the CI's index, and whether it is the gate."""
        if frame.empty:
            return np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.bool_)
        (codes,) = numbered([frame], ACCOUNT)
        keys = _keys(frame.iloc[first_rows(codes, int(codes.max()) + 1)])
        ci = np.array([self.ci.get(key, -1) for key in keys], dtype=np.int64)
        gate = np.array([self.gate.get(key, False) for key in keys], dtype=np.bool_)
        return ci[codes], gate[codes]


def accounts(tables: Tables, chosen: ThirdParty) -> Accounts:
    """All accounts that commented, voted or are listed. An account of the roster is never the gate's."""
    told = tables.accounts.dropna(subset=["name"])
    names = dict(zip(_keys(told), told["name"].astype(str), strict=True))
    frames = (tables.accounts, tables.comments, tables.votes)
    places = {ci.id: place for place, ci in enumerate(chosen.roster.cis)}
    ci: dict[tuple[str, str], int] = {}
    gate: dict[tuple[str, str], bool] = {}
    for key in sorted({key for frame in frames for key in _distinct(frame)}):
        found = chosen.roster.of(key[1], names.get(key))
        ci[key] = places[found.id] if found else -1
        # anybody may choose to be shown as Zuul
        gate[key] = found is None and matches(chosen.settings.gate, key[1])
    return Accounts(ci, gate, names)


def _distinct(frame: pd.DataFrame) -> list[tuple[str, str]]:
    return _keys(frame[list(ACCOUNT)].drop_duplicates().dropna())


def _keys(frame: pd.DataFrame) -> list[tuple[str, str]]:
    return list(zip(frame["server"].astype(object), frame["account"].astype(object), strict=True))
