"""Names, titles and log lines that want to be more than text."""

from __future__ import annotations

from typing import Any

import made_results as made
import pytest
from page_checker import checked
from test_pages_all import NOW

from generator.pages import PageContext, all_pages
from generator.signatures.model import Signature

EVIL = (
    "</pre></script><script>alert(1)</script><img src=x onerror=alert(1)>"
    "{{ 7*7 }} {% raw %} \x1b[31m \u202egnp.exe"
)
BUILD: dict[str, Any] = {
    "build_uuid": "u",
    "end_time": made.UNTIL,
    "project": EVIL,
    "branch": EVIL,
    "pipeline": EVIL,
    "provider": EVIL,
    "region": EVIL,
    "ci": EVIL,
    "result": EVIL,
    "outcome": "failure",
    "patchset": EVIL,
    "change": 7,
    "log_url": "javascript:alert(1)",
    "voting": True,
}


@pytest.fixture(scope="module")
def bodies() -> dict[str, str]:
    week = made.week()
    evil = [
        made.hit("../../evil", 40, 353, 900, pipeline=p, window=w, project_names=EVIL)
        for p in ("gate", "*")
        for w in ("7d", "28d")
    ]
    group = {
        "dimension": "job",
        "value": f"../{EVIL}",
        "voting": "voting",
        "run": 50,
        "failed": 20,
        "succeeded": 30,
        "k": 20,
        "n": 50,
        "rate": 0.4,
        "low": 0.3,
        "high": 0.5,
        "state": "no data",
        "failed_examined": 20,
        "classified": 10,
        "examined": 40,
    }
    week["signatures"] += evil
    week["breakdowns"] += [
        made.share("../../evil", "provider", EVIL, 30, 90, "28d"),
        made.share("../../evil", "job", EVIL, 30, 90, "28d"),
    ]
    week["groups"] = [
        {**group, "window": window, "dimension": dimension}
        for window in ("7d", "10d", "28d")
        for dimension in ("job", "ci")
    ]
    week["recent_hits"] = [
        {
            **BUILD,
            "signature": "../../evil",
            "job": f"../{EVIL}",
            "file": EVIL,
            "line": 3,
            "lines": 2,
            "excerpt": EVIL + "\nit is evil indeed",
            "excerpt_line": 2,
        }
    ]
    week["recent_failures"] = [{**BUILD, "job": f"../{EVIL}", "signatures": "../../evil", "examined": True}]
    week["unclassified"] = [
        {
            **{k: v for k, v in BUILD.items() if k != "voting"},
            "job": f"../{EVIL}",
            "text": EVIL,
            "file": EVIL,
            "line": 1,
        }
    ]
    week["skipped"] = [{"reason": EVIL, "source": EVIL, "count": 1, "path": EVIL, "detail": EVIL * 50}]
    week["odd"] = [{"kind": "no metadata", "count": 1, "example": EVIL}]
    signature = Signature(
        "../../evil", 'message:"is evil"', path=EVIL, title=EVIL * 200, bug="javascript:alert(1)", owner=EVIL
    )
    context = PageContext(EVIL, NOW, (signature,), bug_url="javascript:{id}", repository_url="//x")
    return {page.path: str(page.body) for page in all_pages(made.results(**week), context)}


def test_nothing_leaves_its_folder(bodies: dict[str, str]) -> None:
    assert [path for path in bodies if path.startswith("signatures/") and "evil" in path]
    assert not [path for path in bodies if ".." in path or path.startswith("/")]


def test_hostile_text_is_inert(bodies: dict[str, str]) -> None:
    for path, body in bodies.items():
        found = checked(body)
        assert "<script>" not in body and "<img" not in body, path
        assert "\x1b" not in body and "\u202e" not in body, path
        assert not [link for link in found.links if "javascript" in link.lower()], path
    assert "{{ 7*7 }}" in "".join(checked(bodies["unclassified/index.html"]).text)


def test_matches_are_underlined_and_lines_kept(bodies: dict[str, str]) -> None:
    page = next(
        body for path, body in bodies.items() if path.startswith("signatures/") and '<pre class="log"' in body
    )
    assert "it <b>is evil</b> indeed" in page
    assert "\\x1b[31m \\u202egnp.exe" in page
    assert "1 further matching line in this build" in page
