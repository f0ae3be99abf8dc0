"""The result of a build that left only logs, from how its playbooks ended, by the rules of Zuul's executor.

- aborted or disk full: `ABORTED`, `DISK_FULL`
- a pre-run playbook failed, or a node was unreachable: Zuul runs the build again: `RETRY`, or `RETRY_LIMIT`
  on the last attempt (by the inventory's `attempts` and `max_attempts`)
- a post-run playbook failed: `POST_FAILURE`, whatever the run was
- a run playbook timed out: `TIMED_OUT`; failed: `FAILURE`; all ended well: `SUCCESS`
- anything else, such as a log that breaks off in the run: unknown (None)

The playbook that uploads the logs is never in them; if it failed, Zuul says POST_FAILURE and the logs do not.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple

from generator.matching.console import Playbook
from generator.matching.small_files import UnusableError

_PHASES = {"pre": "PRE-RUN", "run": "RUN", "post": "POST-RUN", "cleanup": "CLEANUP-RUN"}
_BROKEN_OFF = {"ABORTED", "DISK_FULL"}


class Report(NamedTuple):
    """What a job-output.json says: its playbooks, and its earliest start and latest end as text."""

    playbooks: tuple[Playbook, ...]
    start: str | None
    end: str | None


def derive(playbooks: Sequence[Playbook], last_attempt: bool) -> str | None:
    """The result by the rules above; None where the playbooks do not tell."""
    for book in playbooks:
        if book.status in _BROKEN_OFF:
            return book.status
    pre, run, post = ([b for b in playbooks if b.phase == phase] for phase in ("PRE-RUN", "RUN", "POST-RUN"))
    if any(map(_bad, pre)) or any(b.status == "UNREACHABLE" for b in (*run, *post)):
        return "RETRY_LIMIT" if last_attempt else "RETRY"
    if any(map(_bad, post)):
        return "POST_FAILURE"
    return _of_run(run)


def _of_run(run: Sequence[Playbook]) -> str | None:
    if any(b.status == "TIMED_OUT" for b in run):
        return "TIMED_OUT"
    if any(b.failed for b in run):
        return "FAILURE"
    well = run and all(b.status == "NORMAL" and b.failed is False for b in run)
    return "SUCCESS" if well else None


def _bad(book: Playbook) -> bool:
    return bool(book.failed) or book.status not in (None, "NORMAL")


def completed(playbooks: Sequence[Playbook], report: Report) -> tuple[Playbook, ...]:
    """The playbooks of the text log, with what only the report says; the report's if the text had none."""
    if not playbooks:
        return report.playbooks
    told = {phase: [b.failed for b in report.playbooks if b.phase == phase] for phase in _PHASES.values()}
    whole: list[Playbook] = []
    for book in playbooks:
        failed = told[book.phase].pop(0) if told.get(book.phase) else None
        ended = book.status == "NORMAL" and book.failed is None
        whole.append(book._replace(failed=failed) if ended else book)
    return tuple(whole)


def read_report(text: str) -> Report:
    """The playbooks of a job-output.json; raises UnusableError if it is not one."""
    try:
        data = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise UnusableError("broken", str(error)) from None
    if not isinstance(data, list):
        raise UnusableError("broken", "expected a list of playbooks")
    books = [book for book in data if isinstance(book, dict)]
    times = [d for book in books for d in _durations(book)]
    starts = sorted(d["start"] for d in times if _is_time(d.get("start")))
    ends = sorted(d["end"] for d in times if _is_time(d.get("end")))
    playbooks = tuple(_playbook(book) for book in books if isinstance(book.get("phase"), str))
    return Report(playbooks, starts[0] if starts else None, ends[-1] if ends else None)


def _playbook(book: dict[str, Any]) -> Playbook:
    """One playbook of the report; unreachable hosts are told from failed tasks by its statistics."""
    stats = book.get("stats")
    hosts = [host for host in stats.values() if isinstance(host, dict)] if isinstance(stats, dict) else []
    phase = _PHASES.get(book["phase"], book["phase"])
    if any(_positive(host.get("unreachable")) for host in hosts):
        return Playbook(phase, "UNREACHABLE", True)
    return Playbook(phase, "NORMAL", any(_positive(h.get("failures")) for h in hosts) if hosts else None)


def _positive(value: object) -> bool:
    return isinstance(value, int) and value > 0


def _durations(book: dict[str, Any]) -> list[dict[str, Any]]:
    plays = book.get("plays")
    plays = [p.get("play") for p in plays if isinstance(p, dict)] if isinstance(plays, list) else []
    durations = [p.get("duration") for p in plays if isinstance(p, dict)]
    return [d for d in durations if isinstance(d, dict)]


def _is_time(value: object) -> bool:
    if not isinstance(value, str):
        return False
    try:
        datetime.fromisoformat(value)
    except ValueError:
        return False
    return True
