"""The builds that documents tell of: each document has its build's metadata beside its line of log."""

from __future__ import annotations

import json
from array import array
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from math import inf
from typing import Any

from generator.matching.records import FIELDS, moment, number, text

NO_BUILD, NO_DOCUMENT = -1, -2
_VOTING = {"0": False, "1": True, "false": False, "true": True}


@dataclass
class SeenBuild:
    """What the documents of one build say of it; of differing values the first. Times are epoch seconds."""

    uuid: str
    values: dict[str, Any] = field(default_factory=dict)
    first: float = inf
    last: float = -inf


@dataclass
class SeenFile:
    """One file: of each document its build's number (or NO_BUILD, NO_DOCUMENT), its time (inf: none), and
    whether it is of a console."""

    builds: array[int] = field(default_factory=lambda: array("q"))
    times: array[float] = field(default_factory=lambda: array("d"))
    console: bytearray = field(default_factory=bytearray)


class Seen:
    """Collects the builds of the documents that pass by; `fields` maps field names of the input to ours."""

    def __init__(self, fields: Mapping[str, str]) -> None:
        self.builds: list[SeenBuild] = []
        self._numbers: dict[str, int] = {}
        self._names: dict[str, list[str]] = {}
        for theirs, ours in fields.items():
            self._names.setdefault(ours, []).append(theirs)

    def watch(self, lines: Iterable[bytes], seen: SeenFile) -> Iterator[bytes]:
        """The same lines; what they tell is kept."""
        for line in lines:
            document = parsed(line)
            if document is None:
                seen.builds.append(NO_DOCUMENT)
                seen.times.append(inf)
                seen.console.append(False)
            else:
                at = epoch(self.value(document, "@timestamp"))
                seen.builds.append(self._build(document, at))
                seen.times.append(at)
                seen.console.append(self._is_console(document))
            yield line

    def value(self, document: Mapping[str, Any], name: str) -> Any:
        """The first value of one of our fields, by the names that the input has for it; None without one."""
        for theirs in (*self._names.get(name, ()), name):
            value = _first(_at(document, theirs))
            if value is not None:
                return value
        return None

    def _build(self, document: Mapping[str, Any], at: float) -> int:
        uuid = as_text(self.value(document, "build_uuid"))
        if uuid is None:
            return NO_BUILD
        which = self._numbers.setdefault(uuid, len(self.builds))
        if which == len(self.builds):
            self.builds.append(SeenBuild(uuid))
        build = self.builds[which]
        if at != inf:
            build.first, build.last = min(build.first, at), max(build.last, at)
        self.tell(build, document)
        return which

    def tell(self, build: SeenBuild, document: Mapping[str, Any]) -> None:
        """Add to a build what a document says of it and none before did."""
        for name in METADATA:
            if name not in build.values:
                value = self.value(document, name)
                if value is not None:
                    build.values[name] = value if name != "log_url" else self._folder(document, str(value))

    def _is_console(self, document: Mapping[str, Any]) -> bool:
        tags = (_at(document, theirs) for theirs in (*self._names.get("tags", ()), "tags"))
        return any("console" in found or "console.html" in found for found in tags if isinstance(found, list))

    def _folder(self, document: Mapping[str, Any], log_url: str) -> str:
        """The folder of a build's logs, from the URL of one of them."""
        name = as_text(self.value(document, "filename"))
        for ending in (name, f"{name}.gz") if name else ():
            if log_url.endswith(f"/{ending}"):
                return log_url[: -len(ending)]
        return f"{log_url.rpartition('/')[0]}/"


#: Our names for what documents tell of a build, each the same for all of them.
METADATA = (*FIELDS.values(), "voting", "hosts_region", "node_provider")
_OTHERS = ("filename", "build_newrev", "build_node", "change_url", "hosts_id", "zuul_executor")
_OLD = ("loglevel", "module", "pid", "syslog_host", "syslog_program")


def field_names(fields: Mapping[str, str]) -> dict[str, str]:
    """The mapping with `"@fields.*": "*"` spelled out for all names that an index of OpenStack had or has."""
    names = {
        f"{theirs.removesuffix('*')}{name}": name
        for theirs, ours in fields.items()
        if ours == "*" and theirs.endswith(".*")
        for name in (*METADATA, *_OTHERS, *_OLD)
    }
    return {**names, **{theirs: ours for theirs, ours in fields.items() if ours != "*"}}


def columns(build: SeenBuild) -> dict[str, object]:
    """What is known of a build, by the columns of `model.BUILDS`.

    The times are those of its earliest and latest document. An export may hold but a part of them, so no
    duration is told by these.
    """
    values = build.values
    row: dict[str, object] = {}
    for column, name in FIELDS.items():
        value = as_text(values.get(name))
        row[column] = number(value) if column == "change" else value
    provider = as_text(values.get("node_provider"))
    row["provider"] = None if provider == "local" else provider  # ci-log-processing writes nothing else
    row["region"] = as_text(values.get("hosts_region"))
    row["voting"] = _VOTING.get((as_text(values.get("voting")) or "").lower())
    row["start_time"] = _datetime(build.first)
    row["end_time"] = _datetime(build.last)
    row["duration_s"] = None
    return row


def parsed(line: bytes) -> dict[str, Any] | None:
    """The document of a line, bare or under `_source`; None if it is none."""
    try:
        document = json.loads(line)
    except (ValueError, RecursionError):
        return None
    inner = document.get("_source", document) if isinstance(document, dict) else None
    return inner if isinstance(inner, dict) else None


def as_text(value: Any) -> str | None:
    """A text or a number as text, as `records.text` has it."""
    return text(str(value)) if isinstance(value, str | int | float) else None


def epoch(value: Any) -> float:
    """A time as epoch seconds, from ISO text or from epoch milliseconds; inf if it is none."""
    at = moment(value) if isinstance(value, str) else None
    if at is not None:
        return at.timestamp()
    milliseconds = number(as_text(value))
    return inf if milliseconds is None or milliseconds > 1e14 else milliseconds / 1000


def _datetime(seconds: float) -> datetime | None:
    return None if abs(seconds) == inf else datetime.fromtimestamp(round(seconds, 6), UTC)


def _at(document: Mapping[str, Any], name: str) -> Any:
    """The value of a field, also of one inside an object (`a.b`)."""
    if name in document:
        return document[name]
    head, dot, rest = name.partition(".")
    inner = document.get(head)
    return _at(inner, rest) if dot and isinstance(inner, dict) else None


def _first(value: Any) -> Any:
    return next((item for item in value if item is not None), None) if isinstance(value, list) else value
