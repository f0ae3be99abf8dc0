"""NDJSON files as one sequence of documents: positions, builds, and the documents at some positions."""

from __future__ import annotations

import json
import re
from bisect import bisect_right
from collections.abc import Collection, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from generator.matching.inputs import Skipped
from generator.matching.log_text import byte_lines
from generator.matching.reading import open_log

MAX_DOCUMENT = 64 << 20
_BUILD = r'"(?:%s)"\s{0,9}:\s{0,9}\[?\s{0,9}"([^"\\]{1,200})"'


class Document(NamedTuple):
    """One document as people know it: its file and 1-based line there, its message and the log it is from."""

    path: Path
    line: int
    message: str
    filename: str


class Documents:
    """The documents of several files, counted on through all of them; empty lines are none.

    `fields` maps their field names to ours.
    """

    def __init__(self, paths: Sequence[Path], fields: Mapping[str, str] | None = None) -> None:
        self.fields = fields or {}
        # in a document as it is written a field of an inner object has its last name only
        uuid = [re.escape(name.rpartition(".")[2]) for name in self._names("build_uuid")]
        self._build = re.compile((_BUILD % "|".join(uuid)).encode())
        self.skipped: list[Skipped] = []
        self.count = 0
        self._paths = paths
        self._starts: list[int] = []
        self._builds: list[int] = []

    def lines(self) -> Iterator[bytes]:
        """Yield the documents unparsed; once, and to the end, before anything is asked."""
        numbers: dict[bytes | None, int] = {}
        for path in self._paths:
            self._starts.append(self.count)
            stream = open_log(path)
            for line in byte_lines(stream, MAX_DOCUMENT):
                if not line.strip():
                    continue
                found = self._build.search(line)
                self._builds.append(numbers.setdefault(found[1] if found else None, len(numbers)))
                self.count += 1
                yield line
            if stream.problem:
                self.skipped.append(Skipped(str(path), stream.problem.reason, stream.problem.detail))

    def _names(self, ours: str) -> list[str]:
        return [*(theirs for theirs, name in self.fields.items() if name == ours), ours]

    def builds(self, positions: Collection[int] | None = None) -> int:
        """How many builds these documents (None: all) are of; all without `build_uuid` are one."""
        return len(set(self._builds) if positions is None else {self._builds[n] for n in positions})

    def path_of(self, position: int) -> Path:
        """The file that holds a document."""
        return self._paths[bisect_right(self._starts, position) - 1]

    def read(self, wanted: Collection[int] | None = None) -> Iterator[tuple[int, Document]]:
        """Read the files again for the documents at these positions (None: all), without what is none."""
        position = -1
        for path in self._paths:
            for number, line in enumerate(byte_lines(open_log(path), MAX_DOCUMENT), 1):
                position += bool(line.strip())
                if line.strip() and (wanted is None or position in wanted):
                    document = _parsed(line)
                    if document is not None:
                        message = _text(document, *self._names("message"), "@message")
                        yield (
                            position,
                            Document(
                                path,
                                number,
                                message,
                                _text(document, *self._names("filename"), "@source_path"),
                            ),
                        )


def _parsed(line: bytes) -> dict[str, Any] | None:
    try:
        document = json.loads(line)
    except (ValueError, RecursionError):
        return None
    inner = document.get("_source", document) if isinstance(document, dict) else None
    return inner if isinstance(inner, dict) else None


def _text(document: dict[str, Any], *names: str) -> str:
    for name in names:
        value = document.get(name)
        value = value[0] if isinstance(value, list) and value else value
        if isinstance(value, str):
            return value
    return ""
