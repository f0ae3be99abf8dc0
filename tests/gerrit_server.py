"""A loopback server that speaks as Gerrit does: )]}', pages, times to the nanosecond, queries, limits."""

from __future__ import annotations

import base64
import json
import re
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

Record = dict[str, Any]


def stamp(at: datetime) -> str:
    """A time as Gerrit writes it."""
    return f"{at:%Y-%m-%d %H:%M:%S.%f}000"


def account(name: str, number: int, **more: Any) -> Record:
    """An account with a username made of its name."""
    username = re.sub(r"[^a-z]+", "-", name.lower())
    return {
        "_account_id": number,
        "name": name,
        "username": username,
        "email": f"{username}@example.org",
    } | more


@dataclass
class Fault:
    """An answer in the place of the right one, so many times."""

    status: int
    body: bytes
    headers: Mapping[str, str]
    times: int
    when: Callable[[Mapping[str, list[str]]], bool]


@dataclass
class Gerrit:
    """Its changes, what it was asked, and how it answers; `limit` is the largest page that it gives.

    Where `refuses` is set, larger ones are refused with 400 instead. `secret` as user:password or a token.
    """

    url: str = ""
    changes: dict[int, Record] = field(default_factory=dict)
    asked: list[Mapping[str, list[str]]] = field(default_factory=list)
    headers: list[Mapping[str, str]] = field(default_factory=list)
    paths: list[str] = field(default_factory=list)
    limit: int = 500
    refuses: bool = False
    secret: str | None = None
    #: Called before each answer, with the number of the request, from 1 on.
    meanwhile: Callable[[int], None] = lambda number: None
    faults: list[Fault] = field(default_factory=list)
    #: It answers as if `before:`, or `after:`, had not been asked.
    ignores_before: bool = False
    ignores_after: bool = False

    def add(self, number: int, updated: datetime, **more: Any) -> Record:
        """A change with one patch set, of an hour before it was updated."""
        created = updated - timedelta(hours=1)
        record = {
            "_number": number,
            "project": "example/nova",
            "branch": "master",
            "subject": f"Change {number}",
            "status": "NEW",
            "owner": account("Ada", 7),
            "created": stamp(created),
            "updated": stamp(updated),
            "revisions": {f"{number:040x}": {"_number": 1, "created": stamp(created), "kind": "REWORK"}},
            "messages": [],
            "labels": {},
        }
        self.changes[number] = record | more
        return self.changes[number]

    def say(self, number: int, at: datetime, who: Record, text: str, **more: Any) -> Record:
        """Add a message to a change, which is updated by it."""
        said = {"author": who, "date": stamp(at), "_revision_number": 1, "message": text} | more
        self.changes[number]["messages"].append(said)
        self.changes[number]["updated"] = max(self.changes[number]["updated"], stamp(at))
        return said

    def fail(
        self,
        status: int,
        body: str = "",
        times: int = 1,
        when: Callable[[Mapping[str, list[str]]], bool] = lambda asked: True,
        **headers: str,
    ) -> None:
        """Answer something else."""
        named = {key.replace("_", "-"): value for key, value in headers.items()}
        self.faults.append(Fault(status, body.encode(), named, times, when))

    def answer(self, asked: Mapping[str, list[str]]) -> tuple[int, Mapping[str, str], bytes]:
        """Status, headers and body."""
        for fault in self.faults:
            if fault.times and fault.when(asked):
                fault.times -= 1
                return fault.status, {"Content-Type": "text/html"} | dict(fault.headers), fault.body
        size = int(asked.get("n", ["25"])[0])
        if size > self.limit and self.refuses:
            return 400, {"Content-Type": "text/plain; charset=utf-8"}, b"limit of too many changes"
        found, more = self.page(asked.get("q", [""])[0], min(size, self.limit), int(asked.get("S", ["0"])[0]))
        wanted = set(asked.get("o", []))
        shown = [_shown(one, wanted) for one in found]
        if more and shown:
            shown[-1]["_more_changes"] = True
        body = b")]}'\n" + json.dumps(shown).encode()
        return 200, {"Content-Type": "application/json; charset=UTF-8"}, body

    def page(self, query: str, size: int, skip: int) -> tuple[list[Record], bool]:
        """The changes that a query finds, and whether there are more."""
        times = dict(re.findall(r'(before|after):"([^"]*)"', query))
        projects = re.findall(r'project:"([^"]*)"', query)
        found = sorted(self.changes.values(), key=lambda one: (one["updated"], one["_number"]), reverse=True)
        found = [one for one in found if not projects or any(map(_named(one["project"]), projects))]
        if "after" in times and not self.ignores_after:
            found = [one for one in found if one["updated"][:23] >= times["after"]]
        if "before" in times and not self.ignores_before:
            # to the nanosecond: 12:00:00.000000001 is not before 12:00:00.000
            found = [one for one in found if one["updated"] <= times["before"] + "000000"]
        return found[skip : skip + size], len(found) > skip + size


def _named(project: str) -> Callable[[str], bool]:
    return lambda asked: bool(re.fullmatch(asked[1:], project)) if asked[0] == "^" else asked == project


def _shown(record: Record, options: set[str]) -> Record:
    """What is told of a change only if it is asked for."""
    hidden = {"messages"} if "MESSAGES" not in options else set()
    hidden |= {"labels"} if "DETAILED_LABELS" not in options else set()
    hidden |= {"revisions"} if "ALL_REVISIONS" not in options else set()
    shown: Record = json.loads(json.dumps({key: value for key, value in record.items() if key not in hidden}))
    if "ALL_FILES" not in options:
        for revision in shown.get("revisions", {}).values():
            isinstance(revision, dict) and revision.pop("files", None)
    if "DETAILED_ACCOUNTS" not in options:
        for message in (one for one in shown.get("messages", []) if isinstance(one, dict)):
            message["author"] = {"_account_id": message["author"]["_account_id"]}
    return shown


@contextmanager
def gerrit() -> Iterator[Gerrit]:
    """A Gerrit without changes."""
    told = Gerrit()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            parts = urlsplit(self.path)
            asked = parse_qs(parts.query)
            told.asked.append(asked)
            told.paths.append(parts.path)
            told.headers.append({key.lower(): value for key, value in self.headers.items()})
            told.meanwhile(len(told.asked))
            status, headers, body = self.answer(parts.path, asked)
            self.send_response(status)
            for key, value in headers.items():
                self.send_header(key, value)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def answer(self, path: str, asked: Mapping[str, list[str]]) -> tuple[int, Mapping[str, str], bytes]:
            if path.startswith("/a/") and not self.knows(told.secret):
                return 401, {"Content-Type": "text/plain"}, b"Unauthorized"
            if path.removeprefix("/a") != "/changes/":
                return 404, {"Content-Type": "text/plain"}, b"Not found"
            return told.answer(asked)

        def knows(self, secret: str | None) -> bool:
            given = self.headers.get("Authorization", "")
            basic = base64.b64encode((secret or "").encode()).decode()
            return secret is not None and given in (f"Basic {basic}", f"Bearer {secret}")

        def log_message(self, format: str, *args: Any) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    told.url = f"http://127.0.0.1:{server.server_port}"
    try:
        yield told
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
