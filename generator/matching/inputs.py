"""What the PATHs on a command line are: builds with their log files, standard input, or documents.

A folder with one of `folders.MARKERS` is a build; another one that holds such folders, at any depth, is a
tree of builds; a folder without any is one build whose metadata is unknown. Log files named side by side, and
standard input, are together one build. `*.ndjson` (also packed) holds documents of an index.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO, NamedTuple

from generator.matching.facts import Facts
from generator.matching.folders import find_builds, is_marker, log_files
from generator.matching.inventory import read_facts
from generator.matching.tags import FileList, log_name

STDIN = "-"
ASSUMED_RESULT = "FAILURE"


class Skipped(NamedTuple):
    """What was not read, or not to its end, and why, in a few fixed words and in detail."""

    path: str
    reason: str
    detail: str = ""


@dataclass(frozen=True)
class LogFile:
    """One log: where its bytes are, its path in the build, and what all its lines share."""

    source: Path | BinaryIO
    name: str
    facts: Facts


@dataclass(frozen=True)
class Build:
    """A build and its log files; `known` says whether its metadata is, `result` is the CI's own word."""

    label: str
    files: tuple[LogFile, ...]
    known: bool = False
    result: str | None = None


@dataclass
class Inputs:
    """All that the PATHs name; `documents` are NDJSON files in their order, `fields` their names for ours."""

    builds: list[Build] = field(default_factory=list)
    documents: list[Path] = field(default_factory=list)
    fields: Mapping[str, str] = field(default_factory=dict)
    skipped: list[Skipped] = field(default_factory=list)


def is_documents(path: Path) -> bool:
    """Tell whether a file's name says that it holds one document a line."""
    return log_name(path.name).endswith(".ndjson")


def gather(paths: Sequence[str], files: FileList, stdin: BinaryIO | None = None) -> Inputs:
    """Find the builds and documents that `paths` name; what does not exist is in `skipped`."""
    inputs = Inputs()
    loose: list[LogFile] = []
    for text in dict.fromkeys(paths):
        path = Path(text)
        if text == STDIN and stdin is not None:
            loose.append(LogFile(stdin, STDIN, Facts(unknown=True)))
        elif path.is_dir():
            inputs.builds += _builds(path, files, inputs.skipped)
        elif not path.exists():
            inputs.skipped.append(Skipped(text, "no such file"))
        elif is_documents(path):
            inputs.documents.append(path)
        else:
            loose.append(LogFile(path, text, _alone(text, files)))
    if loose:
        more = f" and {len(loose) - 1} more" if len(loose) > 1 else ""
        inputs.builds.append(Build(loose[0].name + more, tuple(loose)))
    return inputs


def _alone(path: str, files: FileList) -> Facts:
    """The facts of a log file whose build is unknown: its name, and the tags that its path tells."""
    name = log_name(path).lstrip("/")
    return Facts({"filename": (name,), "tags": files.tags(name)}, unknown=True)


def _builds(root: Path, files: FileList, skipped: list[Skipped]) -> Iterator[Build]:
    try:
        found = find_builds(root)
    except OSError as error:
        skipped.append(Skipped(str(root), "unreadable", error.strerror or ""))
        return
    marked = any(_marked(folder) for folder in found.builds)
    folders = found.builds if marked else (root,)
    if marked or not found.builds:
        skipped += [Skipped(str(root / p.path), p.reason, p.detail) for p in found.problems]
    for folder in folders:
        build = _build(folder, files, skipped)
        if build.files:
            yield build
        else:
            skipped.append(Skipped(str(folder), "no log files"))


def _marked(folder: Path) -> bool:
    return any(is_marker(path) for path in folder.iterdir())


def _build(folder: Path, files: FileList, skipped: list[Skipped]) -> Build:
    metadata, logs = read_facts(folder), log_files(folder)
    skipped += [
        Skipped(str(folder / p.path), p.reason, p.detail) for p in (*metadata.problems, *logs.problems)
    ]
    skipped += [
        Skipped(str(folder / f"*{ending}"), "no log", f"{number} files")
        for ending, number in sorted(logs.no_logs.items())
    ]
    result = metadata.build.get("result")
    taken: dict[str, tuple[str | int, ...]] = {}
    if metadata.known and result is None:  # an inventory does not tell how the build ended
        taken = {"build_status": (ASSUMED_RESULT,)}
    known = tuple(
        LogFile(
            folder / name,
            name,
            Facts({**metadata.of_file(name, files.tags(name)), **taken}, not metadata.known),
        )
        for name in logs.names
    )
    return Build(str(folder), known, metadata.known, result if isinstance(result, str) else None)
