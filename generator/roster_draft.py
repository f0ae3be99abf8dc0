"""`gatepost roster`: entries of a roster for the accounts that comment as CIs do and are in no entry yet."""

from __future__ import annotations

import json
from collections.abc import Hashable, Iterable, Iterator, Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any

from generator import words
from generator.config import Settings
from generator.gathering import third_party
from generator.matching.excerpts import printable, redact

if TYPE_CHECKING:
    from generator.third_party_settings import ThirdParty

_NONE = "# Every account that reported results, but for the gate's, is in the roster."
_NOTHING = "# No comment of a CI was collected yet: `gatepost check` says what sources of type gerrit answer."
_HEAD = """\
# Accounts that reported results and are in no entry of the roster, as they were seen. Only you can know the
# rest: whose it is, whom to ask and when they confirmed it, which paths it watches, whether it may vote.
# {what}, then try `gatepost lint --roster FILE`."""


def draft(settings: Settings, now: datetime) -> str:
    """YAML to begin a roster with, or to add at its end; GatepostError if the roster cannot be read."""
    from generator.stats import StatsSettings, compute
    from generator.store.files import Store

    asked, new = _asked(settings)
    tables = Store(settings.state).read()
    if tables.comments.empty:
        return _NOTHING
    seen = compute(tables, StatsSettings(third_party=asked), now).third_party_unknown
    rows = seen[seen["results"] > 0].sort_values(["name", "account"], kind="stable").to_dict("records")
    if not rows:
        return _NONE
    what = "Begin a roster with them, and name it in `third_party`" if new else "Add them under `cis`"
    return "\n".join([_HEAD.format(what=what), *(["cis:"] if new else []), *_entries(rows)])


def _asked(settings: Settings) -> tuple[ThirdParty, bool]:
    """What the figures are made with, and whether there is no roster yet."""
    from generator.roster.model import Roster
    from generator.third_party_settings import ThirdParty, ThirdPartySettings

    chosen = settings.third_party
    if chosen is None or not chosen.roster.exists() or chosen.roster.stat().st_size == 0:
        # the deadline is in no figure that is used here
        return ThirdParty(Roster(), chosen or ThirdPartySettings(deadline_hours=24)), True
    found = third_party(settings)
    assert found is not None, "there is one, as was just seen"
    return found, False


def _entries(rows: Iterable[Mapping[Hashable, Any]]) -> Iterator[str]:
    for row in rows:
        projects = [name.strip() for name in str(row["projects"]).split(",") if name.strip()]
        name = row["name"] if isinstance(row["name"], str) else row["account"]
        days = f"{words.day(row['first'])} to {words.day(row['last'])}"
        results = words.plural(row["results"], "comment")
        yield f"  # {results} with results on {_quoted(row['server'])}, {days}"
        yield f"  - name: {_quoted(name)}"
        yield f"    account: {_quoted(row['account'])}"
        yield f"    projects: [{', '.join(map(_quoted, projects))}]"
        yield "    contacts: []"


def _quoted(text: str) -> str:
    """The text in quotes that YAML knows too, without secrets and control characters."""
    return json.dumps(printable(redact(text)), ensure_ascii=False)
