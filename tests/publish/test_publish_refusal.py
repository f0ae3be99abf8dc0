"""What is refused: a site that is emptier than the published one, folders that are something else."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from small_sites import DAY, HOUR, NOW, PAGE, home, make, publish_at, stamps

from generator.errors import GatepostError


@pytest.fixture
def site(tmp_path: Path) -> Path:
    return make(tmp_path / "public")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "www"


EMPTIER = [
    ({"builds": 499}, "it has 499 builds, fewer than half of the published site's 1,000"),
    ({"signatures": 1}, "it has 1 signature, fewer than half of the published site's 80"),
    (
        {"since": (NOW - 14 * DAY).isoformat()},
        "its history begins on 6 Nov 2026, that of the published site on 22 Aug 2026",
    ),
    ({"until": None}, "it has no data at all"),
    (
        {"until": (NOW - 2 * HOUR).isoformat()},
        "its data end at Fri 20 Nov 2026, 21:10 UTC, those of the published site at "
        "Fri 20 Nov 2026, 22:10 UTC",
    ),
    (
        {"generated": (NOW + DAY).isoformat()},
        "it has no data of its last day: they end at Fri 20 Nov 2026, 22:10 UTC, "
        "1\u202fd 1\u202fh before it was built",
    ),
    ({"third_party_cis": 3}, "it has 3 third-party CIs, fewer than half of the published site's 8"),
    ({"reviewed": None}, "it has no reviews at all"),
    (
        {"reviewed": (NOW - 2 * HOUR).isoformat()},
        "its reviews end at Fri 20 Nov 2026, 21:10 UTC, those of the published site at "
        "Fri 20 Nov 2026, 22:10 UTC",
    ),
]


@pytest.mark.parametrize(("said", "words"), EMPTIER)
def test_an_emptier_site_is_refused_in_words(
    site: Path, folder: Path, said: dict[str, Any], words: str
) -> None:
    publish_at(site, folder)
    with pytest.raises(GatepostError) as caught:
        publish_at(make(site, {"index.html": "emptier"}, **said), folder, 1)
    assert caught.value.message == f"{site}: is emptier than what is published: {words}"
    assert "--force" in caught.value.hint
    assert (home(folder), len(stamps(folder))) == (PAGE.format("home"), 1)
    publish_at(site, folder, 1, force=True)
    assert home(folder) == PAGE.format("emptier")


def test_all_that_is_emptier_is_said_at_once(site: Path, folder: Path) -> None:
    publish_at(site, folder)
    with pytest.raises(GatepostError, match=r"3 builds.*; it has 0 signatures.*; it has no data at all"):
        publish_at(make(site, builds=3, signatures=0, until=None), folder, 1)


def test_a_site_that_an_earlier_version_built_counts_no_third_party_cis(site: Path, folder: Path) -> None:
    said = json.loads((site / "data/site.json").read_bytes())
    del said["reviewed"], said["third_party_cis"]
    (site / "data/site.json").write_text(json.dumps(said))
    publish_at(site, folder)
    publish_at(make(site, {"index.html": "new"}), folder, 1)
    assert home(folder) == PAGE.format("new")
    with pytest.raises(
        GatepostError, match="fewer than half of the published site's 8; it has no reviews at all"
    ):
        publish_at(make(site, third_party_cis=0, reviewed=None), folder, 1)


@pytest.mark.parametrize(
    "said",
    [
        {"builds": 500, "signatures": 40},
        {"since": None},
        {"since": (NOW - 91 * DAY).isoformat()},
        {"generated": (NOW + DAY - HOUR).isoformat()},
        {"generated": (NOW + 6 * DAY).isoformat(), "period_hours": 168},
    ],
)
def test_what_is_not_emptier_is_published(site: Path, folder: Path, said: dict[str, Any]) -> None:
    publish_at(site, folder)
    publish_at(make(site, {"index.html": "new"}, **said), folder, 1)
    assert home(folder) == PAGE.format("new")


def test_a_site_as_old_as_the_published_one_is_no_emptier(site: Path, folder: Path) -> None:
    """A report of the logs of 2013 is as good today as it was yesterday."""
    old = {"until": "2013-10-20T00:00:00Z"}
    publish_at(make(site, **old), folder)
    publish_at(make(site, {"index.html": "new"}, **old), folder, 1)
    assert home(folder) == PAGE.format("new")


@pytest.mark.parametrize("text", [None, "", "[]", "{}", '{"builds": "many"}', "\x00", "[" * 99_999])
def test_a_published_site_that_says_nothing_is_replaced(site: Path, folder: Path, text: str | None) -> None:
    publish_at(site, folder)
    said = folder / "current/data/site.json"
    said.unlink() if text is None else said.write_text(text)
    publish_at(make(site, {"index.html": "new"}), folder, 1)
    assert home(folder) == PAGE.format("new")


def test_a_new_site_that_says_nothing_is_refused(site: Path, folder: Path) -> None:
    (site / "data/site.json").write_text("{")
    with pytest.raises(GatepostError, match="does not say what it holds"):
        publish_at(site, folder)
    assert not folder.exists()


def test_where_nothing_was_built(tmp_path: Path, folder: Path) -> None:
    with pytest.raises(GatepostError, match="holds no site") as caught:
        publish_at(tmp_path / "nowhere", folder)
    assert "gatepost build" in caught.value.hint
    assert not folder.exists()


def test_a_folder_that_is_a_file(site: Path, folder: Path) -> None:
    folder.write_text("thesis")
    with pytest.raises(GatepostError, match="is no folder"):
        publish_at(site, folder)
    assert folder.read_text() == "thesis"


def test_a_folder_that_is_a_link_to_nothing(site: Path, folder: Path) -> None:
    folder.symlink_to("nowhere")
    with pytest.raises(GatepostError, match="is no folder"):
        publish_at(site, folder)


@pytest.mark.parametrize("name", ["thesis.txt", "current/index.html", "sites/thesis.txt", ".git/config"])
def test_a_folder_of_something_else(site: Path, folder: Path, name: str) -> None:
    (folder / name).parent.mkdir(parents=True)
    (folder / name).write_text("years of work")
    with pytest.raises(GatepostError) as caught:
        publish_at(site, folder)
    assert "folder" in caught.value.hint
    assert [path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()] == [name]


def test_what_its_owner_adds_to_a_published_folder_stays(site: Path, folder: Path) -> None:
    publish_at(site, folder)
    (folder / "robots.txt").write_text("mine")
    (folder / "sites/mine").mkdir()
    for day in (1, 2):
        publish_at(make(site, {"index.html": f"{day}"}), folder, day, keep=1)
    assert (folder / "robots.txt").read_text() == "mine"
    assert stamps(folder) == ["20261122T231000Z", "mine"]


def test_the_site_may_lie_in_the_folder_as_it_was_brought_there(folder: Path) -> None:
    new = make(folder / "new/public")
    (folder / "new/gatepost.yaml").write_text("output: public")
    publish_at(new, folder)
    publish_at(make(new, {"index.html": "newer"}), folder, 1)
    assert home(folder) == PAGE.format("newer")


def test_a_published_site_is_not_published(site: Path, folder: Path) -> None:
    publish_at(site, folder)
    with pytest.raises(GatepostError, match="is not apart from"):
        publish_at(folder / "current", folder, 1)


@pytest.mark.parametrize("inside", ["public", "public/www"])
def test_the_folder_in_which_the_site_is_built(site: Path, tmp_path: Path, inside: str) -> None:
    with pytest.raises(GatepostError, match="is not apart from"):
        publish_at(site, tmp_path / inside)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["public"]
