"""E: the patch sets on which each CI is expected to report, and whether it did."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

import numpy as np
import pandas as pd

from generator.roster.globs import path_spec
from generator.roster.model import ThirdPartyCI
from generator.stats.base import DAY, NO_TIME
from generator.stats.intervals import Bools, Ints
from generator.stats.third_party.keys import numbered
from generator.stats.third_party.patches import FOREVER, Patches, listed
from generator.stats.third_party.said import RESULT, Comments
from generator.tables import Tables
from generator.third_party_settings import ThirdParty

#: Days of half a year.
HALF_YEAR = 26 * 7


@dataclass(frozen=True)
class Expected:
    """One element a CI and patch set of E, half a year; sorted by CI, then by time of upload."""

    ci: Ints
    patch: Ints
    created: Ints
    #: Time of the first result; `NO_TIME`: none.
    first: Ints
    reported: Bools
    #: Reported after the deadline.
    late: Bools


def midnight(day: date) -> int:
    """The begin of a day in UTC, microseconds since 1970."""
    return (
        datetime(day.year, day.month, day.day, tzinfo=UTC) - datetime(1970, 1, 1, tzinfo=UTC)
    ) // timedelta(microseconds=1)


def expected(patches: Patches, said: Comments, tables: Tables, chosen: ThirdParty, until: int) -> Expected:
    """E of all CIs of the roster at `until`."""
    ordinary = patches.known & ~patches.exempt & (patches.created > until - HALF_YEAR * DAY)
    rows = np.flatnonzero(ordinary & (patches.project != None))  # noqa: E711 (elementwise)
    (place,) = numbered([pd.DataFrame({"p": patches.project[rows], "b": patches.branch[rows]})], ("p", "b"))
    _, example = np.unique(place, return_index=True)
    places = [(patches.project[rows[at]], patches.branch[rows[at]]) for at in example]
    files = _Files(patches, tables)
    parts = []
    for ci in chosen.roster.cis:
        watched = np.array([ci.watches(*one) for one in places], dtype=np.bool_)
        due = _due(ci, rows[watched[place]], patches, chosen, until)
        parts.append(due[files.touched(ci.paths, due)])
    patch = np.concatenate([np.zeros(0, dtype=np.int64), *parts])
    index = np.repeat(np.arange(len(parts)), [len(part) for part in parts])
    order = np.lexsort((patch, patches.created[patch], index))
    return _answered(index[order], patch[order], patches, said, chosen)


def _due(ci: ThirdPartyCI, rows: Ints, patches: Patches, chosen: ThirdParty, until: int) -> Ints:
    """Those of the patch sets that the CI should have reported on by now, if it watches their paths."""
    created = patches.created[rows]
    deadline = created + chosen.deadline(ci) // timedelta(microseconds=1)
    kept = (deadline <= until) & (patches.replaced[rows] >= deadline)
    if ci.since is not None:
        kept &= created >= midnight(ci.since)
    if ci.retired is not None:
        kept &= created < midnight(ci.retired)
    for pause in ci.pauses:
        kept &= (created < midnight(pause.start)) | (created >= midnight(pause.end) + DAY)
    return rows[kept]


class _Files:
    """Tells of which patch sets files are among patterns; each file is matched once a list of patterns."""

    def __init__(self, patches: Patches, tables: Tables) -> None:
        self._row = patches.row
        self._paths = tables.patchsets["paths"].astype(object).to_numpy()
        self._files = tables.patchsets["files"].astype(object).to_numpy()
        self._known: dict[tuple[str, ...], dict[str, bool]] = {}
        self._listed: dict[int, tuple[tuple[str, ...], bool]] = {}

    def touched(self, patterns: tuple[str, ...], patch: Ints) -> Bools:
        """Whether a file of each patch set is among the patterns; unknown ones are."""
        if not patterns:
            return np.ones(len(patch), dtype=np.bool_)
        known, spec = self._known.setdefault(patterns, {}), path_spec(patterns)

        def touches(row: int) -> bool:
            if row not in self._listed:
                self._listed[row] = listed(self._paths[row], self._files[row])
            names, whole = self._listed[row]
            for name in names:
                if name not in known:
                    known[name] = spec.match_file(name)
            return not whole or any(known[name] for name in names)

        return np.array([touches(row) for row in self._row[patch].tolist()], dtype=np.bool_)


def _answered(ci: Ints, patch: Ints, patches: Patches, said: Comments, chosen: ThirdParty) -> Expected:
    """E with the first result of each CI on each patch set."""
    results = np.flatnonzero((said.kind == RESULT) & (said.patch >= 0))
    keys, first = np.unique(said.ci[results] * len(patches) + said.patch[results], return_index=True)
    wanted = ci * len(patches) + patch
    at = np.searchsorted(keys, wanted)
    reported = np.append(keys, -1)[at] == wanted
    times = np.append(said.time[results[first]], NO_TIME)
    answered = np.where(reported, times[np.where(reported, at, -1)], NO_TIME)
    deadlines = np.array([chosen.deadline(one) // timedelta(microseconds=1) for one in chosen.roster.cis])
    created = patches.created[patch]
    late = reported & (answered - created > np.append(deadlines, 0)[ci])
    return Expected(ci, patch, created, answered, reported, late)


__all__ = ["FOREVER", "HALF_YEAR", "Expected", "expected", "midnight"]
