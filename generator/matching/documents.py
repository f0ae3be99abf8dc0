"""Documents of an index, one a line: every field is known, so each is decided exactly."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence

from generator.matching.facts import MESSAGE, Facts
from generator.matching.mapping import Value, each_value, spelled
from generator.matching.plan import Message, Plan, Planner
from generator.matching.results import DocumentProblem, DocumentScan
from generator.signatures.model import Signature


class _NoDocumentError(ValueError):
    """The line is no document."""


def scan(
    signatures: Sequence[Signature], planner: Planner, lines: Iterable[bytes], fields: Mapping[str, str]
) -> DocumentScan:
    """Positions by signature id; empty lines are no documents and have no position."""
    positions: dict[int, list[int]] = {}
    problems, count = [], -1
    for line in lines:
        if not line.strip():
            continue
        count += 1
        try:
            values = document_values(line, fields)
        except _NoDocumentError as error:
            problems.append(DocumentProblem(count, "not a document", str(error)))
            continue
        message = values.pop(MESSAGE, ())
        for number in _matching(planner.plan(Facts(values)), message):
            positions.setdefault(number, []).append(count)
    named = {signatures[number].id: positions[number] for number in sorted(positions)}
    return DocumentScan(count + 1, named, tuple(problems))


def document_values(line: bytes, fields: Mapping[str, str]) -> dict[str, tuple[Value, ...]]:
    """The fields of a document under our names; those of inner objects have dots (`@fields.build_name`)."""
    try:
        document = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise _NoDocumentError(str(error)) from error
    if isinstance(document, dict) and isinstance(document.get("_source"), dict):
        document = document["_source"]
    if not isinstance(document, dict):
        raise _NoDocumentError("not a JSON object")
    values: dict[str, tuple[Value, ...]] = {}
    for name, value in _flat(document, ""):
        name = fields.get(name, name)
        values[name] = (*values.get(name, ()), *each_value(value))
    return values


def _flat(document: Mapping[str, object], prefix: str) -> Iterable[tuple[str, object]]:
    for name, value in document.items():
        if isinstance(value, dict):
            yield from _flat(value, f"{prefix}{name}.")
        else:
            yield prefix + name, value


def _matching(plan: Plan, message: tuple[Value, ...]) -> list[int]:
    texts = [spelled(value) for value in message]
    found = Message(lambda: texts)
    wanted = [*plan.each]
    if plan.database is not None:
        hits: set[int] = set()
        # A prefilter's gap between words never spans lines; a message may.
        data = " ".join(texts).encode("utf-8", "replace").replace(b"\n", b" ")
        plan.database.scan(data, match_event_handler=lambda pattern, *_: hits.add(pattern))
        wanted += {w.signature: w for pattern in hits for w in plan.asking[pattern]}.values()
    return sorted({w.signature for w in plan.all} | {w.signature for w in wanted if w.decide(found)})
