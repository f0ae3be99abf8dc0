from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from generator.signatures.load import load_folder
from generator.signatures.parse import QueryError, parse
from generator.signatures.query import (
    Bool,
    Exists,
    Item,
    MatchAll,
    MatchNone,
    Occur,
    Phrase,
    Query,
    Range,
    Regexp,
    Term,
    Wildcard,
    reduced,
)

INDEX_X = ["a1", "b1", "c1", "a1 b1", "a1 c1", "b1 c1", "a1 b1 c1", "zz"]


def wordless(query: Query) -> bool:
    return isinstance(query, Phrase | Term) and not any(c.isalnum() for c in query.text)


def holds(query: Query, words: list[str]) -> bool:
    """A reading of Lucene's BooleanQuery that is enough for words."""
    match query:
        case Term(_, text) | Phrase(_, text):
            return any(word in words for word in text.split())
        case Bool():
            clauses = query.clauses()
            required = [holds(q, words) for occur, q in clauses if occur is Occur.MUST]
            optional = [holds(q, words) for occur, q in clauses if occur is Occur.SHOULD]
            if any(holds(q, words) for occur, q in clauses if occur is Occur.MUST_NOT):
                return False
            return all(required) if required else any(optional) or not optional
        case _:
            return False


def documents(text: str) -> str:
    query = reduced(parse(text), wordless) or MatchNone()
    return " ".join(str(i) for i, words in enumerate(INDEX_X) if holds(query, words.split()))


def refusal(text: str) -> QueryError:
    with pytest.raises(QueryError) as caught:
        parse(text)
    assert 0 <= caught.value.position <= len(text)
    assert caught.value.construct and caught.value.message
    return caught.value


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
        ("!a1", "1 2 5 7"),
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
        ("a1 && b1 || c1", "3 6"),
        ("a1 || b1 && c1", "5 6"),
        ("a1 && !b1", "0 4"),
        ("", ""),
        (" \t\n", ""),
        ('a1 AND m:"---"', "0 3 4 6"),
        ('a1 AND NOT m:"---"', "0 3 4 6"),
        ('NOT m:"---"', ""),
        ('(m:"---" OR !m:"")', ""),
        ('m:a1 OR m:"---" AND m:b1', "3 6"),  # the vanished clause leaves AND to join a1 and b1
        ('m:a1 (m:"---") AND m:b1', "3 6"),
        ('m:"---" AND m:b1', "1 3 5 6"),
        ('m:"---" OR m:(c1) OR m:""', "2 4 5 6"),
        ("a1 + b1", "0 1 3 4 5 6"),  # a + on its own is a word that vanishes
    ],
)
def test_sequences_are_lucenes_not_boolean_algebra(query: str, expected: str) -> None:
    assert documents(query) == expected


@pytest.mark.parametrize(
    "query",
    [
        "()",
        "AND",
        "OR",
        "OR a1",
        "a1 AND",
        "a1 OR",
        "NOT",
        "a1 AND AND b1",
        "NOT NOT",
        "--a1",
        "NOT NOT a1",
        "+",
        "a:b:c",
        "message:a:b",
        "logs/x",
        "message:foo/bar",
        "foo!",
        '"open',
        'message:"open',
        "(a1",
        "a1)",
        "a^",
        "a^b",
        "a^ 2",
        "^2",
        "~2",
        "a^2^3",
        "a]",
        "}",
        "[a TO b",
        "[a b]",
        "[TO]",
        "[a TO]",
        "{a TO b c}",
        ":a",
        "message:",
        "message:AND",
        "tag*:foo",
        "\\",
        "a\\",
        "\\u12",
        "\\u12g4",
        "\u3000",
        "a/",
        "a AND OR b",
        "a AND)",
    ],
)
def test_what_elasticsearch_refuses_is_refused(query: str) -> None:
    assert refusal(query).hint


