"""The standard analyzer. What is expected here was answered by Lucene 9.11.1 and 10.3.1, which agree."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from generator.matching.analyzer import MAX_TOKEN, lower, terms, tokens


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("nova.compute.manager", ["nova.compute.manager"]),
        ("foo_bar _x 10.0.0.1 1,2;3 a:b don't", ["foo_bar", "_x", "10.0.0.1", "1,2;3", "a:b", "don't"]),
        ("0x7f x.py a.b_c", ["0x7f", "x.py", "a.b_c"]),
        ("a.1", ["a", "1"]),
        ("1.a", ["1", "a"]),
        ("x-y", ["x", "y"]),
        ("foo..bar", ["foo", "bar"]),
        ("1:2 a;b a,b 1'2", ["1", "2", "a", "b", "a", "b", "1'2"]),
        ("__ --- !!!", []),
        ("__a__ a__.b ._c", ["__a__", "a__", "b", "_c"]),
        ("a_.b 1_.2 _.a", ["a_", "b", "1_", "2", "a"]),
        ("Timeout-ERROR", ["timeout", "error"]),
        ("a\nb\0c\rd", ["a", "b", "c", "d"]),
        ("", []),
    ],
)
def test_ascii(text, expected):
    assert terms(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("漢字かなカナ", ["漢", "字", "か", "な", "カナ"]),
        ("한국어 텍스트", ["한국어", "텍스트"]),
        ("สวัสดี a", ["สวัสดี", "a"]),
        ("İstanbul ΣΊΣΥΦΟΣ", ["istanbul", "σίσυφοσ"]),
        ("\u212aelvin", ["kelvin"]),
        ("É\u0301a", ["é\u0301a"]),
        ("fo\u00ado", ["fo\u00ado"]),
        ("a\u2019b a\u00b7b", ["a\u2019b", "a\u00b7b"]),
        ("\U0001d49cx", ["\U0001d49cx"]),
        ("א\"א א' א'1", ['א"א', "א'", "א'1"]),
        ("a\ufffdb", ["a", "b"]),
        ("caféカa", ["café", "カ", "a"]),
        ("1\u0661", ["1\u0661"]),
        ("\u0e01\u0e31\u0e01", ["\u0e01\u0e31\u0e01"]),
    ],
)
def test_beyond_ascii(text, expected):
    assert terms(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a😀b", ["a", "😀", "b"]),
        ("👩🏽", ["👩🏽"]),
        ("👩\u200d👩", ["👩\u200d👩"]),
        (":\u200d\u200d😀", ["\u200d\u200d😀"]),
        ("🇦🇧🇨🇩 🇦", ["🇦🇧", "🇨🇩"]),
        ("#\ufe0f\u20e3 1\ufe0f\u20e3 #", ["#\ufe0f\u20e3", "1\ufe0f\u20e3"]),
        ("Ⓜa ©", ["ⓜa", "©"]),
        ("😀\ufe0f\u20e3", ["😀\ufe0f"]),
        ("😀\ufe0f\u200d🏽", ["😀\ufe0f\u200d🏽"]),
        ("😀\ufe0f\u200d\u200d🏽", ["😀\ufe0f", "🏽"]),
        ("🏽\ufe0f", ["🏽"]),
        ("Ⓜ\u200dⓂ1", ["ⓜ\u200dⓜ1"]),
    ],
)
def test_emoji(text, expected):
    assert terms(text) == [word.lower() for word in expected]


def test_characters_younger_than_unicode_12_1_are_in_no_token():
    assert terms("a\U0001df00b \u0870") == ["a", "b"]  # both assigned in Unicode 14


def test_a_token_splits_after_255_utf_16_units():
    assert [len(word) for word in terms("a" * 600)] == [255, 255, 90]
    assert [len(word) for word in terms("a" * 255 + "_")] == [255]
    assert [len(word) for word in terms("a" * 254 + ".b")] == [254, 1]
    assert [len(word) for word in terms("é" + "\U0001d49c" * 200)] == [128, 73]
    assert terms("x" * 255 + "foo bar") == ["x" * 255, "foo", "bar"]


def test_connectors_that_fill_a_token_give_way():
    assert terms("_" * 300 + "a") == ["_" * 254 + "a"]
    assert terms("_" * 1_000_000) == []


def test_tokens_know_their_place():
    assert [tuple(token) for token in tokens("Ab, é_C!")] == [("ab", 0, 2), ("é_c", 4, 7)]


@pytest.mark.parametrize(("text", "expected"), [("İΣς", "iσς"), ("ẞÀ", "ßà"), ("K\u212a", "kk")])
def test_lower_case_is_one_to_one(text, expected):
    assert lower(text) == expected


_MIXED = st.text(st.one_of(st.sampled_from("abYZ019_.:,;'\" -\n"), st.sampled_from("éאカก漢\u200d\u0301😀")))


@given(_MIXED)
def test_tokens_are_pieces_of_the_text_in_order(text):
    found = tokens(text)
    assert terms(text) == [token.text for token in found]
    assert all(lower(text[token.start : token.end]) == token.text for token in found)
    assert all(a.end <= b.start for a, b in pairwise(found))


@given(st.text("aB1_.:,;'-", max_size=40).filter(lambda text: len(text) < MAX_TOKEN))
def test_the_fast_way_for_ascii_finds_the_same(text):
    assert terms(text + " é") == [*terms(text), "é"]
