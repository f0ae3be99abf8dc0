"""`gatepost explain --index`: what is known about one build, by what a log index holds of it?"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from generator.config import Settings, holds_lines, load, named
from generator.errors import GatepostError
from generator.explain import KNOWN, UNKNOWN
from generator.explain_text import SUCCESS, Found, Line, Place, Report, Unexplained, render
from generator.index_settings import IndexSettings
from generator.matching.excerpts import printable, published
from generator.matching.inputs import Skipped
from generator.progress import Progress
from generator.signatures.load import Loaded, load_folder
from generator.sources.index.asking import connect
from generator.sources.index.one_build import Found as IndexedFound
from generator.sources.index.one_build import IndexedBuild, look_up
from generator.sources.metadata import as_text
from generator.words import count, plural

#: What is shown of a build's metadata: a word, and the columns that it stands for.
_SHOWN = {
    "job": ("job",),
    "result": ("result",),
    "project": ("project", "branch"),
    "pipeline": ("pipeline",),
    "change": ("change", "patchset"),
    "region": ("region",),
    "logs": ("log_url",),
}

_TIMES = ("start_time", "end_time")  # of its lines, that is: `first` and `last`


def run(
    uuid: str,
    config: Path,
    source: str | None = None,
    signatures_dir: Path | None = None,
    output_format: str = "text",
    progress: Progress | None = None,
) -> tuple[str, int]:
    """Return what to print and the exit code: 0 if known failures were found, 3 if none.

    Raises GatepostError if no index knows the build, or none can be asked.
    """
    settings = load(config)
    loaded = load_folder(signatures_dir or settings.signatures)
    one, build = _looked_up(uuid, _asked(settings, source), loaded, progress or Progress(0))
    build.skipped += [Skipped(f"{p.path}:{p.line}", "broken signature", p.message) for p in loaded.errors]
    code = KNOWN if build.found else UNKNOWN
    if output_format == "json":
        return _json(one, build), code
    head = "\n".join(printable(line) for line in _head(one, build))
    return f"{head}\n\n{render(_report(build, len(loaded.signatures), settings.bug_url))}", code


def _asked(settings: Settings, name: str | None) -> Sequence[IndexSettings]:
    """The sources that are an index of lines, or the one named."""
    indices = [one for one in settings.sources if isinstance(one, IndexSettings) and holds_lines(one)]
    if not indices:
        hint = "configure one of type elastic or opensearch; `gatepost explain PATH` reads logs"
        raise GatepostError("--index: no source is an index of lines of log", hint)
    return named(settings, indices, name, "index")


def _looked_up(
    uuid: str, asked: Sequence[IndexSettings], loaded: Loaded, progress: Progress
) -> tuple[IndexSettings, IndexedBuild]:
    """The build by the first index that knows it."""
    errors = []
    for one in asked:
        try:
            with progress.task(f"Asking {one.name}"):
                return one, look_up(connect(one), uuid, loaded.signatures)
        except GatepostError as error:
            errors.append(error)
    raise GatepostError("; ".join(error.message for error in errors), errors[0].hint)


def _head(one: IndexSettings, build: IndexedBuild) -> Iterator[str]:
    yield f"Build {build.uuid} in {one.name} ({one.type})"
    for word, columns in _SHOWN.items():
        values = [str(build.build[name]) for name in columns if build.build.get(name) is not None]
        if values:
            yield f"  {word:<8} {', '.join(values)}"
    yield f"  lines    {count(build.lines)} in {plural(build.files, 'file')}"
    yield f"  first    {_clock(build.first)}"
    yield f"  last     {_clock(build.last)}"


def _report(build: IndexedBuild, signatures: int, bug_url: str | None) -> Report:
    result = as_text(build.build.get("result"))
    unsaid = result == SUCCESS or bool(build.found) or build.failure_lines is None
    found = tuple(_found(one, build.uuid, result) for one in build.found)
    rows = build.failure_lines or ()
    lines = tuple((str(row["file"] or "?"), Line(None, str(row["text"]))) for row in rows)
    return Report(
        lines=build.lines,
        builds=1,
        classified=bool(found),
        signatures=signatures,
        found=found,
        unexplained=() if unsaid else (Unexplained(build.uuid, lines),),
        others=(),
        succeeded=(build.uuid,) if result == SUCCESS and not found else (),
        skipped=tuple(build.skipped),
        compared=False,
        bug_url=bug_url,
    )


def _found(one: IndexedFound, uuid: str, result: str | None) -> Found:
    place = Place(uuid, one.file or "?", None, (Line(None, published([one.text])),), result)
    return Found(one.signature, one.lines, 1, place, False)


def _json(one: IndexSettings, build: IndexedBuild) -> str:
    """The answer for machines; times are UTC."""
    signatures = {
        hit.signature.id: {
            "lines": hit.lines,
            "file": hit.file,
            "first": _iso(hit.time),
            "excerpt": published([hit.text]),
        }
        for hit in build.found
    }
    answer: dict[str, Any] = {
        "source": one.name,
        "type": one.type,
        "build": {
            name: value for name, value in build.build.items() if name not in _TIMES and value is not None
        },
        "lines": build.lines,
        "files": build.files,
        "first": _iso(build.first),
        "last": _iso(build.last),
        "signatures": signatures,
        "failure_lines": None
        if build.failure_lines is None
        else [{"file": row["file"], "text": row["text"]} for row in build.failure_lines],
        "skipped": [skipped._asdict() for skipped in build.skipped],
    }
    return json.dumps(answer, indent=2)


def _clock(at: datetime) -> str:
    return f"{at:%Y-%m-%d %H:%M:%S} UTC"


def _iso(at: datetime) -> str:
    return f"{at:%Y-%m-%dT%H:%M:%SZ}"
