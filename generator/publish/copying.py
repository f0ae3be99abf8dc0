"""Puts a site together: the new files, and the permanent addresses of the published site that it lacks."""

from __future__ import annotations

import filecmp
import os
import shutil
from collections.abc import Iterator
from pathlib import Path

#: Folders whose addresses people may have written down.
PERMANENT = ("editions", "signatures", "cis", "third-party")
#: The theme's, before which a word on the whole page can stand.
_HEAD_END = b'</header>\n<main id="main"'
_NOTE = (
    b'<p class="note" data-kept>This page is kept as it was last published: the report no longer has it, '
    b"and its numbers are not counted any further.</p>\n"
)


def copy(source: Path, target: Path, before: Path | None) -> None:
    """Copy a site's files; one that `before` has too, byte for byte, is another name of that file."""
    for name in files(source):
        old = before / name if before is not None else None
        same = old is not None and old.is_file() and filecmp.cmp(source / name, old, shallow=False)
        _put(old if old is not None and same else source / name, target / name, link=same)


def carry(before: Path, target: Path) -> int:
    """Copy what has a permanent address in `before` and none in `target`; returns how many pages."""
    pages = 0
    for name in (n for n in files(before) if n.parts[0] in PERMANENT and not (target / n).exists()):
        text = (before / name).read_bytes() if name.suffix == ".html" else b""
        if _HEAD_END in text and _NOTE not in text:
            (target / name).parent.mkdir(parents=True, exist_ok=True)
            (target / name).write_bytes(text.replace(_HEAD_END, _NOTE + _HEAD_END, 1))
        else:
            _put(before / name, target / name, link=True)
        pages += name.suffix == ".html"
    return pages


def same(one: Path, other: Path) -> bool:
    """Whether two sites have the same files, byte for byte."""
    names = set(files(one))
    return names == set(files(other)) and all(
        filecmp.cmp(one / name, other / name, shallow=False) for name in names
    )


def files(site: Path) -> Iterator[Path]:
    """The files of a site, relative to it, in order; links and pipes, which lead elsewhere, are not."""
    for folder, inner, names in os.walk(site):
        inner.sort()
        paths = (Path(folder, name) for name in sorted(names))
        yield from (path.relative_to(site) for path in paths if path.is_file() and not path.is_symlink())


def _put(source: Path, target: Path, *, link: bool) -> None:
    """A copy, or where that is possible another name of the same file: kept sites share what is the same."""
    target.parent.mkdir(parents=True, exist_ok=True)
    if link:
        try:
            target.hardlink_to(source)
            return
        except OSError:  # not every file system can, and none without end
            pass
    shutil.copyfile(source, target)
