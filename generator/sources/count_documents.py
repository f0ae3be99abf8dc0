"""How many documents and builds of an index export a query finds, each document decided exactly."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime

from generator import words
from generator.matching.documents import document_values
from generator.matching.engine import Engine, scan_documents
from generator.matching.folders import shown
from generator.matching.inputs import Skipped
from generator.matching.mapping import Value
from generator.matching.reading import Limits
from generator.sources import Context
from generator.sources.exports import Export, source_files
from generator.sources.metadata import as_text, epoch, field_names
from generator.sources.settings import DocumentsSettings
from generator.sources.tally import Counted, Question, Quote, Tally

_LATEST = datetime(9999, 1, 1, tzinfo=UTC).timestamp()


def count(settings: DocumentsSettings, question: Question, context: Context) -> Counted:
    """What the context's only signature finds in the files; raises GatepostError if there are none."""
    files = source_files(settings)
    counting = _Counting(question, context, field_names(settings.fields))
    with context.progress.task(f"Searching the documents of {settings.name}", len(files)) as task:
        for path in files:
            counting.search(Export(path, context.limits or Limits()))
            task.advance()
    searched = words.plural(counting.documents, "document")
    return counting.tally.counted(context.outcomes, searched, counting.skipped, untimed=counting.untimed)


class _Counting:
    def __init__(self, question: Question, context: Context, fields: Mapping[str, str]) -> None:
        self.tally = Tally(question)
        self.skipped: list[Skipped] = []
        self.documents = self.untimed = 0
        self._engine = Engine(context.signatures)
        self._fields = fields

    def search(self, export: Export) -> None:
        """Count in one file; it is read again for the documents that match."""
        path = shown(export.path)
        scan = scan_documents(self._engine, export.documents(), self._fields)
        self.documents += scan.documents
        if export.problem is not None:
            self.skipped.append(Skipped(path, export.problem.reason, export.problem.detail))
        self.skipped += [Skipped(f"{path}: document {p.position}", p.reason, p.detail) for p in scan.problems]
        found = set().union(*scan.positions.values())
        for position, line in enumerate(export.documents()) if found else ():
            if position in found:
                self._add(document_values(line, self._fields))

    def _add(self, values: Mapping[str, tuple[Value, ...]]) -> None:
        at = _moment(values)
        since = self.tally.question.since
        if since is not None and (at is None or at < since):
            self.untimed += at is None
            return
        build = as_text(_first(values, "build_uuid"))
        self.tally.add(build, 1, at, at)
        self.tally.add_values(values, build, 1)
        if build is not None:
            filename = as_text(_first(values, "filename"))
            self.tally.quote(Quote(build, at, filename, str(_first(values, "message") or "")))


def _first(values: Mapping[str, tuple[Value, ...]], name: str) -> Value | None:
    return next(iter(values.get(name, ())), None)


def _moment(values: Mapping[str, tuple[Value, ...]]) -> datetime | None:
    seconds = epoch(_first(values, "@timestamp"))
    return datetime.fromtimestamp(seconds, UTC) if seconds < _LATEST else None
