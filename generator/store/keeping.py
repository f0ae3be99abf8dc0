"""How long rows are kept: back from the newest, as all windows, so that logs of 2013 make a report today."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta

from generator.store.files import Store

#: Half a year of reviews is looked at; their rows are small.
REVIEWS_KEPT = timedelta(days=190)


def forget_old(store: Store, keep_days: int, sources: Collection[str], now: datetime) -> None:
    """Forget rows older than `keep_days` before the newest, and what other sources than these said."""
    keep = timedelta(days=keep_days)
    newest, reviewed = store.newest_day(now), store.newest_day(now, "reviews")
    store.prune((newest or now) - keep, sources, reviewed and reviewed - max(keep, REVIEWS_KEPT))
