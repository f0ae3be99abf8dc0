"""Blocks of bytes, cut anywhere, as chunks of whole lines."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

#: Bytes of a line beyond this are not matched.
MAX_LINE = 1 << 20


class Lines:
    """Iterates over chunks that end with a newline; counts bytes and the lines that had to be cut."""

    def __init__(self, blocks: Iterable[bytes]) -> None:
        self._blocks = blocks
        self._skipping = False
        self.bytes = 0
        self.long_lines = 0

    def __iter__(self) -> Iterator[bytes]:
        rest = b""
        for block in self._pieces():
            end = block.rfind(b"\n") + 1
            if not end:
                rest += block
            elif len(rest) + block.find(b"\n") > MAX_LINE:
                first = block.find(b"\n")
                yield self._cut(rest + block[:first])
                if first + 1 < end:
                    yield block[first + 1 : end]
                rest = block[end:]
            else:
                yield rest + memoryview(block)[:end]  # one copy, not two
                rest = block[end:]
            if len(rest) > MAX_LINE:
                yield self._cut(rest)
                rest, self._skipping = b"", True
        if rest:
            yield rest + b"\n"

    def _cut(self, line: bytes) -> bytes:
        self.long_lines += 1
        return line[:MAX_LINE] + b"\n"

    def _pieces(self) -> Iterator[bytes]:
        """The blocks in handy pieces, without what follows in a line that was cut."""
        for block in self._blocks:
            self.bytes += len(block)
            for start in range(0, len(block), MAX_LINE):
                piece = block if len(block) <= MAX_LINE else block[start : start + MAX_LINE]
                if self._skipping:
                    _, newline, piece = piece.partition(b"\n")
                    self._skipping = not newline
                if piece:
                    yield piece
