"""How old the data are, by the reader's clock, in a real browser that opens the site from a folder."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path
from shutil import copytree
from typing import TYPE_CHECKING, Any

import made_results as made
import made_site
import pytest

from generator import site
from generator.pages import PageContext
from generator.pages.furniture import banner, fresh, old
from generator.publish import copying

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

pytestmark = pytest.mark.browser

UNTIL = made.UNTIL.to_pydatetime()
Open = Callable[..., "Page"]


def make(output: Path, period: float = 24, **facts: Any) -> Path:
    results = made.results(made.facts(**facts))
    context = PageContext("C", UNTIL + timedelta(minutes=70), period_hours=period)
    look = site.SiteSettings("C", fresh(results, context), old(results, context) + banner(results))
    site.build(made_site.pages()[1:2], output, look)
    return output


@pytest.fixture(scope="module")
def daily(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make(tmp_path_factory.mktemp("daily") / "public")


@pytest.fixture
def open_at(browser: Browser) -> Iterator[Open]:
    contexts, complaints = [], []

    def open_at(output: Path, now: datetime, **options: Any) -> Page:
        contexts.append(browser.new_context(**options))
        contexts[-1].clock.install(time=now)
        page = contexts[-1].new_page()
        page.on("console", lambda message: complaints.append(message.text))
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.goto(f"file://{output}/signatures/index.html")
        return page

    yield open_at
    for context in contexts:
        context.close()
    assert complaints == []


def age(page: Page) -> str:
    return page.inner_text(".fresh > span >> nth=0").replace("\u202f", " ")


def warned(page: Page) -> bool:
    return page.is_visible("[data-old]")


@pytest.mark.parametrize(
    ("later", "said"),
    [
        (timedelta(seconds=30), ", 0 minutes ago;"),
        (timedelta(minutes=1), ", 1 minute ago;"),
        (timedelta(minutes=119), ", 119 minutes ago;"),
        (timedelta(minutes=120), ", 2 hours ago;"),
        (timedelta(hours=47, minutes=59), ", 47 hours ago;"),
        (timedelta(days=2), ", 2 days ago;"),
        (timedelta(days=4000), ", 4,000 days ago;"),
        (timedelta(minutes=-5), "22:00 UTC; page"),
    ],
)
def test_age_by_the_readers_clock(daily: Path, open_at: Open, later: timedelta, said: str) -> None:
    text = age(open_at(daily, UNTIL + later))
    assert text.startswith("Data until Fri 20 Nov 2026, 22:00 UTC")
    assert said in text
    assert text.endswith("page built 1 h 10 min later")


@pytest.mark.parametrize(
    ("zone", "local"),
    [("America/Los_Angeles", "en-US"), ("Asia/Tokyo", "ja-JP"), ("Asia/Kathmandu", "de-DE")],
)
def test_the_same_age_everywhere(daily: Path, open_at: Open, zone: str, local: str) -> None:
    page = open_at(daily, UNTIL + timedelta(days=1234), timezone_id=zone, locale=local)
    assert ", 1,234 days ago;" in age(page)


def test_a_banner_from_twice_the_period_on(daily: Path, open_at: Open) -> None:
    page = open_at(daily, UNTIL + timedelta(hours=47, minutes=58))
    assert not warned(page)
    page.clock.run_for(5 * 60_000)
    assert warned(page)
    said = page.inner_text("[data-old]")
    assert said.startswith(
        "Old data. The newest build here ended 2 days ago, though a new report is due every day"
    )


def test_the_period_is_that_of_the_configuration(tmp_path: Path, open_at: Open) -> None:
    output = make(tmp_path / "public", 6)
    assert not warned(open_at(output, UNTIL + timedelta(hours=11.9)))
    assert warned(open_at(output, UNTIL + timedelta(hours=12.1)))


@pytest.mark.parametrize(
    ("period", "due"),
    [(1, "every hour:"), (24, "every day:"), (168, "every week:"), (6.5, "every 6\u202fh 30\u202fmin:")],
)
def test_how_often_a_report_is_due(period: float, due: str) -> None:
    assert f"a new report is due {due}" in old(made.results(), PageContext("C", UNTIL, period_hours=period))


def test_a_page_that_was_kept_is_not_called_late(daily: Path, open_at: Open, tmp_path: Path) -> None:
    for name, part in (("old", "signatures/index.html"), ("new", "signatures/none.html")):
        (tmp_path / name / part).parent.mkdir(parents=True)
        (tmp_path / name / part).write_bytes((daily / "signatures/index.html").read_bytes())
    copying.carry(tmp_path / "old", tmp_path / "new")
    copytree(daily / "assets", tmp_path / "new/assets")
    page = open_at(tmp_path / "new", UNTIL + timedelta(days=9))
    assert page.is_visible("[data-kept]") and "9 days ago" in age(page)
    assert not warned(page)


def test_without_scripts_the_time_itself_stands(daily: Path, open_at: Open) -> None:
    page = open_at(daily, UNTIL + timedelta(days=9), java_script_enabled=False)
    assert age(page) == "Data until Fri 20 Nov 2026, 22:00 UTC; page built 1 h 10 min later"
    assert not warned(page)


def test_without_data_nothing_is_counted(tmp_path: Path, open_at: Open) -> None:
    page = open_at(make(tmp_path / "public", until=None), UNTIL + timedelta(days=9))
    assert age(page) == "No data yet"
    assert page.locator("[data-old]").count() == 0


@pytest.mark.parametrize(
    ("scheme", "accent"), [("light", "rgb(161, 32, 59)"), ("dark", "rgb(245, 146, 156)")]
)
@pytest.mark.parametrize("width", [1280, 360])
def test_the_banner_fits_both_schemes_and_any_width(
    daily: Path, open_at: Open, scheme: str, accent: str, width: int
) -> None:
    size = {"width": width, "height": 800}
    page = open_at(daily, UNTIL + timedelta(days=9), color_scheme=scheme, viewport=size)
    edge = "getComputedStyle(document.querySelector('[data-old]')).borderInlineStartColor"
    assert page.evaluate(edge) == accent
    assert page.evaluate("document.documentElement.scrollWidth") <= width
