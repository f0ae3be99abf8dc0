"""Reads one CI of a roster."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from generator.problem import Problem
from generator.roster.globs import path_spec
from generator.roster.model import Contact, Example, Pattern, Pause, ThirdPartyCI
from generator.roster.reader import LONGEST_COMMENT, Reader, RefusedError, place

if TYPE_CHECKING:
    from yaml import Node

_ID = re.compile(r"[a-z0-9][a-z0-9-]{0,79}")
#: Names of pages beside those of the CIs.
_TAKEN = {"index", "grid", "feed"}
#: Steps of RE2: from some thousands on one line of a comment can take a second.
PROGRAM = 5_000
_OUTCOMES = ("success", "failure", "infra", "neutral")


class Entry(NamedTuple):
    """A CI, and by key where its value, or each item of a list, stands: 1-based line and column."""

    ci: ThirdPartyCI
    places: Mapping[str, Sequence[tuple[int, int]]]


def entry(reader: Reader, node: Node) -> Entry:
    """The CI that a node describes; RefusedError if it cannot be used."""
    values = reader.mapping(node, "entry", _KEYS)
    fields = _fields(reader, node, values)
    fields.setdefault("id", _slug(fields["name"]))
    if not _ID.fullmatch(fields["id"]) or fields["id"] in _TAKEN:
        message = f"{fields['id']!r} cannot be the name of a page"
        hint = "give it an id of small letters, digits and hyphens, e.g. id: example-storage"
        raise reader.refused(values.get("id", values["name"]), "id", message, hint)
    return Entry(ThirdPartyCI(**fields), {key: _places(value) for key, value in values.items()})


def _fields(reader: Reader, node: Node, values: Mapping[str, Node]) -> dict[str, Any]:
    """What is read, by key; RefusedError with all that cannot be, or is missing."""
    fields: dict[str, Any] = {}
    problems: list[Problem] = []
    for key, value in values.items():
        try:
            fields[key] = _KEYS[key](reader, value, key)
        except RefusedError as error:
            problems += error.problems
            continue
        if key in _MISSING and not fields[key]:
            problems += reader.refused(value, key, "is empty", _MISSING[key]).problems
    for key in sorted(_MISSING.keys() - values.keys()):
        problems += reader.refused(node, key, f"the entry has no {key}", _MISSING[key]).problems
    if problems:
        raise RefusedError(*problems)
    return fields


def _places(node: Node) -> list[tuple[int, int]]:
    from yaml import SequenceNode

    return [place(item) for item in (node.value if isinstance(node, SequenceNode) else [node])] or [
        place(node)
    ]


def _slug(name: str) -> str:
    """`Brightwater NFS CI` → `brightwater-nfs-ci`."""
    return re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")[:80].rstrip("-")


def _word(text: str) -> str:
    """A result as results of comments are kept: `build failed` → `BUILD_FAILED`."""
    return re.sub(r"[\s-]+", "_", text.strip()).upper()


def _names(reader: Reader, node: Node, construct: str) -> tuple[str, ...]:
    """Patterns of names, at least one."""
    names = reader.texts(node, construct)
    if not names or not all(names):
        raise reader.refused(node, construct, "at least one is needed", _MISSING[construct])
    return names


def _paths(reader: Reader, node: Node, construct: str) -> tuple[str, ...]:
    def one(item: Node, construct: str) -> str:
        text = reader.text(item, construct)
        try:
            path_spec((text,))
        except ValueError as error:
            hint = "write it as in a .gitignore file, e.g. cinder/volume/drivers/example/**"
            raise reader.refused(item, construct, f"{text!r:.80} is no pattern: {error}", hint) from None
        return text

    paths = reader.many(node, construct, one)
    try:
        path_spec(paths)
    except ValueError as error:
        raise reader.refused(node, construct, f"too much at once: {error}", "use fewer patterns") from None
    return paths


def _contact(reader: Reader, node: Node, construct: str) -> Contact:
    values = reader.mapping(node, construct, ("name", "how", "confirmed"))
    name = reader.text(values["name"], "name") if "name" in values else ""
    if not name:
        raise reader.refused(node, construct, "a contact needs a name", "write a name or a nick, no address")
    return Contact(
        name=name,
        how=(reader.text(values["how"], "how") or None) if "how" in values else None,
        confirmed=reader.day(values["confirmed"], "confirmed") if "confirmed" in values else None,
    )


def _pause(reader: Reader, node: Node, construct: str) -> Pause:
    values = reader.mapping(node, construct, ("start", "end", "reason"))
    for key in ("start", "end"):
        if key not in values:
            hint = "write both: start: 2026-12-21 and end: 2027-01-03"
            raise reader.refused(node, construct, f"a pause needs its {key}", hint)
    start, end = (reader.day(values[key], key) for key in ("start", "end"))
    if end < start:
        message = f"the pause ends on {end}, before it begins on {start}"
        raise reader.refused(values["end"], construct, message, "exchange the days; the last one is included")
    reason = reader.text(values["reason"], "reason") if "reason" in values else None
    return Pause(start, end, reason or None)


def _pattern(reader: Reader, node: Node, construct: str) -> Pattern:
    import re2

    text = reader.raw(node, construct)
    options = re2.Options()
    options.log_errors = False
    try:
        compiled = re2.compile(text, options)
    except re2.error as error:
        why = error.args[0] if error.args else ""
        why = why.decode("utf-8", "replace") if isinstance(why, bytes) else str(why)
        hint = "RE2 knows no look-around and no back-references; see its page on syntax"
        raise reader.refused(node, construct, f"RE2 refuses the pattern: {why}", hint) from None
    if compiled.programsize > PROGRAM:
        message = f"the pattern is too large: {compiled.programsize:,} steps of RE2, at most {PROGRAM:,}"
        raise reader.refused(node, construct, message, r"repeat less, e.g. \S+ for \S{1,1000}")
    if "result" not in compiled.groupindex:
        hint = r"name what tells the result, e.g. ^(?P<job>\S+): (?P<result>\w+)$"
        raise reader.refused(node, construct, "the pattern has no group result", hint)
    return Pattern(text)


def _words(reader: Reader, node: Node, construct: str) -> dict[str, str]:
    hint = "write words: {BROKEN: failure}; outcomes are success, failure, infra, neutral"
    words = {}
    for key, value in reader.pairs(node, construct, hint):
        outcome = reader.raw(value, construct)
        if outcome not in _OUTCOMES:
            raise reader.refused(value, construct, f"{outcome!r:.40} is no outcome", hint)
        words[_word(reader.raw(key, construct))] = outcome
    return words


def _example(reader: Reader, node: Node, construct: str) -> Example:
    values = reader.mapping(node, construct, ("text", "results"))
    if "text" not in values:
        raise reader.refused(node, construct, "an example needs its text", "write text: | and the comment")
    results = reader.pairs(values["results"], "results", _RESULTS) if "results" in values else ()
    return Example(
        text=reader.raw(values["text"], "text", LONGEST_COMMENT),
        results=tuple(
            (reader.raw(job, "results"), _word(reader.raw(word, "results"))) for job, word in results
        ),
    )


_RESULTS = "write results: {job: SUCCESS}, or results: {} for a comment that tells none"
_MISSING = {
    "name": "write for example: name: Example Storage CI",
    "account": "write the username of its account, or its number in quotes: account: example-storage-ci",
    "projects": "write for example: projects: [openstack/cinder]",
}


def _each(one: Callable[[Reader, Node, str], Any]) -> Callable[[Reader, Node, str], Any]:
    return lambda reader, node, key: reader.many(node, key, lambda item, name: one(reader, item, name))


_KEYS: dict[str, Callable[[Reader, Node, str], Any]] = {
    "name": Reader.text,
    "id": Reader.text,
    "account": _names,
    "owner": Reader.text,
    "projects": _names,
    "branches": Reader.texts,
    "paths": _paths,
    "driver": Reader.text,
    "contacts": _each(_contact),
    "voting": Reader.flag,
    "since": Reader.day,
    "pauses": _each(_pause),
    "deadline_hours": Reader.hours,
    "patterns": _each(_pattern),
    "words": _words,
    "recheck": Reader.texts,
    "examples": _each(_example),
    "url": Reader.url,
    "retired": Reader.day,
}
