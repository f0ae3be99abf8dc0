"""The bytes of a log, unpacked by what it holds and not by its name, in blocks, with limits."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Protocol

import zstandard
from isal import igzip_lib

_PACKED_BLOCK = 1 << 16
_BLOCK = 1 << 17  # larger ones are slower: they do not stay in the allocator, nor in the caches
_ZSTD_PIECE = 512
_GZIP, _ZSTD = b"\x1f\x8b", b"\x28\xb5\x2f\xfd"

#: What can be wrong with an input: always the same words for the same reason.
REASONS = {
    "truncated": "the packed data ends early",
    "corrupt": "the packed data is damaged",
    "unreadable": "the file cannot be read",
    "vanished": "the file is gone",
    "too large": "the unpacked data is larger than allowed",
}


@dataclass(frozen=True)
class Limits:
    """How much may be unpacked: in all, and per packed byte once `ratio_from` bytes have come out."""

    max_bytes: int = 8 << 30
    max_ratio: float = 300.0
    ratio_from: int = 1 << 30 | 1 << 26


@dataclass(frozen=True)
class Problem:
    """Why an input was not read to its end; `reason` is a key of REASONS."""

    reason: str
    detail: str


class _StopError(Exception):
    def __init__(self, reason: str, detail: str = "") -> None:
        super().__init__(reason)
        self.problem = Problem(reason, detail or REASONS[reason])


class _Unpacker(Protocol):
    def blocks(self, data: bytes) -> Iterator[bytes]: ...

    def end(self) -> None: ...


class LogStream:
    """Iterates over the unpacked blocks of one input, once; then `problem` says whether it was all."""

    def __init__(self, source: Path | BinaryIO, limits: Limits) -> None:
        self._source, self._limits = source, limits
        self.problem: Problem | None = None
        self.packed_bytes = 0
        self.bytes = 0

    def __iter__(self) -> Iterator[bytes]:
        try:
            if isinstance(self._source, Path):
                with self._source.open("rb", buffering=0) as raw:
                    yield from self._blocks(raw)
            else:
                yield from self._blocks(self._source)
        except _StopError as stop:
            self.problem = stop.problem
        except FileNotFoundError as error:
            self.problem = Problem("vanished", error.strerror or REASONS["vanished"])
        except OSError as error:
            self.problem = Problem("unreadable", error.strerror or str(error))

    def _blocks(self, raw: BinaryIO) -> Iterator[bytes]:
        data = _head(raw)
        unpacker = _unpacker(data)
        while data:
            self.packed_bytes += len(data)
            for block in unpacker.blocks(data):
                yield self._counted(block)
            data = raw.read(_BLOCK if isinstance(unpacker, _Plain) else _PACKED_BLOCK)
        unpacker.end()

    def _counted(self, block: bytes) -> bytes:
        self.bytes += len(block)
        limits = self._limits
        if self.bytes > limits.max_bytes:
            raise _StopError("too large", f"more than {limits.max_bytes:,} bytes")
        if self.bytes > limits.ratio_from and self.bytes > limits.max_ratio * self.packed_bytes:
            raise _StopError("too large", f"more than {limits.max_ratio:g} bytes out of each packed byte")
        return block


def open_log(source: Path | str | BinaryIO, limits: Limits | None = None) -> LogStream:
    """A log, to be read once, from a path or a binary stream: gzip (also many members), zstd or plain."""
    return LogStream(Path(source) if isinstance(source, str) else source, limits or Limits())


def _head(raw: BinaryIO) -> bytes:
    """The first block: at least as many bytes as tell how it is packed, also from a slow pipe."""
    data = b""
    while len(data) < len(_ZSTD):
        more = raw.read(_PACKED_BLOCK)
        if not more:
            break
        data += more
    return data


def _unpacker(head: bytes) -> _Unpacker:
    if head.startswith(_GZIP):
        return _Gzip()
    return _Zstd() if head.startswith(_ZSTD) else _Plain()


class _Plain:
    def blocks(self, data: bytes) -> Iterator[bytes]:
        yield data

    def end(self) -> None:
        pass


class _Gzip:
    """Any number of members; zero bytes may pad the end."""

    def __init__(self) -> None:
        self._member: igzip_lib.IgzipDecompressor | None = None
        self._rest = b""

    def blocks(self, data: bytes) -> Iterator[bytes]:
        data = self._rest + data
        self._rest = b""
        while data:
            if self._member is None:
                data = data.lstrip(b"\0")
                if len(data) < len(_GZIP):
                    self._rest = data
                    return
                if not data.startswith(_GZIP):
                    raise _StopError("corrupt", "other data after the end of the packed data")
                self._member = igzip_lib.IgzipDecompressor(flag=igzip_lib.DECOMP_GZIP)
            yield from self._unpacked(self._member, data)
            data = self._member.unused_data if self._member.eof else b""
            if self._member.eof:
                self._member = None

    @staticmethod
    def _unpacked(member: igzip_lib.IgzipDecompressor, data: bytes) -> Iterator[bytes]:
        while True:
            try:
                block = member.decompress(data, _BLOCK)
            except igzip_lib.IsalError as error:  # type: ignore[misc]  # its stub lacks the type
                raise _StopError("corrupt", str(error)) from error
            if block:
                yield block
            if member.eof or member.needs_input:
                return
            data = b""

    def end(self) -> None:
        if self._member is not None:
            raise _StopError("truncated")
        if self._rest:
            raise _StopError("corrupt", "other data after the end of the packed data")


class _Zstd:
    """Any number of frames; fed in small pieces, as 4 packed bytes may hold 128 KiB."""

    def __init__(self) -> None:
        self._frame: zstandard.ZstdDecompressionObj | None = None

    def blocks(self, data: bytes) -> Iterator[bytes]:
        for start in range(0, len(data), _ZSTD_PIECE):
            rest = data[start : start + _ZSTD_PIECE]
            while rest:
                frame = self._frame = self._frame or zstandard.ZstdDecompressor().decompressobj()
                try:
                    block = frame.decompress(rest)
                except zstandard.ZstdError as error:
                    raise _StopError("corrupt", str(error)) from error
                if block:
                    yield block
                rest = frame.unused_data if frame.eof else b""
                self._frame = None if frame.eof else frame

    def end(self) -> None:
        if self._frame is not None:
            raise _StopError("truncated")
