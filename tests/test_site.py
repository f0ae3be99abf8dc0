"""Staging, mkdocs and the swap: the new site stands whole, or the old one stays."""

from __future__ import annotations

import errno
import os
import re
import signal
import string
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from posixpath import normpath
from typing import Any

import made_site
import pytest
from conftest import ROOT
from hypothesis import given
from hypothesis import strategies as st
from markupsafe import Markup

from generator import render, site, site_swap
from generator.errors import GatepostError

GUIDES = {f"guide/{path.stem}" for path in (ROOT / "site" / "guide").glob("*.md")}
SAFE = set(string.ascii_lowercase + string.digits + "._-~")


def page(path: str = "index.html", body: str = "<h1>new</h1>", section: str = "home") -> site.Page:
    return site.Page(path, "Title", "Description", Markup(body), section)


def build(output: Path, *pages: site.Page, **more: Any) -> None:
    site.build(pages or [page()], output, made_site.settings(), **more)


def names(folder: Path) -> list[str]:
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())


@pytest.fixture
def old(tmp_path: Path) -> Path:
    output = tmp_path / "public"
    build(output, page(body="<h1>old</h1>"))
    return output


def says(output: Path) -> str:
    return (re.search("<h1>(.*?)</h1>", (output / "index.html").read_text("utf-8")) or [""])[1]


def test_pages_stand_in_the_theme_beside_hand_written_ones(tmp_path: Path) -> None:
    build(tmp_path / "public", *made_site.pages(), write_files=made_site.files)
    pages = {"index", "signatures/1", "signatures/index", "method", "about", "404", *GUIDES}
    assets = {"gatepost.css", "gatepost.js", "plotly.css", "plotly.min.js", "search-index.js", "icon.svg"}
    wanted = {f"{name}.html" for name in pages} | {f"assets/{name}" for name in assets}
    assert names(tmp_path / "public") == sorted(wanted)
    text = (tmp_path / "public/signatures/1.html").read_text("utf-8")
    assert text.count("<main") == 1
    assert 'href="../assets/gatepost.css"' in text
    assert '<a href="../signatures/index.html" aria-current="true">Signatures</a>' in text
    assert '<a href="../data/index.html">now</a>' in text
    assert "Community &lt;b&gt;" in text
    assert "<script>window" not in text
    assert "Content-Security-Policy" in text
    assert list(tmp_path.iterdir()) == [tmp_path / "public"]


def test_a_page_with_a_feed_of_its_own_names_it_first(tmp_path: Path) -> None:
    one = site.Page("cis/a.html", 'A "<b>" CI', "Description", Markup("<h1>a</h1>"), "cis", "cis/a.xml")
    build(tmp_path / "public", page(), one)
    text = (tmp_path / "public/cis/a.html").read_text("utf-8")
    found = re.findall(r'type="application/atom\+xml" title="([^"]*)" href="([^"]*)"', text)
    assert [normpath(href) for _, href in found] == ["../cis/a.xml", "../feed.xml"]
    assert found[0][0] == "A &#34;&lt;b&gt;&#34; CI"


def test_every_page_names_the_feed_where_there_is_one(tmp_path: Path) -> None:
    build(tmp_path / "public", *made_site.pages())
    for path in (tmp_path / "public").rglob("*.html"):
        way = site.root(path.relative_to(tmp_path / "public").as_posix())
        found = re.search(r'<link rel="alternate" type="application/atom.xml" title="(.*?)" href="(.*?)">',
                          path.read_text("utf-8"))  # fmt: skip
        assert found and found[1] == "Gatepost, Community &lt;b&gt;"
        assert normpath(found[2]) == f"{way}feed.xml" or path.name == "404.html"
    site.build([page()], tmp_path / "public", site.SiteSettings("Community"))
    assert "atom+xml" not in (tmp_path / "public/index.html").read_text("utf-8")


def test_markdown_and_templates_in_a_page_stay_as_they_are(tmp_path: Path) -> None:
    body = "<p>**a** [b](c) {{ 7 * 7 }} `d`\n\n    e\n\n# f\n---\n</p>"
    build(tmp_path / "public", page(body=body))
    assert body in (tmp_path / "public/index.html").read_text("utf-8")


