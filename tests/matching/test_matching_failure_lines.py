"""The lines that most likely say why a job failed."""

from __future__ import annotations

import importlib.util
import sys
import tracemalloc
from pathlib import Path
from types import ModuleType

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from generator.matching.evidence import HINTED, NONE, STATED, VERDICT, WELL, weight
from generator.matching.failure_lines import LINE_CHARS, READ_BYTES, Ranker, rank, rank_log
from generator.matching.log_text import byte_lines, cut, plain, template, text_lines


def numbers(lines: list[str], passed: list[str] | None = None) -> list[int]:
    return [line.line for line in rank(lines, passed)]


QUIET = [f"2026-11-20 10:00:{n % 60:02d}.000 | Unpacking package {n} ..." for n in range(200)]


def test_an_error_among_quiet_lines_is_the_failure() -> None:
    lines = [*QUIET, "2026-11-20 10:05:00.000 | ERROR: could not connect to the database", *QUIET]
    assert numbers(lines) == [201]


def test_of_a_traceback_the_last_frame_and_the_exception_are_shown() -> None:
    traceback = [
        "Traceback (most recent call last):",
        '  File "a.py", line 1, in <module>',
        "    outer()",
        '  File "b.py", line 2, in outer',
        "    inner()",
        "ValueError: invalid literal",
    ]
    assert sorted(numbers([*QUIET, *traceback, *QUIET])) == [201, 204, 205, 206]


def test_what_is_indented_below_belongs_to_it() -> None:
    lines = [
        *QUIET,
        "--- FAIL: TestX (0.00s)",
        "    x_test.go:12: got 1",
        "        want 2",
        "ok  \tother\t1s",
    ]
    assert sorted(numbers(lines)) == [201, 202, 203]


def test_an_exit_code_is_shown_only_if_nothing_says_more() -> None:
    end = "##[error]Process completed with exit code 1."
    assert numbers([*QUIET, end]) == [201]
    assert numbers([*QUIET, "fatal: no tags can describe it", end]) == [201]


def test_what_the_passed_log_also_says_is_not_the_failure() -> None:
    noise = "ERROR: cannot reach mirror, trying the next one"
    lines = [noise, *QUIET, "widget 7 is gone", noise]
    assert numbers(lines, [*QUIET, noise]) == [202]
    assert 1 in numbers(lines)


def test_numbers_ids_and_paths_do_not_make_a_line_new() -> None:
    passed = ["ERROR: request req-8d9449f1-a5a0-4ec8-b8d8-9a5f4089023b took 12 s in /opt/stack/new/nova"]
    failed = ["ERROR: request req-77eba8e0-036e-4635-944b-f7a8f3b78dc9 took 7 s in /home/zuul/src/nova/x"]
    assert numbers(failed, passed) == []


def test_one_failure_hidden_in_a_thousand_of_the_same_complaint() -> None:
    lines = ["ERROR retrying connection 5 of 9"] * 1000
    lines[500] = "ERROR volume 3 is stuck in detaching"
    assert 501 in numbers(lines)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("fatal: No tags can describe it", STATED),
        ("ERROR nova.compute.manager [-] Instance failed to spawn", STATED),
        ("AssertionError: State change timeout exceeded!(400s)", STATED),
        ("tempest.api.test_x ... FAIL", STATED),
        ("____________ TestX.test_y ____________", STATED),
        ("Unable to locate config for object-expirer", HINTED),
        ("exit status 1", VERDICT),
        ("make: *** [Makefile:39: check] Error 1", VERDICT),
        ("FAIL\tgithub.com/x/y\t0.529s", VERDICT),
        ("WARNING: timeout is not set", VERDICT),
        ("0 errors, 0 failures", NONE),
        ("Installing libgpg-error0:amd64", NONE),
        ("Copying /var/log/error.log", NONE),
        ("Cache read errors                     0", NONE),
        ("+ rm -f /opt/stack/status/error", WELL),
        ("test_failure (unit.TestX) ... ok", WELL),
        ("test.py::test_invalid_input PASSED [ 10%]", WELL),
    ],
)
def test_evidence(text: str, expected: float) -> None:
    assert weight(text) == expected


@pytest.mark.parametrize(
    ("line", "indent", "text"),
    [
        ("2013-09-27 18:22:11.534 | 2013-09-27 18:20:53 + ls", 0, "+ ls"),
        ("2022-04-12T19:22:54.9573194Z     --- FAIL: x", 4, "--- FAIL: x"),
        ("Jun  9 16:11:10 host ntpd[1]: x", 0, "host ntpd[1]: x"),
        ("\x1b[31m  ERROR\x1b[0m: x", 2, "ERROR: x"),
        ("2026-11-20 10:00:00.123456 | controller |   + rm -f error", 2, "+ rm -f error"),
        ("id | name | error", 0, "id | name | error"),
        ("no clock", 0, "no clock"),
    ],
)
def test_clocks_and_colours_are_taken_off(line: str, indent: int, text: str) -> None:
    assert plain(line) == (indent, text)


def test_templates_keep_words() -> None:
    assert template("added 3 of deadbeef0 in /a/b/c at 0x7f") == "added # of # in # at #"


@given(st.lists(st.binary(max_size=30), max_size=20), st.integers(1, 40))
def test_lines_do_not_depend_on_where_blocks_are_cut(blocks: list[bytes], limit: int) -> None:
    whole = b"".join(blocks)
    lines = whole.split(b"\n")
    expected = [line[:limit] for line in (lines if lines[-1] else lines[:-1])]
    assert list(byte_lines(blocks, limit)) == expected


