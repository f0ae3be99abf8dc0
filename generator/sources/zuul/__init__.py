"""A Zuul as a source: its API tells all builds and sets of builds, its log server what some of them said.

What is imported here is imported also by those who only read Zuul's records: the rest is when it is used.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from generator.sources import Context
    from generator.tables import Tables
    from generator.zuul_settings import ZuulSettings


def collect(settings: ZuulSettings, context: Context) -> Tables:
    """See `collecting.collect`."""
    from generator.sources.zuul import collecting

    return collecting.collect(settings, context)


def check(settings: ZuulSettings) -> str:
    """See `checking.check`."""
    from generator.sources.zuul import checking

    return checking.check(settings)
