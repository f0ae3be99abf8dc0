"""Which files a build has, by its zuul-manifest.json: only such as lie in the build's folder."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Any, NamedTuple
from urllib.parse import unquote

from generator.sources.log_server.faults import BAD_MANIFEST, PATH

MAX_BYTES = 4 << 20
MAX_FILES = 20_000
MAX_DEPTH = 32
_MAX_NAME = 255
_TWICE = 4  # a server may unquote what was unquoted already
_BAD = re.compile(r"[\x00-\x1f\x7f-\x9f/\\\ud800-\udfff]")


class Listed(NamedTuple):
    """The files of a manifest by their path in the build's folder, and what was refused of it.

    `problems` are pairs of a reason and a detail; of each reason there is one, however often it occurs.
    """

    names: tuple[str, ...]
    problems: tuple[tuple[str, str], ...]


class _Reading:
    def __init__(self) -> None:
        self.names: dict[str, None] = {}
        self.refused: dict[str, list[str]] = {}

    def refuse(self, reason: str, what: str) -> None:
        self.refused.setdefault(reason, []).append(what)


def read_manifest(text: str) -> Listed | None:
    """The files that a manifest lists, in its order; None if it is none."""
    try:
        root = json.loads(text)
    except (ValueError, RecursionError):
        return None
    tree = root.get("tree") if isinstance(root, dict) else None
    if not isinstance(tree, list):
        return None
    reading = _Reading()
    for name in _files(tree, "", 1, reading):
        if len(reading.names) >= MAX_FILES:
            reading.refuse(BAD_MANIFEST, f"more than {MAX_FILES:,} files")
            break
        reading.names[name] = None
    return Listed(tuple(reading.names), tuple(_told(*one) for one in reading.refused.items()))


def _told(reason: str, what: list[str]) -> tuple[str, str]:
    more = f", and {len(what) - 1:,} more" if len(what) > 1 else ""
    return reason, f"{what[0]}{more}"


def _files(entries: list[Any], folder: str, depth: int, reading: _Reading) -> Iterator[str]:
    """Paths of the files among some entries and below."""
    for entry in entries:
        name = entry.get("name") if isinstance(entry, dict) else None
        if not isinstance(name, str):
            reading.refuse(BAD_MANIFEST, "an entry without a name")
        elif len(name) > _MAX_NAME or not _stays(name):
            reading.refuse(PATH, f"{folder}{name!a:.100}")
        elif not isinstance(entry.get("children"), list):
            if entry.get("size") != 0:
                yield folder + name
        elif depth >= MAX_DEPTH:
            reading.refuse(BAD_MANIFEST, f"more than {MAX_DEPTH} folders deep")
        else:
            yield from _files(entry["children"], f"{folder}{name}/", depth + 1, reading)


@lru_cache(1 << 14)
def _stays(name: str) -> bool:
    """Whether it is the name of one thing in a folder, however often a server unquotes it."""
    for _ in range(_TWICE):
        if not name or name in (".", "..") or _BAD.search(name):
            return False
        before, name = name, unquote(name, errors="surrogateescape")
        if name == before:
            return True
    return False
