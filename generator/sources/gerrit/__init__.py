"""A Gerrit as a source: what CIs said of its changes, by its REST API or from files of what it printed."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from generator.gerrit_settings import GerritSettings
    from generator.sources import Context
    from generator.tables import Tables


def collect(settings: GerritSettings, context: Context) -> Tables:
    """See `collecting.collect` and `files.collect`."""
    if settings.path is not None:
        from generator.sources.gerrit import files

        return files.collect(settings, context)
    from generator.sources.gerrit import collecting

    return collecting.collect(settings, context)


def check(settings: GerritSettings) -> str:
    """See `checking.check`."""
    from generator.sources.gerrit import checking

    return checking.check(settings)
