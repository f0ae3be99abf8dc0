"""`data/site.json`: what a site says of itself, for `gatepost publish` and for whoever watches over it."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path

import pandas as pd

from generator.model import SCHEMA_VERSION
from generator.stats.results import Results
from generator.text.context import PageContext
from generator.words import utc


def write(results: Results, context: PageContext, folder: Path) -> None:
    """Writes `site.json` into the folder; times are UTC, null where there are no data."""
    facts, since = results.facts, results.history["first"].min()
    data = {
        "schema_version": SCHEMA_VERSION,
        "community": context.community,
        "generated": _time(context.generated),
        "until": _time(facts.until),
        "first_day": _time(facts.first_day),
        "since": _time(None if pd.isna(since) else since),
        "period_hours": context.period_hours,
        "builds": facts.builds,
        "hits": facts.hits,
        "signatures": len(context.signatures),
        "cis": list(facts.cis),
        "reviewed": _time(facts.reviewed),
        "third_party_cis": len(results.third_party),
    }
    text = json.dumps(data, ensure_ascii=False, indent=1)
    (folder / "site.json").write_bytes((text + "\n").encode("utf-8", "backslashreplace"))


def _time(moment: datetime | None) -> str | None:
    return f"{utc(moment):%Y-%m-%dT%H:%M:%SZ}" if moment is not None else None
