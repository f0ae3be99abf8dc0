"""What a Zuul tells, and what a first collection of it costs, in one line, for `gatepost check`."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, timedelta
from functools import lru_cache, partial
from typing import TYPE_CHECKING

from generator import words
from generator.errors import GatepostError
from generator.matching.small_files import UnusableError
from generator.sources.log_server.faults import FetchError
from generator.sources.log_server.guard import Guard
from generator.sources.zuul import paging
from generator.sources.zuul.api import connect
from generator.sources.zuul.reading import LONGEST
from generator.sources.zuul.shapes import Told, build

if TYPE_CHECKING:
    from generator.sources.zuul.paging import Record
    from generator.zuul_settings import ZuulLogsSettings, ZuulSettings

_PATIENCE_S = 5.0  # somebody waits for the answer


def check(settings: ZuulSettings) -> str:
    """Tenant, newest build, cost of a first collection; GatepostError if there is no build to report of."""
    hasty = settings.model_copy(update={"patience_s": min(_PATIENCE_S, settings.patience_s)})
    with connect(hasty) as api:
        which = tuple(("pipeline", name) for name in settings.pipelines)
        told = _told(next(paging.pages(api, "builds", which, None), []), api.tenant)
        tenant = api.tenant
    if not told:
        where = f" in {words.listed(list(settings.pipelines), 10)}" if settings.pipelines else ""
        raise GatepostError(f"tenant {tenant} has no builds{where}", "correct `tenant` or `pipelines`")
    logs = _logs(told, settings.logs)
    open_ = "; what is sent there, the token too, is not encrypted" if _overheard(settings) else ""
    return f"tenant {tenant}: {_newest(told)}; {_cost(told, settings)}; logs are {logs}{open_}"


def _told(page: list[Record], tenant: str) -> list[Told]:
    found = []
    for record in page:
        try:
            found.append(build(record, tenant))
        except UnusableError:
            continue
    return found


def _newest(told: list[Told]) -> str:
    times = [one.began for one in told if one.began is not None]
    if not times:
        return f"{words.plural(len(told), 'build')}, none with a time"
    passed = datetime.now(UTC) - max(times)
    running = sum(one.columns.get("result") is None for one in told)
    age = f"{words.age(passed)} ago" if passed > timedelta(0) else "in the future"
    return f"newest build began {age}, {words.count(running)} of the newest {words.count(len(told))} run"


def _cost(told: list[Told], settings: ZuulSettings) -> str:
    """By how fast the builds of the newest page came."""
    times = [one.began for one in told if one.began is not None]
    days = settings.days + LONGEST / timedelta(days=1)
    builds = float(len(told))
    if len(told) == paging.PAGE and times:
        builds *= max(1.0, days * timedelta(days=1) / max(max(times) - min(times), timedelta(minutes=1)))
    asked = 2 * (builds // paging.PAGE + 1)
    took = timedelta(seconds=asked / settings.requests_per_s)
    about = f"about {words.plural(round(asked), 'request')}"
    return f"{words.count(settings.days)} d are {about}, {words.age(took)} at least"


def _logs(told: list[Told], logs: ZuulLogsSettings | None) -> str:
    """Whether the logs of the newest page may be fetched; GatepostError if none may. Fetches none."""
    if logs is None:
        return "not read, so no failure is explained: `logs` names their hosts"
    urls = [str(one.columns["log_url"]) for one in told if one.columns.get("log_url")]
    refusal = lru_cache(partial(_refusal, Guard(logs.hosts, logs.networks)))
    refused = Counter(why for url in urls if (why := refusal("/".join(url.split("/")[:3]) + "/")))
    if not refused:
        return "read"
    why, _ = refused.most_common(1)[0]
    if refused.total() < len(urls):
        return f"read, but those of {refused.total():,} of {len(urls):,} may not be: {why}"
    raise GatepostError(
        f"no log of the newest {words.plural(len(urls), 'build')} may be fetched: {why}",
        "correct `hosts` of `logs`; `networks` allows addresses that are not public",
    )


def _refusal(guard: Guard, root: str) -> str | None:
    try:
        guard.addresses(guard.place(root))
    except FetchError as error:
        return error.detail
    return None


def _overheard(settings: ZuulSettings) -> bool:
    return settings.url.startswith("http:") and bool(settings.token_env or settings.token_file)
