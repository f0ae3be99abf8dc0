"""A tree of build folders, as Zuul publishes them or as logscraper leaves them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import replace
from functools import partial

from generator import words
from generator.errors import GatepostError
from generator.matching.inventory import RECORDS, find, read_facts
from generator.matching.reading import Limits
from generator.model import BUILDSETS
from generator.progress import Task
from generator.sources import Context, recorded
from generator.sources.examine import Examined, Setup, build_folders, examine
from generator.sources.frames import tables
from generator.sources.queries import query_set, usable
from generator.sources.rows import Origin, Row, Rows, skipped_row
from generator.sources.settings import LogsSettings
from generator.sources.workers import each_build
from generator.tables import Tables, from_rows

_SAMPLE = 200


def collect(settings: LogsSettings, context: Context) -> Tables:
    """Builds, hits, failure lines and what was skipped; raises GatepostError if there is no such tree."""
    found = build_folders(settings)
    used = usable(context.signatures)
    origin = Origin(settings.name, settings.ci, context.now, query_set(used), context.outcomes)
    setup = Setup(
        root=settings.path,
        origin=origin,
        files=context.files,
        limits=context.limits or Limits(),
        known=context.known,
        log_url=settings.log_url,
        before=context.before,
    )
    rows = Rows(skipped=[skipped_row(origin, p.path, p.reason, p.detail) for p in found.problems])
    if not found.builds:
        rows.skipped.append(skipped_row(origin, ".", "no builds", "no build folder was found"))
    with context.progress.task(f"Examining the builds of {settings.name}", len(found.builds)) as task:
        work = partial(examine, setup)
        builds = each_build(found.builds, work, used, context.cache, context.workers)
        _gather(rows, _counted(builds, task), origin)
    sets: list[Row] = []
    if settings.buildsets is not None:
        sets, problems = recorded.buildsets(settings.buildsets, origin, setup.limits)
        rows.skipped += problems
    return replace(tables(rows, used, "logs"), buildsets=from_rows(sets, BUILDSETS))


def _counted(builds: Iterable[Examined], task: Task) -> Iterator[Examined]:
    for build in builds:
        task.advance()
        yield build


def _gather(rows: Rows, builds: Iterable[Examined], origin: Origin) -> None:
    """All rows of the builds, in order; of a build that comes twice only the first."""
    no_logs: Counter[str] = Counter()
    first: dict[str, str] = {}
    for build in builds:
        if build.uuid in first:
            detail = f"the same build is in {first[build.uuid]}"
            rows.skipped.append(skipped_row(origin, build.path, "duplicate build", detail, build.uuid))
            continue
        first[build.uuid] = build.path
        rows.add(build.rows)
        no_logs += build.no_logs
    if no_logs:
        kinds = ", ".join(f"{count:,} {ending}" for ending, count in sorted(no_logs.items()))
        detail = f"{no_logs.total():,} files: {kinds}"
        rows.skipped.append(skipped_row(origin, ".", "no log by its name", detail))


def check(settings: LogsSettings) -> str:
    """How many builds there are, how many with metadata, the newest; GatepostError if there is none."""
    builds = build_folders(settings).builds
    if not builds:
        hint = "put build folders there, or correct the `path` of the source"
        raise GatepostError(f"no build folder was found in {settings.path}", hint)
    sample = builds[:: -(-len(builds) // _SAMPLE)]
    facts = [(folder, read_facts(folder)) for folder in sample]
    known = sum(fact.known for _, fact in facts)
    scraped = sum(any(find(folder, name) for name in RECORDS) for folder, _ in facts)
    ends = sorted(str(end) for _, fact in facts if (end := fact.build.get("end_time")))
    of = "" if len(sample) == len(builds) else f" of a sample of {len(sample):,}"
    layout = f"{scraped:,} with a build record" if scraped else "as Zuul publishes them"
    newest = f"newest end {ends[-1][:16]} UTC" if ends else "no end times"
    return f"{words.plural(len(builds), 'build folder')}, {layout}; {known:,}{of} with metadata; {newest}"
