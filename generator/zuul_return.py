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

WARNING_CHARS = 300
#: Comments on one change; more than these nobody reads, and the log has them all.
COMMENTS = 50

Returned = dict[str, object]


def write(path: Path, returned: Returned) -> None:
    """Write a file for `zuul_return`'s parameter `file`."""
    path.write_text(json.dumps({"zuul": returned}, indent=2) + "\n", "utf-8")


def warnings(sentences: Iterable[str]) -> Returned:
    """Warnings of a build, which Zuul reports with its result."""
    return {"warnings": [cut(f"Gatepost: {printable(each)}", WARNING_CHARS) for each in sentences]}


def comments(findings: Sequence[Finding]) -> Returned:
    """Comments on the files and lines that the findings are about, with `level` as Zuul has it."""
    by_file: dict[str, list[dict[str, object]]] = {}
    for finding in findings[:COMMENTS]:
        message = f"{finding.message} ({finding.check})" + (f"\n{finding.hint}" if finding.hint else "")
        text = "\n".join(printable(line) for line in message.splitlines())
        comment: dict[str, object] = {
            "line": max(finding.line, 1),
            "level": finding.severity,
            "message": text,
        }
        by_file.setdefault(finding.path, []).append(comment)
    rest = len(findings) - COMMENTS
    more = [f"{count(rest)} more findings are in the log only"] if rest > 0 else []
    return {"file_comments": by_file, **(warnings(more) if more else {})}
