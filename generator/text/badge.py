"""What the badge of a third-party CI says: its state in words, its reporting rate, up to which day."""

from __future__ import annotations

from datetime import datetime

from generator import words
from generator.figures.badge import badge as drawn
from generator.text.names import inert
from generator.text.records import Row


def badge(row: Row, reviewed: datetime | None) -> str:
    """The badge as an SVG document, of a row of `third_party` and where its windows end."""
    return f"{drawn(inert(row['name'], 40), badge_words(row, reviewed))}\n"


def badge_words(row: Row, reviewed: datetime | None) -> str:
    """What stands on it beside the name."""
    if reviewed is None:
        return "no data"
    until = words.day_year(reviewed)
    if row["readiness"] == "retired":
        return f"retired, as of {until}"
    if row["paused"]:
        return f"announced pause up to {words.day_year(row['pause_end'])}, as of {until}"
    if row["silent"]:
        since = row["silent_since"]
        return f"no results seen {f'since {words.day_year(since)}' if since else 'so far'}, as of {until}"
    broken = f"{words.plural(row['streak'], 'failure')} in a row, " if row["broken"] else ""
    return f"{broken}{_rate(row)}, 28{words.THIN}d to {until}"


def _rate(row: Row) -> str:
    if not row["expected"]:
        return "nothing expected"
    return f"reporting rate {words.percent(row['reported'], row['expected'])}"
