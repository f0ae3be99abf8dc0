"""`gatepost lint`: what is wrong with signatures or a roster, and what new signatures would explain."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from generator import zuul_return
from generator.lint import lint_folder
from generator.lint.finding import Finding, as_json, as_table, exit_code
from generator.lint.roster import lint_roster

if TYPE_CHECKING:
    from generator.lint.trial import Trial


def run(
    folder: Path | None,
    against: str | None = None,
    files_list: Path | None = None,
    output_format: str = "text",
    returned: Path | None = None,
    roster: Path | None = None,
) -> tuple[str, int]:
    """Return what to print and the exit code: 1 if a finding is an error, else 0.

    With `against`, the address or folder of a site, the signatures that it does not have, or not like this,
    are tried on what it publishes. What Zuul is to be told is written to `returned`. Raises GatepostError if
    the folder has no signatures, or the site cannot be used. `folder` or `roster` may be None.
    """
    findings = [] if folder is None else lint_folder(folder)
    if roster is not None:
        findings += lint_roster(roster, datetime.now(UTC).date())
    trial = None if against is None or folder is None else _tried(folder, against, files_list)
    if returned is not None:
        _return(returned, findings, trial)
    text = _json(findings, trial) if output_format == "json" else _text(findings, trial)
    return text, exit_code(findings)


def _tried(folder: Path, against: str, files_list: Path | None) -> Trial:
    from generator.lint.published import read
    from generator.lint.trial import try_folder
    from generator.matching.tags import FileList

    return try_folder(folder, read(against), FileList.load(files_list))


def _text(findings: Sequence[Finding], trial: Trial | None) -> str:
    if trial is None:
        return as_table(findings)
    from generator.lint.trial_text import as_text

    return f"{as_table(findings)}\n\n{as_text(trial)}"


def _json(findings: Sequence[Finding], trial: Trial | None) -> str:
    if trial is None:
        return as_json(findings)
    from generator.lint.trial_text import as_data

    return json.dumps({"findings": [f._asdict() for f in findings], "against": as_data(trial)}, indent=2)


def _return(path: Path, findings: Sequence[Finding], trial: Trial | None) -> None:
    if trial is None:
        zuul_return.write(path, [], findings)
        return
    from generator.lint.trial_text import summary, told

    zuul_return.write(path, [summary(trial)], told(findings, trial))
