"""What queries mean: Elasticsearch 9.2.0 and OpenSearch 3.3.2 gave these answers."""

from __future__ import annotations

import json
import re

import pytest

from generator.errors import GatepostError
from generator.matching.engine import Engine, scan_documents
from generator.matching.evaluate import matches
from generator.signatures.model import Signature
from generator.signatures.parse import parse

X = [{"message": text} for text in ("a1", "b1", "c1", "a1 b1", "a1 c1", "b1 c1", "a1 b1 c1", "zz")]

Y = [
    {
        "message": "ERROR Timeout waiting for foo bar",
        "tags": ["console", "screen-n-cpu.txt"],
        "build_name": "gate-tempest-dsvm-full",
        "voting": 1,
    },
    {
        "message": "timeout ERROR",
        "tags": ["screen-n-cpu.txt", "console"],
        "build_name": "gate-nova-pep8",
        "voting": 0,
    },
    {"message": "foo nbar", "voting": 2},
    {"message": "foo\nbar"},
    {"message": "--- !!!"},
    {"message": ""},
    {"tags": ["one two", "three"]},
]


def answers(query, documents):
    """What both engines say; they must agree."""
    slow = [position for position, document in enumerate(documents) if matches(parse(query), document)]
    engine = Engine([Signature("q", query)])
    assert engine.refused == {}
    fast = scan_documents(engine, [json.dumps(document).encode() for document in documents])
    assert fast.positions.get("q", []) == slow
    return slow


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("a1 AND b1 OR c1", "3 6"),
        ("a1 AND b1 c1", "3 6"),
        ("a1 OR b1 AND c1", "5 6"),
        ("a1 b1 AND c1", "5 6"),
        ("a1 OR (b1 AND c1)", "0 3 4 5 6"),
        ("(a1 OR b1) AND c1", "4 5 6"),
        ("a1 AND b1 OR c1 AND a1", "6"),
        ("NOT a1", "1 2 5 7"),
        ("-a1", "1 2 5 7"),
        ("a1 NOT b1", "0 4"),
        ("a1 OR NOT b1", "0 4"),
        ("a1 AND (NOT b1)", "0 4"),
        ("a1 OR (NOT b1)", "0 2 3 4 6 7"),
        ("NOT a1 OR NOT b1", "2 7"),
        ("-a1 OR b1", "1 5"),
        ("+a1 b1", "0 3 4 6"),
        ("a1 b1", "0 1 3 4 5 6"),
        ("a1 and b1", "0 1 3 4 5 6"),
        ("message:(a1 b1)", "0 1 3 4 5 6"),
        ("a1 && b1", "3 6"),
        ("a1 || !b1", "0 4"),
        ("", ""),
    ],
)
def test_the_classic_parser_is_no_boolean_algebra(query, expected):
    query = re.sub(r"\b([abc]1)\b", r"message:\1", query) if "(a1 b1)" not in query else query
    assert answers(query, X) == [int(n) for n in expected.split()]


@pytest.mark.parametrize("query", ["()", "AND", "OR a1", "a AND AND b", "NOT NOT", "message:a:b", 'x:"a'])
def test_what_elasticsearch_refuses(query):
    with pytest.raises(GatepostError):
        parse(query)


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ('message:"foo bar"', "0 3"),
        ('message:"nosuchword" tags:"console"', "0 1"),
        ("message:nosuch OR console", "0 1"),
        ("message:error foo", "0 1 2 3"),
        ("message:(error foo)", "0 1 2 3"),
        ("message:*", "0 1 2 3 4 5"),
        ("_exists_:message", "0 1 2 3 4 5"),
        ("message:**", "0 1 2 3"),
        ("nosuch:x", ""),
        ("NOT nosuch:x", "0 1 2 3 4 5 6"),
        ('message:"---"', ""),
        ('NOT message:"---"', ""),
        ('message:""', ""),
        ('message:foo AND message:"---"', "0 2 3"),
        ('message:foo AND NOT message:"---"', "0 2 3"),
        (r'message:"foo\nbar"', ""),
        (r'message:"foo\\nbar"', "2"),
        ("message:TIME*", "0 1"),
        ("message:/time.*/", "0 1"),
        ("message:/ime/", ""),
        ("message:/^timeout$/", ""),
        ("build_name:gate-tempest-*", ""),
        ("build_name:gate-tempest", "0 1"),
        ('build_name:"gate-tempest"', "0"),
        ("build_name.keyword:gate-tempest-*", "0"),
        ('tags:"two three"', ""),
        ('tags:"two three"~99', ""),
        ('tags:"two three"~100', "6"),
        ('tags:"console screen-n-cpu.txt"', ""),
        ("voting:>=1", "0 2"),
        ("voting:[0 TO 1]", "0 1"),
        ("voting:x", ""),
        ("NOT voting:0", "0 2 3 4 5 6"),
        ("message:[a TO f]", "0 1 3"),
        ('message:"bar foo"~1', ""),
        ('message:"bar foo"~2', "0 3"),
        ("message:foo^2", "0 2 3"),
    ],
)
def test_fields_phrases_and_wildcards(query, expected):
    assert answers(query, Y) == [int(n) for n in expected.split()]


