"""What the statistics can be told."""

from __future__ import annotations

from dataclasses import dataclass

from generator.third_party_settings import ThirdParty

#: Windows that end at the newest data, by name: days.
WINDOWS: dict[str, int] = {"24h": 1, "7d": 7, "10d": 10, "28d": 28}


@dataclass(frozen=True)
class StatsSettings:
    """Thresholds and limits; the defaults are those of the Method page."""

    #: Share of failed builds that must have been examined for a rate of a signature to be given.
    coverage_threshold: float = 0.7
    #: The pipeline that the pages show first; None: the one with most builds in 28 d.
    main_pipeline: str | None = None
    #: Pipelines that get rows of their own, by builds in 28 d; all are in `*`.
    max_pipelines: int = 6
    #: A test calls a difference significant from this false-discovery rate on.
    alpha: float = 0.05
    #: Share of succeeded among matching builds above which a signature is bad.
    bad_success_rate: float = 0.10
    #: Below this many cases no percentage is judged.
    few: int = 10
    #: Newest rows kept a signature, and a job, in `recent_hits` and `recent_failures`.
    recent_hits: int = 40
    recent_failures: int = 20
    #: Who is expected to report, and what is asked; None: nothing is said of third-party CIs.
    third_party: ThirdParty | None = None
