"""The state beside the pages: the same files, which no later change of the store alters."""

from __future__ import annotations

import errno
import os
from datetime import timedelta
from pathlib import Path

import pytest
from site_server import path_of, publish, state_files
from test_store_files import NOW, build, hit, tables

from generator.store.files import Store


@pytest.fixture
def state(tmp_path: Path) -> Path:
    store = Store(tmp_path / "state")
    store.add(tables([build("1", "2026-11-19T10:00"), build("2")], [hit("2")]), NOW)
    store.put_files({"editions/2026-W47/edition.json": b"{}"})
    (tmp_path / "state" / "cache").mkdir()
    (tmp_path / "state" / "cache" / "secret").write_text("x")
    return tmp_path / "state"


def test_nothing_but_the_state_is_published(state: Path, tmp_path: Path) -> None:
    publish(state, tmp_path / "site")
    published = state_files(tmp_path / "site" / "state")
    assert published == {n: data for n, data in state_files(state).items() if n != "cache/secret"}
    assert {name.split("/")[0] for name in published} >= {"days", "rollups", "files", "manifest.json"}


def test_files_are_shared_and_no_later_change_alters_them(state: Path, tmp_path: Path) -> None:
    publish(state, tmp_path / "site")
    published = tmp_path / "site" / "state"
    name = path_of(state, "days/2026-11-20/hits.*").relative_to(state)
    assert (published / name).samefile(state / name)
    before = state_files(published)

    store = Store(state)
    store.add(tables([build("2", result="POST_FAILURE"), build("3")], [hit("2", lines=9)]), NOW)
    store.put_files({"editions/2026-W47/edition.json": b"[]"})
    store.prune(NOW + timedelta(days=1))
    assert not (state / name).exists()
    assert state_files(published) == before


def test_where_the_system_cannot_share_files_they_are_copied(
    state: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise OSError(errno.EXDEV, "another file system")

    monkeypatch.setattr(os, "link", refuse)
    publish(state, tmp_path / "site")
    path = path_of(tmp_path / "site", "state/days/2026-11-20/hits.*")
    assert (
        path.stat().st_nlink == 1
        and path.read_bytes() == path_of(state, "days/2026-11-20/hits.*").read_bytes()
    )


def test_a_file_that_the_state_has_lost_is_missing_in_the_site_too(state: Path, tmp_path: Path) -> None:
    path_of(state, "days/2026-11-19/builds.*").unlink()
    publish(state, tmp_path / "site")
    assert not list((tmp_path / "site").glob("state/days/2026-11-19/builds.*"))
    assert list((tmp_path / "site").glob("state/days/2026-11-20/builds.*"))
