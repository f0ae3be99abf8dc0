"""The table `signatures`: rate, share, trend, state and success hits of each signature."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any

import numpy as np
import pandas as pd

from generator.stats.base import Base
from generator.stats.cells import hit_counts, scoped_counts, scopes, signature_moments
from generator.stats.columns import ALL
from generator.stats.exposure import VOTING, Lens, Looked, Voting, lens
from generator.stats.gaps import Gaps
from generator.stats.history import failed_hits
from generator.stats.intervals import Bools, Ints, joined
from generator.stats.rates import (
    Columns,
    Rate,
    change,
    judged,
    rate,
    repeated,
    stacked,
    timestamps,
    trend,
)
from generator.stats.settings import WINDOWS, StatsSettings
from generator.stats.status import (
    QUIET_DAYS,
    History,
    examined_before,
    examined_slots,
    forgotten,
    history,
    kept,
    lifecycle,
    resolved,
)
from generator.stats.success import success_columns
from generator.tables import Tables


@dataclass(frozen=True)
class View:
    """What all windows of one voting scope share."""

    base: Base
    seen: Looked
    lens: Lens
    scope: Voting
    settings: StatsSettings
    #: Names of the groups, `*` first.
    names: list[str]
    gaps: Gaps
    #: Groups × gaps.
    reach: Bools
    history: History
    slots: Bools
    examined_at: Ints


def view(
    base: Base, seen: Looked, tables: Tables, gaps: Gaps, settings: StatsSettings, scope: Voting
) -> View:
    """The view of a voting scope."""
    through = lens(base, seen, scope)
    slots, closed = examined_slots(base, seen.knows), resolved(tables.signatures, base.signatures)
    grouped = scopes(base, np.ones(len(base.end), dtype=np.bool_))
    before_all = forgotten(base, failed_hits(base, tables, scope))
    parts = []
    for names, group in grouped:
        hits = [kept(base, through, group), *([before_all] if names == [ALL] else [])]
        parts.append(history(base, hits, len(names), closed, slots, settings))
    past = History(*(np.concatenate([getattr(p, f.name) for p in parts]) for f in fields(History)))
    names = [name for labels, _ in grouped for name in labels]
    before = examined_before(base, seen, through)
    reach = gaps.of_pipelines(base)
    return View(base, seen, through, scope, settings, names, gaps, reach, past, slots, before)


def signatures(base: Base, seen: Looked, tables: Tables, gaps: Gaps, settings: StatsSettings) -> pd.DataFrame:
    """The table `signatures`."""
    parts = []
    for scope in VOTING:
        around = view(base, seen, tables, gaps, settings, scope)
        parts += [_window(around, window) for window in WINDOWS]
    frame = judged(pd.concat(parts, ignore_index=True), settings.alpha)
    frame["state"] = _states(frame)
    base_test = frame[["base_change", "base_p"]].set_axis(["change", "p_value"], axis=1)
    against = judged(base_test, settings.alpha)
    frame["base_q"], frame["regressed"] = against["q_value"], against["state"] == "worse"
    return stacked("signatures", [frame])


def _states(frame: pd.DataFrame) -> pd.Series[Any]:
    """The life cycle's word where there is one; what was looked for and never seen did not change."""
    never_seen = (frame["first_seen"].isna()) & (frame["failed"] > 0)
    quiet = (frame["state"] == "no data") & never_seen & (frame["prev_days_with_data"] > 0)
    state = frame["state"].mask(quiet, "no clear change")
    return state.mask(frame["lifecycle"] != "", frame["lifecycle"])


