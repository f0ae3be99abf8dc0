"""What `stats.compute` gives: all tables and the scalars; every column is documented in `columns.RESULTS`."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from generator.stats.columns import ALL, RESULTS, UNKNOWN

__all__ = ["ALL", "RESULTS", "UNKNOWN", "Facts", "Results"]


@dataclass(frozen=True)
class Facts:
    """Scalars of a report. Times are UTC; None where there is no build with an end time."""

    now: pd.Timestamp
    #: Newest end_time that is not after its collection: where all windows end.
    until: pd.Timestamp | None
    collected: pd.Timestamp | None
    #: Midnight UTC of the first day with builds.
    first_day: pd.Timestamp | None
    #: All builds in the store, and those of them that are odd or do not count.
    builds: int
    builds_without_metadata: int
    builds_without_end: int
    builds_retried: int
    builds_nonvoting: int
    hits: int
    signatures: int
    #: Pipelines with rows of their own, most builds in 28 d first; the main one may be anywhere among them.
    pipelines: tuple[str, ...]
    main_pipeline: str | None
    cis: tuple[str, ...]
    jobs: int
    projects: int
    #: CIs of which no source can show builds that passed: they have no failure rate.
    unrated: tuple[str, ...]
    coverage_threshold: float
    #: Start of each window by its name; it is not part of the window.
    windows: dict[str, pd.Timestamp]
    #: How many times more an interval's variance is than if builds were independent: failed builds, 28 d.
    design_effect: float
    #: Newest comment or patch set not after its collection: where the windows of third-party CIs end.
    reviewed: pd.Timestamp | None = None

    @property
    def end(self) -> pd.Timestamp | None:
        """Where the data end: the newest build; where there is none, the newest review."""
        return self.until if self.until is not None else self.reviewed


@dataclass(frozen=True)
class Results:
    """All tables (columns, types and meanings: `RESULTS`) and the facts."""

    facts: Facts
    totals: pd.DataFrame
    days: pd.DataFrame
    hours: pd.DataFrame
    signatures: pd.DataFrame
    signature_days: pd.DataFrame
    signature_hours: pd.DataFrame
    breakdowns: pd.DataFrame
    breakdown_days: pd.DataFrame
    groups: pd.DataFrame
    group_days: pd.DataFrame
    buildsets: pd.DataFrame
    first_pass_without: pd.DataFrame
    group_signatures: pd.DataFrame
    overlaps: pd.DataFrame
    recent_hits: pd.DataFrame
    recent_failures: pd.DataFrame
    unclassified: pd.DataFrame
    failure_lines: pd.DataFrame
    queries: pd.DataFrame
    coverage: pd.DataFrame
    freshness: pd.DataFrame
    skipped: pd.DataFrame
    partial: pd.DataFrame
    history: pd.DataFrame
    signature_history: pd.DataFrame
    odd: pd.DataFrame
    third_party: pd.DataFrame
    third_party_rules: pd.DataFrame
    third_party_weeks: pd.DataFrame
    third_party_days: pd.DataFrame
    third_party_jobs: pd.DataFrame
    third_party_response: pd.DataFrame
    third_party_disagreements: pd.DataFrame
    third_party_standing: pd.DataFrame
    third_party_silences: pd.DataFrame
    third_party_events: pd.DataFrame
    third_party_patchsets: pd.DataFrame
    third_party_results: pd.DataFrame
    third_party_unknown: pd.DataFrame
    third_party_unread: pd.DataFrame
