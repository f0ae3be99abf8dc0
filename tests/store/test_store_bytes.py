"""Small files that are no tables: they are kept as they were written, and travel with the state."""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path
from threading import Timer

import pytest

from generator.store.atomic import locked
from generator.store.files import Store
from generator.store.transaction import writing

EDITION = "editions/2026-W47/edition.json"


def files(folder: Path) -> list[str]:
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())


def test_a_file_is_read_as_it_was_written(tmp_path: Path) -> None:
    store = Store(tmp_path)
    store.put_files({EDITION: b"{}\n", "editions/2026-W47/digest.txt": b"\0\xff", "mailed": b""})
    assert store.read_bytes(EDITION) == b"{}\n"
    assert store.read_bytes("editions/2026-W47/digest.txt") == b"\0\xff"
    assert store.read_bytes("mailed") == b""
    assert store.read_bytes("editions/2026-W48/edition.json") is None
    assert store.file_names() == ["editions/2026-W47/digest.txt", EDITION, "mailed"]
    assert store.file_names("editions/2026-W47/e") == [EDITION]


def test_new_bytes_never_go_into_the_old_file(tmp_path: Path) -> None:
    store = Store(tmp_path / "state")
    store.put_files({EDITION: b"old", "other": b"stays"})
    (old,) = (tmp_path / "state").rglob("edition.*")
    shared = tmp_path / "published"
    shared.hardlink_to(old)
    store.put_files({EDITION: b"new"})
    assert (store.read_bytes(EDITION), store.read_bytes("other")) == (b"new", b"stays")
    assert shared.read_bytes() == b"old" and not old.exists()


def test_a_file_that_is_forgotten_leaves_nothing(tmp_path: Path) -> None:
    store = Store(tmp_path)
    store.put_files({EDITION: b"{}", "a/b": b"2"})
    (tmp_path / "files" / "mine.txt").write_text("not ours")
    store.put_files({EDITION: None, "never": None})
    assert store.file_names() == ["a/b"] and store.read_bytes(EDITION) is None
    assert [name for name in files(tmp_path) if name.startswith("files/")] == [
        "files/a/b.d4735e3a265e16ee",
        "files/mine.txt",
    ]


def test_all_or_none(tmp_path: Path) -> None:
    store = Store(tmp_path)
    store.put_files({"a": b"1"})
    with pytest.raises(RuntimeError), writing(tmp_path) as transaction:
        transaction.put_bytes("a", b"2")
        transaction.put_bytes("b", b"2")
        raise RuntimeError
    assert store.file_names() == ["a"] and store.read_bytes("a") == b"1"
    assert not list(tmp_path.rglob("b.*"))


@pytest.mark.parametrize("harm", ["missing", "corrupt"])
def test_a_damaged_file_is_none_but_named(tmp_path: Path, harm: str) -> None:
    store = Store(tmp_path)
    store.put_files({EDITION: b"{}", "other": b"1"})
    (path,) = tmp_path.rglob("edition.*")
    path.unlink() if harm == "missing" else path.write_bytes(b"[]")
    assert store.read_bytes(EDITION) is None and store.read_bytes("other") == b"1"
    assert store.file_names("editions/") == [EDITION]
    row = store.read().skipped.iloc[0]
    assert (row["source"], row["reason"]) == ("store", harm) and "edition." in row["path"]
    store.put_files({EDITION: b"{}"})
    assert store.read_bytes(EDITION) == b"{}" and store.read().skipped.empty


@pytest.mark.parametrize(
    "name", ["", "/etc/passwd", "../x", "a/../../x", "a//b", ".hidden", "a/./b", "a\\b", "a\nb", "b" * 101]
)
def test_a_name_that_could_lead_elsewhere_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(ValueError, match="no name"):
        Store(tmp_path).put_files({name: b"1"})
    with pytest.raises(ValueError, match="no name"):
        Store(tmp_path).read_bytes(name)


def test_who_writes_at_the_same_moment_is_waited_for(tmp_path: Path) -> None:
    store = Store(tmp_path)
    store.put_files({EDITION: b"old"})
    with ExitStack() as held:
        held.enter_context(locked(tmp_path))
        timer = Timer(0.3, held.close)
        timer.start()
        store.put_files({EDITION: b"new"})
        timer.join()
    assert store.read_bytes(EDITION) == b"new"
