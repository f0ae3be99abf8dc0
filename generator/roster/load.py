"""Loads a roster: YAML with a list `cis`, one entry a third-party CI."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from generator.errors import GatepostError
from generator.roster.entry import entry
from generator.roster.model import Roster, ThirdPartyCI
from generator.roster.reader import Reader, RefusedError
from generator.yaml_input import read_node

if TYPE_CHECKING:
    from yaml import Node

_HINT = "`gatepost init DIR` writes an example of a roster, thirdparty.yaml"
_MOST = 2_000


def load(path: Path) -> Roster:
    """The roster of a file; GatepostError if it is none at all; an entry with an error is in `problems`."""
    root = read_node(path, "name the roster in `third_party: roster:` of gatepost.yaml")
    if root is None:
        raise GatepostError(f"{path}: is empty", _HINT)
    reader = Reader(str(path))
    try:
        entries = _entries(reader, root)
    except RefusedError as error:
        raise GatepostError(str(error.problem), error.problem.hint) from None
    found: dict[str, ThirdPartyCI] = {}
    problems = []
    for node in entries:
        try:
            ci = entry(reader, node)
            if ci.id in found:
                hint = "remove one of the entries, or give one an id of its own"
                raise reader.refused(node, "duplicate id", f"{ci.id} is the id of another entry", hint)
        except RefusedError as error:
            problems.append(error.problem)
            continue
        found[ci.id] = ci
    ordered = sorted(found.values(), key=lambda ci: (ci.name.casefold(), ci.id))
    return Roster(tuple(ordered), tuple(sorted([*problems, *reader.warnings], key=lambda p: p[1:3])))


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
