"""Publishing: readers see the old site or the new one, whole, whatever happens."""

from __future__ import annotations

import errno
import os
import subprocess
import sys
from pathlib import Path

import pytest
from small_sites import PAGE, home, make, publish_at, shown, stamps

from generator import site_swap
from generator.errors import GatepostError
from generator.progress import Progress
from generator.publish import copying, roll_back
from generator.publish import folder as place


@pytest.fixture
def site(tmp_path: Path) -> Path:
    return make(tmp_path / "public")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "www"


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_readers_get_all_files_through_a_relative_link(site: Path, folder: Path, tmp_path: Path) -> None:
    publish_at(site, folder)
    assert shown(folder) == {
        "index.html", "signatures/index.html", "cis/index.html", "data/site.json", "assets/a.js",
    }  # fmt: skip
    assert stamps(folder) == ["20261120T231000Z"]
    folder.rename(tmp_path / "elsewhere")
    assert home(tmp_path / "elsewhere") == PAGE.format("home")
    assert site.is_dir()


def test_the_same_site_twice_changes_nothing(site: Path, folder: Path) -> None:
    publish_at(site, folder)
    publish_at(site, folder, 1)
    assert stamps(folder) == ["20261120T231000Z"]
    assert names(folder) == [".lock", "current", "sites"]


def test_the_same_site_twice_with_pages_carried_over(site: Path, folder: Path) -> None:
    publish_at(make(site, {"cis/old.html": "old"}), folder)
    publish_at(make(site), folder, 1)
    publish_at(site, folder, 2)
    assert len(stamps(folder)) == 2


def test_files_that_are_the_same_are_stored_once(site: Path, folder: Path) -> None:
    publish_at(site, folder)
    publish_at(make(site, {"index.html": "newer"}), folder, 1)
    one, two = (folder / "sites" / stamp for stamp in stamps(folder))
    assert (one / "assets/a.js").samefile(two / "assets/a.js")
    assert not (one / "index.html").samefile(two / "index.html")
    (site / "assets/a.js").write_text("2")
    assert (two / "assets/a.js").read_text() == "1"


