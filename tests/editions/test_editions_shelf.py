"""Editions in the state: made once, never again; corrected in sight."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest
from weeks import DAY, HOUR, MONDAY, add, daily, editions, stored, total

from generator.editions import shelf
from generator.errors import GatepostError
from generator.store.files import Store

WEEK = 7 * DAY
NOW = MONDAY + 6 * HOUR


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two whole weeks with their editions."""
    folder = tmp_path_factory.mktemp("made")
    store = Store(folder)
    add(store, daily(MONDAY - WEEK - DAY, 8), MONDAY)
    assert [edition.id for edition in editions(store, NOW)] == ["2026-W45", "2026-W46"]
    return folder


@pytest.fixture
def store(made: Path, tmp_path: Path) -> Store:
    return Store(shutil.copytree(made, tmp_path / "state"))


def test_it_is_never_made_anew(store: Store, tmp_path: Path) -> None:
    before = stored(tmp_path / "state")
    assert {name.split(".")[0] for name in before} == {
        f"files/editions/2026-W{week}/{name}" for week in (45, 46) for name in ("edition", "digest", "tsc")
    }
    # a build of the week that comes late changes the present numbers only
    add(store, daily(MONDAY - DAY, 1, failed=4), MONDAY + DAY)
    again = editions(store, MONDAY + 2 * DAY)
    assert stored(tmp_path / "state") == before
    assert total(again[-1], "failed") == (21, 84)
    assert len(store.read().builds) == 8 * 12 + 1


def test_a_missed_week_is_made_later(store: Store) -> None:
    add(store, daily(MONDAY, 1) + daily(MONDAY + WEEK, 1), MONDAY + 2 * WEEK)
    later = editions(store, MONDAY + 2 * WEEK + 7 * HOUR)
    assert [(e.id, e.document["late"]) for e in later] == [
        ("2026-W45", True),
        ("2026-W46", False),
        ("2026-W47", True),
        ("2026-W48", False),
    ]
    assert total(later[2], "failed") == (3, 12)


def test_a_damaged_edition_is_told_and_not_made_anew(store: Store, tmp_path: Path) -> None:
    (digest,) = (tmp_path / "state/files/editions/2026-W46").glob("digest.*")
    digest.write_bytes(b"something else")
    assert [e.id for e in editions(store, MONDAY + DAY)] == ["2026-W45"]
    assert shelf.ids(store) == ["2026-W45", "2026-W46"]
    assert any("2026-W46" in path for path in store.read().skipped["path"])


@pytest.mark.parametrize(
    ("name", "harm"),
    [
        ("edition.json", {"edition": "../../evil"}),
        ("edition.json", {"edition": "/tmp/evil"}),
        ("edition.json", {"edition": "index"}),
        ("edition.json", {"edition": "2026-W45"}),
        ("edition.json", {"start": "2026-11-02T00:00:00Z"}),
        ("edition.json", {"made": "2026-11-16T00:00:00"}),
        ("edition.json", {"verdict": {"tone": "evil", "word": "", "sentences": []}}),
        ("edition.json", {"remarks": [5]}),
        ("edition.json", {"community": "\ud800"}),
        ("edition.json", {"tables": {"totals": {"columns": [{"name": "a", "type": "x"}], "rows": [[]]}}}),
        ("edition.json", b"{}"),
        ("edition.json", b"[" * 100_000),
        ("digest.txt", b"Subject: x\rBcc: everybody@example.org\n\nbody\n"),
        ("digest.txt", b"\xff"),
        ("corrections.json", b"[]"),
        ("corrections.json", b'{"corrections": [{"number": 1, "date": "x", "text": ""}]}'),
    ],
)
def test_what_gatepost_would_not_write_is_no_edition(store: Store, name: str, harm: Any) -> None:
    """A state comes from a site; what an edition says of itself must not lead out of the new one."""
    path = "editions/2026-W46/edition.json"
    data = (
        harm
        if isinstance(harm, bytes)
        else json.dumps({**json.loads(store.read_bytes(path) or b""), **harm}).encode()
    )
    store.put_files({f"editions/2026-W46/{name}": data})
    assert [edition.id for edition in editions(store, MONDAY + DAY)] == ["2026-W45"]
    assert shelf.ids(store) == ["2026-W45", "2026-W46"]


def test_a_correction_leaves_the_numbers_alone(store: Store, tmp_path: Path) -> None:
    before = stored(tmp_path / "state")
    shelf.correct(store, "2026-W46", "A mirror\nwas counted twice.", NOW)
    shelf.correct(store, "2026-W46", "And it was not.", NOW + DAY)
    after = stored(tmp_path / "state")
    assert {name: data for name, data in after.items() if "corrections" not in name} == before
    first, second = shelf.load(store)
    assert [(c.number, c.date, c.text) for c in second.corrections] == [
        (1, NOW, "A mirror was counted twice."),
        (2, NOW + DAY, "And it was not."),
    ]
    assert first.corrections == ()


@pytest.mark.parametrize(
    ("id", "text", "hint"),
    [
        ("2026-W30", "x", "there are 2, from 2026-W45 to 2026-W46"),
        ("../x", "x", "there are 2"),
        ("2026-W46", " \n", "1 to 2000"),
        ("2026-W46", "x" * 2001, "1 to 2000"),
    ],
)
def test_a_correction_that_cannot_be(made: Path, id: str, text: str, hint: str) -> None:
    with pytest.raises(GatepostError) as refused:
        shelf.correct(Store(made), id, text, MONDAY)
    assert hint in refused.value.hint


def test_the_same_correction_is_said_once(store: Store) -> None:
    shelf.correct(store, "2026-W46", "Once.", MONDAY)
    with pytest.raises(GatepostError, match="says this already"):
        shelf.correct(store, "2026-W46", " Once. ", MONDAY + DAY)


def test_without_an_edition_it_says_when_there_will_be_one(tmp_path: Path) -> None:
    with pytest.raises(GatepostError) as refused:
        shelf.correct(Store(tmp_path), "2026-W46", "x", MONDAY)
    assert "six hours" in refused.value.hint
