"""Reads the files of a published site: from its folder, or by HTTP within limits of size and time."""

from __future__ import annotations

import time
import zlib
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Protocol, TypeVar

from generator import __version__
from generator.errors import GatepostError

if TYPE_CHECKING:
    import httpx

T = TypeVar("T")

#: Seconds to wait before an answer is asked for again; after the last it has failed.
DELAYS = (0.5, 2.0, 8.0)
#: Seconds that any answer may take, and bytes a second that it must bring beyond that.
_PATIENCE, _PACE = 60.0, 20_000
_REDIRECTS = 5
_GONE, _NOT_YET = (404, 410), (429, 500, 502, 503, 504)
#: Stores of objects say so of one that is not there; of a whole site it would be said by a proxy.
_GONE_AMONG_OTHERS = (403, *_GONE)
_CHUNK = 1 << 20
_GZIP = 16 + zlib.MAX_WBITS


class AbsentError(Exception):
    """Who was asked did answer: there is no such file."""


class TooLongError(Exception):
    """A file has more bytes than it may have."""


class _AgainError(Exception):
    """It failed in a way that may pass."""


class Origin(Protocol):
    """Where a published site is. Paths are relative to it; GatepostError if it cannot be read at all."""

    name: str
    #: Bytes of all files that were read, chunk by chunk.
    moved: list[int]

    def read(self, path: str, limit: int) -> bytes:
        """A small file; AbsentError if there is none, TooLongError if it has more than `limit` bytes."""

    def download(self, path: str, part: Path, size: int) -> None:
        """Complete `part`, which may hold its beginning, to `size` bytes.

        It may end up shorter. AbsentError if there is no such file, TooLongError if it has more bytes.
        """


@contextmanager
def opened(where: str) -> Iterator[Origin]:
    """The site at a URL or in a folder."""
    if not where.startswith(("http://", "https://")):
        yield _Folder(Path(where).expanduser())
        return
    import httpx

    agent = f"gatepost/{__version__}"
    with httpx.Client(
        headers={"User-Agent": agent, "Accept-Encoding": "identity"},
        follow_redirects=True,
        max_redirects=_REDIRECTS,
        timeout=httpx.Timeout(30, connect=10),
        event_hooks={"response": [_stays_secret]},
    ) as client:
        yield _Web(where, client)


class _Folder:
    def __init__(self, folder: Path) -> None:
        self.name = str(folder)
        self.moved: list[int] = []
        self._folder = folder

    def read(self, path: str, limit: int) -> bytes:
        return b"".join(self._chunks(path, limit))

    def download(self, path: str, part: Path, size: int) -> None:
        _append(part, "wb", self._chunks(path, size))

    def _chunks(self, path: str, limit: int) -> Iterator[bytes]:
        try:
            if not (self._folder / path).is_file():  # to open a pipe may take for ever
                raise AbsentError(path)
            with (self._folder / path).open("rb") as file:
                yield from _limited(iter(lambda: file.read(_CHUNK), b""), limit, self.moved)
        except (FileNotFoundError, NotADirectoryError, IsADirectoryError):
            raise AbsentError(path) from None
        except OSError as error:
            raise GatepostError(
                f"{self._folder / path}: cannot be read: {error.strerror}", "mend its permissions"
            ) from None


