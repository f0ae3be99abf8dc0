"""What a patch set and a CI are called, for tables that name them."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from generator.roster.model import ThirdPartyCI
from generator.stats.base import DAY, NO_TIME, SUCCESS
from generator.stats.intervals import Ints
from generator.stats.rates import Columns, timestamps
from generator.stats.third_party.base import Base
from generator.stats.third_party.expected import midnight
from generator.stats.third_party.patches import texts
from generator.stats.third_party.said import RESULT


def patchset_columns(base: Base, patch: Ints) -> Columns:
    """The columns that name patch sets: server, change, patchset, project, branch, subject."""
    known = base.patches
    return {
        "server": known.server[patch], "change": known.change[patch], "patchset": known.patchset[patch],
        "project": known.project[patch], "branch": known.branch[patch],
        "subject": texts(base.tables.changes["subject"], known.change_row[patch]),
    }  # fmt: skip


def columns(base: Base) -> dict[str, Any]:
    """The columns of the scoreboard that say what a CI is, and when it was seen; one element a CI."""
    told = pd.DataFrame([_entry(ci, base.until) for ci in base.cis], columns=_NAMES)
    days = {name: timestamps(told.pop(name).to_numpy(dtype=np.int64)) for name in _DAYS}
    said, size = base.comments, len(base.cis)
    seen = {}
    which = {
        "last_seen": said.kind >= 0,
        "last_success": said.outcome == SUCCESS,
        "last_result": said.kind == RESULT,
    }
    for name, use in which.items():
        newest = np.full(size, NO_TIME)
        np.maximum.at(newest, said.ci[use], said.time[use])
        seen[name] = timestamps(newest)
    known = {str(name): told[name].to_numpy() for name in told}
    return {**known, "accounts": _accounts(base), **days, **seen}


def _accounts(base: Base) -> list[str]:
    """The accounts that count as each CI: names can be chosen, so whose comments are read is to be seen."""
    found: list[list[str]] = [[] for _ in base.cis]
    for (_, account), ci in sorted(base.accounts.ci.items()):
        if ci >= 0 and account not in found[ci]:
            found[ci].append(account)
    return [", ".join(names) for names in found]


_DAYS = ("since", "retired", "confirmed", "pause_end")
_NAMES = [
    "ci", "name", "owner", "driver", "url", "projects", "voting", "contacts", "paused", "pause_reason",
    *_DAYS,
]  # fmt: skip


def _entry(ci: ThirdPartyCI, until: int) -> tuple[Any, ...]:
    pause = next((p for p in ci.pauses if midnight(p.start) <= until < midnight(p.end) + DAY), None)
    confirmed = [contact.confirmed for contact in ci.contacts if contact.confirmed is not None]
    oldest = min(confirmed) if confirmed and len(confirmed) == len(ci.contacts) else None
    return (
        ci.id, ci.name, ci.owner, ci.driver, ci.url, ", ".join(ci.projects), ci.voting, len(ci.contacts),
        pause is not None, pause.reason if pause else None,
        *(NO_TIME if day is None else midnight(day)
          for day in (ci.since, ci.retired, oldest, pause.end if pause else None)),
    )  # fmt: skip
