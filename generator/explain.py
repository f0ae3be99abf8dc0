"""`gatepost explain`: what is known about the failure in these logs? Without tables, quickly."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import BinaryIO

from generator.errors import GatepostError
from generator.explain_settings import CONFIG, ExplainSettings, settings_of
from generator.explain_text import SUCCESS, Found, Line, Place, Report, Unexplained, headline, render
from generator.matching.engine import Engine
from generator.matching.excerpts import excerpt, published
from generator.matching.failure_lines import LINES, Ranked, Ranker, rank_log, ranker_against
from generator.matching.inputs import STDIN, Build, Inputs, Skipped, gather
from generator.matching.ndjson import Documents
from generator.matching.reading import LogStream, open_log
from generator.matching.survey import Hits, Survey, survey
from generator.matching.tags import FileList, log_name
from generator.progress import Progress
from generator.signatures.load import Loaded, load_folder
from generator.signatures.model import Signature
from generator.zuul_return import write

CONSOLES = ("job-output.txt", "console.html", "console.txt")
KNOWN, UNKNOWN = 0, 3
UNEXPLAINED = 3  # builds whose likeliest lines are shown; of others only the name


def run(
    paths: Sequence[str],
    signatures_dir: Path | None = None,
    files_list: Path | None = None,
    passed: Path | None = None,
    output_format: str = "text",
    workers: int | None = None,
    progress: Progress | None = None,
    stdin: BinaryIO | None = None,
    cache: Path | None = None,
    config: Path = Path(CONFIG),
    zuul_return: Path | None = None,
) -> tuple[str, int]:
    """Return what to print and the exit code: 0 if known failures were found, 3 if none.

    `config` need not exist: it says what is not given. `workers` is how many processes may read files (None:
    one a core), `cache` the folder of compiled signatures, by default ~/.cache/gatepost; the verdict is
    written to `zuul_return` as a warning for Zuul. Raises GatepostError if nothing can be searched, or for
    nothing.
    """
    settings = settings_of(config, signatures_dir, files_list)
    loaded = _loaded(settings.signatures)
    cache = cache or _cache()
    engine = Engine(loaded.signatures, cache)
    inputs = _inputs(paths, settings, loaded, engine, stdin)
    against = _passed(passed)  # says at once if there is no such log
    stdin_lines = ranker_against(against) if STDIN in paths else None
    result = survey(engine, cache, inputs, progress or Progress(0), workers, stdin_lines)
    if not result.files:
        raise _nothing(result.skipped)
    code = KNOWN if result.hits else UNKNOWN
    if output_format == "json" and zuul_return is None:
        return _json(result), code
    report = _report(result, loaded.signatures, passed, settings.bug_url)
    if zuul_return is not None:
        write(zuul_return, [headline(report)])
    return _json(result) if output_format == "json" else render(report), code


def _inputs(
    paths: Sequence[str], settings: ExplainSettings, loaded: Loaded, engine: Engine, stdin: BinaryIO | None
) -> Inputs:
    """What to search, and what of the signatures cannot be searched for."""
    inputs = gather(paths, FileList.load(settings.files), stdin)
    inputs.fields = settings.fields(inputs.documents)
    inputs.skipped += [Skipped(f"{p.path}:{p.line}", "broken signature", p.message) for p in loaded.errors]
    paths_of = {signature.id: signature.path for signature in loaded.signatures}
    inputs.skipped += [
        Skipped(paths_of[name], "refused query", error.message) for name, error in engine.refused.items()
    ]
    return inputs


def _loaded(folder: Path) -> Loaded:
    loaded = load_folder(folder)
    if not loaded.signatures:
        problem = loaded.errors[0]
        raise GatepostError(f"{problem.path}:{problem.line}: {problem.message}", problem.hint)
    return loaded


def _cache() -> Path:
    base = os.environ.get("XDG_CACHE_HOME")
    return (Path(base) if base else Path("~/.cache").expanduser()) / "gatepost"


def _nothing(skipped: Sequence[Skipped]) -> GatepostError:
    hint = "name a build's log folder, log files, *.ndjson, or - for standard input"
    if not skipped:
        return GatepostError("nothing to search", hint)
    first = skipped[0]
    more = f", and {len(skipped) - 1} more" if len(skipped) > 1 else ""
    return GatepostError(f"nothing could be read: {first.path}: {first.reason}{more}", hint)


def _json(result: Survey) -> str:
    """The answer for machines; `documents` are 0-based and counted on through all NDJSON files."""
    signatures = {
        name: {"lines": hits.lines, "builds": hits.builds}
        | ({"documents": hits.documents} if result.documents.count else {})
        for name, hits in sorted(result.hits.items())
    }
    skipped = [{"path": s.path, "reason": s.reason} for s in result.skipped]
    answer = {"lines": result.lines, "builds": result.builds, "signatures": signatures, "skipped": skipped}
    return json.dumps(answer, indent=2)


def _report(
    result: Survey, signatures: Sequence[Signature], passed: Path | None, bug_url: str | None
) -> Report:
    by_id = {signature.id: signature for signature in signatures}
    failed = [build for build in result.unclassified if build.result != SUCCESS]
    unclassified = [_unexplained(build, passed, result.stdin) for build in failed[:UNEXPLAINED]]
    if result.documents.count and not any(hits.documents for hits in result.hits.values()):
        unclassified.append(_unexplained_documents(result.documents))
    return Report(
        lines=result.lines,
        builds=result.builds,
        classified=result.classified,
        signatures=len(signatures),
        found=tuple(_found_in_logs(by_id[name], hits) for name, hits in result.hits.items() if hits.place)
        + tuple(_found_in_documents(by_id, result)),
        unexplained=tuple(unclassified),
        others=tuple(build.label for build in failed[UNEXPLAINED:]),
        succeeded=tuple(build.label for build in result.unclassified if build.result == SUCCESS),
        skipped=tuple(result.skipped),
        compared=passed is not None,
        bug_url=bug_url,
    )


def _found_in_logs(signature: Signature, hits: Hits) -> Found:
    assert hits.place is not None
    build, file, match = hits.place
    texts = excerpt(match.context).split("\n")
    context = tuple(Line(number, text) for number, text in enumerate(texts, match.context_start))
    place = Place(build.label, file.name, match.first_line, context, build.result)
    return Found(signature, hits.lines, hits.builds, place, match.assumed)


def _found_in_documents(by_id: Mapping[str, Signature], result: Survey) -> Iterator[Found]:
    """The signatures that no log has, with the first document of each."""
    firsts = {name: hits.documents[0] for name, hits in result.hits.items() if not hits.place}
    documents = dict(result.documents.read(set(firsts.values()))) if firsts else {}
    for name, position in firsts.items():
        document = documents[position]
        line = Line(document.line, published([document.message]))
        place = Place(document.filename or "?", str(document.path), document.line, (line,), None)
        yield Found(by_id[name], result.hits[name].lines, result.hits[name].builds, place, False)


def _unexplained(build: Build, passed: Path | None, stdin: Ranker) -> Unexplained:
    """The likeliest lines of the build's console, or of all its files if it has none."""
    consoles = [file for file in build.files if Path(log_name(file.name)).name in CONSOLES]
    ranked: list[tuple[str, Ranked]] = []
    for file in consoles[:1] or build.files:
        lines = stdin.result() if file.name == STDIN else rank_log(open_log(file.source), _passed(passed))
        ranked += [(file.name, line) for line in lines]
    return Unexplained(build.label, _likeliest(ranked))


