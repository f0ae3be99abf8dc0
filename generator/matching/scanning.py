"""Several files through one engine, or through those of other processes where these pay."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from generator.matching.engine import Engine
from generator.matching.inputs import LogFile
from generator.matching.parallel import EngineArgs, FileJob, FileScan, cores, scan_file, scan_files

#: Packed bytes from which other processes save more than they cost: each takes half a second to start.
PAYS = 24 << 20


def scan_logs(
    engine: Engine, cache: Path | None, files: Sequence[LogFile], workers: int | None = None
) -> Iterator[FileScan]:
    """Search files, none of them a stream, in their order; `workers` None is one process a core allowed.

    Raises GatepostError if a process is killed.
    """
    workers = workers or cores()
    if workers == 1 or _packed(files) < PAYS:
        return (scan_file(engine, file.source, file.facts) for file in files)
    jobs = (FileJob(Path(str(file.source)), file.facts) for file in files)
    return (scan for _, scan in scan_files(jobs, EngineArgs(engine.signatures, cache), workers))


def _packed(files: Sequence[LogFile]) -> int:
    """The bytes on disk, counted as far as it matters."""
    total = 0
    for file in files:
        try:
            total += file.source.stat().st_size if isinstance(file.source, Path) else 0
        except OSError:
            continue  # it is reported when it is read
        if total >= PAYS:
            break
    return total
