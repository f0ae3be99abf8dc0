"""The site in a real browser, opened from a folder: what it asks for, runs, and lets one do."""

from __future__ import annotations

import http.server
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import made_site
import pytest

from generator import site

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

pytestmark = pytest.mark.browser

DRAWN = "() => document.querySelectorAll('.drawn').length"


class Visit:
    """A page opened in the browser, with all that it asked for and complained of."""

    def __init__(self, browser: Browser, url: str, **context: Any) -> None:
        self.context = browser.new_context(**{"viewport": {"width": 1280, "height": 900}, **context})
        self.page: Page = self.context.new_page()
        self.asked: list[str] = []
        self.complaints: list[str] = []
        self.page.on("request", lambda request: self.asked.append(request.url))
        self.page.on("console", lambda message: self.complaints.append(message.text))
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.on("dialog", lambda dialog: self.complaints.append("dialog"))
        self.page.goto(url)

    def draw(self) -> None:
        """Bring every graph into view and wait until it is drawn."""
        for i, plot in enumerate(self.page.query_selector_all("[data-plot]"), 1):
            plot.scroll_into_view_if_needed()
            self.page.wait_for_function(f"() => document.querySelectorAll('.drawn').length >= {i}")

    def loaded(self) -> list[str]:
        return sorted({url.rpartition("/")[2] for url in self.asked})


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    output = tmp_path_factory.mktemp("site") / "public"
    site.build(made_site.pages(), output, made_site.settings(), made_site.files)
    return output


@pytest.fixture
def visit(browser: Browser, folder: Path, request: pytest.FixtureRequest) -> Iterator[Visit]:
    visit = Visit(browser, f"file://{folder}/index.html", **getattr(request, "param", {}))
    yield visit
    visit.context.close()


def test_nothing_is_refused_nothing_asked_elsewhere_nothing_runs(visit: Visit, folder: Path) -> None:
    visit.draw()
    visit.page.mouse.move(400, 500)
    visit.page.focus(".search input")
    visit.page.wait_for_timeout(200)
    assert visit.complaints == []
    assert [url for url in visit.asked if not url.startswith(f"file://{folder}/")] == []
    assert visit.page.evaluate("window.harmed") is None
    assert visit.page.query_selector("img") is None


def test_also_under_a_server_and_in_a_folder(browser: Browser, folder: Path) -> None:
    class Quiet(http.server.SimpleHTTPRequestHandler):
        def __init__(self, *args: Any) -> None:
            super().__init__(*args, directory=str(folder))

        def log_message(self, *_: Any) -> None:
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Quiet)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        base = f"http://127.0.0.1:{server.server_port}/"
        visit = Visit(browser, base + "signatures/1.html")
        visit.draw()
        assert visit.complaints == []
        assert [url for url in visit.asked if not url.startswith(base)] == []
        visit.context.close()
    finally:
        server.shutdown()
        server.server_close()


def test_hostile_text_is_shown_as_it_is(visit: Visit) -> None:
    shown = visit.page.inner_text("h1")
    for part in (
        "<script>window.harmed = 1</script>",
        "{{ 7 * 7 }}",
        "**bold**",
        "[link](javascript:alert(1))",
        "&lt;",
    ):
        assert part in shown
    assert made_site.HOSTILE[:40] in visit.page.inner_text("#builds pre >> nth=0")
    assert visit.page.evaluate("document.querySelectorAll('a[href^=javascript]').length") == 0
    assert len(visit.page.inner_text("#builds pre >> nth=1")) >= 1_000_000


def test_graphs_are_there_at_once_and_drawn_when_seen(visit: Visit) -> None:
    assert visit.page.locator(".plot svg[role=img]").count() == 2
    assert "plotly.min.js" not in visit.loaded()
    visit.page.locator("#h-day").scroll_into_view_if_needed()
    visit.draw()
    assert visit.asked.count(next(u for u in visit.asked if u.endswith("plotly.min.js"))) == 1
    assert visit.page.evaluate("document.querySelectorAll('.live .main-svg').length") > 0


