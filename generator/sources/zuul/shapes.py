"""What the API says of builds and buildsets, in its present and its former shape → columns of `model`."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any, NamedTuple

from generator.matching.records import from_build, moment, number, text
from generator.matching.small_files import UnusableError

if TYPE_CHECKING:
    from generator.matching.small_files import Plain

MANIFEST = "zuul-manifest.json"


class Told(NamedTuple):
    """One record: its identity, Zuul's number, the columns that are known, and when it began and ended.

    `began` is the first time that is known of it, `ended` None while it runs. `manifest` is where the list of
    its log files is, if that is told and is not where it usually is.
    """

    uuid: str
    number: int | None
    columns: dict[str, object]
    began: datetime | None
    ended: datetime | None
    manifest: str | None = None


def build(record: dict[str, Any], tenant: str) -> Told:
    """A row of `builds`; UnusableError if the record does not name a build."""
    columns = from_build({"tenant": tenant, **record}).build
    uuid, start, end = (columns.get(name) for name in ("build_uuid", "start_time", "end_time"))
    if not isinstance(uuid, str):
        raise UnusableError("broken", "no uuid")
    times = (start, _time(record, "execute_time"), _time(record, "event_timestamp"), end)
    return Told(
        uuid,
        number(record.get("_id")),
        columns,
        next((time for time in times if isinstance(time, datetime)), None),
        end if isinstance(end, datetime) else None,
        _manifest(record.get("artifacts"), columns.get("log_url")),
    )


def buildset(record: dict[str, Any], tenant: str) -> Told:
    """A row of `buildsets`; UnusableError if the record does not name a set of builds."""
    uuid = text(record.get("uuid"))
    if uuid is None:
        raise UnusableError("broken", "no uuid")
    refs = [ref for ref in _list(record.get("refs")) if isinstance(ref, dict)]
    ref = refs[0] if refs else record
    start, end = _time(record, "first_build_start_time"), _time(record, "last_build_end_time")
    event = _time(record, "event_timestamp")
    columns: dict[str, object] = {
        "buildset": uuid,
        "tenant": tenant,
        "pipeline": text(record.get("pipeline")),
        "project": text(ref.get("project")),
        "branch": text(ref.get("branch")),
        "change": number(ref.get("change")),
        "patchset": text(ref.get("patchset")),
        "ref": text(ref.get("ref")),
        "changes": len(refs) or None,
        "result": text(record.get("result")),
        "event_time": event,
        "start_time": start,
        "end_time": end,
    }
    return Told(uuid, number(record.get("_id")), columns, event or start or end, end)


def _manifest(artifacts: Plain, log_url: object) -> str | None:
    usual = f"{str(log_url).rstrip('/')}/{MANIFEST}" if log_url else None
    for artifact in _list(artifacts):
        metadata = artifact.get("metadata") if isinstance(artifact, dict) else None
        if isinstance(artifact, dict) and isinstance(metadata, dict):
            url = text(artifact.get("url")) if metadata.get("type") == "zuul_manifest" else None
            if url is not None and url != usual:
                return url
    return None


def _time(record: dict[str, Any], name: str) -> datetime | None:
    return moment(text(record.get(name)))


def _list(value: Plain) -> list[Plain]:
    return value if isinstance(value, list) else []
