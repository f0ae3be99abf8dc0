"""Files of what Gerrit's ssh commands print, read by several processes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from generator import words
from generator.errors import GatepostError
from generator.matching.folders import shown
from generator.matching.reading import Limits
from generator.model import PARTLY
from generator.sources.exports import Export, export_files
from generator.sources.gerrit.frames import Portions
from generator.sources.gerrit.reading import Piece, Read, prepare, read
from generator.sources.gerrit.rows import Scope
from generator.sources.gerrit.scope import scope_of
from generator.sources.rows import Row
from generator.sources.workers import each_piece

if TYPE_CHECKING:
    from pathlib import Path

    from generator.gerrit_settings import GerritSettings
    from generator.sources import Context
    from generator.tables import Tables

_PIECE_BYTES = 2 << 20
_KINDS_SHOWN = 10


@dataclass
class _Notes:
    """What was wrong with one file."""

    lines: int = 0
    broken: Counter[str] = field(default_factory=Counter)
    other: Counter[str] = field(default_factory=Counter)
    more: bool = False

    def add(self, read: Read) -> None:
        self.lines += read.lines
        self.broken.update(read.broken)
        self.other.update(read.other)
        self.more |= read.more

    def told(self, export: Export) -> Iterator[tuple[str, str]]:
        """Reason and detail of each row of `skipped`."""
        if export.problem is not None:
            yield export.problem.reason, export.problem.detail
        elif not self.lines:
            yield "no changes", "there is neither a change nor an event in the file"
        for why, count in sorted(self.broken.items()):
            yield "broken record", f"{words.plural(count, 'record')}: {why}"
        if self.other:
            kinds = (f"{kind} {words.count(count)}" for kind, count in self.other.most_common())
            yield "other events", words.listed(list(kinds), _KINDS_SHOWN)
        if self.more:
            yield PARTLY, "the query says that there are more changes: ask again with --start, or page"


def collect(settings: GerritSettings, context: Context) -> Tables:
    """All that the files tell of the projects; GatepostError if there is no file."""
    exports = [Export(path, context.limits or Limits()) for path in source_files(settings)]
    portions = Portions(settings.name, context)
    notes = [_Notes() for _ in exports]
    with context.progress.task(f"Reading what {settings.name} printed") as task:
        for one in reads(exports, settings, scope_of(settings, context), context.workers):
            notes[one.file].add(one)
            portions.add(one.columns)
            task.advance(one.records)
    skipped: list[Row] = [
        portions.skipped(_beneath(export.path, settings), reason, detail)
        for export, note in zip(exports, notes, strict=True)
        for reason, detail in note.told(export)
    ]
    return portions.rest(skipped)


def _beneath(path: Path, settings: GerritSettings) -> str:
    """A file as it is told on the site: below the folder of the source, whose place is nobody's matter."""
    folder = settings.path
    within = folder is not None and path != folder and path.is_relative_to(folder)
    return shown(path.relative_to(folder) if folder and within else path.name)


def source_files(settings: GerritSettings) -> list[Path]:
    """The files of a source, at least one; raises GatepostError if there is none."""
    assert settings.path is not None
    files = export_files(settings.path)
    if not files:
        hint = f"set `path` of the source {settings.name!r} to what `gerrit query --format=JSON` printed"
        raise GatepostError(f"{settings.path}: no JSON files there", hint)
    return files


def reads(exports: list[Export], settings: GerritSettings, scope: Scope, workers: int) -> Iterator[Read]:
    """What each piece of the files gives, in their order."""
    return each_piece(_pieces(exports), read, prepare, (scope, settings.server), workers)


def _pieces(exports: list[Export]) -> Iterator[Piece]:
    for number, export in enumerate(exports):
        lines: list[bytes] = []
        size = 0
        for line in export.documents():
            lines.append(line)
            size += len(line)
            if size >= _PIECE_BYTES:
                yield Piece(number, lines)
                lines, size = [], 0
        if lines:
            yield Piece(number, lines)
