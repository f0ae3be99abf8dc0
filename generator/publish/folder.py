"""The folder that readers are served from: `sites/<stamp>` for each site kept, `current` a link to one."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import datetime, timedelta
from pathlib import Path

from generator.errors import GatepostError
from generator.store import atomic

CURRENT, SITES = "current", "sites"
_LINK = ".current.new"
_STAMP = re.compile(r"\d{8}T\d{6}Z")
_FORMAT = "%Y%m%dT%H%M%SZ"
#: Sites that are not yet, or no longer, whole.
_UNFINISHED = re.compile(rf"\.{_STAMP.pattern}\.(new|old)")
_OURS = {CURRENT, SITES, atomic.LOCK, _LINK}


@contextmanager
def opened(folder: Path, site: Path | None = None) -> Iterator[None]:
    """Be the only one who changes a folder of published sites, made if missing; GatepostError otherwise.

    The `site` that is to be published may lie in it, in a folder of its own. What is not a whole site is
    removed, before, as a run that was killed may have left it, and after an error.
    """
    with _understandable(folder):
        _check(folder, site)
        (folder / SITES).mkdir(parents=True, exist_ok=True)
        with atomic.locked(folder):
            _sweep(folder)
            try:
                yield
            except BaseException:
                with suppress(OSError):
                    _sweep(folder)
                raise


def _sweep(folder: Path) -> None:
    """Remove what is not, or no longer, a whole site."""
    for left in (folder / SITES).iterdir():
        if _UNFINISHED.fullmatch(left.name):
            shutil.rmtree(left)
    (folder / _LINK).unlink(missing_ok=True)


def kept(folder: Path) -> list[Path]:
    """The sites that are kept, oldest first."""
    sites = folder / SITES
    found = sites.iterdir() if sites.is_dir() else ()
    named = (path for path in found if _STAMP.fullmatch(path.name))
    return sorted(path for path in named if path.is_dir() and not path.is_symlink())


def current(folder: Path) -> Path | None:
    """The site that readers see; None if there is none."""
    link = folder / CURRENT
    shown = folder / SITES / link.readlink().name if link.is_symlink() else None
    return shown if shown is not None and shown.is_dir() else None


def unused(folder: Path, now: datetime) -> str:
    """A name for a new site, after those of all others: the time of now, e.g. `20261120T231000Z`."""
    last = max((path.name for path in kept(folder)), default="")
    stamp = f"{now:{_FORMAT}}"
    if stamp > last:
        return stamp
    after = datetime.strptime(last, _FORMAT) + timedelta(seconds=1)
    return f"{after:{_FORMAT}}"


def unfinished(folder: Path, stamp: str) -> Path:
    """Where the site of this name is put together."""
    return folder / SITES / f".{stamp}.new"


def show(folder: Path, site: Path) -> None:
    """Let readers see a site that is kept, from one moment to the next."""
    link = folder / _LINK
    link.unlink(missing_ok=True)
    link.symlink_to(Path(SITES) / site.name)
    link.replace(folder / CURRENT)
    atomic.sync_folder(folder)


def drop(site: Path) -> None:
    """Remove an unfinished site."""
    shutil.rmtree(site)


def forget(folder: Path, keep: int) -> int:
    """Remove the oldest sites but `keep`, never the one that is shown; returns how many were removed."""
    shown, sites = current(folder), kept(folder)
    old = [site for site in sites[: max(len(sites) - keep, 0)] if site != shown]
    for site in old:
        gone = site.with_name(f".{site.name}.old")
        site.replace(gone)
        shutil.rmtree(gone)
    return len(old)


def _check(folder: Path, site: Path | None) -> None:
    """GatepostError where the folder is something else."""
    if not folder.exists() and not folder.is_symlink():
        return
    if not folder.is_dir():
        raise GatepostError(f"{folder}: is no folder", "name a folder of its own; it is made if missing")
    link = folder / CURRENT
    if link.exists() and not link.is_symlink():
        raise GatepostError(
            f"{link}: is no symbolic link, so something else than `gatepost publish` made it",
            "name another folder, or move it away",
        )
    if not (kept(folder) and link.is_symlink()) and any(_strange(folder, site)):
        raise GatepostError(
            f"{folder}: holds something else than published sites",
            "name a new folder: sites, and a link to the newest, are kept in it",
        )


def _strange(folder: Path, site: Path | None) -> Iterator[Path]:
    """What is in a folder that was never published to, beside the new site."""
    others = (path for path in folder.iterdir() if path.name not in _OURS)
    yield from (path for path in others if site is None or not _within(site, path))
    if (folder / SITES).is_dir() and not (folder / atomic.LOCK).exists():
        yield from (folder / SITES).iterdir()


def apart(folder: Path, site: Path) -> bool:
    """Whether neither the folder lies in the site nor the site among those that are kept."""
    return not _within(folder, site) and not _within(site, folder / SITES)


def _within(inner: Path, outer: Path) -> bool:
    return inner.resolve().is_relative_to(outer.resolve())


@contextmanager
def _understandable(folder: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        path = error.filename2 or error.filename or folder
        raise GatepostError(
            f"{path}: {error.strerror or error}; what was published before stays",
            "make room or mend the permissions, and publish again; symbolic links must be possible there",
        ) from error
