"""Which folders of a tree are builds, and which of a build's files are logs. No link leads out of a build."""

from __future__ import annotations

import os
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from generator.matching.inventory import CONSOLE, INVENTORIES, MANIFEST, RECORDS, REPORT, InventoryProblem
from generator.matching.tags import log_name

#: A folder that holds one of these (also with .gz) is a build; all but zuul-info are files.
MARKERS = frozenset({*RECORDS, CONSOLE, REPORT, MANIFEST, "console.html", "inventory.yaml", "zuul-info"})
_MARKER_FOLDER = "zuul-info"
_METADATA = frozenset({*RECORDS, *INVENTORIES, REPORT, MANIFEST})
_METADATA_FOLDERS = ("zuul-info/", "ara-report/", "ara/")
_NO_LOGS = re.compile(
    r"\.(7z|bin|bmp|bz2|class|css|db|deb|dll|eot|exe|gif|ico|img|iso|jar|jpe?g|js|map|mp[34]|o|ogg|otf|pcap|pdf|png"
    r"|pyc|qcow2|rpm|so|sqlite|subunit|svgz?|tar|tgz|ttf|vmdk|wasm|web[mp]|whl|woff2?|xz|zip)$",
    re.I,
)
_MAX_DEPTH = 64


@dataclass(frozen=True)
class Found:
    """The build folders of a tree, sorted, and what was left aside (paths relative to the tree)."""

    builds: tuple[Path, ...]
    problems: tuple[InventoryProblem, ...]


@dataclass(frozen=True)
class LogFiles:
    """The logs of a build: paths relative to its folder, console first; others counted by their ending."""

    names: tuple[str, ...]
    no_logs: Counter[str]
    problems: tuple[InventoryProblem, ...]


def shown(path: str | Path) -> str:
    """A path as text that any file can hold: bytes that are no UTF-8 are spelled out."""
    return os.fsencode(path).decode("utf-8", "backslashreplace")


def is_marker(entry: os.DirEntry[str] | Path) -> bool:
    """Tell whether a file or folder makes what it lies in a build: a folder named like a file does not."""
    name = entry.name.removesuffix(".gz")
    return name in MARKERS and _is_folder(entry) == (name == _MARKER_FOLDER)


def _is_folder(entry: os.DirEntry[str] | Path) -> bool:
    try:
        return entry.is_dir()
    except OSError:  # a link that leads to itself
        return False


def find_builds(root: Path) -> Found:
    """The builds below `root`, or `root` itself.

    Folders with one of MARKERS are builds. So is, without metadata, the topmost folder of a branch without
    them that holds files; but `root` only if it has nothing else. Raises OSError if `root` cannot be listed.
    """
    search = _Search(root)
    folders, loose, marked = search.listed(root)
    if marked:
        return Found((root,), ())
    for folder in folders:
        search.below(folder, 1)
    if not search.builds and loose:
        return Found((root,), tuple(search.problems))
    search.problems += [
        InventoryProblem(shown(name), "in no build", "a file beside the builds") for name in loose
    ]
    return Found(tuple(sorted(search.builds)), tuple(search.problems))


def no_log(relative_path: str) -> str | None:
    """The ending of a file that is no log, nothing for one that holds metadata; None: it is a log."""
    name = log_name(relative_path)
    if name in _METADATA or name.startswith(_METADATA_FOLDERS):
        return ""
    ending = _NO_LOGS.search(name)
    return ending[0].lower() if ending else None


@dataclass
class _Search:
    root: Path
    builds: list[Path] = field(default_factory=list)
    problems: list[InventoryProblem] = field(default_factory=list)

    @staticmethod
    def listed(folder: Path) -> tuple[list[Path], list[str], bool]:
        """The folders and the names of the files in it, without links to folders; is it marked as a build?"""
        with os.scandir(folder) as entries:
            found = sorted(entries, key=lambda entry: entry.name)
        folders = [Path(entry.path) for entry in found if entry.is_dir(follow_symlinks=False)]
        marked = any(is_marker(entry) for entry in found)
        return folders, [entry.name for entry in found if not _is_folder(entry)], marked

    def below(self, folder: Path, depth: int) -> bool:
        """Search one folder; tells whether a marked build is in it."""
        try:
            return self._below(folder, depth)
        except OSError as error:
            self._problem(folder, "unreadable", error.strerror or "")
            return False

    def _below(self, folder: Path, depth: int) -> bool:
        folders, files, marked = self.listed(folder)
        if marked:
            self.builds.append(folder)
            return True
        if depth >= _MAX_DEPTH:
            self._problem(folder, "nested too deep", f"more than {_MAX_DEPTH} folders")
            return False
        before = len(self.builds)
        for inner in folders:
            marked |= self.below(inner, depth + 1)
        if files and not marked:
            del self.builds[before:]
            self.builds.append(folder)
        elif files:
            for name in files:
                self._problem(folder / name, "in no build", "a file beside the builds")
        elif not folders:
            self._problem(folder, "empty folder", "")
        return marked

    def _problem(self, path: Path, reason: str, detail: str) -> None:
        self.problems.append(InventoryProblem(shown(path.relative_to(self.root)), reason, detail))


def log_files(folder: Path) -> LogFiles:
    """The log files of a build's folder; metadata is left out, and what is no log by its ending."""
    walk = _Walk(folder, folder.resolve())
    names = console_first(walk.names(folder, 0))
    return LogFiles(tuple(names), walk.no_logs, tuple(walk.problems))


def console_first(names: Iterable[str]) -> list[str]:
    """The files of a build in the order in which they are searched."""
    return sorted(names, key=lambda name: (log_name(name) not in (CONSOLE, "console.html"), name))


@dataclass
class _Walk:
    folder: Path
    resolved: Path
    no_logs: Counter[str] = field(default_factory=Counter)
    problems: list[InventoryProblem] = field(default_factory=list)

    def names(self, folder: Path, depth: int) -> Iterator[str]:
        """Relative paths of the logs in a folder and below."""
        try:
            with os.scandir(folder) as entries:
                found = sorted(entries, key=lambda entry: entry.name)
        except OSError as error:
            self._problem(folder, "unreadable", error.strerror or "")
            return
        for entry in found:
            if entry.is_dir(follow_symlinks=False):
                if depth < _MAX_DEPTH:
                    yield from self.names(Path(entry.path), depth + 1)
                else:
                    self._problem(Path(entry.path), "nested too deep", f"more than {_MAX_DEPTH} folders")
            elif self._is_log(entry):
                yield os.path.relpath(entry.path, self.folder)

    def _is_log(self, entry: os.DirEntry[str]) -> bool:
        path = Path(entry.path)
        if entry.is_symlink() and not self._stays(path):
            return False
        if not entry.is_file():
            if not entry.is_dir():
                self._problem(path, "no regular file", "a pipe, socket or device")
            return False
        kind = no_log(os.path.relpath(path, self.folder))
        if kind:
            self.no_logs[kind] += 1
        return kind is None

    def _stays(self, path: Path) -> bool:
        """Whether a link leads to something in the build's folder."""
        try:
            target = path.resolve(strict=True)
        except (OSError, RuntimeError):
            self._problem(path, "dangling link", "")
            return False
        if not target.is_relative_to(self.resolved):
            self._problem(path, "link out of the build", "not followed")
            return False
        return True

    def _problem(self, path: Path, reason: str, detail: str) -> None:
        self.problems.append(InventoryProblem(shown(os.path.relpath(path, self.folder)), reason, detail))
