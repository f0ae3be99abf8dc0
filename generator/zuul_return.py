"""What a job hands to Zuul by `zuul_return`: warnings and comments on files, made from Gatepost's answers.

Both end up in code review. So they hold what Gatepost itself says and what signature files hold, cut and
without control characters, and never a line of a log.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from generator.matching.excerpts import printable
from generator.words import count, cut

if TYPE_CHECKING:
    from generator.lint.finding import Finding

WARNING_CHARS = 600
#: Comments on one change; more than these nobody reads, and the log has them all.
COMMENTS = 50


def write(path: Path, warnings: Iterable[str], findings: Sequence[Finding] = ()) -> None:
    """Write a file for the parameter `file` of `zuul_return`: warnings, and findings as comments on files."""
    said = [cut(f"Gatepost: {printable(each)}", WARNING_CHARS) for each in warnings]
    if len(findings) > COMMENTS:
        said.append(f"Gatepost: {count(len(findings) - COMMENTS)} more findings are in the log only")
    returned = {"zuul": {"warnings": said, "file_comments": _comments(findings[:COMMENTS])}}
    path.write_text(json.dumps(returned, indent=2) + "\n", "utf-8")


def _comments(findings: Sequence[Finding]) -> dict[str, list[dict[str, object]]]:
    """By file, with the keys that Zuul knows."""
    by_file: dict[str, list[dict[str, object]]] = {}
    for finding in findings:
        message = f"{finding.message} ({finding.check})" + (f"\n{finding.hint}" if finding.hint else "")
        text = "\n".join(printable(line) for line in message.splitlines())
        comment: dict[str, object] = {"level": finding.severity, "message": text}
        by_file.setdefault(finding.path, []).append({"line": max(finding.line, 1), **comment})
    return by_file
