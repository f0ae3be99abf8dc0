"""What a pass over a file, or over documents, yields."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Match:
    """The lines of one file that a signature matches.

    `lines` is how many, `first_line` the 1-based number of the first, `first_text` its bytes. `context` holds
    the lines from `context_start` (1-based) on: up to three before, the line itself, up to three after, all
    without their newline and cut to 64 KiB. `assumed`: some unknown metadata was taken as met.
    """

    lines: int
    first_line: int
    first_text: bytes
    context: tuple[bytes, ...]
    context_start: int
    assumed: bool


@dataclass(frozen=True)
class Scan:
    """One file: its lines and unpacked bytes, lines that were matched only up to 1 MiB, matches by id."""

    lines: int
    bytes: int
    long_lines: int
    matches: dict[str, Match]


@dataclass(frozen=True)
class DocumentProblem:
    """A line that is no document: its 0-based position among all non-empty lines, and why."""

    position: int
    reason: str
    detail: str


@dataclass(frozen=True)
class DocumentScan:
    """How many documents, and the 0-based positions that each signature matches (ids without are absent)."""

    documents: int
    positions: dict[str, list[int]]
    problems: tuple[DocumentProblem, ...]
