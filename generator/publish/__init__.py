"""Puts a built site where its readers get it, and keeps those before it; no crash leaves readers without."""

from __future__ import annotations

import os
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from generator import site_swap, words
from generator.errors import GatepostError
from generator.progress import Progress
from generator.publish import copying
from generator.publish import folder as place
from generator.publish.emptier import Said, emptier, read
from generator.store import atomic


@dataclass(frozen=True)
class Options:
    """`keep`: so many sites, at least 1; `force`: also one that is emptier than the published one."""

    keep: int = 10
    force: bool = False


def publish(site: Path, folder: Path, options: Options, now: datetime, progress: Progress) -> None:
    """Let readers of `folder`/current see `site`; GatepostError, and the old one, if that is not to be.

    A site that is published already changes nothing.
    """
    said = _said(site)
    if not place.apart(folder, site):
        raise GatepostError(
            f"{folder}: is not apart from {site}, where the site is built",
            "name a folder beside it",
        )
    with site_swap.still(site), place.opened(folder, site):
        shown = place.current(folder)
        _compare(site, said, shown, options.force, progress)
        stamp = place.unused(folder, now)
        carried = _put_together(site, place.unfinished(folder, stamp), shown)
        new = _settle(folder, stamp, shown)
        gone = place.forget(folder, options.keep)
    already = f"{folder / place.CURRENT} shows this site already"
    progress.note(_told(folder, said, carried, gone) if new else already)


def roll_back(folder: Path, progress: Progress) -> None:
    """Let readers see the site before the published one again; GatepostError if none is kept."""
    if not folder.is_dir():
        raise GatepostError(f"{folder}: no site was published there", "`gatepost publish DIR` publishes one")
    with place.opened(folder):
        shown, sites = place.current(folder), place.kept(folder)
        earlier = [site for site in sites if shown is None or site < shown]
        if not earlier:
            raise GatepostError(f"{folder}: no earlier site is kept", "build and publish a new one instead")
        place.show(folder, earlier[-1])
    progress.note(f"{folder / place.CURRENT} shows the site {earlier[-1].name} again")


def _said(site: Path) -> Said:
    if not (site / "index.html").is_file():
        raise GatepostError(f"{site}: holds no site", "run `gatepost build` first")
    said = read(site)
    if said is None:
        raise GatepostError(
            f"{site}: does not say what it holds (data/site.json)", "build it anew with `gatepost build`"
        )
    return said


def _compare(site: Path, new: Said, shown: Path | None, force: bool, progress: Progress) -> None:
    """GatepostError in words where the new site is emptier and nobody said that it may be."""
    old = read(shown) if shown is not None else None
    found = "; ".join(emptier(new, old)) if old is not None else ""
    if found and not force:
        raise GatepostError(
            f"{site}: is emptier than what is published: {found}",
            "`gatepost check` and the site's Data page say what is missing; --force publishes it anyway",
        )
    if found:
        progress.note(f"Published though it is emptier: {found}")


def _put_together(site: Path, target: Path, shown: Path | None) -> int:
    """Returns how many pages were carried over."""
    copying.copy(site, target, shown)
    return copying.carry(shown, target) if shown is not None else 0


def _settle(folder: Path, stamp: str, shown: Path | None) -> bool:
    """Give the new site its name and show it; False, and it is dropped, if it is the one that is shown."""
    made = place.unfinished(folder, stamp)
    if shown is not None and copying.same(made, shown):
        place.drop(made)
        return False
    os.sync()  # all of it is on the disk before its name is
    site = folder / place.SITES / stamp
    made.replace(site)
    atomic.sync_folder(site.parent)
    place.show(folder, site)
    return True


def _told(folder: Path, said: Said, carried: int, gone: int) -> str:
    until = f"data until {words.moment(said.until)}" if said.until is not None else "no data"
    told = [
        f"{folder / place.CURRENT} shows the new site: "
        f"{words.plural(said.counts['builds'], 'build')}, {until}"
    ]
    if carried:
        told.append(f"{words.plural(carried, 'page')} that it lacks kept from the one before")
    if gone:
        told.append(f"{words.plural(gone, 'old site')} removed")
    return "; ".join(told)