def test_the_name_of_a_job_ends_neither_title_nor_description(tmp_path: Path) -> None:
    """No policy keeps a browser from following `<meta http-equiv=refresh>`."""
    evil = '</title><meta http-equiv="refresh" content="0;url=https://evil.example">'
    build(tmp_path / "public", page(), site.Page("jobs/a.html", evil, evil, Markup("<p>a</p>"), "jobs"))
    text = (tmp_path / "public/jobs/a.html").read_text("utf-8")
    assert '<meta http-equiv="refresh' not in text and text.count("</title>") == 1
    assert text.count("&lt;/title&gt;") == 2


def test_same_pages_same_bytes(tmp_path: Path) -> None:
    for name in ("one", "two/public"):
        build(tmp_path / name, *made_site.pages(), write_files=made_site.files)
    one, two = tmp_path / "one", tmp_path / "two/public"
    assert names(one) == names(two)
    assert [n for n in names(one) if (one / n).read_bytes() != (two / n).read_bytes()] == []


@pytest.mark.parametrize("name", [".html", "a b.html", "Ä/ö.html", "py3.11.html", "a~1.html"])
def test_paths_are_kept(tmp_path: Path, name: str) -> None:
    path = "jobs/" + name if name != ".html" else "jobs/index.html"
    build(tmp_path / "public", page(), page(path))
    assert (tmp_path / "public" / path).is_file()


def test_a_page_cannot_leave_the_site(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="leaves the site"):
        build(tmp_path / "public", page("../evil.html"))
    assert list(tmp_path.iterdir()) == []


def fail(error: BaseException) -> Any:
    def write(_: Path) -> None:
        raise error

    return write


@pytest.mark.parametrize(
    ("error", "seen"),
    [
        (OSError(errno.ENOSPC, "No space left on device"), GatepostError),
        (PermissionError(errno.EACCES, "denied"), GatepostError),
        (KeyboardInterrupt(), KeyboardInterrupt),
        (RuntimeError("a fault"), RuntimeError),
    ],
)
def test_the_old_site_stays_after_an_error(
    old: Path, error: BaseException, seen: type[BaseException]
) -> None:
    before = names(old)
    with pytest.raises(seen):
        build(old, write_files=fail(error))
    assert (says(old), names(old)) == ("old", before)
    assert list(old.parent.iterdir()) == [old]


def test_the_old_site_stays_when_a_page_cannot_be_made(old: Path) -> None:
    def pages() -> Iterator[site.Page]:
        yield page()
        raise RuntimeError("a fault")

    with pytest.raises(RuntimeError):
        site.build(pages(), old, made_site.settings())
    assert says(old) == "old"


def test_a_full_disk_is_said(old: Path) -> None:
    with pytest.raises(GatepostError, match="the disk is full; the old site stays") as caught:
        build(old, write_files=fail(OSError(errno.ENOSPC, "No space left on device")))
    assert "make room" in (caught.value.hint or "")


