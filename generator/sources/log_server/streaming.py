"""The unpacked blocks of a body while it arrives, also of a packed file that was packed again for the way."""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import BinaryIO, cast

from generator.matching.reading import Limits, LogStream, open_log
from generator.sources.log_server.client import Body


def opened(body: Body, limits: Limits) -> LogStream:
    """A body as a log, to be read once; what it holds is told by its first bytes, as of a file."""
    raw = cast(BinaryIO, body)
    return _Twice(raw, limits) if body.packed else open_log(raw, limits)


class _Twice(LogStream):
    """What was packed for the way may be the bytes of a .gz file: a second look at what comes out."""

    def __init__(self, raw: BinaryIO, limits: Limits) -> None:
        self._outer = open_log(raw, limits)
        super().__init__(cast(BinaryIO, _Blocks(iter(self._outer))), limits)

    def __iter__(self) -> Iterator[bytes]:
        yield from super().__iter__()
        self.problem = self._outer.problem or self.problem


class _Blocks(io.RawIOBase):
    """Blocks as a stream; a read gives one of them, whatever its size, and so copies nothing."""

    def __init__(self, blocks: Iterator[bytes]) -> None:
        super().__init__()
        self._blocks = blocks

    def read(self, size: int = -1) -> bytes:
        """The next block, nothing at the end."""
        return next(self._blocks, b"")
