"""The fast engine against the slow one, and what it says of the lines it finds."""

from __future__ import annotations

import gzip
import io
import json
import os
import tracemalloc

import pytest
import yaml
from hypothesis import example, given, settings
from hypothesis import strategies as st

from generator.errors import GatepostError
from generator.matching import chunks
from generator.matching.engine import Engine, scan_documents
from generator.matching.evaluate import matches
from generator.matching.facts import Facts
from generator.matching.formula import FALSE
from generator.matching.parallel import EngineArgs, FileJob, scan_files
from generator.matching.plan import Message, decision
from generator.matching.reading import open_log
from generator.signatures.model import Signature
from generator.signatures.parse import parse


def engine(*queries, cache=None):
    return Engine([Signature(str(number), query) for number, query in enumerate(queries)], cache)


def found(queries, data, facts=None, size=None):
    """Lines and first line by query, of the fast engine."""
    blocks = [data] if size is None else [data[n : n + size] for n in range(0, len(data), size)]
    scan = engine(*queries).scan(blocks, facts or Facts())
    return {queries[int(number)]: (match.lines, match.first_line) for number, match in scan.matches.items()}


def slowly(queries, data, fields=None):
    """The same of the slow engine, line by line."""
    lines = data.split(b"\n")
    lines = lines if lines[-1] else lines[:-1]
    result = {}
    for query in queries:
        tree = parse(query)
        hits = [
            number
            for number, line in enumerate(lines, 1)
            if matches(tree, {**(fields or {}), "message": line.decode("utf-8", "replace")})
        ]
        if hits:
            result[query] = (len(hits), hits[0])
    return result


_WORDS = [
    "ok",
    "kiwi",
    "is",
    "err_x",
    "a.b",
    "10.0.0.1",
    "café",
    "漢字",
    "İ",
    "\u212a",
    "ß",
    "Σ",
    "x" * 254,
    "__",
    "1",
]
_CASED = st.sampled_from(_WORDS).flatmap(lambda word: st.sampled_from([word, word.upper(), word.title()]))
_BETWEEN = st.sampled_from(
    [" ", "  ", "-", " _ ", ".", ": ", "\t", "\r", "", "\0", "'", '"', "\u2019", "\u0301"]
)
_LINE = st.lists(st.one_of(_CASED, _BETWEEN), max_size=8).map("".join).map(str.encode)
_JUNK = st.sampled_from(
    [b"\xff", b"\xc3", b"\xe2\x84", b"\xed\xa0\x80", b"\xf0\x9f\x98", b"\r", b"\n", b"\n\n", b""]
)
_LOG = st.lists(st.tuples(_LINE, _JUNK, _LINE).map(b"".join), max_size=6).map(b"\n".join)

_FIELD = st.sampled_from(["message:", "message:", "message:", "", "message.keyword:", "tags:", "build_name:"])
_QUOTED = st.lists(_CASED, max_size=3).flatmap(
    lambda words: st.sampled_from([" ", "-", " _ "]).map(lambda gap: '"' + gap.join(words) + '"')
)
_SLOPPY = st.lists(_CASED, min_size=2, max_size=3, unique_by=str.lower).map(
    lambda words: f'"{" ".join(words)}"~2'
)
_PLAIN = st.sampled_from(
    [
        "ok",
        "KIWI",
        "a.b",
        "café",
        "CAFÉ",
        "k*",
        "*iw*",
        "k?wi",
        "*",
        "/ki.*/",
        "[a TO k]",
        "i",
        "a1-is",
        "console",
        "gate",
        "caf*",
        "k",
        "ss",
    ]
)
_LEAF = st.tuples(_FIELD, st.one_of(_QUOTED, _PLAIN, _PLAIN)).map("".join) | _SLOPPY.map("message:{}".format)
_JOIN = st.sampled_from([" AND ", " OR ", " ", " NOT ", " AND NOT "])
_QUERY = st.recursive(
    _LEAF,
    lambda inner: (
        st.tuples(inner, _JOIN, inner).map("".join) | inner.map("({})".format) | inner.map("NOT ({})".format)
    ),
    max_leaves=5,
)
_KNOWN = {"tags": ("console", "a.txt"), "build_name": ("gate-kiwi",)}


def _readable(query):
    try:
        return not engine(query).refused
    except GatepostError:
        return False


