"""`gatepost query`: how many lines and builds match a query, since when, and where? Exactly."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple

from generator.config import Settings, SourceSettings, holds_lines, load, named
from generator.errors import GatepostError
from generator.index_settings import IndexSettings
from generator.lint import of_query
from generator.lint.clauses import Remark
from generator.matching.excerpts import published
from generator.matching.mapping import DATE, KEYWORD, MESSAGE
from generator.matching.parallel import cores
from generator.matching.reading import Limits
from generator.matching.tags import FileList
from generator.progress import Progress
from generator.query_text import Answer, Block, pointed, render, top_values
from generator.signatures.model import Signature
from generator.signatures.parse import QueryError, parse
from generator.sources import Context
from generator.sources.queries import refused
from generator.sources.tally import RESULT, Counted, Question, Share, counter

FIELDS = (
    RESULT, "build_queue", "build_name", "project", "build_branch", "voting", "hosts_region", "filename"
)  # fmt: skip
FOUND, NOT_FOUND, NOT_ASKED = 0, 3, 1
_ID = "query"


class Options(NamedTuple):
    """What to ask of whom, and how much to show; `fields` empty means the usual ones."""

    source: str | None = None
    fields: Sequence[str] = ()
    top: int = 10
    days: int | None = None
    since: datetime | None = None
    excerpts: int = 0
    output_format: str = "text"


def run(text: str, config: Path, options: Options, now: datetime, progress: Progress) -> tuple[str, int]:
    """Return what to print and the exit code: 0 if a line matches, 3 if none does, 1 if nobody could tell.

    Raises GatepostError for a query that is none, or if no source can answer.
    """
    signature, remarks = _understood(text)
    settings = load(config)
    asked = _asked(settings, options.source)
    question = Question(
        text, tuple(map(_field, options.fields)) or FIELDS, _since(options, now), options.excerpts
    )
    context = _context(settings, signature, now, progress)
    blocks = [Block(one.name, one.type, _answer(one, question, context)) for one in asked]
    failed = [block.answer for block in blocks if isinstance(block.answer, GatepostError)]
    if len(failed) == len(blocks):
        raise failed[0]
    if all(isinstance(one, IndexSettings) for one in asked):  # whose fields are its own
        remarks = [remark for remark in remarks if remark.check != "unknown-field"]
    answer = Answer(text, question.since, remarks, blocks, options.top)
    code = FOUND if any(_lines(block) for block in blocks) else NOT_ASKED if failed else NOT_FOUND
    return (_json(answer) if options.output_format == "json" else render(answer)), code


def _lines(block: Block) -> int:
    return block.answer.lines if isinstance(block.answer, Counted) else 0


def _understood(text: str) -> tuple[Signature, list[Remark]]:
    """The query as a signature, and what is to be said of it; GatepostError if it is none."""
    if not text.strip():
        raise GatepostError("the query is empty", "ask for something, e.g. 'message:\"No space left\"'")
    try:
        query = parse(text)
    except QueryError as error:
        line, column = (
            text.count("\n", 0, error.position) + 1,
            error.position - text.rfind("\n", 0, error.position),
        )
        where = f"column {column}" if line == 1 else f"line {line}, column {column}"
        message = f"the query, {where}: {error.construct}: {error.message}\n{pointed(text, error.position)}"
        raise GatepostError(message, error.hint) from None
    return Signature(_ID, text), [remark for remark in of_query(text, query) if remark.severity != "info"]


def _asked(settings: Settings, name: str | None) -> list[SourceSettings]:
    """The sources that hold lines of log, or the one named."""
    able = [one for one in settings.sources if holds_lines(one)]
    if not able:
        hint = "configure one of type logs, documents, elastic or opensearch"
        raise GatepostError("no source holds lines of log", hint)
    return named(settings, able, name, "source")


def _field(name: str) -> str:
    name = name.removesuffix(KEYWORD)
    if name in (MESSAGE, DATE):
        raise GatepostError(
            f"--field {name}: has another value in nearly every line",
            "name a field with a few values, e.g. build_name; --excerpts N shows lines",
        )
    return name


def _since(options: Options, now: datetime) -> datetime | None:
    if options.days is not None and options.since is not None:
        raise GatepostError("--days and --since say the same", "give one of them")
    return options.since if options.days is None else now - timedelta(days=options.days)


def _context(settings: Settings, signature: Signature, now: datetime, progress: Progress) -> Context:
    return Context(
        signatures=(signature,),
        files=FileList.load(settings.files),
        now=now,
        progress=progress,
        outcomes=settings.outcomes,
        workers=settings.workers or cores(),
        limits=Limits(max_bytes=settings.max_file_bytes),
    )


def _answer(one: SourceSettings, question: Question, context: Context) -> Counted | GatepostError:
    """What one source finds; an error is its answer, so that others are still asked."""
    problem = None if isinstance(one, IndexSettings) else refused(context.signatures).get(_ID)
    if problem is not None:
        return problem
    try:
        return counter(one.type).count(one, question, context)
    except GatepostError as error:
        return error


def _json(answer: Answer) -> str:
    """The answer for machines; times are UTC, to the second."""
    return json.dumps(
        {
            "query": answer.query,
            "since": _time(answer.since),
            "remarks": [remark._asdict() for remark in answer.remarks],
            "sources": [_block(block, answer.top) for block in answer.blocks],
        },
        indent=2,
    )


def _block(block: Block, top: int) -> dict[str, Any]:
    head = {"source": block.source, "type": block.type}
    found = block.answer
    if isinstance(found, GatepostError):
        return {**head, "error": found.message, "hint": found.hint}
    results = found.fields[RESULT]
    return {
        **head,
        "lines": found.lines,
        "builds": found.builds,
        "failed": found.failed,
        "results": {value: share.builds for value, share in top_values(results, len(results))},
        "first": _time(found.first),
        "last": _time(found.last),
        "fields": {name: _values(values, top) for name, values in found.fields.items()},
        "searched": found.searched,
        "lines_of_no_known_build": found.homeless,
        "lines_without_time": found.untimed,
        "builds_assumed": found.assumed,
        "excerpts": [
            {**quote._asdict(), "time": _time(quote.time), "text": published([quote.text])}
            for quote in found.quotes
        ],
        "skipped": [skipped._asdict() for skipped in found.skipped],
    }


def _values(values: Mapping[str | None, Share], top: int) -> dict[str, Any]:
    shown = [{"value": value, **share._asdict()} for value, share in top_values(values, top)]
    missing = values.get(None, Share(0, 0))
    return {"values": shown, "distinct": len(values) - (None in values), "without": missing._asdict()}


def _time(at: datetime | None) -> str | None:
    return f"{at:%Y-%m-%dT%H:%M:%SZ}" if at else None
