"""What a build does about editions: makes those that are due, and gives all that there are."""

from __future__ import annotations

from typing import TYPE_CHECKING

from generator import words
from generator.editions import shelf
from generator.editions.edition import Edition
from generator.editions.freeze import due, freeze

if TYPE_CHECKING:
    from generator.progress import Progress
    from generator.stats.settings import StatsSettings
    from generator.store.files import Store
    from generator.tables import Tables
    from generator.text.context import PageContext


def editions(
    store: Store, tables: Tables, settings: StatsSettings, context: PageContext, progress: Progress
) -> tuple[Edition, ...]:
    """All editions of the state, the oldest first; those that are due at `context.generated` are made."""
    reviews = settings.third_party is not None
    weeks = due(tables, store.pruned_before(), shelf.ids(store), context.generated, reviews)
    if weeks:
        with progress.task("Freezing editions", total=len(weeks)) as task:
            for week in weeks:
                shelf.put(store, freeze(week, tables, settings, context))
                task.advance()
        progress.note(f"{words.plural(len(weeks), 'edition')} made: {words.listed([w.id for w in weeks])}")
    found = shelf.load(store)
    lost = sorted({*shelf.ids(store)} - {edition.id for edition in found})
    if lost:
        progress.note(f"Damaged in the state, and not shown: {words.listed(lost, 10)}")
    return found
