"""The work in its order: collect → store → stats → render → publish. Read it as a table of contents."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from generator import words
from generator.checking import refused_inputs
from generator.config import Settings
from generator.errors import GatepostError
from generator.gathering import gather, refuse_outdated, signatures, third_party
from generator.matching.parallel import cores
from generator.matching.reading import Limits
from generator.matching.tags import FileList
from generator.model import NOT_USABLE, OF_REVIEWS, SKIPPED
from generator.progress import Progress
from generator.signatures.load import Loaded
from generator.sources import Context, source

if TYPE_CHECKING:
    from generator.roster.model import Roster
    from generator.store.files import Store
    from generator.tables import Tables

T = TypeVar("T")

_NEW = "No state to restore: this is taken for the first run of all"
#: So long a build without a result is looked at again: its logs may still be on their way.
_UNFINISHED = timedelta(days=2)


def restore(settings: Settings, where: str, may_be_new: bool, progress: Progress) -> None:
    """Bring the state back that the site at `where`, a URL or a folder, was published with.

    GatepostError if it cannot be had; a site without one will do if this may be the first run of all.
    """
    from generator.store.restore import restore as brought_back

    done = brought_back(where, settings.state)
    if done is None and not may_be_new:
        raise GatepostError(
            "--restore: found no site with a state of Gatepost: there is no state/manifest.json",
            "name the folder of its home page, or its address with https://; for the first run of all, "
            "add --may-be-new",
        )
    for line in [_NEW] if done is None else done.lines(settings.state):
        progress.note(line)


def collect(settings: Settings, now: datetime, progress: Progress) -> None:
    """Everything new of every source goes into the store; one that cannot be used is a row of `skipped`."""
    from generator.store import keeping
    from generator.store.files import Store

    loaded = signatures(settings)
    store = Store(settings.state)
    context = _context(settings, loaded, store, now, progress)
    failed: list[GatepostError] = []
    for one in settings.sources:
        keeper = _Keeper(store, now, one.name)
        try:
            tables = source(one.type).collect(one, replace(context, keep=keeper.keep))
        except GatepostError as error:
            failed.append(error)
            what = OF_REVIEWS if one.type == "gerrit" else "."
            tables = _skipped([(one.name, what, NOT_USABLE, error.message)], now)
        keeper.keep(_with_problems(tables, loaded, context.roster, now))
        progress.note(f"{one.name}: {keeper.reviewed if one.type == 'gerrit' else keeper.examined}")
    keeping.forget_old(store, settings.keep_days, [one.name for one in settings.sources], now)
    if store.newest_day(now) is None and store.newest_day(now, "reviews") is None:
        progress.note("No build with an end time yet: `gatepost check` says what each source answers")
    if len(failed) == len(settings.sources):
        raise failed[0]
    for one_failed in failed:
        progress.note(f"gatepost: {one_failed.message}\n  hint: {one_failed.hint}")


class _Keeper:
    """Puts what a source yields into the store, at once or at the end, and counts it."""

    def __init__(self, store: Store, now: datetime, source: str) -> None:
        self._store, self._now, self._source = store, now, source
        self._builds: set[str] = set()
        self._hits = self._changes = self._comments = 0

    def keep(self, tables: Tables) -> None:
        """Add tables to the store, without what was taken down."""
        from generator import takedown

        self._store.add(takedown.kept_out(self._store, tables), self._now, self._source)
        self._builds.update(tables.builds["build_uuid"])
        self._hits += len(tables.hits)
        self._changes += len(tables.changes)
        self._comments += len(tables.comments)

    @property
    def examined(self) -> str:
        """What a source of builds yielded."""
        many = words.plural(len(self._builds), "build")
        return f"{many} new or examined anew, {words.plural(self._hits, 'hit')}"

    @property
    def reviewed(self) -> str:
        """What a source of reviews yielded."""
        comments = words.plural(self._comments, "comment")
        return f"{words.plural(self._changes, 'change')}, {comments} of CIs and rechecks"


def build(settings: Settings, now: datetime, progress: Progress) -> None:
    """The whole site from what the store holds; the old site stays if anything goes wrong."""
    from generator import pages, site, site_search
    from generator.pages import files, furniture, site_json
    from generator.store import published

    results, context = gather(settings, now, progress)
    if results.facts.builds == 0 and results.facts.reviewed is None:
        _refuse_empty(settings)
    shown = results.facts.main_pipeline
    if settings.main_pipeline not in (None, shown):
        progress.note(
            f"main_pipeline: no build is in {settings.main_pipeline}; {shown or 'all'} takes its place"
        )

    def write_files(folder: Path) -> None:
        files.write_files(results, context, folder)
        site_json.write(results, context, folder / "data")
        site_search.write(files.search_entries(results, context), folder)
        published.publish(settings.state, folder)
        refuse_outdated(settings, context)

    look = site.SiteSettings(
        community=settings.community,
        fresh=furniture.fresh(results, context),
        banner=furniture.old(results, context) + furniture.banner(results),
        foot=furniture.foot(results),
        site_url=settings.site_url,
        feed=True,
    )
    with progress.task("Writing pages") as task:
        made = _counted(pages.all_pages(results, context), task.advance)
        site.build(made, settings.output, look, write_files)
    for name, size in site.over_budget(settings.output):
        progress.note(f"{name} has {words.count(size)} bytes, more than a page should")
    progress.note(f"The site is in {settings.output}; open {settings.output / 'index.html'}")


def text(kind: str, settings: Settings, now: datetime) -> str:
    """The `digest` or the `tsc` report, from what the store holds."""
    from generator.text.digest import digest
    from generator.text.tsc import tsc

    return {"digest": digest, "tsc": tsc}[kind](*gather(settings, now))


def _context(settings: Settings, loaded: Loaded, store: Store, now: datetime, progress: Progress) -> Context:
    asked = third_party(settings)
    return Context(
        signatures=loaded.signatures,
        files=FileList.load(settings.files),
        now=now,
        progress=progress,
        known=store.known(now - _UNFINISHED),
        before=store.pruned_before(),
        outcomes=settings.outcomes,
        workers=settings.workers or cores(),
        cache=settings.state / "cache",
        limits=Limits(max_bytes=settings.max_file_bytes),
        stored=store.table,
        roster=None if asked is None else asked.roster,
    )


def _skipped(rows: Iterable[tuple[str, str, str, str]], now: datetime) -> Tables:
    """Tables that hold nothing but rows of `skipped`: source, path, reason, detail."""
    from generator.tables import Tables, from_rows

    names = ("source", "path", "reason", "detail")
    skipped = [{**dict(zip(names, row, strict=True)), "collected": now} for row in rows]
    return Tables.of(skipped=from_rows(skipped, SKIPPED))


def _with_problems(tables: Tables, loaded: Loaded, roster: Roster | None, now: datetime) -> Tables:
    """The tables, and a skipped row for each signature and roster entry that was refused."""
    import pandas as pd

    refused = _skipped(refused_inputs(loaded, roster), now)
    return replace(tables, skipped=pd.concat([tables.skipped, refused.skipped], ignore_index=True))


def _refuse_empty(settings: Settings) -> None:
    """A site with builds or reviews is not replaced by one without any."""
    if (settings.output / "index.html").exists():
        raise GatepostError(
            f"{settings.state}: holds no builds; the site in {settings.output} stays as it is",
            "run `gatepost collect` first, or remove the old site",
        )


def _counted(items: Iterable[T], advance: Callable[[], None]) -> Iterator[T]:
    for item in items:
        yield item
        advance()