def test_quotes_in_a_phrase_are_no_tokens():
    documents = [{"message": 'state "None" done'}, {"message": "state None done"}]
    assert answers(r'message:"state \"None\" done"', documents) == [0, 1]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("message.keyword:foo*", [0]),
        ("message.keyword:*", [0]),
        ("tags:/t.o/", [1]),
        ("tags:t?o", [1]),
        ("tags:t?", []),
        ("build_change:[5 TO *]", [1]),
        ("build_change:7", [1]),
        ("build_change:7.5", []),
        ("build_change:{7 TO *]", []),
        ("build_change:7*", []),
        ("/thr.*/", [1]),
        ("7", [1]),
        ("voting.keyword:1", []),
    ],
)
def test_other_kinds_of_fields(query, expected):
    long = "x" * 257
    documents = [
        {"message": "foo", "voting": 1},
        {"tags": [["one", ["two"]], "three"], "build_change": 7},
        {"message": long},
    ]
    assert answers(query, documents) == expected


def test_keyword_holds_texts_of_up_to_256_characters():
    documents = [{"message": "x" * 256}, {"message": "x" * 257}]
    assert answers("message.keyword:x*", documents) == [0]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("21t10", []),  # a date is no text
        ("[* TO *]", [0, 1, 2, 3]),
        ("voting:2", [1]),  # numbers lose their fraction
        ("build_change:9.0", [1]),
        ('build_change:" 9"', []),
        ("build_change:<9223372036854775807.5", [1]),
        ("build_change:<9223372036854775808", []),  # out of range: no bound
        ("voting:>=1e-500", [1]),
        ("flag:true", [0]),
        ("flag:TRUE", []),
        ("flag:t*", []),
        ("flag:[false TO true]", [0, 1]),
        ("flag.keyword:true", []),
        ("n:5.0", [0]),
        ("n:[4 TO 10]", [0]),
        ("n:5*", []),
        ("n.keyword:5", []),
        ("f:0.1000000001", [0]),  # single precision
        ("f:>0.1", [1]),
        ("f:[0 TO 1e1]", [0, 1]),
        ("message.keyword:a*", [2]),  # 256 UTF-16 units, not characters
        ("404", []),
        ('NOT "---"', [0, 1, 2, 3]),
        ('NOT voting:"---"', [0, 1, 2, 3]),
    ],
)
def test_values_are_typed_as_the_index_maps_them(query, expected):
    documents = [
        {"@timestamp": "2026-11-21T10:11:12Z", "flag": True, "n": 5, "f": 0.1},
        {"voting": 2.7, "build_change": "9", "flag": False, "n": -3, "f": 2.5},
        {"message": "a" + "😀" * 127},
        {"message": "a" + "😀" * 128},
    ]
    assert answers(query, documents) == expected


@pytest.mark.parametrize(
    "query",
    [
        'message:"a b a"~2', "@timestamp:2026", "_exists_:@timestamp", "2026", '"2026-11-21"', ">404",
        '"now/d"', "_id:1", "_exists_:_index", 'nosuch:"---"',
    ],
)  # fmt: skip
def test_what_cannot_be_exact_is_refused_by_name(query):
    refused = Engine([Signature("q", query), Signature("fine", "message:x")]).refused
    assert list(refused) == ["q"] and refused["q"].hint


def test_a_regular_expression_never_backtracks():
    assert not matches(parse("message:/(a*)*b/"), {"message": "a" * 200})


def test_a_wildcard_never_backtracks():
    query = parse("message.keyword:" + "*a" * 30 + "*b")
    assert not matches(query, {"message": "a" * 250})
    assert matches(query, {"message": "a" * 250 + "b"})
    assert not matches(parse("message:a*a"), {"message": "a"})
