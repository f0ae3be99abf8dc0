"""The patch sets that are known, from their own table or because somebody commented on them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from generator.roster.globs import path_spec
from generator.stats.base import EARLIEST, NO_TIME, Texts, microseconds
from generator.stats.intervals import Bools, Ints
from generator.stats.third_party.keys import CHANGE, PATCHSET, first_rows, numbered
from generator.tables import Tables
from generator.third_party_settings import ThirdPartySettings

#: A time after all others.
FOREVER = np.iinfo(np.int64).max


@dataclass(frozen=True)
class Patches:
    """One element a patch set, sorted by change and number; times are microseconds since 1970."""

    server: Texts
    change: Ints
    patchset: Ints
    #: When it was uploaded; the time of the first comment on it where that is not known.
    created: Ints
    #: Its upload is known.
    known: Bools
    #: When the next patch set of the change was uploaded; `FOREVER`: not yet.
    replaced: Ints
    #: Shared by the patch sets of a change; and by those of an owner, −1: unknown.
    change_index: Ints
    owner: Ints
    #: None: unknown.
    project: Texts
    branch: Texts
    #: Its kind, or all its files, are such that nothing is expected of it.
    exempt: Bools
    #: Rows in `changes` and in `patchsets`; −1: none.
    change_row: Ints
    row: Ints

    def __len__(self) -> int:
        return len(self.change)


def patches(tables: Tables, until: int, settings: ThirdPartySettings) -> tuple[Patches, Ints]:
    """The patch sets known at `until`, and for each comment the index of its patch set, −1: none."""
    created = microseconds(tables.patchsets["created"])
    early = tables.patchsets.iloc[np.flatnonzero(created <= until)]  # those without a time too
    time = microseconds(tables.comments["time"])
    named = tables.comments["patchset"].notna().to_numpy(dtype=np.bool_)
    told = np.flatnonzero(named & (time >= EARLIEST) & (time <= until))
    told = told[np.argsort(time[told], kind="stable")]
    said = tables.comments[[*PATCHSET, "time"]].iloc[told]
    found, place = _found(early, said, tables.changes)
    index = np.full(len(tables.comments), -1, dtype=np.int64)
    index[told] = place
    return _made(found, early, said, tables.changes, settings), index


@dataclass(frozen=True)
class _Found:
    """Of each patch set the rows that tell of it, its change and its number; and the change of each row."""

    row: Ints
    comment: Ints
    change: Ints
    number: Ints
    of_changes: Ints


def _found(rows: pd.DataFrame, said: pd.DataFrame, changes: pd.DataFrame) -> tuple[_Found, Ints]:
    """The patch sets by change and number; and for each row of `said` the place of its patch set."""
    in_table, in_comments = numbered([rows, said], PATCHSET)
    of_rows, of_comments, of_changes = numbered([rows, said, changes], CHANGE)
    size = int(max(in_table.max(initial=-1), in_comments.max(initial=-1))) + 1
    change, number = np.zeros(size, dtype=np.int64), np.zeros(size, dtype=np.int64)
    for frame, codes, own in ((said, in_comments, of_comments), (rows, in_table, of_rows)):
        change[codes], number[codes] = own, frame["patchset"].to_numpy(dtype=np.int64)
    order = np.lexsort((number, change))
    place = np.empty(size, dtype=np.int64)
    place[order] = np.arange(size)
    row, comment = first_rows(in_table, size), first_rows(in_comments, size)
    return _Found(row[order], comment[order], change[order], number[order], of_changes), place[in_comments]


def _made(
    found: _Found, rows: pd.DataFrame, said: pd.DataFrame, changes: pd.DataFrame, settings: ThirdPartySettings
) -> Patches:
    uploaded = _taken(microseconds(rows["created"]), found.row, NO_TIME)
    known = uploaded >= EARLIEST
    created = np.where(known, uploaded, _taken(microseconds(said["time"]), found.comment, NO_TIME))
    change_row = first_rows(found.of_changes, max(int(found.change.max(initial=-1)), len(changes)) + 1)
    change_row = change_row[found.change]
    owner, _ = pd.factorize(changes["owner"])
    replaced = np.full(len(created), FOREVER)
    same = np.flatnonzero(found.change[1:] == found.change[:-1])
    replaced[same] = np.where(created[same + 1] == NO_TIME, FOREVER, created[same + 1])
    return Patches(
        server=_either("server", rows, found.row, said, found.comment),
        change=_either("change", rows, found.row, said, found.comment).astype(np.int64),
        patchset=found.number, created=created, known=known, replaced=replaced,
        change_index=found.change, owner=_taken(owner.astype(np.int64), change_row, -1),
        project=texts(changes["project"], change_row), branch=texts(changes["branch"], change_row),
        exempt=_exempt(rows, settings)[found.row],
        change_row=change_row, row=_taken(rows.index.to_numpy(dtype=np.int64), found.row, -1),
    )  # fmt: skip


def _taken(values: Ints, rows: Ints, absent: int) -> Ints:
    """The values at these rows; `absent` for row −1."""
    return np.append(values, absent)[rows]


def texts(values: pd.Series[Any], rows: Ints) -> Texts:
    """The texts at these rows; None for nulls and for row −1."""
    padded: Texts = np.full(len(values) + 1, None, dtype=object)
    padded[:-1] = values.astype(object).where(values.notna(), None).to_numpy()
    return padded[rows]


def _either(name: str, rows: pd.DataFrame, row: Ints, said: pd.DataFrame, comment: Ints) -> Texts:
    return np.where(row >= 0, texts(rows[name], row), texts(said[name], comment))


def listed(paths: object, files: object) -> tuple[tuple[str, ...], bool]:
    """The files of a patch set that are known, and whether these are all."""
    if not isinstance(paths, str) or not paths:
        return (), False
    names = paths.split("\n")
    whole = not isinstance(files, int) or files <= len(names)
    # Gerrit's own, such as /COMMIT_MSG
    real = tuple(name for name in names if name and not name.startswith("/"))
    return real, whole and bool(real)


def _exempt(rows: pd.DataFrame, settings: ThirdPartySettings) -> Bools:
    """For each row, and one more, whether nothing is expected of it; unknown files are not exempt."""
    kinds = rows["kind"].isin(list(settings.exempt_kinds)).to_numpy(dtype=np.bool_)
    if settings.exempt:
        kinds = kinds | _all_exempt(rows, settings.exempt)
    return np.append(kinds, False)


def _all_exempt(rows: pd.DataFrame, patterns: tuple[str, ...]) -> Bools:
    spec = path_spec(patterns)
    known: dict[str, bool] = {}

    def exempt(name: str) -> bool:
        if name not in known:
            known[name] = spec.match_file(name)
        return known[name]

    def every(paths: object, files: object) -> bool:
        names, whole = listed(paths, files)
        return whole and all(exempt(name) for name in names)

    told = zip(rows["paths"].astype(object), rows["files"].astype(object), strict=True)
    return np.array([every(*row) for row in told], dtype=np.bool_)
