"""Reading logs: how they are packed, what is wrong with them, limits."""

from __future__ import annotations

import gzip
import io
import random
import zlib

import pytest
import zstandard

from generator.matching.reading import REASONS, Limits, open_log

TEXT = b"".join(b"%d some line of a log\n" % n for n in range(40_000))
PACKED = gzip.compress(TEXT, mtime=0)
ZSTD = zstandard.compress(TEXT)


def read(data, limits=None):
    stream = open_log(io.BytesIO(data), limits)
    return b"".join(stream), stream.problem and stream.problem.reason


@pytest.mark.parametrize(
    ("data", "text"),
    [
        (TEXT, TEXT),
        (PACKED, TEXT),
        (PACKED * 3, TEXT * 3),
        (PACKED + bytes(1000), TEXT),
        (gzip.compress(b"", mtime=0) + PACKED, TEXT),
        (ZSTD, TEXT),
        (ZSTD * 2, TEXT * 2),
        (b"", b""),
        (b"\x1f", b"\x1f"),
        (b"\0\0\xff\n", b"\0\0\xff\n"),
    ],
    ids=[
        "plain",
        "gzip",
        "members",
        "padded",
        "empty member",
        "zstd",
        "frames",
        "empty",
        "one byte",
        "nul",
    ],
)
def test_packed_by_content(data, text):
    assert read(data) == (text, None)


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (PACKED[:-4], "truncated"),
        (PACKED[: len(PACKED) // 2], "truncated"),
        (b"\x1f\x8b", "truncated"),
        (PACKED + b"xyz", "corrupt"),
        (PACKED + b"x", "corrupt"),
        (PACKED[:-8] + b"abcd" + PACKED[-4:], "corrupt"),
        (PACKED[:1000] + bytes(50) + PACKED[1050:], "corrupt"),
        (ZSTD[:-5], "truncated"),
        (ZSTD + b"other data", "corrupt"),
    ],
)
def test_what_can_be_read_is_given(data, reason):
    text, problem = read(data)
    assert problem == reason
    assert TEXT.startswith(text)
    if reason == "truncated" and len(data) > 5000:
        assert len(text) > len(TEXT) // 4


def test_a_bomb_is_stopped():
    bomb = gzip.compress(bytes(20 << 20))
    assert read(bomb, Limits(ratio_from=1 << 20))[1] == "too large"
    assert read(bomb, Limits(max_bytes=1 << 20))[1] == "too large"
    assert read(zstandard.compress(bytes(20 << 20)), Limits(ratio_from=1 << 20))[1] == "too large"
    assert read(bomb) == (bytes(20 << 20), None)


def test_blocks_of_a_bomb_stay_small():
    stream = open_log(io.BytesIO(zstandard.compress(bytes(200 << 20))))
    assert max(map(len, stream)) <= 32 << 20
    assert stream.bytes == 200 << 20 > stream.packed_bytes


def test_files(tmp_path):
    path = tmp_path / "log"
    path.write_bytes(PACKED)
    assert b"".join(open_log(path)) == TEXT == b"".join(open_log(str(path)))
    for bad, reason in ((tmp_path / "gone", "vanished"), (tmp_path, "unreadable")):
        stream = open_log(bad)
        assert list(stream) == []
        assert stream.problem is not None
        assert stream.problem.reason == reason


def test_a_file_that_shrinks_while_read(tmp_path):
    path = tmp_path / "log.gz"
    path.write_bytes(gzip.compress(random.Random(1).randbytes(2 << 20)))
    stream = open_log(path)
    blocks = iter(stream)
    next(blocks)
    path.write_bytes(b"")
    list(blocks)
    assert stream.problem is not None and stream.problem.reason == "truncated"


def test_a_slow_pipe():
    class Slow(io.BytesIO):
        def read(self, size=-1):
            return super().read(min(size, 3))

    assert b"".join(open_log(Slow(PACKED[:3000]))) == zlib.decompressobj(31).decompress(PACKED[:3000])


def test_reading_errors_of_the_system():
    class Broken(io.BytesIO):
        def read(self, size=-1):
            raise OSError(5, "Input/output error")

    stream = open_log(Broken())
    assert list(stream) == []
    assert stream.problem is not None and stream.problem.reason == "unreadable"
    assert set(REASONS) >= {"truncated", "corrupt", "unreadable", "vanished", "too large"}
