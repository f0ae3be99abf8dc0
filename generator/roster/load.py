"""Loads a roster: YAML with a list `cis`, one entry a third-party CI."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from generator.errors import GatepostError
from generator.problem import Problem
from generator.roster.entry import Entry, entry
from generator.roster.model import Roster
from generator.roster.reader import Reader, RefusedError
from generator.yaml_input import YamlError, read_node

if TYPE_CHECKING:
    from yaml import Node

_HINT = "`gatepost init DIR` writes an example of a roster, thirdparty.yaml"
_MOST = 2_000


class Loaded(NamedTuple):
    """A roster, and its entries, with their places, by id."""

    roster: Roster
    entries: Mapping[str, Entry]


def load(path: Path) -> Roster:
    """The roster of a file; GatepostError if it is none at all; an entry with an error is in `problems`."""
    return load_with_places(path).roster


def load_with_places(path: Path) -> Loaded:
    """The same, with where in the file everything stands."""
    root = read_node(path, "name the roster in `third_party: roster:` of gatepost.yaml")
    if root is None:
        raise GatepostError(f"{path}: is empty", _HINT)
    reader = Reader(str(path))
    try:
        nodes = _entries(reader, root)
    except RefusedError as error:
        raise YamlError(path, *error.problems[0][1:3], error.problems[0].message, _HINT) from None
    found: dict[str, Entry] = {}
    problems: list[Problem] = []
    for node in nodes:
        try:
            read = entry(reader, node)
            if read.ci.id in found:
                hint = "remove one of the entries, or give one an id of its own"
                raise reader.refused(node, "duplicate id", f"{read.ci.id} is the id of another entry", hint)
        except RefusedError as error:
            problems += error.problems
            continue
        found[read.ci.id] = read
    cis = sorted((read.ci for read in found.values()), key=lambda ci: (ci.name.casefold(), ci.id))
    problems = sorted([*problems, *reader.warnings], key=lambda problem: (problem.line, problem.column))
    return Loaded(Roster(tuple(cis), tuple(problems)), found)


def _entries(reader: Reader, root: Node) -> list[Node]:
    from yaml import SequenceNode

    cis = reader.mapping(root, "roster", ("cis",)).get("cis")
    if cis is None:
        raise reader.refused(root, "roster", "there is no list `cis` in it", _HINT)
    if not isinstance(cis, SequenceNode):
        raise reader.refused(cis, "cis", "must be a list of entries", "write each after a hyphen: - name: …")
    if len(cis.value) > _MOST:
        raise reader.refused(cis, "cis", f"has more than {_MOST:,} entries", "is it the right file?")
    return list(cis.value)