@settings(max_examples=150, deadline=None)
@given(st.lists(_QUERY.filter(_readable), min_size=1, max_size=3), _LOG, st.sampled_from([None, 1, 3, 17]))
@example(["message:kiwi"], "x\u212aIWI kİWİ \u212aiwi".encode(), None)
@example(['message:"ok is"'], b"x" * 255 + b"ok is", None)
@example(['message:"a b"'], b"a\xffb a\n b", None)
def test_fast_is_slow(queries, log, size):
    assert found(queries, log, Facts(_KNOWN), size) == slowly(queries, log, _KNOWN)


@settings(max_examples=60, deadline=None)
@given(_QUERY.filter(_readable), st.lists(_LINE, max_size=3), st.booleans())
def test_documents_are_decided_as_by_the_slow_engine(query, lines, tagged):
    texts = [line.decode() for line in lines]
    document = {"message": "\n".join(texts)} | ({"tags": ["console", "x"]} if tagged else {})
    documents = [document, {"message": texts}, {"tags": texts}]
    scan = scan_documents(engine(query), [json.dumps(each).encode() for each in documents])
    assert scan.positions.get("0", []) == [
        n for n, each in enumerate(documents) if matches(parse(query), each)
    ]


def test_a_match_knows_its_place():
    log = b"".join(b"line %d\n" % n for n in range(1, 10)) + b"the FAILURE\r\nafter"
    match = engine("message:failure").scan([log], Facts()).matches["0"]
    assert (match.lines, match.first_line, match.first_text) == (1, 10, b"the FAILURE\r")
    assert match.context == (b"line 7", b"line 8", b"line 9", b"the FAILURE\r", b"after")
    assert match.context_start == 7
    assert not match.assumed


@pytest.mark.parametrize("size", [1, 2, 5, 1000])
def test_context_across_chunks(size):
    log = b"a\nb\nfind me\nc\n\nfind me\nd\n"
    match = (
        engine("message:find")
        .scan([log[n : n + size] for n in range(0, len(log), size)], Facts())
        .matches["0"]
    )
    assert (match.lines, match.first_line, match.context_start) == (2, 3, 1)
    assert match.context == (b"a", b"b", b"find me", b"c", b"", b"find me")


def test_lines_and_bytes_are_counted():
    scan = engine("message:x").scan([b"a\n\nb\r\n", b"c"], Facts())
    assert (scan.lines, scan.bytes, scan.long_lines) == (4, 7, 0)
    assert engine("message:x").scan([], Facts()).lines == 0


def test_what_needs_no_line_is_counted():
    log = b"a\nb\nc\n"
    assert found(["tags:console", "*:*", "NOT message:b", "message:*", "NOT tags:x"], log, Facts(_KNOWN)) == {
        "tags:console": (3, 1),
        "*:*": (3, 1),
        "NOT message:b": (2, 1),
        "message:*": (3, 1),
        "NOT tags:x": (3, 1),
    }


