"""Documents of a log index, one a line of log, exported as NDJSON or as the answer of a search.

They are grouped by `build_uuid`. A build is as its documents say, and counts as examined: that the export
holds all of its lines is for whoever made it to see to.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from generator import words
from generator.matching.engine import Engine, scan_documents
from generator.matching.excerpts import excerpt
from generator.matching.folders import shown
from generator.matching.reading import Limits
from generator.matching.results import DocumentScan
from generator.sources import Context
from generator.sources.exports import Export, source_files
from generator.sources.frames import tables
from generator.sources.metadata import NO_BUILD, Seen, SeenFile, as_text, columns, field_names, parsed
from generator.sources.queries import query_set, usable
from generator.sources.rows import Origin, Row, Rows, build_row, odd_results, skipped_row
from generator.sources.settings import DocumentsSettings
from generator.sources.unexplained import failure_lines
from generator.tables import Tables

_EXCERPT_LINES = 20  # of a message that the index joined from several lines


@dataclass
class _Hit:
    """A signature in a build: how many documents, and the first by time: (time, file, position)."""

    first: tuple[float, int, int]
    documents: int = 0
    message: str = ""
    filename: str | None = None


@dataclass
class _Collection:
    exports: list[Export]
    seen: Seen
    engine: Engine
    origin: Origin
    fields: Mapping[str, str]
    files: list[SeenFile] = field(default_factory=list)
    hits: dict[tuple[int, str], _Hit] = field(default_factory=dict)
    skipped: list[Row] = field(default_factory=list)

    def scan(self, which: int) -> None:
        """Search one file, and take note of its builds."""
        export, file = self.exports[which], SeenFile()
        self.files.append(file)
        lines = self.seen.watch(export.documents(), file)
        scan = scan_documents(self.engine, lines, self.fields or None)
        homeless: list[str] = []
        for signature, positions in scan.positions.items():
            for position in positions:
                build = file.builds[position]
                if build < 0:
                    homeless.append(signature)
                    continue
                first = (file.times[position], which, position)
                hit = self.hits.setdefault((build, signature), _Hit(first))
                hit.first = min(hit.first, first)
                hit.documents += 1
        self._report(export, scan, file, homeless)

    def _report(self, export: Export, scan: DocumentScan, file: SeenFile, homeless: list[str]) -> None:
        path = shown(export.path)
        if export.problem is not None:
            self._skip(path, export.problem.reason, export.problem.detail)
        if scan.problems:
            first = scan.problems[0]
            detail = (
                f"{len(scan.problems):,} lines; document {first.position:,}: {first.reason} {first.detail}"
            )
            self._skip(path, "no document", detail)
        lost = file.builds.count(NO_BUILD)
        if lost:
            matched = f"; matched by {', '.join(sorted(set(homeless)))}" if homeless else ""
            self._skip(path, "no build_uuid", f"{lost:,} documents of no known build{matched}")
        if not file.builds:
            self._skip(path, "no documents", "the file is empty")

    def _skip(self, path: str, reason: str, detail: str) -> None:
        self.skipped.append(skipped_row(self.origin, path, reason, detail))

    def quote(self) -> None:
        """Read again the first document of each hit: what matched, and in which file."""
        wanted: dict[int, dict[int, list[_Hit]]] = {}
        for hit in self.hits.values():
            _, which, position = hit.first
            wanted.setdefault(which, {}).setdefault(position, []).append(hit)
        for which, hits in wanted.items():
            for position, line in enumerate(self.exports[which].documents()):
                document = parsed(line) if position in hits else None
                for hit in hits[position] if document is not None else ():
                    hit.message = str(self.seen.value(document or {}, "message") or "")
                    hit.filename = as_text(self.seen.value(document or {}, "filename"))

    def rows(self, known: Mapping[str, str]) -> Rows:
        """All rows, but those of builds that were examined with these queries before."""
        rows, unexplained = Rows(skipped=self.skipped), []
        explained = {number for number, _ in self.hits}
        fresh = [n for n, b in enumerate(self.seen.builds) if known.get(b.uuid) != self.origin.query_set]
        for number in sorted(fresh, key=lambda n: self.seen.builds[n].uuid):
            build = self.seen.builds[number]
            row = build_row(self.origin, columns(build), build.uuid, True, "build_name" in build.values)
            rows.builds.append(row)
            rows.skipped += odd_results(self.origin, row, build.uuid)
            if row["outcome"] == "failure" and number not in explained:
                unexplained.append(number)
        rows.hits += self._hit_rows(set(fresh))
        rows.failure_lines += failure_lines(self.exports, self.files, self.seen, unexplained)
        return rows

    def _hit_rows(self, builds: set[int]) -> list[Row]:
        hashes = {s.id: s.query_hash for s in self.engine.signatures}
        found = (
            _hit_row(self.seen.builds[number].uuid, signature, hashes[signature], hit)
            for (number, signature), hit in self.hits.items()
            if number in builds
        )
        return sorted(found, key=lambda row: (row["build_uuid"], row["signature"]))


def _hit_row(uuid: str, signature: str, query_hash: str, hit: _Hit) -> Row:
    """A row of `hits`; an index does not tell line numbers."""
    return {
        "build_uuid": uuid,
        "signature": signature,
        "query_hash": query_hash,
        "lines": hit.documents,
        "file": hit.filename,
        "excerpt": excerpt(hit.message.encode("utf-8", "replace").split(b"\n")[:_EXCERPT_LINES]),
        "assumed": False,
    }


def collect(settings: DocumentsSettings, context: Context) -> Tables:
    """Builds and hits of the documents, and what was skipped; raises GatepostError if there are no files."""
    used = usable(context.signatures)
    origin = Origin(settings.name, settings.ci, context.now, query_set(used), context.outcomes)
    exports = [Export(path, context.limits or Limits()) for path in source_files(settings)]
    fields = field_names(settings.fields)
    collection = _Collection(exports, Seen(fields), Engine(used, context.cache), origin, fields)
    with context.progress.task(f"Searching the documents of {settings.name}", len(exports)) as task:
        for number in range(len(exports)):
            collection.scan(number)
            task.advance()
    collection.quote()
    return tables(collection.rows(context.known), used, "documents")


def check(settings: DocumentsSettings) -> str:
    """How many files and documents there are, and of how many builds; raises GatepostError like `collect`."""
    seen, total, lost = Seen(field_names(settings.fields)), 0, 0
    files = source_files(settings)
    for path in files:
        file = SeenFile()
        total += sum(1 for _ in seen.watch(Export(path, Limits()).documents(), file))
        lost += sum(number < 0 for number in file.builds)
    last = max((build.last for build in seen.builds), default=None)
    newest = (
        "; newest " + str(columns(max(seen.builds, key=lambda b: b.last))["end_time"])[:16] if last else ""
    )
    without = f", {lost:,} of no known build" if lost else ""
    read = f"{words.plural(len(files), 'file')}, {words.plural(total, 'document')}{without}"
    return f"{read}; {words.plural(len(seen.builds), 'build')}{newest}"