def test_without_hard_links_files_are_copied(
    site: Path, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise OSError(errno.EPERM, "not permitted")

    monkeypatch.setattr(Path, "hardlink_to", refuse)
    publish_at(make(site, {"cis/old.html": "old"}), folder)
    publish_at(make(site, {"index.html": "newer"}), folder, 1)
    assert {"assets/a.js", "cis/old.html"} <= shown(folder)


def test_so_many_are_kept_and_always_the_one_shown(site: Path, folder: Path) -> None:
    for day in range(4):
        publish_at(make(site, {"index.html": f"day {day}"}), folder, day, keep=2)
    assert stamps(folder) == ["20261122T231000Z", "20261123T231000Z"]
    assert home(folder) == PAGE.format("day 3")


def test_the_one_shown_is_kept_though_newer_ones_are_too(site: Path, folder: Path) -> None:
    for day in range(3):
        publish_at(make(site, {"index.html": f"day {day}"}), folder, day)
    roll_back(folder, Progress(0))
    publish_at(make(site, {"index.html": "day 1"}), folder, 3, keep=1)
    assert home(folder) == PAGE.format("day 1")
    assert stamps(folder) == ["20261121T231000Z", "20261122T231000Z"]


def test_a_clock_that_goes_back_does_not_reorder(site: Path, folder: Path) -> None:
    publish_at(site, folder)
    publish_at(make(site, {"index.html": "newer"}), folder, -5)
    assert stamps(folder) == ["20261120T231000Z", "20261120T231001Z"]
    assert home(folder) == PAGE.format("newer")


def test_rolling_back_and_on(site: Path, folder: Path) -> None:
    for day in range(3):
        publish_at(make(site, {"index.html": f"day {day}"}), folder, day)
    for expected in ("day 1", "day 0"):
        roll_back(folder, Progress(0))
        assert home(folder) == PAGE.format(expected)
    with pytest.raises(GatepostError, match="no earlier site is kept"):
        roll_back(folder, Progress(0))
    publish_at(make(site, {"index.html": "day 9"}), folder, 9)
    assert home(folder) == PAGE.format("day 9")
    roll_back(folder, Progress(0))
    assert home(folder) == PAGE.format("day 2")


def test_rolling_back_where_nothing_was_published(tmp_path: Path) -> None:
    with pytest.raises(GatepostError, match="no site was published there"):
        roll_back(tmp_path / "www", Progress(0))
    assert list(tmp_path.iterdir()) == []


def test_permanent_addresses_are_carried_over(site: Path, folder: Path) -> None:
    old = {"signatures/1.html": "one", "cis/x.html": "x", "editions/2026-W46.html": "w", "jobs/j.html": "j",
           "third-party/t.html": "t", "third-party/t.svg": "<svg/>"}  # fmt: skip
    make(site, {**old, "signatures/2.html": "two"})
    (site / "editions/2026-W46").mkdir()
    (site / "editions/2026-W46/digest.txt").write_text("digest")
    publish_at(site, folder)
    for day in (1, 2, 3):  # once carried, always carried
        publish_at(make(site, {"index.html": f"{day}", "signatures/2.html": "two, newer"}), folder, day)
    kept = {"signatures/1.html", "cis/x.html", "editions/2026-W46.html", "editions/2026-W46/digest.txt",
            "third-party/t.html", "third-party/t.svg"}  # fmt: skip
    assert kept <= shown(folder)
    assert "jobs/j.html" not in shown(folder)
    text = (folder / "current/signatures/1.html").read_text()
    assert text.count("data-kept") == 1
    assert text.index("data-kept") < text.index("</header>")
    assert (folder / "current/signatures/2.html").read_text() == PAGE.format("two, newer")


def test_a_page_that_comes_back_is_the_new_one(site: Path, folder: Path) -> None:
    for day, pages in enumerate(({"cis/x.html": "old"}, {}, {"cis/x.html": "again"})):
        publish_at(make(site, pages), folder, day)
    assert (folder / "current/cis/x.html").read_text() == PAGE.format("again")


def test_nothing_else_is_touched_in_the_old_sites(site: Path, folder: Path) -> None:
    publish_at(make(site, {"cis/x.html": "old"}), folder)
    publish_at(make(site), folder, 1)
    assert (folder / "sites" / stamps(folder)[0] / "cis/x.html").read_text() == PAGE.format("old")


KILLER = """
import os, shutil, sys
from pathlib import Path
sys.path[:0] = [sys.argv[1], sys.argv[2]]
from small_sites import PAGE, home, make, publish_at, shown, stamps

site, folder = Path(sys.argv[3]) / "public", Path(sys.argv[3]) / "www"
left = 0
# a kill, unlike a power cut, loses nothing that was written: what the disk does meanwhile is of no interest
os.sync, os.fsync = lambda: None, lambda handle: None

def killing(place, name):
    true = getattr(place, name)
    def step(*args, **more):
        global left
        left -= 1
        if left == 0: os._exit(9)
        return true(*args, **more)
    setattr(place, name, step)

for place, name in ((shutil, "copyfile"), (shutil, "rmtree"), (os, "sync"), (os, "fsync"), (Path, "replace"),
                    (Path, "mkdir"), (Path, "hardlink_to"), (Path, "symlink_to"), (Path, "write_bytes")):
    killing(place, name)

def run(steps, day):
    global left
    child = os.fork()
    if child == 0:
        left = steps
        publish_at(site, folder, day, keep=2)
        os._exit(0)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])

steps, day, deaths = 0, 0, 0
for start in (None, "old"):
    shutil.rmtree(folder, ignore_errors=True)
    steps, ended = 0, 9
    while ended == 9:
        steps, day = steps + 1, day + 3
        shutil.rmtree(folder, ignore_errors=True)
        for before in range(2 if start else 0):
            make(site, {"index.html": "old", "cis/x.html": f"x {before}"})
            assert run(0, day + before) == 0
        old = shown(folder) if start else None
        make(site, {"index.html": "new", "cis/y.html": "y"})
        ended = run(steps, day + 2)
        assert ended in (0, 9), ended
        deaths += ended == 9
        if old and home(folder) == PAGE.format("old"):
            assert shown(folder) == old
        elif old or (folder / "current").exists():
            assert home(folder) == PAGE.format("new")
            assert shown(folder) >= {"cis/y.html", "assets/a.js"}
            assert ("cis/x.html" in shown(folder)) == bool(old)
        assert run(0, day + 2.5) == 0  # and the next run mends all
        assert home(folder) == PAGE.format("new")
        assert len(stamps(folder)) <= 2 and not [s for s in stamps(folder) if s[0] == "."]
        assert sorted(os.listdir(folder)) == [".lock", "current", "sites"]
        assert os.listdir(folder.parent) in (["public", "www"], ["www", "public"]), os.listdir(folder.parent)
print(deaths)
"""


def test_killed_at_any_point(tmp_path: Path, root: Path) -> None:
    command = [sys.executable, "-c", KILLER, str(root), str(root / "tests/publish"), str(tmp_path)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert int(done.stdout) > 20


def test_two_runs_at_once(site: Path, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    true = copying.copy

    def another(*args: Path) -> None:
        with (
            pytest.raises(GatepostError, match=f"{folder}: is being written by process {os.getpid()}"),
            place.opened(folder),
        ):
            pass
        true(*args)

    monkeypatch.setattr(copying, "copy", another)
    publish_at(site, folder)
    assert home(folder) == PAGE.format("home")


def test_a_build_at_work_on_the_site(site: Path, folder: Path) -> None:
    with (
        site_swap.workshop(site),
        pytest.raises(GatepostError, match="another build or publish is at work on it"),
    ):
        publish_at(site, folder)
    assert not folder.exists()


@pytest.mark.parametrize("code", [errno.ENOSPC, errno.EROFS, errno.EXDEV])
def test_a_disk_that_refuses(site: Path, folder: Path, monkeypatch: pytest.MonkeyPatch, code: int) -> None:
    publish_at(site, folder)

    def refuse(*_: object, **__: object) -> None:
        raise OSError(code, os.strerror(code), "there")

    monkeypatch.setattr(copying.shutil, "copyfile", refuse)
    with pytest.raises(GatepostError, match=f"there: {os.strerror(code)}; what was published before stays"):
        publish_at(make(site, {"index.html": "new"}), folder, 1)
    monkeypatch.undo()
    assert (home(folder), len(stamps(folder))) == (PAGE.format("home"), 1)
    publish_at(site, folder, 1)
    assert home(folder) == PAGE.format("new")
    assert names(folder) == [".lock", "current", "sites"]


def test_no_symbolic_links(site: Path, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise OSError(errno.EPERM, "Operation not permitted")

    monkeypatch.setattr(Path, "symlink_to", refuse)
    with pytest.raises(GatepostError) as caught:
        publish_at(site, folder)
    assert "symbolic links must be possible" in caught.value.hint


def test_the_theme_has_the_place_for_the_note(root: Path) -> None:
    assert copying._HEAD_END in (root / "templates/theme/base.html").read_bytes()


def test_links_and_pipes_in_a_published_site_are_not_followed(
    site: Path, folder: Path, tmp_path: Path
) -> None:
    publish_at(site, folder)
    (tmp_path / "secret").write_text("secret")
    editions = folder / "current" / "editions"
    editions.mkdir()
    (editions / "a.html").symlink_to(tmp_path / "secret")
    (editions / "gone.html").symlink_to("nowhere")
    os.mkfifo(editions / "pipe.html")
    publish_at(make(site, {"index.html": "new"}), folder, 1)
    assert home(folder) == PAGE.format("new")
    assert not (folder / "current" / "editions").exists()


def test_a_link_among_the_kept_sites_is_none_of_them(site: Path, folder: Path, tmp_path: Path) -> None:
    publish_at(site, folder)
    (tmp_path / "other").mkdir()
    link = folder / "sites" / "20200101T000000Z"
    link.symlink_to(tmp_path / "other")
    publish_at(make(site, {"index.html": "new"}), folder, 1, keep=1)
    assert stamps(folder) == [link.name, "20261121T231000Z"]
    assert (tmp_path / "other").is_dir()