def _window(view: View, window: str) -> pd.DataFrame:
    base, length, width = view.base, WINDOWS[window], len(view.base.signatures)
    inside = base.within(0, length)
    now, coverage = completed_rate(view, 0, length)
    before, _ = completed_rate(view, length, 2 * length)
    past, _ = (before, None) if length == QUIET_DAYS else completed_rate(view, length, length + QUIET_DAYS)
    size = len(view.names)
    share = _share(view, inside)
    hits = share["hits"].reshape(size, width)
    everywhere = History(*(getattr(view.history, f.name)[:1] for f in fields(History)))
    with_data = view.slots[:, length : 2 * length].sum(axis=1)
    return pd.DataFrame({
        "pipeline": repeated(view.names, width), "voting": view.scope, "window": window,
        "signature": np.tile(base.signatures, size), **share,
        **now.columns(), "has_data": np.isfinite(now.rate), "coverage": coverage,
        **trend(now, before, length, np.tile(with_data, size)), **_against(now, past),
        "first_seen": timestamps(view.history.first.ravel()),
        "last_seen": timestamps(view.history.last.ravel()),
        **_projects(view, inside), **success_columns(base, view.lens, inside, view.settings),
        "examined_before": np.tile(view.examined_at >= length, size),
        "hidden": np.tile(view.seen.hidden, size), "removed": np.tile(view.seen.removed, size),
        "partial": view.gaps.signature_windows(view.reach, window),
        "lifecycle": lifecycle(view.history, everywhere, hits, view.examined_at, base.until, length).ravel(),
    })  # fmt: skip


def completed_rate(view: View, start: int, stop: int) -> tuple[Rate, Any]:
    """Hits out of completed builds of its jobs in some slots, and the coverage of the failed ones."""
    base, through = view.base, view.lens
    grouped = scopes(base, base.within(start, stop))
    out_of, hits = through.completed, through.rated_hits
    moments = joined([signature_moments(base, through, out_of, hits, g, len(n)) for n, g in grouped])
    seen, run = scoped_counts(through, (through.failed_seen, through.failed_run), grouped)
    enough = seen >= view.settings.coverage_threshold * run
    coverage = np.divide(seen, run, out=np.full(len(run), np.nan), where=run > 0)
    return rate(moments, enough), coverage


def _against(now: Rate, past: Rate) -> Columns:
    """The window against the 28 d before it."""
    other = change(now, past)
    return {
        "base_k": past.moments.k, "base_n": past.moments.n, "base_rate": past.rate,
        "base_change": other["change"], "base_change_low": other["change_low"],
        "base_change_high": other["change_high"], "base_p": other["p_value"],
    }  # fmt: skip


def _share(view: View, inside: Bools) -> Columns:
    """Hits out of all failed builds examined with the signature, and the hits that no other signature has."""
    base, through = view.base, view.lens
    grouped = scopes(base, inside)
    out_of, hits = through.failed_any, through.failed_hits
    moments = [signature_moments(base, through, out_of, hits, g, len(n)) for n, g in grouped]
    of_all = rate(joined(moments))
    single = np.bincount(base.hit_build, minlength=len(base.end)) == 1
    alone = through.failed_hits[single[base.hit_build[through.failed_hits]]]
    unique = np.concatenate([hit_counts(base, alone, g, len(n)).ravel() for n, g in grouped])
    return {
        "hits": of_all.moments.k, "failed": of_all.moments.n, "unique": unique,
        "share": of_all.rate, "share_low": of_all.low, "share_high": of_all.high,
    }  # fmt: skip


def _projects(view: View, inside: Bools) -> Columns:
    """How many projects were hit, and the names of up to three, most hits first."""
    base, width = view.base, len(view.base.signatures)
    size, project = len(view.names) * width, base.dims["project"]
    cells = []
    offset = 0
    hits = view.lens.failed_hits
    for names, group in scopes(base, inside):
        owner = group[base.hit_build[hits]]
        cell = (owner + offset) * width + base.hit_signature[hits]
        code = cell * len(project.values) + project.codes[base.hit_build[hits]]
        cells.append(code[owner >= 0])
        offset += len(names)
    pairs, number = np.unique(np.concatenate(cells), return_counts=True)
    cell, name = pairs // len(project.values), project.values[pairs % len(project.values)]
    rows = pd.DataFrame({"cell": cell, "name": name, "number": -number})
    top = rows.sort_values(["cell", "number", "name"]).groupby("cell")["name"].agg(lambda x: ", ".join(x[:3]))
    texts = top.reindex(np.arange(size), fill_value="")
    return {"projects": np.bincount(cell, minlength=size), "project_names": texts.to_numpy(dtype=object)}
