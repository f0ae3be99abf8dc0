"""A text that was removed is known again, and nobody can read it out of what is kept."""

from __future__ import annotations

import html
import json
from pathlib import Path
from typing import Any
from urllib.parse import quote, quote_plus

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from generator.errors import GatepostError
from generator.store.files import Store
from generator.takedown import notes, seals
from generator.takedown.remover import MARK, remover

SECRETS = remover(["hunter2-is-long", "another/secret+x="])
PERSON = remover(["Jané Doe"], words=True)


def sealed() -> seals.Seals:
    return seals.fresh().with_texts(SECRETS).with_texts(PERSON)


def test_it_is_found_wherever_it_stands() -> None:
    texts = [
        "xhunter2-is-longx",
        "",
        "another/secret+x=",
        "by JANÉ DOE.",
        "nothing",
        "İ jané doe hunter2-is-long",
    ]
    assert sealed().clean(texts) == [
        f"x{MARK}x", "", MARK, f"by {MARK}.", "nothing", f"İ {MARK} {MARK}",
    ]  # fmt: skip


def test_it_is_found_as_logs_write_it_elsewhere() -> None:
    """An address of logs that names a person comes again with each collection."""
    name = "Jörg O'Neill & Söhne"
    texts = [quote(name), quote(name, ""), quote_plus(name), html.escape(name), json.dumps(name)[1:-1]]
    person = seals.fresh().with_texts(remover([name], words=True))
    assert person.clean([f"at /{text}/." for text in texts]) == [f"at /{MARK}/."] * len(texts)
    secret = seals.fresh().with_texts(remover(['a/b c"d']))
    assert seals.fresh().with_texts(remover(['a\\"b'])).clean([repr('a\\"b')]) == [f"'{MARK}'"]
    assert secret.clean(["x?k=a%2Fb+c%22d", '{"k": "a/b c\\"d"}']) == [f"x?k={MARK}", f'{{"k": "{MARK}"}}']


def test_what_is_none_stays() -> None:
    texts = ["hunter2-is-lon", "Hunter2-is-long", "XJané Doe", "Jané Does", "hunter2-is-", "long"]
    assert sealed().clean(texts) == texts
    assert seals.fresh().clean(["a"]) == ["a"] and sealed().clean([]) == []


def test_overlapping_texts_leave_one_mark() -> None:
    both = seals.fresh().with_texts(remover(["abcdefgh", "efghijkl"]))
    assert both.clean(["-abcdefghijkl-"]) == [f"-{MARK}-"]


def test_it_survives_being_written_and_holds_no_text() -> None:
    one = sealed()
    written = json.dumps(seals.as_json(one))
    assert seals.from_json(json.loads(written)) == one
    assert not [part for part in ("hunter", "secret", "Jan", "Doe", "doe") if part in written]
    assert one.with_texts(SECRETS) == one
    # without the salt of this state the hashes of another one say nothing
    assert {s.hash for s in sealed().seals}.isdisjoint(s.hash for s in one.seals)


@settings(max_examples=80, deadline=None)
@given(st.text(min_size=4, max_size=12), st.text(max_size=30), st.text(max_size=30))
def test_any_text_is_found_between_others(text: str, before: str, after: str) -> None:
    text = " ".join(text.split())
    if len(text) < 4 or text in MARK or "\n" in text:
        return
    cleaned = seals.fresh().with_texts(remover([text])).clean([before, before + text + after, after])
    assert text not in cleaned[1] or text in f"{MARK}"
    assert MARK in cleaned[1]


def test_many_texts_are_looked_at_in_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(seals, "_CHUNK", 40)
    texts = [f"{i} hunter2-is-long" if i % 3 else f"{i} nothing" for i in range(30)]
    assert sealed().clean(texts) == [text.replace("hunter2-is-long", MARK) for text in texts]


@pytest.mark.parametrize(
    "harm",
    [
        b"[]",
        b"\xff",
        {"salt": "zz"},
        {"salt": "00" * 500},
        {"seals": [{"x": 1}]},
        {"seals": [{"length": 5, "words": False, "sum": 10**30, "hash": "x"}]},
        {"seals": [{"length": -5, "words": False, "sum": 1, "hash": "x"}]},
        {"notes": [{"date": "x", "person": False, "places": {}}]},
        {"notes": [{"date": "2026-11-20T00:00:00Z", "person": False, "places": {"rows": None}}]},
    ],
)
def test_what_came_with_a_state_and_is_none_of_ours_is_told(tmp_path: Path, harm: Any) -> None:
    """A text that was removed must not come back because its seal cannot be read."""
    store = Store(tmp_path / "state")
    told = {**seals.as_json(sealed()), "notes": []}
    store.put_files(
        {"takedowns.json": harm if isinstance(harm, bytes) else json.dumps({**told, **harm}).encode()}
    )
    with pytest.raises(GatepostError, match="in the state is damaged"):
        notes.load(store)


def test_a_memory_that_was_lost_is_told_too(tmp_path: Path) -> None:
    store = Store(tmp_path / "state")
    notes.put(store, notes.Memory(sealed()))
    (file,) = (tmp_path / "state" / "files").glob("takedowns.*")
    file.unlink()
    with pytest.raises(GatepostError, match="in the state is damaged"):
        notes.load(store)