def test_mkdocs_complaints_keep_the_old_site(
    old: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    docs = tmp_path / "docs"
    docs.mkdir()
    (docs / "assets").mkdir()
    (docs / "method.md").write_text("[nowhere](nowhere.md)")
    found = site.resource
    monkeypatch.setattr(site, "resource", lambda name: docs if name == "site" else found(name))
    with pytest.raises(GatepostError, match=r"nowhere\.md"):
        build(old)
    assert says(old) == "old"


def test_a_new_site_replaces_all_of_the_old_one(old: Path) -> None:
    build(old, page(), page("jobs/a.html"))
    build(old, page())
    assert says(old) == "new"
    assert not (old / "jobs/a.html").exists()


def test_without_an_exchange_of_names(old: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(site_swap, "_exchange", lambda one, other: False)
    build(old)
    assert says(old) == "new"
    assert list(old.parent.iterdir()) == [old]


def test_a_crash_between_two_renames_is_repaired(old: Path) -> None:
    old.rename(old.with_name(".public.old"))
    with pytest.raises(RuntimeError):
        build(old, write_files=fail(RuntimeError()))
    assert says(old) == "old"


def test_killed_while_building(old: Path) -> None:
    code = (
        "import sys, time; from pathlib import Path; from markupsafe import Markup\n"
        "from generator import site\n"
        "def wait(folder): print('here', flush=True); time.sleep(60)\n"
        "site.build([site.Page('index.html', 'T', 'D', Markup('<h1>new</h1>'), 'gate')], Path(sys.argv[1]),"
        " site.SiteSettings('C'), wait)"
    )
    with subprocess.Popen(
        [sys.executable, "-c", code, str(old)], stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "here\n"
        os.kill(process.pid, signal.SIGKILL)
    assert says(old) == "old"
    build(old)
    assert says(old) == "new"
    assert list(old.parent.iterdir()) == [old]


def test_two_builds_at_once(old: Path) -> None:
    def another(_: Path) -> None:
        with pytest.raises(GatepostError, match="another build"):
            build(old, page(body="<h1>another</h1>"))

    build(old, write_files=another)
    assert says(old) == "new"
    assert list(old.parent.iterdir()) == [old]


def test_a_folder_of_something_else_is_refused(tmp_path: Path) -> None:
    (tmp_path / "thesis.txt").write_text("years of work")
    with pytest.raises(GatepostError, match="something else"):
        build(tmp_path)
    assert (tmp_path / "thesis.txt").exists()


def test_budgets(tmp_path: Path) -> None:
    (tmp_path / "jobs").mkdir()
    (tmp_path / "index.html").write_text("x" * (site.HOME_BUDGET + 1))
    (tmp_path / "jobs/index.html").write_text("x" * (site.HOME_BUDGET + 1))
    (tmp_path / "jobs/a.html").write_text("x" * (site.PAGE_BUDGET + 1))
    assert site.over_budget(tmp_path) == [("index.html", 150_001), ("jobs/a.html", 300_001)]


def test_root() -> None:
    assert [site.root(p) for p in ("index.html", "jobs/a.html", "a/b/c.html")] == ["", "../", "../../"]


@given(st.text(max_size=200))
def test_slugs_are_safe(name: str) -> None:
    made = site.slug(name)
    assert set(made) <= SAFE
    assert made[0] in string.ascii_lowercase + string.digits
    assert len(made) <= 100
    assert made != "index"


@given(st.lists(st.text("aAbB/._-~ \u00e9", max_size=6), unique=True, min_size=2))
def test_slugs_differ_even_without_case(values: list[str]) -> None:
    assert len({site.slug(v).lower() for v in values}) == len(values)


@pytest.mark.parametrize("name", ["tempest-full", "openstack-tox-py3.11", "a"])
def test_harmless_names_are_kept(name: str) -> None:
    assert site.slug(name) == name


def test_lone_surrogates_do_not_stop_the_site(tmp_path: Path) -> None:
    build(tmp_path / "public", page(body="<p>\ud800</p>"))
    assert "\\ud800" in (tmp_path / "public/index.html").read_text("utf-8")


def test_mkdocs_alone_builds_a_clean_checkout(root: Path, tmp_path: Path) -> None:
    command = [sys.executable, "-m", "mkdocs", "build", "--strict", "--site-dir", str(tmp_path / "html")]
    done = subprocess.run(command, cwd=root, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert {"index.html", "method.html", "about.html"} <= set(names(tmp_path / "html"))


def peak(output: Path, pages: int) -> int:
    import tracemalloc

    body = Markup("<p>" + "y" * 200_000 + "</p>")
    tracemalloc.start()
    made = (
        site.Page("index.html" if not i else f"jobs/{i}.html", "T", "D", body, "jobs") for i in range(pages)
    )
    site.build(made, output, made_site.settings())
    most = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return most


def test_pages_do_not_pile_up_in_memory(tmp_path: Path) -> None:
    build(tmp_path / "warm")
    assert peak(tmp_path / "many", 60) - peak(tmp_path / "few", 5) < 10 * 200_000


def test_the_page_for_what_is_not_found_asks_no_other_host(tmp_path: Path) -> None:
    build(tmp_path / "public")
    text = (tmp_path / "public/404.html").read_text("utf-8")
    assert 'href="/assets/gatepost.css"' in text
    assert 'href="/index.html"' in text


def test_json_in_a_page_cannot_end_its_script() -> None:
    import json

    text = render.json_block({"a": "</script><!-- <script> & \u2028"})
    assert not set("<>&\u2028") & set(text)
    assert json.loads(text) == {"a": "</script><!-- <script> & \u2028"}


def test_marks_in_an_excerpt() -> None:
    pieces = render.Excerpt("f:1", "abcdef", ((4, 5), (1, 3), (2, 4), (5, 99))).pieces()
    assert pieces == [("a", False), ("bc", True), ("d", False), ("e", True), ("f", True)]