@pytest.mark.parametrize(
    ("query", "construct"),
    [
        ("foo~", "fuzzy term"),
        ("message:foo~2", "fuzzy term"),
        ("foo^2~1", "fuzzy term"),
        ("message:/TIME.*/", "a capital letter in a regexp"),
        ("message:/[A-Z]/", "a capital letter in a regexp"),
        ("message:/a&b/", "intersection (&)"),
        ("message:/~a/", "complement (~)"),
        ("message:/#/", "the empty language (#)"),
        ("message:/<1-5>/", "a numeric interval (<1-5>)"),
        ("message:/" + "a" * 1001 + "/", "a long regexp"),
        ("message:/.*x.{12}.*/", "a large regexp"),
        ("message:/.*(a|b){11}/", "a large regexp"),
        ("message:/.*a?b?c?d?e?f?g?h?i?j?k?/", "a large regexp"),
        ("message:/(.{11}x)*/", "a large regexp"),
        (r"message:/x+(\d{4}){3}/", "a large regexp"),
        ("a" * 32_001, "a long query"),
        ("a " * 16_001, "a long query"),
        ("mess\\*:foo", "a wildcard in a field's name"),
        ("_exists_:mess*", "a wildcard after _exists_"),
        ("_exists_:*", "a wildcard after _exists_"),
        ("message:f?o\\A", "an escaped capital letter in a wildcard"),
        ("message:*x" + "?" * 12 + "*", "many ? after a *"),
        ('"a b"~2f', "a slop without a number"),
        ('"a"~b', "a slop without a number"),
        ("\\ud800", "half a character"),
        ("a\ud800b", "half a character"),
        ("a^" + "9" * 40, "a boost out of range"),
        ('m:(a b "---" AND c)', "AND after a clause without words"),
        ("(" * 101 + "a" + ")" * 101, "deep nesting"),
        ("(" * 30_000, "deep nesting"),
        ("message:/" + "(" * 60 + "a" + ")" * 60 + "/", "deep nesting"),
    ],
)
def test_what_cannot_be_exact_is_refused_by_name(query: str, construct: str) -> None:
    assert refusal(query).construct == construct


@pytest.mark.parametrize(
    ("query", "position"),
    [
        ("a1 AND AND b1", 7),
        ("message:a:b", 9),
        ("a (b", 2),
        ('x "y', 2),
        ("a b~", 2),
        ("a /b&c/", 4),
        ("a)", 1),
        ("a AND", 5),
        ("m:/[a/", 5),
    ],
)
def test_errors_point_at_what_is_wrong(query: str, position: int) -> None:
    assert refusal(query).position == position


M = "message"


