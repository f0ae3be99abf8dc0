"""Pure functions from tables to figures; `compute` gives them all, as `columns` documents them."""

from __future__ import annotations

from generator.stats.report import compute
from generator.stats.results import ALL, RESULTS, UNKNOWN, Facts, Results
from generator.stats.settings import WINDOWS, StatsSettings

__all__ = ["ALL", "RESULTS", "UNKNOWN", "WINDOWS", "Facts", "Results", "StatsSettings", "compute"]
