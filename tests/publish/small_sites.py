"""Sites of a few files, as `gatepost build` leaves them, and what readers see of published ones."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from generator.progress import Progress
from generator.publish import Options, publish

NOW = datetime(2026, 11, 20, 23, 10, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
PAGE = '<html>\n<header>\n</header>\n<main id="main" tabindex="-1">\n<h1>{}</h1></main></html>\n'


def make(site: Path, pages: dict[str, str] | None = None, **said: Any) -> Path:
    """A site in the folder, which is made anew; `said` goes into its site.json."""
    facts = {
        "generated": NOW.isoformat(), "until": (NOW - HOUR).isoformat(), "period_hours": 24,
        "since": (NOW - 90 * DAY).isoformat(), "builds": 1000, "signatures": 80,
        "reviewed": (NOW - HOUR).isoformat(), "third_party_cis": 8, **said,
    }  # fmt: skip
    files = {"index.html": "home", "signatures/index.html": "list", "cis/index.html": "list", **(pages or {})}
    texts = {name: PAGE.format(text) for name, text in files.items()}
    for old in sorted(site.rglob("*"), reverse=True):
        old.rmdir() if old.is_dir() else old.unlink()
    for name, text in {**texts, "data/site.json": json.dumps(facts), "assets/a.js": "1"}.items():
        (site / name).parent.mkdir(parents=True, exist_ok=True)
        (site / name).write_text(text)
    return site


def publish_at(site: Path, folder: Path, days: float = 0, **options: Any) -> None:
    publish(site, folder, Options(**options), NOW + days * DAY, Progress(0))


def home(folder: Path) -> str:
    """What readers see first."""
    return (folder / "current" / "index.html").read_text()


def shown(folder: Path) -> set[str]:
    """The files that readers can get."""
    site = folder / "current"
    return {path.relative_to(site).as_posix() for path in site.rglob("*") if path.is_file()}


def stamps(folder: Path) -> list[str]:
    return sorted(path.name for path in (folder / "sites").iterdir())
