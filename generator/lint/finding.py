"""What lint finds, and how it is shown to people and to machines."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Literal, NamedTuple

from generator.words import plural

Severity = Literal["error", "warning", "info"]


class Finding(NamedTuple):
    """One thing to look at; `line` and `column` are 1-based in the file, 0 for the file as a whole."""

    severity: Severity
    check: str
    path: str
    line: int
    column: int
    signature: str
    message: str
    hint: str = ""


def as_table(findings: Sequence[Finding]) -> str:
    """Plain text: a row a finding, what to do about it below, and the numbers at the end."""
    from generator.matching.excerpts import printable

    if not findings:
        return "Nothing to find fault with."
    rows = [(printable(_place(f)), f.severity, f.check, printable(f.message)) for f in findings]
    widths = [max(len(row[i]) for row in rows) for i in range(3)]
    lines: list[str] = []
    for finding, row in zip(findings, rows, strict=True):
        cells = [cell.ljust(width) for cell, width in zip(row[:3], widths, strict=True)]
        lines.append("  ".join([*cells, row[3]]))
        if finding.hint:
            lines.append("    → " + printable(finding.hint))
    return "\n".join([*lines, "", _numbers(findings)])


def as_json(findings: Sequence[Finding]) -> str:
    """A JSON list of objects with the names of `Finding`."""
    import json

    return json.dumps([finding._asdict() for finding in findings], indent=2)


def exit_code(findings: Sequence[Finding]) -> int:
    """1 if any finding is an error, else 0."""
    return int(any(finding.severity == "error" for finding in findings))


def _place(finding: Finding) -> str:
    return f"{finding.path}:{finding.line}:{finding.column}" if finding.line else finding.path


def _numbers(findings: Sequence[Finding]) -> str:
    found = Counter(finding.severity for finding in findings)
    words: dict[Severity, str] = {"error": "error", "warning": "warning", "info": "note"}
    return ", ".join(plural(found[severity], word) for severity, word in words.items())
