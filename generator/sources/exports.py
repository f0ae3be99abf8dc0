"""Exports of a log index as a sequence of documents: NDJSON, or the answer of a search in one piece."""

from __future__ import annotations

import json
from collections.abc import Iterator
from itertools import chain
from pathlib import Path
from typing import Any

from generator.errors import GatepostError
from generator.matching.log_text import byte_lines
from generator.matching.reading import Limits, Problem, open_log
from generator.matching.tags import log_name
from generator.sources.settings import DocumentsSettings

_ENDINGS = (".ndjson", ".json", ".jsonl")
_MAX_ANSWER = 64 << 20
_MAX_DOCUMENT = 64 << 20


def source_files(settings: DocumentsSettings) -> list[Path]:
    """The files of a source, at least one; raises GatepostError if there is none."""
    files = export_files(settings.path)
    if not files:
        hint = f"set `path` of the source {settings.name!r} to NDJSON or JSON: a file, a folder or a glob"
        raise GatepostError(f"{settings.path}: no documents there", hint)
    return files


def export_files(path: Path) -> list[Path]:
    """The files of an export, sorted: the file itself, those of a folder by their endings, or a glob's.

    Raises GatepostError for a pattern that is none.
    """
    if path.is_file():
        return [path]
    if path.is_dir():
        return sorted(p for p in path.rglob("*") if log_name(p.name).endswith(_ENDINGS) and p.is_file())
    pattern = path.relative_to(path.anchor)
    try:
        return sorted(p for p in Path(path.anchor).glob(str(pattern)) if p.is_file())
    except ValueError as error:
        raise GatepostError(f"{path}: {error}", "`**` stands for folders, `*` for a part of a name") from None


class Export:
    """One file of documents; it can be read again, and `problem` says why the last time ended early."""

    def __init__(self, path: Path, limits: Limits) -> None:
        self.path = path
        self.problem: Problem | None = None
        self._limits = limits

    def documents(self) -> Iterator[bytes]:
        """Each document as a line of JSON, unparsed where the file has them so; empty lines are left out."""
        stream = open_log(self.path, self._limits)
        lines = (line for line in byte_lines(stream, _MAX_DOCUMENT) if line.strip())
        first = next(lines, b"")
        if first.strip() in (b"{", b"[") or (first.lstrip()[:1] == b"[" and first.rstrip()[-1:] != b"]"):
            yield from self._in_one_piece()
            return
        for line in chain([first] if first else [], lines):
            yield from _opened(line)
        self.problem = stream.problem

    def _in_one_piece(self) -> Iterator[bytes]:
        """JSON over many lines: the answer of a search, or a list of documents."""
        stream = open_log(self.path, Limits(max_bytes=min(_MAX_ANSWER, self._limits.max_bytes)))
        whole = b"".join(stream)
        self.problem = stream.problem
        if whole:
            yield from _opened(whole)


def _opened(text: bytes) -> Iterator[bytes]:
    """The documents in a piece of JSON: those of a search's answer or of a list, or itself."""
    if b'"hits"' in text or text.lstrip().startswith(b"["):
        answer = _parsed(text)
        hits = answer.get("hits") if isinstance(answer, dict) else None
        inner = hits.get("hits") if isinstance(hits, dict) else answer
        if isinstance(inner, list):
            yield from (json.dumps(hit).encode() for hit in inner)
            return
    yield text


def _parsed(text: bytes) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None
