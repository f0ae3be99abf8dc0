"""A log index as a source, whichever engine: what `elastic` and `opensearch` have in common."""

from __future__ import annotations

from typing import TYPE_CHECKING

from generator.sources.index.asking import connect

if TYPE_CHECKING:
    from generator.index_settings import IndexSettings
    from generator.sources import Context
    from generator.tables import Tables


def collect(settings: IndexSettings, context: Context) -> Tables:
    """Builds and hits that the index knows; raises GatepostError if it cannot be used at all."""
    from generator.sources.index.collect import collect as collected

    return collected(settings, connect(settings), context)