def _unexplained_documents(documents: Documents) -> Unexplained:
    rankers: dict[Path, Ranker] = {}
    numbers: dict[Path, list[int]] = {}
    for _, document in documents.read():
        rankers.setdefault(document.path, Ranker()).feed([document.message])
        numbers.setdefault(document.path, []).append(document.line)
    ranked = [
        (str(path), line._replace(line=numbers[path][line.line - 1]))
        for path, ranker in rankers.items()
        for line in ranker.result()
    ]
    return Unexplained("the documents", _likeliest(ranked))


def _passed(path: Path | None) -> LogStream | None:
    """The log that passed, as blocks; GatepostError if it cannot be read."""
    if path is None:
        return None
    if not path.is_file():
        raise GatepostError(f"--passed {path}: no such file", "name a log of the same job that passed")
    return open_log(path)


def _likeliest(ranked: list[tuple[str, Ranked]]) -> tuple[tuple[str, Line], ...]:
    """The best lines of all files, by file and number, fit to be shown."""
    best = sorted(ranked, key=lambda pair: -pair[1].score)[:LINES]
    if not best:
        return ()
    texts = published([line.text for _, line in best]).split("\n")
    shown = [(name, Line(line.line, text)) for (name, line), text in zip(best, texts, strict=True)]
    return tuple(sorted(shown, key=lambda pair: (pair[0], pair[1].number)))
