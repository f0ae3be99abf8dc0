"""The tags of a log file: its base name, and what a list of files in logscraper's format adds.

An entry fits a file when its name is the end of the file's path, by whole components; the longest wins. If
none fits, the first entry of the same base name does, because logscraper leaves the files of a build flat.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, NamedTuple

from generator.errors import GatepostError
from generator.resources import resource
from generator.yaml_input import read_node

if TYPE_CHECKING:
    from yaml import Node

DEFAULT_LIST = "templates/files.yaml"
_KEPT = 4096  # answers: the builds of a job have files of the same names
_COMPRESSED = (".gz", ".zst")
_EXAMPLE = "write `files: [{name: job-output.txt, tags: [console]}]`, as for logscraper"


class Entry(NamedTuple):
    """One entry of a file list: a path, or the end of one, and its tags."""

    name: str
    tags: tuple[str, ...]


def log_name(relative_path: str) -> str:
    """The path as the index knows it: with forward slashes, without an ending for compression."""
    path = relative_path.replace("\\", "/").removeprefix("./")
    for ending in _COMPRESSED:
        path = path.removesuffix(ending)
    return path


class FileList:
    """Which tags a file has; `load` reads one from a file."""

    def __init__(self, entries: Iterable[Entry] = ()) -> None:
        self._by_base: dict[str, list[Entry]] = {}
        self._known: dict[str, tuple[str, ...]] = {}
        for entry in entries:
            name = log_name(entry.name).strip("/")
            self._by_base.setdefault(PurePosixPath(name).name, []).append(Entry(name, entry.tags))

    @classmethod
    def load(cls, path: Path | None = None) -> FileList:
        """The list in a YAML file, or OpenStack's usual files; GatepostError with file and line."""
        return _shipped() if path is None else cls(_read(path))

    def tags(self, relative_path: str) -> tuple[str, ...]:
        """The tags of the list, then the base name; each once."""
        found = self._known.get(relative_path)
        if found is None:
            if len(self._known) >= _KEPT:
                self._known.clear()
            name = log_name(relative_path)
            base = PurePosixPath(name).name
            found = tuple(dict.fromkeys((*self._listed(name, base), base)))
            self._known[relative_path] = found
        return found

    def _listed(self, name: str, base: str) -> tuple[str, ...]:
        entries = self._by_base.get(base, ())
        fitting = [e for e in entries if name == e.name or name.endswith(f"/{e.name}")]
        if fitting:
            return max(fitting, key=lambda e: len(e.name)).tags
        return entries[0].tags if entries else ()


@cache
def _shipped() -> FileList:
    return FileList(_read(resource(DEFAULT_LIST)))


def _read(path: Path) -> list[Entry]:
    """The entries of a file, in its order."""
    root = read_node(path, "name a list of files, or leave the key out")
    if root is None:
        raise GatepostError(f"{path}:1: is empty", _EXAMPLE)
    files = _mapping(root, path).get("files")
    if files is None:
        raise _wrong(path, root, "has no key `files`")
    return [_entry(node, path) for node in _items(files, path)]


def _entry(node: Node, path: Path) -> Entry:
    keys = _mapping(node, path)
    if "name" not in keys:
        raise _wrong(path, node, "an entry needs a `name`")
    name = _text(keys["name"], path)
    if not PurePosixPath(name).name:
        raise _wrong(path, keys["name"], "a `name` must end in a file's name")
    tags = _items(keys["tags"], path) if "tags" in keys else ()
    return Entry(name, tuple(_text(tag, path) for tag in tags))


def _mapping(node: Node, path: Path) -> dict[str, Node]:
    from yaml import MappingNode

    if not isinstance(node, MappingNode):
        raise _wrong(path, node, "expected keys and values here")
    return {_text(key, path): value for key, value in node.value}


def _items(node: Node, path: Path) -> Iterator[Node]:
    from yaml import SequenceNode

    if not isinstance(node, SequenceNode):
        raise _wrong(path, node, "expected a list here")
    yield from node.value


def _text(node: Node, path: Path) -> str:
    from yaml import ScalarNode

    if not isinstance(node, ScalarNode) or not node.value:
        raise _wrong(path, node, "expected a text here")
    return str(node.value)


def _wrong(path: Path, node: Node, what: str) -> GatepostError:
    return GatepostError(f"{path}:{node.start_mark.line + 1}: {what}", _EXAMPLE)