@given(st.text(max_size=600), st.integers(1, 500))
def test_a_cut_is_a_start_and_not_too_long(text: str, limit: int) -> None:
    assert text.startswith(cut(text, limit))
    assert len(cut(text, limit)) <= limit


@settings(max_examples=50)
@given(st.lists(st.text(max_size=80), max_size=60), st.integers(0, 12))
def test_any_text_is_ranked(lines: list[str], limit: int) -> None:
    ranked = rank(lines, limit=limit)
    assert len(ranked) <= limit
    assert len({line.line for line in ranked}) == len(ranked)
    assert all(line.text == lines[line.line - 1] for line in ranked)


def test_memory_does_not_grow_with_the_log() -> None:
    block = b"".join(b"ERROR number%d in part%d: %s\n" % (n, n % 7, b"x" * 200) for n in range(200))
    rank_log([block])
    tracemalloc.start()
    rank_log(block.replace(b"number", b"n%d_" % n) for n in range(20))
    few = tracemalloc.get_traced_memory()[1]
    rank_log([b"ERROR "] + [b"y" * 100_000] * 200)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert few < 8_000_000
    assert peak < 8_000_000


def test_fed_in_parts_it_says_the_same() -> None:
    lines = [*QUIET, "ERROR: a", "  detail", *QUIET, "panic: b"]
    ranker = Ranker()
    for line in lines:
        ranker.feed([line])
    assert ranker.result() == rank(lines)


def test_a_long_line_is_cut_between_words() -> None:
    line = "ERROR " + "word " * 300 + "mysql://root:hunter2@localhost"
    (ranked,) = rank([line[: LINE_CHARS + 20]])
    assert ranked.text.endswith("word ")


def benchmark(root: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location(
        "failure_lines_benchmark", root / "benchmarks/failure_lines.py"
    )
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


@pytest.mark.data
def test_marked_lines_are_found(root: Path, shared_data: Path) -> None:
    bench = benchmark(root)
    cases = list(bench.cidiff(shared_data))
    assert len(cases) == 34
    alone = bench.score(cases, lambda case: rank(case.failed))
    passed = bench.score(cases, lambda case: rank(case.failed, case.passed))
    assert alone["ratio"] >= 0.97
    assert alone["f1"] >= 0.60
    assert passed["ratio"] >= 0.97
    assert passed["f1"] >= 0.66
    narrower = bench.score(cases, lambda case: rank(case.failed, case.passed), "groundtruth2")
    assert narrower["ratio"] == 1.0
    assert narrower["f1"] >= 0.60


@pytest.mark.data
def test_labelled_lines_of_other_ci_are_found(root: Path, shared_data: Path) -> None:
    logs = list(benchmark(root).fixtures(shared_data))
    assert len(logs) == 21
    missed = [name for name, lines, labelled in logs if not {x.line for x in rank(lines)} & labelled]
    # a style checker's report without a word of failure, and a time-out beside six louder complaints
    assert missed == ["lint_lintrunner.txt", "test_file_timeout.txt"]


@pytest.mark.data
def test_a_devstack_console(shared_data: Path) -> None:
    from generator.matching.reading import open_log

    texts = [line.text for line in rank_log(open_log(shared_data / "os-loganalyze" / "console.html.gz"))]
    assert any("AssertionError: State change timeout exceeded!(400s)" in text for text in texts)
    assert any("test_run_stop_terminate_instance[gate,smoke] ... FAIL" in text for text in texts)


_BITS = st.sampled_from([
    "error", "ERROR:", "Err", "fail", "FAILED", "k\u0131ll", "\u212ailled", "\u0130nvalid", "unexpected",
    "took >", "____ x ____", "*** ", "rc=1", "src=1", "exit code 1", "timed out", "no such", "ok",
    "PASS", "0 errors", "##[group]Run", "##[endgroup]", "##[error]", "+", "#",
    "Traceback (most recent call last", "ValueError: x", "WARNING", "\x1b[31m", "\x1b[0m", "er\x1b[0mror",
    "\xe9err", "caf\xe9", "2026-11-20 10:00:00.000 |", "node |", "\udcff", "\x00", "1", "2", "a", "b", "c",
])  # fmt: skip
_LINES = st.lists(
    st.tuples(st.sampled_from(["", "  ", "\t", "      "]), st.lists(_BITS, max_size=7).map(" ".join)),
    max_size=60,
)


@given(_LINES, st.booleans())
@settings(max_examples=300, deadline=None)
def test_lines_that_do_not_matter_are_passed_over_without_a_difference(
    lines: list[tuple[str, str]], ended: bool
) -> None:
    text = "\n".join(indent + words for indent, words in lines) + "\n" * ended
    block = text.encode("utf-8", "surrogateescape")
    one, other = Ranker(), Ranker()
    one.feed(text_lines([block], READ_BYTES))
    other.feed_block(block)
    assert other.result() == one.result()


@pytest.mark.data
def test_real_logs_are_ranked_the_same_in_blocks(shared_data: Path) -> None:
    from generator.matching.reading import open_log

    for path in sorted((shared_data / "cidiff").glob("*/*/fail.log.gz"))[:12]:
        block = b"".join(open_log(path))[-500_000:]
        ranker = Ranker()
        ranker.feed(text_lines([block], READ_BYTES))
        blocks = [block[start : start + 50_000] for start in range(0, len(block), 50_000)]
        assert rank_log(blocks) == ranker.result() != []