@pytest.mark.parametrize(
    ("query", "tree"),
    [
        ("message:foo", Term(M, "foo")),
        ("foo", Term(None, "foo")),
        ('message: "foo bar"', Phrase(M, "foo bar")),
        ('message:"foo bar"~2', Phrase(M, "foo bar", 2)),
        ('message:"foo bar"~2.9^3', Phrase(M, "foo bar", 2)),
        ('message:"foo bar"^3~1', Phrase(M, "foo bar", 1)),
        ('message:"foo bar"~', Phrase(M, "foo bar")),
        ('message:""', Phrase(M, "")),
        ("message:foo^2", Term(M, "foo")),
        ("(message:foo)^2.5", Term(M, "foo")),
        ('message:"foo\\nbar"', Phrase(M, "foonbar")),
        ('message:"foo\\\\nbar"', Phrase(M, "foo\\nbar")),
        ('message:"state \\"None\\" done"', Phrase(M, 'state "None" done')),
        ("message:\\u0041\\:b\\ c", Term(M, "A:b c")),
        ("\\ud83d\\ude00", Term(None, "😀")),
        ("a:(x y z)", Term("a", "x y z")),
        ("voting:(0 1)", Term("voting", "0 1")),
        ("message:(a b AND c)", None),
        ("ANDx NOTy && ORz", None),
        ("x-y+z", Term(None, "x-y+z")),
        ("message:*", Exists(M)),
        ("_exists_:message", Exists(M)),
        ('_exists_:"message"', Exists(M)),
        ("*", MatchAll()),
        ("*:*", MatchAll()),
        ("*:foo", Term(None, "foo")),
        ("\\*:foo", Term(None, "foo")),
        ("message:**", Wildcard(M, (("any", "*"),))),
        ("TIME*", Wildcard(None, (("lit", "TIME"), ("any", "*")))),
        (
            "message:f?o**b*r",
            Wildcard(
                M,
                (
                    ("lit", "f"),
                    ("one", "?"),
                    ("lit", "o"),
                    ("any", "*"),
                    ("lit", "b"),
                    ("any", "*"),
                    ("lit", "r"),
                ),
            ),
        ),
        ("message:a\\*b*", Wildcard(M, (("lit", "a*b"), ("any", "*")))),
        ("message:*a\\*b", Wildcard(M, (("any", "*"), ("lit", "a*b")))),
        ("message:\\u0041b*", Wildcard(M, (("lit", "Ab"), ("any", "*")))),
        ("message:f\\*", Term(M, "f*")),
        ("foo*~2", Wildcard(None, (("lit", "foo"), ("any", "*")))),
        ("message:/time.*/", Regexp(M, "time.*")),
        ("message:/a\\/b/", Regexp(M, "a\\/b")),
        ("message:[a TO f]", Range(M, "a", "f")),
        ("message:{a TO f}", Range(M, "a", "f", False, False)),
        ("message:{a TO f]^2", Range(M, "a", "f", False, True)),
        ("message:[* TO *]", Range(M, None, None)),
        ('message:[f TO "*"]', Range(M, "f", None)),
        ('["a b" TO TO]', Range(None, "a b", "TO")),
        ("voting:>=1", Range("voting", "1", None, True, True)),
        ("voting:>1", Range("voting", "1", None, False, True)),
        ("voting:<5", Range("voting", None, "5", True, False)),
        ("voting:<=5", Range("voting", None, "5", True, True)),
        ("voting:>\\*", Range("voting", None, None, False, True)),
        ("voting:>", Term("voting", ">")),
        (">=a", Range(None, "a", None)),
        ("voting:(>0 <2)", Range("voting", "0 <2", None, False, True)),
        ("x>1", Term(None, "x>1")),
    ],
)
def test_leaves(query: str, tree: Query | None) -> None:
    parsed = parse(query)
    if tree is None:
        assert isinstance(parsed, Bool)
    else:
        assert parsed == tree


def test_words_before_an_operator_stay_apart() -> None:
    parsed = parse("m:(a b AND c d e)")
    assert isinstance(parsed, Bool)
    assert parsed.clauses() == (
        (Occur.SHOULD, Term("m", "a")),
        (Occur.MUST, Term("m", "b")),
        (Occur.MUST, Term("m", "c")),
        (Occur.SHOULD, Term("m", "d e")),
    )


def test_a_slash_between_words_starts_a_regexp_as_in_lucene() -> None:
    assert parse("logs/x/y") == Bool(
        (
            Item(False, Occur.SHOULD, Term(None, "logs")),
            Item(False, Occur.SHOULD, Regexp(None, "x")),
            Item(False, Occur.SHOULD, Term(None, "y")),
        )
    )


def test_reduced_drops_what_vanishes_and_keeps_the_rest() -> None:
    assert reduced(parse('m:"---" (m:"" OR m:",")'), wordless) is None
    assert reduced(parse('m:"---" OR (m:"" OR m:a)'), wordless) == Term("m", "a")
    only = reduced(parse('NOT (m:"" OR m:a)'), wordless)
    assert isinstance(only, Bool)
    assert only.clauses() == ((Occur.MUST_NOT, Term("m", "a")),)


