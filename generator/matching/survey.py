"""All signatures over all inputs: what was found where, and which builds nothing explains."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from generator.matching.engine import Engine, Match, scan_documents
from generator.matching.failure_lines import READ_BYTES, Ranker
from generator.matching.inputs import STDIN, Build, Inputs, LogFile, Skipped
from generator.matching.log_text import text_lines
from generator.matching.ndjson import Documents
from generator.matching.parallel import FileScan
from generator.matching.reading import open_log
from generator.matching.scanning import scan_logs
from generator.progress import Progress


@dataclass
class Hits:
    """One signature over all inputs; `place` is its first match, one without assumptions before others."""

    lines: int = 0
    builds: int = 0
    documents: list[int] = field(default_factory=list)
    place: tuple[Build, LogFile, Match] | None = None

    def add(self, build: Build, file: LogFile, match: Match) -> None:
        """Count the match in one more file of a build."""
        self.lines += match.lines
        if self.place is None or (self.place[2].assumed and not match.assumed):
            self.place = (build, file, match)


@dataclass
class Survey:
    """What was found: `unclassified` builds have no hit, `stdin` ranked what cannot be read twice."""

    documents: Documents
    skipped: list[Skipped]
    stdin: Ranker
    lines: int = 0
    builds: int = 0
    classified: int = 0
    files: int = 0
    hits: dict[str, Hits] = field(default_factory=dict)
    unclassified: list[Build] = field(default_factory=list)


def survey(
    engine: Engine,
    cache: Path | None,
    inputs: Inputs,
    progress: Progress,
    workers: int | None = None,
    stdin: Ranker | None = None,
) -> Survey:
    """Search builds and documents for all signatures of the engine.

    `cache` is the engine's, for other processes; `stdin` ranks what comes from standard input.
    """
    result = Survey(Documents(inputs.documents, inputs.fields), inputs.skipped, stdin=stdin or Ranker())
    files = [file for build in inputs.builds for file in build.files if file.name != STDIN]
    with progress.task("searching logs", len(files)) as task:
        scans = scan_logs(engine, cache, files, workers)
        for build in inputs.builds:
            found: set[str] = set()
            before = result.files
            for file in build.files:
                scanned = _from_stream(engine, file, result) if file.name == STDIN else next(scans)
                found |= _add(build, file, scanned, result)
                task.advance(file.name != STDIN)
            if result.files > before:
                _count(build, found, result)
    if inputs.documents:
        _search_documents(engine, result)
    return result


def _from_stream(engine: Engine, file: LogFile, result: Survey) -> FileScan:
    stream = open_log(file.source)
    scan = engine.scan(_ranked(stream, result.stdin), file.facts)
    return FileScan(scan, stream.problem)


def _add(build: Build, file: LogFile, scanned: FileScan, result: Survey) -> set[str]:
    """Add one file to the result; returns the signatures found in it."""
    if scanned.problem:
        result.skipped.append(Skipped(_path(file), scanned.problem.reason, scanned.problem.detail))
    result.files += scanned.problem is None or scanned.scan.bytes > 0
    result.lines += scanned.scan.lines
    for signature, match in scanned.scan.matches.items():
        result.hits.setdefault(signature, Hits()).add(build, file, match)
    return set(scanned.scan.matches)


def _count(build: Build, found: set[str], result: Survey) -> None:
    result.builds += 1
    result.classified += bool(found)
    for signature in found:
        result.hits[signature].builds += 1
    if not found:
        result.unclassified.append(build)


def _path(file: LogFile) -> str:
    return STDIN if file.name == STDIN else str(file.source)


def _ranked(blocks: Iterable[bytes], ranker: Ranker) -> Iterator[bytes]:
    """Pass blocks on that cannot be read twice, and rank their lines on the way."""
    rest = b""
    for block in blocks:
        yield block
        whole, newline, tail = (rest + block).rpartition(b"\n")
        ranker.feed(text_lines([whole + newline], READ_BYTES))
        rest = tail[:READ_BYTES]
    ranker.feed(text_lines([rest], READ_BYTES))


def _search_documents(engine: Engine, result: Survey) -> None:
    documents = result.documents
    scan = scan_documents(engine, documents.lines(), documents.fields)
    result.lines += documents.count
    result.builds += documents.builds()
    result.files += documents.count
    result.skipped += documents.skipped
    for problem in scan.problems:
        path = documents.path_of(problem.position)
        result.skipped.append(Skipped(f"{path}: document {problem.position}", problem.reason, problem.detail))
    hit = {position for positions in scan.positions.values() for position in positions}
    result.classified += documents.builds(hit)
    for signature, positions in scan.positions.items():
        hits = result.hits.setdefault(signature, Hits())
        hits.documents = positions
        hits.lines += len(positions)
        hits.builds += documents.builds(positions)
