"""Brings the state back from a published site: only what is not there already, and only what is as it was."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from generator import fetching, words
from generator.errors import GatepostError
from generator.fetching import AbsentError, Origin, TooLongError
from generator.store import atomic, manifest, strange
from generator.store.days import UNDATED
from generator.store.manifest import Entry, Manifest
from generator.store.published import FOLDER
from generator.store.transaction import sweep

#: Ending of a file of which only the beginning was fetched.
PART = ".part"
_AT_ONCE = 4
_NO_MANIFEST = (
    "look at it with a browser: is it the site of Gatepost, or a page that says that there is none?"
)
_TRIES = 3


@dataclass(frozen=True)
class Restored:
    """What was done: files and bytes of the state, files fetched, and bytes moved with the manifest's.

    `lost` is path and reason of what could not be had; `ahead` says that the folder was left as it is,
    because it has days that the site does not have yet.
    """

    files: int
    size: int
    fetched: int = 0
    moved: int = 0
    lost: Mapping[str, str] = field(default_factory=dict)
    ahead: bool = False

    def lines(self, folder: Path) -> list[str]:
        """What to tell of it: one line, and one more for each file that is lost."""
        if self.ahead:
            return [f"Not restored: {folder} has days that the site does not have yet"]
        files, size = words.plural(self.files, "file"), words.count(self.size)
        fetched = f"{words.count(self.fetched)} fetched, {words.count(self.moved)} bytes moved"
        lost = [f"{path}: {reason} in the published state" for path, reason in sorted(self.lost.items())]
        return [f"Restored the state: {files}, {size} bytes; {fetched}", *lost]


def restore(where: str, folder: Path, wanted: Callable[[str], bool] = lambda key: True) -> Restored | None:
    """Make `folder` the state that the site at `where`, a URL or a folder, was published with.

    None if the site has no state. A file that is missing there, or is not what the manifest says, is left
    out: the store reports it, and misses its day. `wanted` chooses by key, e.g. `days/2026-11-20/hits`.
    GatepostError if the site cannot be read, or its manifest is none of ours; what was fetched is kept then.
    """
    with fetching.opened(where) as site, _alone(folder):
        there = _published(site, wanted)
        for _ in range(_TRIES):
            if there is None:
                return None
            if _is_ahead(folder, there, site.name):
                return _of(there, ahead=True)
            done = _fetch_all(site, there, folder)
            # a new site may have been published under our feet: then its state is the one to restore
            before, there = there, _published(site, wanted) if done.lost else there
            if there == before:
                break
        atomic.write(folder / manifest.NAME, manifest.dump(before))
        sweep(folder)
        return done


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    with atomic.disk_errors(folder):
        folder.mkdir(parents=True, exist_ok=True)
        with atomic.locked(folder):
            yield


def _published(site: Origin, wanted: Callable[[str], bool]) -> Manifest | None:
    path = f"{FOLDER}/{manifest.NAME}"
    name = f"{site.name.rstrip('/')}/{path}"
    try:
        text = site.read(path, strange.MANIFEST_BYTES)
    except AbsentError:
        return None
    except TooLongError:
        raise GatepostError(f"{name}: is far too long for a manifest", "name a site of Gatepost") from None
    whole = strange.checked(manifest.parse(text, name, _NO_MANIFEST), name)
    return replace(whole, files={key: entry for key, entry in whole.files.items() if wanted(key)})


def _is_ahead(folder: Path, there: Manifest, name: str) -> bool:
    """Whether the folder holds days that the site lacks; GatepostError if so does the site."""
    here = manifest.load(folder)
    since = max(here.pruned_before, there.pruned_before)
    ours, theirs = _days(here, since), _days(there, since)
    if ours - theirs and theirs - ours:
        raise GatepostError(
            f"{folder}: holds {min(ours - theirs)}, which {name} lacks, and lacks {min(theirs - ours)}",
            "if they are of one community, remove the folder that you do not need; else name another `state`",
        )
    return bool(ours - theirs)


def _days(known: Manifest, since: str) -> set[str]:
    """The days from `since` (ISO) on, and the months of the rollups, that a state has."""
    days = {f"days/{day}" for day in known.days() if since <= day != UNDATED}
    return days | {f"rollups/{month}" for month in known.months()}


def _fetch_all(site: Origin, there: Manifest, folder: Path) -> Restored:
    entries = list(there.files.values())
    absent = [entry for entry in entries if not _is_there(folder / entry.path, entry)]
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        reasons = list(pool.map(lambda entry: _fetch(site, entry, folder / entry.path), absent))
    lost = {entry.path: reason for entry, reason in zip(absent, reasons, strict=True) if reason}
    return _of(there, fetched=len(absent) - len(lost), moved=sum(site.moved), lost=lost)


def _of(there: Manifest, **done: Any) -> Restored:
    return Restored(len(there.files), sum(entry.size for entry in there.files.values()), **done)


def _fetch(site: Origin, entry: Entry, path: Path) -> str:
    """Get one file; why it is lost, if it is."""
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(path.name + PART)
    begun = part.exists()
    # what was fetched before may be the beginning of something else: then all of it is fetched once more
    for _ in range(1 + begun):
        try:
            site.download(f"{FOLDER}/{entry.path}", part, entry.size)
        except AbsentError:
            part.unlink(missing_ok=True)
            return "missing"
        except TooLongError:
            pass
        if _is_there(part, entry):
            part.replace(path)
            return ""
        part.unlink(missing_ok=True)
    return "corrupt"


def _is_there(path: Path, entry: Entry) -> bool:
    """Whether a file is what the manifest says."""
    try:
        with path.open("rb") as file:
            right_size = path.stat().st_size == entry.size
            return right_size and hashlib.file_digest(file, "sha256").hexdigest() == entry.sha256
    except OSError:
        return False
