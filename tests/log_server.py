"""A loopback log server: folders of builds as a CI publishes them, and what log servers do at their worst.

As a module it serves a folder until its standard input ends: `python tests/log_server.py FOLDER`.
"""

from __future__ import annotations

import contextlib
import gzip
import json
import os
import socket
import ssl
import struct
import sys
import threading
import urllib.parse
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from fnmatch import fnmatchcase
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, NamedTuple

import pytest

INVENTORY = "zuul-info/inventory.yaml"
MANIFEST = "zuul-manifest.json"
CONSOLE = "job-output.txt"


class Request(NamedTuple):
    """A request as it came."""

    path: str
    headers: Mapping[str, str]


Act = Callable[["_Handler"], None]


class LogServer:
    """Serves a folder over HTTP/1.1 with keep-alive; to be used in a `with`, or closed.

    `name` is asked for, and there is only `name`.gz: that is given with `Content-Encoding: gzip`, as a
    server with packed files does. `name`.gz itself is given as it is. Folders are not listed. `requests`
    holds what was asked, `connections` counts. The methods plan faults for paths that fit a glob, each for
    as many requests as said (`times=None`: for ever); the first that fits is used.
    """

    def __init__(self, root: Path, host: str = "127.0.0.1") -> None:
        self.root = root
        self.requests: list[Request] = []
        self.connections = 0
        self.sent_bytes = 0
        self.closing = threading.Event()
        self._faults: list[_Fault] = []
        self._lock = threading.Lock()
        self._server = _Listener((host, 0), self)
        self.port = int(self._server.server_port)
        self.url = f"http://{host}:{self.port}/"
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True)
        self._thread.start()

    def __enter__(self) -> LogServer:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Accept no connections any more, and end those there are."""
        self.closing.set()
        self._server.shutdown()
        self._server.end_connections()
        self._server.server_close()
        self._thread.join()

    def build(self, uuid: str, files: Mapping[str, str | bytes], **how: Any) -> str:
        """Put a build there, as `write_build` does; the URL of its folder, with a slash at the end."""
        write_build(self.root / uuid, files, **how)
        return f"{self.url}{uuid}/"

    def secure(self, context: ssl.SSLContext) -> None:
        """Speak HTTPS from now on."""
        self._server.tls = context

    def paths(self) -> list[str]:
        """The paths asked for so far, unquoted, without the first slash."""
        return [urllib.parse.unquote(request.path).lstrip("/") for request in self.requests]

    def answer(
        self,
        glob: str,
        status: int = 200,
        body: bytes = b"",
        headers: Mapping[str, str] | None = None,
        times: int | None = None,
    ) -> None:
        """Answer with this, whatever there is."""
        self.plan(glob, lambda handler: handler.give(status, body, headers or {}), times)

    def redirect(self, glob: str, to: str, status: int = 302, times: int | None = None) -> None:
        """Send elsewhere; `{path}` in `to` is the path that was asked for."""
        self.plan(glob, lambda h: h.give(status, b"", {"Location": to.replace("{path}", h.path)}), times)

    def cut(self, glob: str, after: int, times: int | None = None) -> None:
        """Break the connection after so many bytes of the body, of which more were promised."""
        self.plan(glob, lambda handler: handler.partly(after), times)

    def reset(self, glob: str, times: int | None = None) -> None:
        """Reset the connection without an answer."""
        self.plan(glob, lambda handler: handler.reset(), times)

    def stream(
        self,
        glob: str,
        blocks: Callable[[], Iterable[bytes]],
        headers: Mapping[str, str] | None = None,
        every_s: float = 0,
        times: int | None = None,
    ) -> None:
        """Give blocks as they come, without a length, with a pause between them; also endlessly."""
        self.plan(glob, lambda handler: handler.stream(blocks(), headers or {}, every_s), times)

    def raw(self, glob: str, data: bytes, times: int | None = None) -> None:
        """Send exactly these bytes, heads and all, and close."""
        self.plan(glob, lambda handler: handler.raw(data), times)

    def drip_head(self, glob: str, every_s: float = 0.05, times: int | None = None) -> None:
        """A head that never ends, a byte at a time."""
        self.plan(glob, lambda handler: handler.drip_head(every_s), times)

    def heal(self) -> None:
        """Forget all planned faults."""
        with self._lock:
            self._faults.clear()

    def plan(self, glob: str, act: Act, times: int | None = None) -> None:
        with self._lock:
            self._faults.append(_Fault(glob, act, times))

    def asked(self, request: Request) -> Act | None:
        """Note a request; the fault planned for it."""
        path = urllib.parse.unquote(request.path).lstrip("/")
        with self._lock:
            self.requests.append(request)
            for fault in self._faults:
                if fault.times != 0 and fnmatchcase(path, fault.glob):
                    fault.times = None if fault.times is None else fault.times - 1
                    return fault.act
        return None


class _Fault:
    def __init__(self, glob: str, act: Act, times: int | None) -> None:
        self.glob, self.act, self.times = glob, act, times


class _Listener(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128

    def __init__(self, address: tuple[str, int], owner: LogServer) -> None:
        self.owner = owner
        self.tls: ssl.SSLContext | None = None
        self._open: set[socket.socket] = set()
        super().__init__(address, _Handler)

    def finish_request(self, request: Any, client_address: Any) -> None:
        if self.tls is not None:  # in the thread of the connection: a handshake may take for ever
            request = self.tls.wrap_socket(request, server_side=True)
        super().finish_request(request, client_address)
        if self.tls is not None:
            request.close()

    def process_request(self, request: Any, client_address: Any) -> None:
        self._open.add(request)
        self.owner.connections += 1
        super().process_request(request, client_address)

    def shutdown_request(self, request: Any) -> None:
        self._open.discard(request)
        super().shutdown_request(request)

    def end_connections(self) -> None:
        for connection in list(self._open):
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)

    def handle_error(self, request: Any, client_address: Any) -> None:
        if not isinstance(sys.exception(), OSError):  # a client that goes away is none of ours
            super().handle_error(request, client_address)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = 1 << 16
    server: _Listener

    def do_GET(self) -> None:
        owner = self.server.owner
        act = owner.asked(Request(self.path, {k.lower(): v for k, v in self.headers.items()}))
        if act is not None:
            act(self)
        else:
            self._file()

    def _found(self) -> tuple[Path, bool] | None:
        """The file that is asked for; whether it is packed while its name does not say so."""
        owner = self.server.owner
        path = owner.root / urllib.parse.unquote(urllib.parse.urlsplit(self.path).path).lstrip("/")
        if not path.resolve().is_relative_to(owner.root.resolve()):
            return None
        packed = path.with_name(f"{path.name}.gz")
        return (path, False) if path.is_file() else (packed, True) if packed.is_file() else None

    def _file(self) -> None:
        found = self._found()
        if found is None:
            self.give(404, b"Not Found\n", {})
            return
        path, encoded = found
        with path.open("rb") as file:
            self._head(200, os.fstat(file.fileno()).st_size, {"Content-Encoding": "gzip"} if encoded else {})
            self.wfile.flush()
            self.connection.sendfile(file)

    def _head(self, status: int, length: int | None, headers: Mapping[str, str]) -> None:
        self.send_response(status)
        self.send_header("Content-Type", "text/plain")
        if length is not None and not any(name.lower() == "content-length" for name in headers):
            self.send_header("Content-Length", str(length))
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()

    def give(self, status: int, body: bytes, headers: Mapping[str, str]) -> None:
        self._head(status, len(body), headers)
        self.wfile.write(body)
        promised = int({k.lower(): v for k, v in headers.items()}.get("content-length", len(body)))
        self.close_connection = self.close_connection or promised != len(body)

    def partly(self, after: int) -> None:
        found = self._found()
        body = found[0].read_bytes() if found else b"?" * (after + 1)
        headers = {"Content-Encoding": "gzip"} if found and found[1] else {}
        self._head(200, len(body), headers)
        self.wfile.write(body[:after])
        self.close_connection = True

    def reset(self) -> None:
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.connection.close()
        self.close_connection = True

    def stream(self, blocks: Iterable[bytes], headers: Mapping[str, str], every_s: float) -> None:
        self._head(200, None, {"Connection": "close", **headers})
        self.close_connection = True
        with contextlib.suppress(OSError):
            for block in blocks:
                self.wfile.write(block)
                self.wfile.flush()
                if self.server.owner.closing.wait(every_s) if every_s else self.server.owner.closing.is_set():
                    return

    def raw(self, data: bytes) -> None:
        self.wfile.write(data)
        self.close_connection = True

    def drip_head(self, every_s: float) -> None:
        self.close_connection = True
        with contextlib.suppress(OSError):
            self.wfile.write(b"HTTP/1.1 200 OK\r\nX-Slow: ")
            while not self.server.owner.closing.wait(every_s):
                self.wfile.write(b"x")
                self.wfile.flush()

    def log_message(self, format: str, *args: object) -> None:
        pass


def write_build(
    folder: Path,
    files: Mapping[str, str | bytes],
    *,
    manifest: bool = True,
    inventory: Mapping[str, Any] | None = None,
    packed: str | None = None,
) -> None:
    """A build's folder: its files by relative path, `zuul-manifest.json`, and an inventory for `inventory`.

    `packed`: all files but the manifest and the inventory are packed, None not at all, `name` with .gz in
    the manifest, `encoding` on the disk only, as servers do that send `Content-Encoding: gzip`.
    """
    contents = {name: text.encode() if isinstance(text, str) else text for name, text in files.items()}
    if inventory is not None:
        contents[INVENTORY] = json.dumps(inventory).encode()
    names: dict[str, int] = {}
    for name, content in contents.items():
        told, stored = name, name
        if packed and name != INVENTORY:
            content = gzip.compress(content, 6, mtime=0)
            stored = f"{name}.gz"
            told = stored if packed == "name" else name
        path = folder / stored
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
        names[told] = len(content)
    if manifest:
        (folder / MANIFEST).write_text(json.dumps({"tree": tree(names), "index_links": False}))


def tree(sizes: Mapping[str, int]) -> list[dict[str, Any]]:
    """The `tree` of a manifest, from paths and sizes."""
    roots: list[dict[str, Any]] = []
    for path, size in sorted(sizes.items()):
        *folders, name = path.split("/")
        here = roots
        for folder in folders:
            found = next((e for e in here if e["name"] == folder and "children" in e), None)
            if found is None:
                found = {
                    "name": folder,
                    "mimetype": "application/directory",
                    "encoding": None,
                    "children": [],
                }
                here.append(found)
            here = found["children"]
        encoding = "gzip" if name.endswith(".gz") else None
        here.append(
            {"name": name, "mimetype": "text/plain", "encoding": encoding, "last_modified": 1, "size": size}
        )
    return roots


def inventory(**zuul: Any) -> dict[str, Any]:
    """An inventory of one node in a region, with these variables of Zuul: `build`, `job`, `project` …"""
    pool = {"provider": "cloud-a", "region": "region-1", "label": "ubuntu"}
    return {"all": {"hosts": {"controller": {"nodepool": pool}}, "vars": {"zuul": zuul}}}


def drops(packing: str) -> Iterator[bytes]:
    """A few bytes after the other without end; packed by `gzip` nothing ever comes out of them."""
    if packing == "gzip":
        yield zlib.compressobj(wbits=31).flush(zlib.Z_FULL_FLUSH)
    while True:
        yield b"\0\0\0\xff\xff" if packing == "gzip" else b" "


@pytest.fixture
def log_server(tmp_path: Path) -> Iterator[LogServer]:
    """A log server with an empty folder of its own."""
    (tmp_path / "published").mkdir()
    with LogServer(tmp_path / "published") as server:
        yield server


def main(folder: str) -> None:
    """Serve a folder and say the URL; when standard input ends, say which paths were asked for, and end."""
    with LogServer(Path(folder)) as server:
        print(server.url, flush=True)
        sys.stdin.read()
        print(*server.paths(), sep="\n", flush=True)


if __name__ == "__main__":
    main(sys.argv[1])