def test_bytes_beyond_a_mebibyte_of_a_line_are_not_matched_but_counted():
    cut = chunks.MAX_LINE
    log = b"x " * (cut // 2) + b"late\nearly\n" + b"y" * (3 * cut) + b"\n" + b" " * (cut - 4) + b"edge\nlast"
    for size in (None, 65_536, 3 * cut):
        blocks = [log] if size is None else [log[n : n + size] for n in range(0, len(log), size)]
        scan = engine("message:late", "message:early", "message:edge", "message:last").scan(blocks, Facts())
        assert {number: match.first_line for number, match in scan.matches.items()} == {
            "1": 2,
            "2": 4,
            "3": 5,
        }
        assert (scan.lines, scan.bytes, scan.long_lines) == (5, len(log), 2)


def test_memory_does_not_grow_with_a_line():
    def blocks():
        for _ in range(400):
            yield b"z" * (1 << 18)

    engines = engine("message:foo", "NOT message:bar")
    tracemalloc.start()
    scan = engines.scan(blocks(), Facts())
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert scan.bytes == 400 << 18
    assert scan.matches["1"].lines == scan.lines == scan.long_lines == 1
    assert len(scan.matches["1"].first_text) == 64 << 10
    assert peak < 60 << 20


@pytest.mark.parametrize(
    ("query", "matched", "assumed"),
    [
        ("message:foo AND build_name:gate", True, True),
        ("message:foo AND NOT build_name:gate", True, True),
        ("message:foo AND tags:console", True, False),
        ("message:foo AND tags:other", False, False),
        ("message:foo OR tags:console", True, False),
        ("message:nosuch AND build_name:gate", False, False),
        ("+message:foo build_name:gate", True, False),
        ("message:foo AND voting:1 AND NOT (build_queue:gate OR tags:other)", True, True),
        ("gate AND message:foo", False, False),
    ],
)
def test_unknown_metadata_is_taken_as_met(query, matched, assumed):
    matches = engine(query).scan([b"a foo\n"], Facts({"tags": ("console",)}, unknown=True)).matches
    assert ("0" in matches) is matched
    assert not matched or matches["0"].assumed is assumed


def test_known_to_be_missing_is_not_unknown():
    facts = Facts({"build_name": ()}, unknown=True)
    assert not engine("message:foo AND build_name:gate").scan([b"foo"], facts).matches
    assert engine("message:foo AND NOT build_name:gate").scan([b"foo"], facts).matches


def test_databases_that_nobody_used_for_long_are_forgotten(tmp_path):
    def cached(query):
        before = set(tmp_path.iterdir())
        assert engine(query, cache=tmp_path).scan([b"foo bar baz"], Facts()).matches
        return set(tmp_path.iterdir()) - before

    (old,), (used,) = cached("message:foo"), cached("message:bar")
    for path in (old, used):
        os.utime(path, (0, 0))
    assert cached("message:bar") == set()
    (new,) = cached("message:baz")
    assert set(tmp_path.iterdir()) == {used, new}


def test_databases_are_cached_and_damage_is_mended(tmp_path):
    query = "message:foo"
    assert engine(query, cache=tmp_path).scan([b"foo"], Facts()).matches
    (file,) = tmp_path.iterdir()
    good = file.read_bytes()
    for bad in (b"", b"junk", good[:-1] + bytes([good[-1] ^ 1]), good[:100]):
        file.write_bytes(bad)
        assert engine(query, cache=tmp_path).scan([b"foo"], Facts()).matches
        assert file.read_bytes() == good
    blocked = tmp_path / "file"
    blocked.write_text("")
    assert engine(query, cache=blocked).scan([b"foo"], Facts()).matches


def test_metadata_does_not_cost_a_database_a_build(tmp_path):
    queries = [f"message:word{n} AND build_name:job{n}" for n in range(20)]
    shared = engine(*queries, cache=tmp_path)
    for n in range(20):
        facts = Facts({"tags": ("console",), "build_name": (f"job{n}",), "build_uuid": (f"u{n}",)})
        assert list(shared.scan([b"word%d" % n], facts).matches) == [str(n)]
    assert len(list(tmp_path.iterdir())) == 1


def test_documents(tmp_path):
    lines = [
        b'{"message": "foo bar", "tags": "console"}',
        b"  \n",
        b'{"_source": {"@message": ["foo\\nbar"], "@tags": ["x", ["console"]],'
        b' "@fields": {"build_name": ["gate"]}}}',
        b"nonsense",
        b"[1]",
        b'{"tags": null}',
        b"[" * 100_000,
    ]
    names = {"@message": "message", "@tags": "tags", "@fields.build_name": "build_name"}
    queries = ['message:"foo bar" AND tags:console', "build_name:gate", "NOT message:foo"]
    scan = scan_documents(engine(*queries), lines, names)
    assert scan.positions == {"0": [0, 1], "1": [1], "2": [4]}
    assert scan.documents == 6
    assert [problem.position for problem in scan.problems] == [2, 3, 5]


def _shared(folder):
    files = sorted(folder.glob("elastic-recheck/queries*/*.yaml"))
    return [
        Signature(f"{file.parent.name}/{file.stem}", yaml.safe_load(file.read_text())["query"])
        for file in files
    ]


@pytest.mark.data
def test_the_shared_signatures_on_real_logs(shared_data):
    signatures = _shared(shared_data)
    assert len(signatures) == 593
    everything = Engine(signatures)
    assert everything.refused == {}
    total = 0
    for path in sorted(shared_data.glob("os-loganalyze/*")):
        name = path.name.removesuffix(".gz")
        facts = Facts({"filename": (name,), "tags": (name, "console")}, unknown=True)
        log = b"".join(open_log(path)).splitlines(keepends=True)
        part = b"".join(log[:150] + log[:: max(len(log) // 150, 1)])
        total += _compare(everything, part, facts)
    assert total > 1000


def _compare(everything, log, facts):
    """Every line decided without prefilter must give what the scan gave."""
    reduced = {number: prepared.reduced(facts).formula for number, prepared in everything.planner.prepared}
    decisions = {n: decision(formula) for n, formula in reduced.items() if formula != FALSE}
    counts = {}
    for line in log.split(b"\n")[:-1]:
        message = Message(lambda line=line: (line.decode("utf-8", "replace"),))
        for number, decide in decisions.items():
            if decide(message):
                counts[everything.signatures[number].id] = counts.get(everything.signatures[number].id, 0) + 1
    scan = everything.scan([log], facts)
    assert {name: match.lines for name, match in scan.matches.items()} == counts
    return sum(counts.values())


@pytest.mark.data
def test_the_shared_signatures_on_real_documents(shared_data):
    signatures = _shared(shared_data)
    names = {"@message": "message", "@tags": "tags"}
    lines = []
    for path in sorted(shared_data.glob("elastic-recheck/samples/*.json.gz")):
        hits = json.loads(gzip.decompress(path.read_bytes()))["hits"]["hits"]
        for hit in hits[:4]:
            names |= {f"@fields.{name}": name for name in hit["_source"].get("@fields", {})}
            lines.append(json.dumps(hit).encode())
    scan = scan_documents(Engine(signatures), lines, names)
    documents = [_renamed(json.loads(line)["_source"], names) for line in lines]
    trees = {signature.id: parse(signature.query) for signature in signatures}
    slow = {
        name: [n for n, document in enumerate(documents) if matches(tree, document)]
        for name, tree in trees.items()
    }
    assert scan.positions == {name: positions for name, positions in slow.items() if positions}
    assert scan.positions


def _renamed(source, names):
    flat = source | {f"@fields.{name}": value for name, value in source.get("@fields", {}).items()}
    return {names.get(name, name): value for name, value in flat.items() if name != "@fields"}


def test_several_files_on_several_cores(tmp_path):
    args = EngineArgs((Signature("a", "message:foo"), Signature("b", "message:bar")), tmp_path / "cache")
    jobs = []
    for n in range(12):
        path = tmp_path / f"{n}.log"
        path.write_bytes(b"foo\n" * n + b"bar\n")
        jobs.append(FileJob(path, Facts(), n))
    jobs.append(FileJob(tmp_path / "gone", Facts()))
    seen = []
    one = list(scan_files(jobs, args, 1))
    two = list(scan_files(iter(jobs), args, 2, lambda job: seen.append(job.tag)))
    assert one == two
    assert seen == [job.tag for job in jobs]
    assert [answer.scan.lines for _, answer in one] == [*range(1, 13), 0]
    assert one[-1][1].problem.reason == "vanished"


def test_a_job_without_end_can_be_left(tmp_path):
    args = EngineArgs((Signature("a", "message:foo"),))
    answers = scan_files([FileJob(tmp_path / "gone", Facts())] * 50, args, 2)
    next(answers)
    answers.close()


def test_a_stream_is_scanned_while_it_is_unpacked():
    stream = open_log(io.BytesIO(gzip.compress(b"foo\n" * 100_000)[:-3]))
    scan = engine("message:foo").scan(stream, Facts())
    assert scan.matches["0"].lines == scan.lines == 100_000
    assert stream.problem.reason == "truncated"


def test_files_in_which_nothing_can_match_are_told() -> None:
    some = engine("message:a AND tags:console AND build_status:FAILURE", 'message:b AND filename:"x.txt"')
    console = {"tags": ("console",), "filename": ("job-output.txt",)}
    assert some.looks_for(Facts({**console, "build_status": ("FAILURE",)}))
    assert not some.looks_for(Facts({**console, "build_status": ("SUCCESS",)}))
    assert some.looks_for(Facts(console, unknown=True))
    assert some.looks_for(Facts({"tags": ("x.txt",), "filename": ("x.txt",)}))
    assert not some.looks_for(Facts({"tags": ("y.txt",), "filename": ("y.txt",)}))
    anywhere = engine("FAILURE AND message:c")
    assert anywhere.looks_for(Facts({"filename": ("y.txt",), "build_status": ("FAILURE",)}))