class _Web:
    def __init__(self, url: str, client: httpx.Client) -> None:
        import httpx

        try:
            self._root = httpx.URL(url)
            # a password that stands in the address is sent, and never told
            self.name = str(self._root.copy_with(userinfo=b"", query=None, fragment=None))
        except httpx.InvalidURL as error:
            raise GatepostError(f"not an address: {error}", "write it like https://ci.example.org/") from None
        self.moved: list[int] = []
        self._client = client

    def read(self, path: str, limit: int) -> bytes:
        def once() -> bytes:
            with self._answer(path, {}, _GONE) as response:
                return b"".join(self._body(response, limit))

        return self._patiently(path, once)

    def download(self, path: str, part: Path, size: int) -> None:
        def once() -> None:
            self._go_on(path, part, size)
            if part.stat().st_size < size:
                raise _AgainError("the answer ends too early")

        self._patiently(path, once)

    def _go_on(self, path: str, part: Path, size: int) -> None:
        """Fetch what `part` lacks, all of it where the server does not resume."""
        have = part.stat().st_size if part.exists() else 0
        if have > size:
            part.unlink()
            have = 0
        if have and have == size:
            return
        ranged = {"Range": f"bytes={have}-"} if have else {}
        with self._answer(path, ranged, _GONE_AMONG_OTHERS) as response:
            resumed = have > 0 and _begins_at(response, have)
            if response.status_code in (206, 416) and not resumed:
                part.unlink(missing_ok=True)  # asked without a range, it comes whole
                raise _AgainError("another part of the file was sent")
            body = self._body(response, size - have if resumed else size)
            _append(part, "ab" if resumed else "wb", body)

    def _body(self, response: httpx.Response, limit: int) -> Iterator[bytes]:
        """What the server sends, unpacked if it packed it after all; it must not drip."""
        until = time.monotonic() + _PATIENCE + limit / _PACE
        for chunk in _limited(unpacked(response), limit, self.moved):
            if time.monotonic() > until:
                raise _AgainError("the answer takes too long")
            yield chunk

    @contextmanager
    def _answer(
        self, path: str, headers: Mapping[str, str], gone: tuple[int, ...]
    ) -> Iterator[httpx.Response]:
        home = self._root.path.removesuffix("index.html").rstrip("/")
        url = self._root.copy_with(path=f"{home}/{path}")
        with self._client.stream("GET", url, headers=headers) as response:
            if response.status_code in gone:
                raise AbsentError(path)
            if response.status_code in _NOT_YET:
                raise _AgainError(f"the server answers {response.status_code}")
            if response.status_code not in (200, 206, 416):
                raise self._failed(path, f"the server answers {response.status_code}")
            yield response

    def _patiently(self, path: str, once: Callable[[], T]) -> T:
        """What `once` gives, tried again while it fails in a way that may pass."""
        import httpx

        for delay in (*DELAYS, None):
            try:
                return once()
            except (httpx.TransportError, _AgainError) as error:
                if delay is None:
                    raise self._failed(path, str(error) or type(error).__name__) from None
            except (httpx.HTTPError, httpx.InvalidURL) as error:
                raise self._failed(path, str(error) or type(error).__name__) from None
            time.sleep(delay)
        raise AssertionError

    def _failed(self, path: str, why: str) -> GatepostError:
        return GatepostError(
            f"{self.name.rstrip('/')}/{path}: cannot be fetched: {why}",
            "see whether a browser shows the site; run again later: what was fetched is kept",
        )


def _append(part: Path, mode: str, chunks: Iterator[bytes]) -> None:
    with part.open(mode) as file:
        file.writelines(chunks)


def _limited(chunks: Iterator[bytes], limit: int, moved: list[int]) -> Iterator[bytes]:
    """The chunks, counted; TooLongError before one that goes beyond the limit is given."""
    left = limit
    for chunk in chunks:
        moved.append(len(chunk))
        left -= len(chunk)
        if left < 0:
            raise TooLongError
        yield chunk


def _begins_at(response: httpx.Response, have: int) -> bool:
    """Whether it is the rest of a file of which we `have` so many bytes, as they are."""
    plain = response.headers.get("content-encoding", "identity") == "identity"
    where = response.headers.get("content-range", "")
    return response.status_code == 206 and plain and where.startswith(f"bytes {have}-")


def unpacked(response: httpx.Response) -> Iterator[bytes]:
    """The body as it arrives, unpacked if it is gzip; DecodingError for any other packing, or more than one.

    A part may be empty, so that whoever reads can look at the clock after each. httpx unpacks whatever it is
    given, zstd and gzip in gzip too: a few bytes can be gigabytes before the first of them can be counted.
    """
    import httpx

    packing = response.headers.get("content-encoding", "").strip().lower()
    if packing not in ("", "identity", "gzip"):
        raise httpx.DecodingError("its packing was not asked for", request=response.request)
    unpacker = zlib.decompressobj(_GZIP) if packing == "gzip" else None
    for part in response.iter_raw():
        try:
            yield unpacker.decompress(part) if unpacker is not None else part
        except zlib.error as error:
            raise httpx.DecodingError(f"it is no gzip: {error}", request=response.request) from None


def _stays_secret(response: httpx.Response) -> None:
    """A redirect from https to http is refused."""
    import httpx

    if response.has_redirect_location and response.url.scheme == "https":
        target = response.url.join(response.headers["location"])
        if target.scheme != "https":
            raise httpx.RequestError("it redirects from https to http", request=response.request)