def test_the_drawing_stays_if_plotly_fails(browser: Browser, folder: Path) -> None:
    visit = Visit(browser, "about:blank")
    visit.page.route("**/plotly.min.js", lambda route: route.abort())
    visit.page.goto(f"file://{folder}/index.html")
    visit.page.locator("#h-day").scroll_into_view_if_needed()
    visit.page.wait_for_event("console", lambda message: "stays as it is" in message.text)
    assert visit.page.locator(".live, .drawn").count() == 0
    assert visit.page.locator(".plot svg[role=img]").first.is_visible()
    visit.context.close()


@pytest.mark.parametrize("visit", [{"java_script_enabled": False}], indirect=True)
def test_all_is_there_without_scripts(visit: Visit) -> None:
    assert visit.page.locator(".plot svg[role=img]").count() == 2
    assert visit.page.locator("#signatures tbody tr").count() == 20
    visit.page.locator("summary").first.click()
    assert visit.page.locator("details table").first.is_visible()
    assert visit.page.locator("input").count() == 0


def test_colours_follow_the_scheme(visit: Visit) -> None:
    def bar() -> Any:
        return visit.page.evaluate("getComputedStyle(document.querySelector('.live .bars .point path')).fill")

    visit.draw()
    light = bar()
    visit.page.emulate_media(color_scheme="dark")
    visit.page.wait_for_function(
        "light => getComputedStyle(document.querySelector('.live .bars .point path')).fill !== light",
        arg=light,
    )
    assert (light, bar()) == ("rgb(31, 91, 138)", "rgb(95, 166, 219)")
    assert visit.complaints == []


def column(visit: Visit, table: str, at: int) -> list[str]:
    return visit.page.locator(f"{table} tbody tr:not(.ex):not([hidden]) > :nth-child({at})").all_inner_texts()


def test_tables_sort(visit: Visit) -> None:
    head = visit.page.locator("#signatures thead th").nth(1)
    head.locator("button").click()
    *hits, last = column(visit, "#signatures", 2)
    assert hits == [f"{n:,}" for n in sorted({700 * i % 2000 for i in range(20) if i != 3}, reverse=True)]
    assert last == "no data"
    assert head.get_attribute("aria-sort") == "descending"
    head.locator("button").press("Enter")
    assert column(visit, "#signatures", 2) == [*hits[::-1], "no data"]
    visit.page.locator("#signatures thead button").first.click()
    assert head.get_attribute("aria-sort") is None
    names = column(visit, "#signatures", 1)
    assert names.index("Signature 2") < names.index("Signature 10")
    assert visit.page.locator("#signatures thead th").nth(2).locator("button").count() == 0


def test_excerpts_move_with_their_rows(visit: Visit) -> None:
    button = visit.page.locator("#builds thead button").first
    button.click()
    button.click()
    assert column(visit, "#builds", 1) == ["build 2", "build 1", "build 0"]
    assert "plain text that matched" in visit.page.inner_text("#builds pre >> nth=0")


def test_tables_filter(visit: Visit) -> None:
    assert visit.page.locator(".filter").count() == 1
    rows = [text.lower() for text in visit.page.locator("#signatures tbody tr").all_inner_texts()]
    wanted = [text for text in rows if "signature" in text and "1,4" in text]
    visit.page.fill(".filter input", "1,4 SIGNATURE")
    assert len(column(visit, "#signatures", 1)) == len(wanted) == 1
    assert visit.page.inner_text(".filter [role=status]") == "1 of 20 rows"
    visit.page.fill(".filter input", "<script>")
    assert len(column(visit, "#signatures", 1)) == 1
    visit.page.fill(".filter input", "")
    assert len(column(visit, "#signatures", 1)) == 20


