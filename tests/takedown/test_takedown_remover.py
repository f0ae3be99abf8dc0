"""Texts are found in every form in which a site writes them, also where they were cut."""

from __future__ import annotations

import html
import io
import json
import unicodedata
from pathlib import Path
from urllib.parse import quote, quote_plus

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from markupsafe import escape

from generator.errors import GatepostError
from generator.render import json_block
from generator.site import slug
from generator.takedown.remover import MARK, MOST, Remover, from_input, remover
from generator.text.names import escaped, plain

SECRET = "s3cr<t&\"wörd'\\x_y"
FORMS = {
    "as it is": SECRET,
    "a page": html.escape(SECRET),
    "a page in a page": html.escape(html.escape(SECRET)),
    "a page as markupsafe writes it": str(escape(SECRET)),
    "JSON": json.dumps(SECRET, ensure_ascii=False)[1:-1],
    "JSON in ASCII": json.dumps(SECRET)[1:-1],
    "JSON in a page": str(json_block(SECRET))[1:-1],
    "CSV": SECRET.replace('"', '""'),
    "an address": quote(SECRET),
    "a mail": plain(SECRET),
    "letters and their accents apart": unicodedata.normalize("NFD", SECRET),
    "Markdown": escaped(SECRET),
    "Markdown in JSON": json.dumps(escaped(SECRET))[1:-1],
}  # fmt: skip


@pytest.mark.parametrize("form", FORMS)
def test_a_secret_goes_in_each_form(form: str) -> None:
    data = f"before {FORMS[form]} after".encode()
    assert remover([SECRET]).data(data) == (f"before {MARK} after".encode(), 1)


@pytest.mark.parametrize("form", FORMS)
def test_a_secret_goes_from_texts_in_each_form(form: str) -> None:
    """A log may have written it so, and the columns of the tables hold what logs wrote."""
    assert remover([SECRET]).text(f"before {FORMS[form]} after") == f"before {MARK} after"


def test_the_form_of_an_address_goes() -> None:
    assert remover(["a secret/1"]).text(f"?q={quote_plus('a secret/1')}&x") == f"?q={MARK}&x"


def test_file_names_of_pages_are_cleaned() -> None:
    name = slug("CI Jörg O'Neill & Söhne")
    person = remover(["JÖRG o'neill & Söhne"], words=True)
    assert person.text(f'href="cis/{name}.html"') == f'href="cis/ci-{MARK}{name[-17:]}.html"'
    assert person.text("j-rg-o-neill-s-hne") == "j-rg-o-neill-s-hne"


def test_letters_that_no_mail_can_write_stand_for_a_few_only() -> None:
    assert remover(["Łukasz"], words=True).text("by ?ukasz: really???????") == f"by {MARK}: really???????"
    assert remover(["张伟明明"]).text("???? 张伟明明") == f"???? {MARK}"


def test_bytes_that_are_no_text_stay_as_they_are() -> None:
    data = bytes(range(256)) + b"\xed\xa0\x80 a secret \xff"
    assert remover(["a secret"]).data(data) == (data.replace(b"a secret", MARK.encode()), 1)


def test_marks_of_what_matched_do_not_hide_it() -> None:
    data = b"<pre>password=hun<b>ter2-is</b>-long</pre>"
    assert remover(["hunter2-is-long"]).data(data, "html")[0] == f"<pre>password={MARK}</pre>".encode()


@pytest.mark.parametrize("ellipsis", ["…", "...", "\\u2026", "&#8230;"])
def test_what_was_cut_in_it_goes_too(ellipsis: str) -> None:
    one = remover(["hunter2-is-long"])
    assert one.data(f"x hunter2-is{ellipsis}".encode())[0] == f"x {MARK}".encode()
    assert one.data(f"x hunt{ellipsis}".encode())[1] == 0
    assert one.text("x hunter2-…") == f"x {MARK}"


def test_json_stays_json() -> None:
    lines = ["a\nneedle-1 b", "C:\\needle-1", "plain needle-1", "needle-1"]
    data, found = remover(["needle-1"]).data(json.dumps(lines).encode(), "json")
    assert (json.loads(data), found) == ([line.replace("needle-1", MARK) for line in lines], 4)
    # the n of a new line is not the first letter of the text
    data, found = remover(["nothing"]).data(json.dumps(["a\nothing", "nothing"]).encode(), "json")
    assert (json.loads(data), found) == (["a\nothing", MARK], 1)


def test_a_person_is_whole_words_whatever_their_case() -> None:
    one = remover(["Jané Doe"], words=True)
    text = "JANÉ DOE, jané  doe; Jané\n   Doe: XJané Doe, Jané Does, jané.doe"
    told = f"{MARK}, {MARK}; {MARK}: XJané Doe, Jané Does, jané.doe"
    assert one.text(text) == told
    assert one.data(text.encode())[0].decode() == told
    assert json.loads(one.data(json.dumps(["by\nJané Doe"]).encode(), "json")[0]) == [f"by\n{MARK}"]
    assert one.text("“Jané Doe”—Jané Doe’s") == f"“{MARK}”—{MARK}’s"
    assert one.text("https://x.example.org/Jan%C3%89%20doe/1") == f"https://x.example.org/{MARK}/1"
    assert one.data(b"?author=Jan%C3%A9%20Doe&x")[0] == f"?author={MARK}&x".encode()


@settings(max_examples=60, deadline=None)
@given(
    st.text(
        st.characters(codec="utf-8", exclude_categories=("Cc", "Zs", "Zl", "Zp")), min_size=8, max_size=20
    )
)
@example("0000000\uf900")  # another character in the normal form
def test_any_text_goes_from_pages_and_json(text: str) -> None:
    if text.split() != [text] or text in MARK:
        return
    one = remover([text])
    assert one.data(html.escape(f"({text})").encode(), "html")[0] == f"({MARK})".encode()
    for ascii_only in (True, False):
        data, _ = one.data(json.dumps([f"({text})"], ensure_ascii=ascii_only).encode(), "json")
        assert json.loads(data) == [f"({MARK})"]


@pytest.mark.parametrize(
    "texts", [[], ["", " "], ["abc"], ["fine text", "abc"], ["x" * 2001], ["removed"], ["long text"] * 0]
)
def test_what_cannot_be_removed_is_refused_without_saying_it(texts: list[str]) -> None:
    with pytest.raises(GatepostError) as refused:
        remover(texts)
    assert not [t for t in texts if t.strip() and t in refused.value.message + refused.value.hint]


def test_texts_come_from_the_line_a_file_or_stdin(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "f"
    file.write_text("first text\r\n\nsecond  text\n")
    assert from_input(None, file).texts == ("first text", "second text")
    assert from_input("a text", None) == Remover(("a text",))
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(b"from stdin\n")))
    assert from_input(None, Path("-")).texts == ("from stdin",)
    for text, path in ((None, None), ("a text", file), (None, tmp_path / "missing")):
        with pytest.raises(GatepostError):
            from_input(text, path)


def test_texts_are_counted_as_they_were_given() -> None:
    decomposed = [f"Jane\u0301 Doe {number}" for number in range(MOST)]
    assert remover(decomposed).text("by Jan\u00e9 Doe 7") == f"by {MARK}"
    with pytest.raises(GatepostError, match="there may be 1000 lines"):
        remover([*decomposed, "one more"])
