"""A published site on loopback, with or without Range; and states to publish."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from log_server import LogServer, _Handler

from generator.store import published
from generator.store.files import Store


def ranged(handler: _Handler) -> None:
    """The file, or the part of it that is asked for."""
    found = handler._found()
    if found is None:
        handler.give(404, b"", {})
        return
    body = found[0].read_bytes()
    asked = re.fullmatch(r"bytes=(\d+)-", handler.headers.get("Range", ""))
    if asked is None:
        handler.give(200, body, {})
    elif int(asked[1]) >= len(body):
        handler.give(416, b"", {"Content-Range": f"bytes */{len(body)}"})
    else:
        rest = body[int(asked[1]) :]
        handler.give(206, rest, {"Content-Range": f"bytes {asked[1]}-{len(body) - 1}/{len(body)}"})


@contextmanager
def site_of(state: Path, site: Path) -> Iterator[LogServer]:
    """The state, published in the folder `site`, which is served; plan faults before the first request."""
    publish(state, site)
    with LogServer(site) as server:
        yield server


def publish(state: Path, site: Path) -> None:
    """What a build does."""
    site.mkdir(exist_ok=True)
    published.publish(state, site)


def state_files(folder: Path) -> dict[str, bytes]:
    """The bytes of a state, but for its lock, by path."""
    files = (path for path in folder.rglob("*") if path.is_file() and path.name != ".lock")
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in files}


def path_of(state: Path, glob: str) -> Path:
    """The one file of a state that fits."""
    (path,) = state.glob(glob)
    return path


def uuids(folder: Path) -> list[str]:
    """The builds in a state."""
    return sorted(Store(folder).read().builds["build_uuid"])