def test_search(visit: Visit, folder: Path) -> None:
    assert "search-index.js" not in visit.loaded()
    visit.page.focus(".search input")
    visit.page.wait_for_function("() => globalThis.gatepostSearch")
    visit.page.keyboard.type("harmed")
    assert visit.page.locator("#found a").count() == 1
    assert "<script>" in visit.page.inner_text("#found")
    visit.page.fill(".search input", "neutron job")
    assert visit.page.locator("#found a").count() == 12
    assert "8 more" in visit.page.inner_text("#found")
    visit.page.fill(".search input", "4711")
    link = visit.page.locator("#found a")
    assert link.get_attribute("href") == "https://bugs.example.org/4711"
    visit.page.fill(".search input", "nothing such")
    assert visit.page.inner_text("#found") == "Nothing found"
    visit.page.fill(".search input", "1 signature harmed")
    visit.page.keyboard.press("ArrowDown")
    assert visit.page.evaluate("document.activeElement.textContent").startswith("1 ")
    visit.page.keyboard.press("Escape")
    assert visit.page.locator("#found").is_hidden()
    visit.page.fill(".search input", "1 signature harmed")
    visit.page.keyboard.press("Enter")
    visit.page.wait_for_url(f"file://{folder}/signatures/1.html")
    assert visit.complaints == []


@pytest.mark.parametrize("visit", [{"viewport": {"width": 360, "height": 740}}], indirect=True)
@pytest.mark.parametrize(
    "path",
    [
        *("index.html", "method.html", "about.html"),
        *(f"guide/{name}.html" for name in ("own-index", "publish", "zuul", "signature")),
    ],
)
def test_narrow_pages_do_not_scroll_sideways(visit: Visit, folder: Path, path: str) -> None:
    visit.page.goto(f"file://{folder}/{path}")
    visit.draw()
    assert visit.page.evaluate("document.documentElement.scrollWidth") == 360


@pytest.mark.parametrize("visit", [{"viewport": {"width": 360, "height": 740}}], indirect=True)
def test_narrow_rows_are_labelled_and_sort(visit: Visit) -> None:
    cell = visit.page.locator("#signatures tbody td").first
    assert cell.evaluate("cell => getComputedStyle(cell, '::before').content") == '"Hits"'
    visit.page.locator("#signatures thead button").nth(1).click()
    assert column(visit, "#signatures", 2)[0] == "1,900"


def test_keyboard(visit: Visit) -> None:
    visit.page.keyboard.press("Tab")
    assert visit.page.evaluate("document.activeElement.className") == "skip"
    assert visit.page.locator(".skip").bounding_box()["x"] >= 0  # type: ignore[index]
    visit.page.keyboard.press("Enter")
    assert visit.page.evaluate("document.activeElement.id") == "main"
    outline = "getComputedStyle(document.activeElement).outlineStyle"
    for _ in range(30):
        visit.page.keyboard.press("Tab")
        assert visit.page.evaluate(outline) == "solid", visit.page.evaluate(
            "document.activeElement.outerHTML"
        )


def test_names_and_roles(visit: Visit) -> None:
    visit.draw()
    tree = visit.page.locator("body").aria_snapshot()
    for part in (
        'navigation "Main"',
        "main",
        "contentinfo",
        'columnheader "Hits"',
        'searchbox "Search signatures',
    ):
        assert part in tree
    assert 'img "Failed builds' in tree  # still there when plotly has drawn over it
    ids = visit.page.evaluate("[...document.querySelectorAll('[id]')].map(e => e.id)")
    assert len([i for i in ids if i in ("p2", "p3", "ph")]) == 3


def test_paper(visit: Visit) -> None:
    visit.draw()
    visit.page.emulate_media(media="print", color_scheme="dark")
    assert visit.page.locator(".mast nav").is_hidden()
    assert visit.page.locator(".live").first.is_hidden()
    assert visit.page.evaluate("getComputedStyle(document.querySelector('.drawn > svg')).opacity") == "1"
    assert visit.page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    assert visit.page.evaluate("getComputedStyle(document.body).color") == "rgb(0, 0, 0)"
