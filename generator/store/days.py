"""Under which day a row is filed, and in which order rows stand."""

from __future__ import annotations

from datetime import date, timedelta

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

UNDATED = "undated"

#: The tables that every day has, and the columns by which their rows are sorted.
DAILY: dict[str, list[str]] = {
    "builds": ["end_time", "build_uuid"],
    "hits": ["build_uuid", "signature"],
    "failure_lines": ["build_uuid", "file", "line", "text"],
}
#: The same of the tables that every day of an index has: what was asked of it, and what it answered.
SLICED: dict[str, list[str]] = {
    "asked": ["source", "query_hash"],
    "answers": ["source", "query_hash", "build_uuid"],
}
#: The same of the day on which the event came that started a set of builds.
STARTED: dict[str, list[str]] = {"buildsets": ["event_time", "buildset"]}
#: The same of the day on which a patch set was uploaded, or a comment written.
REVIEWED: dict[str, list[str]] = {
    "patchsets": ["created", "server", "change", "patchset"],
    "comments": ["time", "comment"],
    "job_results": ["comment", "row"],
}
#: The folders of days, and what is in them.
BY_DAY = {"days": DAILY, "slices": SLICED, "buildsets": STARTED, "reviews": REVIEWED}
#: The tables that are kept once for the whole store.
WHOLE: dict[str, list[str]] = {
    "skipped": ["collected", "source", "path", "reason", "detail", "build_uuid"],
    "queries": ["query_set", "signature"],
    "signatures": ["signature"],
    "sources": ["source", "ci"],
    "cursors": ["source", "kind"],
    "changes": ["server", "change"],
    "votes": ["server", "change", "patchset", "account", "label"],
    "accounts": ["server", "account"],
}
# a clock that is off by decades must not leave day files of its own for ever
_YEARS = (2000, 2100)


def first_slice(pruned_before: str) -> str:
    """The first day (ISO) that is kept of what began then: a build may begin on the day before its last."""
    return f"{date.fromisoformat(pruned_before) - timedelta(days=1)}" if pruned_before else ""


def labels(end_time: pd.Series[pd.Timestamp]) -> pd.Series[str]:
    """The ISO day of each UTC time; `undated` where it is null or outside this century."""
    sane = end_time.notna() & end_time.dt.year.between(*_YEARS)
    # a number of days is cheaper to tell apart than half a million formatted texts
    number = end_time.where(sane).dt.floor("D")
    names = {day: f"{day:%Y-%m-%d}" for day in number.dropna().unique()}
    return number.map(names).astype("string[pyarrow]").fillna(UNDATED)


def in_order(table: pa.Table, name: str) -> pa.Table:
    """The rows of the table `name` in the order in which they are kept."""
    keys = [(column, "ascending") for column in (DAILY | SLICED | STARTED | REVIEWED | WHOLE)[name]]
    return table.take(pc.sort_indices(table, sort_keys=keys)).combine_chunks()
