"""What a signature is called, whatever its file says."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from generator.signatures.model import Signature
from generator.text.names import inert, label, plain, spelled


def test_title_is_the_name() -> None:
    assert label(Signature("1", "x", title="  Volume\n detach ")) == "Volume detach"


def test_without_title_the_first_phrase_of_the_query_is_a_hint() -> None:
    signature = Signature("1253896", r'message:"state \"None\" done" AND tags:"console"')
    assert label(signature) == 'Bug 1253896: “state "None" done”'
    assert label(Signature("gate-x", "message:foo")) == "Gate-x"


def test_control_and_direction_marks_are_spelled_out() -> None:
    assert spelled("\x1b[31m\u202eab\x00\n\tc é") == "\\x1b[31m\\u202eab\\x00\n\tc é"
    assert spelled("\U000e0041") == "\\ue0041"


@pytest.mark.parametrize(
    ("text", "ascii"),
    [
        ("Café … “x” – y’s", 'Cafe ... "x" - y\'s'),
        ("日本", "??"),
        ("a\u202eb", "a\\u202eb"),
        ("x" * 40, "x" * 17 + "..."),
    ],
)
def test_plain_is_ascii(text: str, ascii: str) -> None:
    assert plain(text, 20) == ascii


@given(st.text(max_size=400), st.integers(min_value=4, max_value=80))
def test_names_are_one_line_of_the_asked_width(text: str, width: int) -> None:
    for name in (inert(text, width), plain(text, width)):
        assert len(name) <= width
        assert name.isprintable() or "\u202f" in name or "\xa0" in name
    assert plain(text, width).isascii()
