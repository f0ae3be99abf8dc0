"""A build by its own metadata, once parsed: Zuul's inventory, and the build record of Zuul's web API."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import NamedTuple

from generator.matching.small_files import Plain, UnusableError

#: Columns of `model.BUILDS` and the fields of OpenStack's log index that hold the same.
FIELDS = {
    "build_uuid": "build_uuid",
    "tenant": "tenant",
    "pipeline": "build_queue",
    "job": "build_name",
    "project": "project",
    "branch": "build_branch",
    "change": "build_change",
    "patchset": "build_patchset",
    "ref": "build_ref",
    "buildset": "build_set",
    "result": "build_status",
    "log_url": "log_url",
}
_MAX_TEXT = 1000
_MAX_HOSTS = 10_000


class Record(NamedTuple):
    """Known columns of a build; fields of a query that no column holds; would Zuul not run it again?"""

    build: dict[str, object]
    places: dict[str, tuple[str, ...]]
    last_attempt: bool = False


def from_inventory(data: Plain) -> Record:
    """The build of an inventory.yaml; raises UnusableError if it does not name one."""
    everything = _dict(_dict(data).get("all"))
    zuul = _dict(_dict(everything.get("vars")).get("zuul"))
    if not (text(zuul.get("build")) or text(zuul.get("job"))):
        raise UnusableError("broken", "no all.vars.zuul with a build")
    hosts = list(_dict(everything.get("hosts")).items())[:_MAX_HOSTS]
    pools = [_dict(_dict(host).get("nodepool")) for _, host in hosts]
    providers = _distinct(text(pool.get("provider")) or text(pool.get("cloud")) for pool in pools)
    regions = _distinct(text(pool.get("region")) for pool in pools)
    build = {
        "build_uuid": text(zuul.get("build")),
        "buildset": text(zuul.get("buildset")),
        "job": text(zuul.get("job")),
        "pipeline": text(zuul.get("pipeline")),
        "tenant": text(zuul.get("tenant")),
        "project": text(_dict(zuul.get("project")).get("name")) or text(zuul.get("project")),
        "branch": text(zuul.get("branch")),
        "change": number(zuul.get("change")),
        "patchset": text(zuul.get("patchset")),
        "ref": text(zuul.get("ref")),
        "voting": boolean(zuul.get("voting")),
        "nodes": sum(name != "localhost" for name, _ in hosts),
        "provider": next(iter(providers), None),
        "region": next(iter(regions), None),
    }
    places = {
        "node_provider": providers,
        "hosts_region": regions,
        "hosts_id": _distinct(text(pool.get("host_id")) for pool in pools),
        "zuul_executor": _distinct([text(_dict(zuul.get("executor")).get("hostname"))]),
        "change_url": _distinct([text(zuul.get("change_url"))]),
        "build_newrev": _distinct([text(zuul.get("newrev"))]),
    }
    attempts = number(zuul.get("attempts"))
    limit = number(zuul.get("max_attempts"))
    last = attempts is not None and limit is not None and attempts >= limit
    return Record(_known(build), {name: values for name, values in places.items() if values}, last)


def from_build(data: Plain) -> Record:
    """The build of a record as Zuul's API gives it, old or new; raises UnusableError if it names none."""
    record = _dict(data)
    if not (text(record.get("uuid")) or text(record.get("job_name"))):
        raise UnusableError("broken", "neither uuid nor job_name")
    ref = {**record, **_dict(record.get("ref"))}
    build = {
        "build_uuid": text(record.get("uuid")),
        "buildset": text(_dict(record.get("buildset")).get("uuid")),
        "job": text(record.get("job_name")),
        "pipeline": text(record.get("pipeline")),
        "tenant": text(record.get("tenant")),
        "project": text(ref.get("project")),
        "branch": text(ref.get("branch")),
        "change": number(ref.get("change")),
        "patchset": text(ref.get("patchset")),
        "ref": text(ref.get("ref")),
        "result": text(record.get("result")),
        "voting": boolean(record.get("voting")),
        "final": boolean(record.get("final")),
        "start_time": moment(text(record.get("start_time"))),
        "end_time": moment(text(record.get("end_time"))),
        "duration_s": _seconds(record.get("duration")),
        "log_url": text(record.get("log_url")),
    }
    places = {"change_url": text(ref.get("ref_url")), "build_newrev": text(ref.get("newrev"))}
    return Record(_known(build), {name: (value,) for name, value in places.items() if value})


def text(value: Plain) -> str | None:
    """A text, cut to 1,000 characters; None for anything else, nothing, and the words None and null."""
    if not isinstance(value, str):
        return None
    value = value.strip()[:_MAX_TEXT]
    if not value.isascii():
        value = value.encode("utf-8", "replace").decode()
    return None if value in ("", "None", "null") else value


def number(value: Plain) -> int | None:
    """A natural number that fits 64 bits."""
    digits = text(value)
    return int(digits) if digits and digits.isascii() and digits.isdigit() and len(digits) <= 18 else None


def boolean(value: Plain) -> bool | None:
    """True or false, also as a word of any case or as 1 and 0."""
    if isinstance(value, bool):
        return value
    word = (text(value) or "").lower()
    return {"true": True, "1": True, "yes": True, "false": False, "0": False, "no": False}.get(word)


def moment(value: str | None) -> datetime | None:
    """An ISO time as UTC; a naive one is UTC."""
    try:
        at = datetime.fromisoformat(value or "")
        return at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def _seconds(value: Plain) -> float | None:
    try:
        seconds = float(text(value) or "")
    except ValueError:
        return None
    return seconds if 0 <= seconds < 1e9 else None


def _dict(value: Plain) -> dict[str, Plain]:
    return value if isinstance(value, dict) else {}


def _known(build: Mapping[str, object]) -> dict[str, object]:
    return {key: value for key, value in build.items() if value is not None}


def _distinct(values: Iterable[str | None]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(value for value in values if value))
