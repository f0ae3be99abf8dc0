"""Fixtures for all tests: the shared data, a browser, and what GATEPOST_REQUIRE demands."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from playwright.sync_api import Browser

pytest_plugins = ["engines_plugin", "log_server"]

ROOT = Path(__file__).resolve().parent.parent
SHARED_DATA = ROOT.parent / "shared" / "data"
CHROMIUM = Path(os.environ.get("GATEPOST_CHROMIUM", "/usr/bin/chromium"))


def require(kind: str, what: str) -> None:
    """Skip with a line that says what to install, or fail where GATEPOST_REQUIRE names the kind."""
    if kind in os.environ.get("GATEPOST_REQUIRE", "").split(","):
        pytest.fail(f"GATEPOST_REQUIRE={kind}: {what}")
    pytest.skip(what)


#: Minutes each, in one piece: first, or at the end the other processes wait for them.
LONGEST = ("test_zuul_stack.py", "test_wheel.py", "test_pipeline.py", "test_real_chain.py")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    items.sort(key=lambda item: LONGEST.index(item.path.name) if item.path.name in LONGEST else len(LONGEST))


@pytest.fixture(scope="session")
def root() -> Path:
    return ROOT


@pytest.fixture(scope="session")
def shared_data() -> Path:
    if not SHARED_DATA.is_dir():
        require("data", "needs the shared data: put it beside the checkout, at ../shared/data")
    return SHARED_DATA


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    if not CHROMIUM.exists():
        require("browser", "needs Chromium: apt-get install chromium, or set GATEPOST_CHROMIUM")
    from playwright.sync_api import sync_playwright

    options: dict[str, Any] = {"args": ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]}
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=str(CHROMIUM), **options)
        yield chromium
        chromium.close()