@pytest.mark.data
def test_every_real_query_keeps_its_meaning_when_reduced(shared_data: Path) -> None:
    for folder in ("queries", "queries-history"):
        for signature in load_folder(shared_data / "elastic-recheck" / folder).signatures:
            query = parse(signature.query)
            if isinstance(query, Bool):
                lowered = reduced(query, lambda _: False)
                assert isinstance(lowered, Bool)
                assert [occur for occur, _ in lowered.clauses()] == [occur for occur, _ in query.clauses()]


PIECES = [
    "a",
    "b1",
    "foo",
    "AND",
    "OR",
    "NOT",
    "&&",
    "||",
    "!",
    "+",
    "-",
    "(",
    ")",
    ":",
    "*",
    "?",
    "^",
    "^2",
    "~",
    "~2",
    '"',
    '"a b"',
    '""',
    "/",
    "/x/",
    "[",
    "]",
    "{",
    "}",
    "[a TO b]",
    "{* TO b]",
    "TO",
    " ",
    "\t",
    "\\",
    '\\"',
    "\\u0041",
    "message:",
    "x-y",
    ">=1",
    "<5",
    "f*",
    "f?o",
    "_exists_:",
    "é",
    "😀",
    "\u3000",
    "\0",
    "\ud800",
    "/[a-z]+/",
    "/(a|b){2}/",
]


@given(st.lists(st.sampled_from(PIECES), max_size=12), st.sampled_from(["", " "]))
def test_anything_made_of_operators_gives_a_tree_or_a_query_error(pieces: list[str], between: str) -> None:
    only_query_errors(between.join(pieces))


@given(st.text(st.characters(codec=None), max_size=60))
def test_any_text_gives_a_tree_or_a_query_error(text: str) -> None:
    only_query_errors(text)


def only_query_errors(text: str) -> None:
    try:
        parse(text)
    except QueryError as error:
        assert 0 <= error.position <= len(text)
        assert error.construct and error.message


WORDS = st.text("abcz01é", min_size=1, max_size=4)
FIELDS = st.sampled_from([None, "message", "tags"])
LEAVES: st.SearchStrategy[Query] = st.one_of(
    st.builds(Term, FIELDS, WORDS),
    st.builds(Phrase, FIELDS, st.text('ab "\\:(é', max_size=6), st.integers(0, 9)),
    st.builds(Range, FIELDS, WORDS, WORDS, st.booleans(), st.booleans()),
    st.builds(Exists, st.sampled_from(["message", "tags"])),
)


def sequences(inner: st.SearchStrategy[Query]) -> st.SearchStrategy[Query]:
    items = st.lists(
        st.tuples(st.sampled_from(["AND", "OR"]), st.sampled_from(Occur), inner), min_size=2, max_size=4
    )
    return items.map(
        lambda found: Bool(
            tuple(Item(i > 0 and how == "AND", occur, q) for i, (how, occur, q) in enumerate(found))
        )
    )


def written(query: Query) -> str:
    """The query as text; every group in brackets."""
    match query:
        case Term(field, text):
            return prefix(field) + text
        case Phrase(field, text, slop):
            return f"{prefix(field)}{quoted(text)}~{slop}"
        case Range(field, low, high, include_low, include_high):
            return f"{prefix(field)}{'{['[include_low]}{low} TO {high}{'}]'[include_high]}"
        case Exists(field):
            return f"_exists_:{field}"
        case Bool(items):
            parts = [("AND " if joined else "OR ") + occur.value + written(q) for joined, occur, q in items]
            return "(" + " ".join(parts).removeprefix("OR ") + ")"
    raise AssertionError(query)


def prefix(field: str | None) -> str:
    return f"{field}:" if field else ""


def quoted(text: str) -> str:
    escape: Callable[[str], str] = lambda c: "\\" + c if c in '"\\' else c  # noqa: E731
    return '"' + "".join(map(escape, text)) + '"'


@given(st.recursive(LEAVES, sequences, max_leaves=12))
def test_what_is_written_is_read_back(query: Query) -> None:
    assert parse(written(query)) == query
