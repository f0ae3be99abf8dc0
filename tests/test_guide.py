"""The guide to one's own index names every message that one may meet on the way."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from conftest import ROOT

GUIDE = ROOT / "site" / "guide" / "own-index.md"
MODULES = [
    "index_settings.py",
    "query.py",
    "explain_index.py",
    *(
        f"sources/index/{path.name}"
        for path in sorted((ROOT / "generator" / "sources" / "index").glob("*.py"))
    ),
]
#: Calls whose text people read, and which of their arguments it is.
SAID = {
    "GatepostError": 0, "LostError": 0, "wrong": 0, "_fail": 0, "note": 0,
    "Problem": 1, "skipped_row": 2, "Skipped": 1,
}  # fmt: skip


def messages(path: Path) -> Iterator[str]:
    """The longest fixed part of each message in a module."""
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if not isinstance(node, ast.Call):
            continue
        name = getattr(node.func, "id", getattr(node.func, "attr", ""))
        if name in SAID and len(node.args) > SAID[name]:
            longest = max(_fixed(node.args[SAID[name]]), key=len, default="")
            if len(longest) >= 8:
                yield longest


def _fixed(node: ast.expr) -> list[str]:
    """The parts of a text that are always the same, as far as the next colon or comma."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return [part.strip(" '") for part in re.split("[:,;]", node.value)]
    if isinstance(node, ast.JoinedStr):
        return [part for value in node.values for part in _fixed(value)]
    return []


def plain(text: str) -> str:
    return re.sub(r"[`\\]", "", text)


@pytest.mark.parametrize("module", MODULES)
def test_every_message_is_in_the_guide(module: str) -> None:
    guide = plain(GUIDE.read_text("utf-8"))
    missing = [one for one in messages(ROOT / "generator" / module) if plain(one) not in guide]
    assert not missing
