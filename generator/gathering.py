"""All that pages, texts and editions are made of: the figures of the store, and what goes beside them."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from generator.config import Settings, holds_lines
from generator.errors import GatepostError
from generator.progress import Progress
from generator.signatures.load import Loaded, load_folder
from generator.sources.queries import usable

if TYPE_CHECKING:
    from generator.pages import PageContext
    from generator.stats import Results
    from generator.tables import Tables
    from generator.third_party_settings import ThirdParty


def gather(
    settings: Settings, now: datetime, progress: Progress | None = None
) -> tuple[Results, PageContext]:
    """All figures of the store, and what must be known beside them; with `progress` editions are made."""
    from dataclasses import replace

    from generator.editions import weekly
    from generator.stats import StatsSettings, compute
    from generator.store.files import Store
    from generator.takedown import notes

    thresholds = StatsSettings(
        coverage_threshold=settings.coverage_threshold,
        main_pipeline=settings.main_pipeline,
        third_party=third_party(settings),
    )
    store = Store(settings.state)
    takedowns = notes.sentences(store)  # before what they are about, so that none is missed later
    tables = store.read()
    context = replace(_context(settings, tables, now), third_party=thresholds.third_party)
    if progress is not None:
        editions = weekly.editions(store, tables, thresholds, context, progress)
        context = replace(context, editions=editions, takedowns=takedowns)
    return compute(tables, thresholds, now), context


def signatures(settings: Settings) -> Loaded:
    """Those of the folder, which may be missing where no source holds lines of log; else GatepostError."""
    if not settings.signatures.exists() and not any(map(holds_lines, settings.sources)):
        return Loaded((), (), {})
    return load_folder(settings.signatures)


def third_party(settings: Settings) -> ThirdParty | None:
    """The roster with what is asked; None if there is no `third_party`, GatepostError if it is no roster."""
    from generator.roster.load import load
    from generator.third_party_settings import ThirdParty

    chosen = settings.third_party
    return None if chosen is None else ThirdParty(load(chosen.roster), chosen)


def refuse_outdated(settings: Settings, context: PageContext) -> None:
    """GatepostError if something was removed on request since all was gathered: it may still be in there."""
    from generator.store.files import Store
    from generator.takedown import notes

    if notes.sentences(Store(settings.state)) != context.takedowns:
        raise GatepostError(
            "a text was removed on request while the site was built; the old site stays",
            "run `gatepost build` again",
        )


def _context(settings: Settings, tables: Tables, now: datetime) -> PageContext:
    from generator.pages import PageContext
    from generator.text.removed import removed

    loaded = signatures(settings)
    used = usable(loaded.signatures)
    files = {s.id for s in loaded.signatures} | {Path(problem.path).stem for problem in loaded.problems}
    return PageContext(
        community=settings.community,
        generated=now,
        signatures=used,
        removed=removed(tables.signatures, {s.id for s in used}, files, now),
        period_hours=settings.period_hours,
        site_url=settings.site_url,
        bug_url=settings.bug_url,
        repository_url=settings.repository_url,
        reviews=_reviews(settings),
    )


def _reviews(settings: Settings) -> tuple[tuple[str, str], ...]:
    """Host names of the Gerrits that are asked, each with the address under which it answers."""
    asked = ((s.server, s.url) for s in settings.sources if s.type == "gerrit" and s.url)
    return tuple((server or urlsplit(url).hostname or "", url) for server, url in asked)
