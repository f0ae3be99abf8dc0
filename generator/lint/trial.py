"""Tries new and changed signatures on the lines that a site publishes of its unclassified builds."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from generator.lint.published import Published, Row
from generator.matching.engine import Engine
from generator.matching.facts import Facts
from generator.matching.inventory import query_fields
from generator.matching.mapping import Value
from generator.matching.tags import FileList, log_name
from generator.signatures.load import Loaded, load_folder

_LOGS = 3


@dataclass
class Tried:
    """A signature and the builds that it would have explained, by uuid; `lines` of them match.

    `assumed` are those of them where metadata that the site does not publish was taken as met. `line` is
    where the query begins in the file at `path`. `logs` are the addresses of up to three of the builds.
    """

    signature: str
    state: Literal["new", "changed"]
    path: str
    line: int
    builds: set[str] = field(default_factory=set)
    lines: int = 0
    assumed: set[str] = field(default_factory=set)
    logs: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Trial:
    """What was tried on `lines` published lines of `builds` builds; of `unread` more none is published.

    `site` and `until` are as in Published.
    """

    site: str
    until: str | None
    builds: int
    unread: int
    lines: int
    tried: tuple[Tried, ...]

    @property
    def explained(self) -> int:
        """Builds that at least one of the signatures would have explained."""
        return len(set().union(*(one.builds for one in self.tried)))


def try_folder(folder: Path, site: Published, files: FileList) -> Trial:
    """Try the signatures of a folder whose query the site does not have; refused queries are left out."""
    loaded = load_folder(folder)
    tried = {one.signature: one for one in _candidates(loaded, site.queries)}
    engine = Engine([signature for signature in loaded.signatures if signature.id in tried])
    for id in engine.refused:
        del tried[id]
    texts = _by_file(site)
    for (uuid, file), lines in texts.items():
        data = "\n".join(lines).encode("utf-8", "replace")
        scan = engine.scan([data], _facts(site.builds[uuid], file, files))
        for id, match in scan.matches.items():
            _add(tried[id], site.builds[uuid], match.lines, match.assumed)
    builds = {uuid for uuid, _ in texts}
    return Trial(
        site=site.name,
        until=site.until,
        builds=len(builds),
        unread=len(site.builds) - len(builds),
        lines=sum(map(len, texts.values())),
        tried=tuple(tried.values()),
    )


def _candidates(loaded: Loaded, published: Mapping[str, str]) -> Iterator[Tried]:
    for signature in loaded.signatures:
        known = published.get(signature.id)
        if known != signature.query_hash:
            line, _ = loaded.places[signature.id].line_column(0)
            yield Tried(signature.id, "new" if known is None else "changed", signature.path, line)


def _by_file(site: Published) -> dict[tuple[str, str], list[str]]:
    """The lines by build and file; a file that the site does not name is empty."""
    found: dict[tuple[str, str], list[str]] = {}
    for row in site.lines:
        if row["build_uuid"] in site.builds:
            file = row.get("file")
            key = (row["build_uuid"], file if isinstance(file, str) else "")
            found.setdefault(key, []).append(row["text"].replace("\n", " "))
    return found


def _facts(build: Row, file: str, files: FileList) -> Facts:
    """All that the site says of a build; the table `unclassified` has only builds that vote."""
    known: dict[str, tuple[Value, ...]] = {**query_fields({**build, "voting": True})}
    for ours, theirs in (("provider", "node_provider"), ("region", "hosts_region")):
        if isinstance(build.get(ours), str):
            known[theirs] = (build[ours],)
    if file:
        known |= {"filename": (log_name(file),), "tags": files.tags(file)}
    return Facts(known, unknown=True)


def _add(one: Tried, build: Row, lines: int, assumed: bool) -> None:
    uuid, log = build["build_uuid"], build.get("log_url")
    if uuid not in one.builds and isinstance(log, str) and len(one.logs) < _LOGS:
        one.logs.append(log)
    if not assumed:
        one.assumed.discard(uuid)
    elif uuid not in one.builds:
        one.assumed.add(uuid)
    one.builds.add(uuid)
    one.lines += lines
