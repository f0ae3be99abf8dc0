"""A small site from made-up figures, with text in it that would do harm if anything interpreted it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd
from markupsafe import Markup

from generator import render, site, site_search
from generator.figures.daily import daily
from generator.figures.rate import rate

HOSTILE = (
    "</pre></script><script>window.harmed = 1</script><img src=x onerror='window.harmed = 2'>"
    "<!-- {{ 7 * 7 }} {% raw %}"
    " **bold** [link](javascript:alert(1)) `code` &lt; \x1b[31mred\x1b[0m \u202egnp.exe \x00 ]]> \\"
)
#: 1 MB on one line.
LONG = "x" * 1_000_000
_BODY = """
{% from "macros/figure.html" import figure %}
{% from "macros/table.html" import table %}
{% from "macros/keys.html" import keyfigures %}
<p class="kicker">{{ hostile }}</p><h1>Heading {{ hostile }}</h1>
{{ keyfigures(keys) }}
<div id="spacer">{% for _ in range(80) %}<p>line</p>{% endfor %}</div>
<section><h2 id="h-day">Failed builds per day</h2>{{ figure(fig, "h-day") }}</section>
<section><h2 id="h-rate">Rate</h2>{{ figure(rates, "h-rate") }}</section>
<section><h2>Signatures</h2>{{ table(signatures, id="signatures") }}</section>
<section><h2>Builds</h2>{{ table(builds, id="builds") }}</section>
"""


def days(n: int = 28, gap: tuple[int, ...] = (14, 15), end: str = "2026-11-20") -> pd.DataFrame:
    """Rows like those of `days` and `signature_days` at once; the slots of `gap` have no data."""
    rows: list[dict[str, Any]] = []
    for i, day in enumerate(pd.date_range(end=end, periods=n, tz="UTC")):
        seen = i not in gap
        failed = 10 + i if seen else 0
        rows.append({
            "day": day, "has_data": seen, "run": 200 * seen, "failed": failed,
            "succeeded": (190 - failed) * seen,
            "classified": failed // 2, "unclassified": failed // 4, "infra": 5 * seen, "examined": 180 * seen,
            "failed_examined": failed // (2 if i == 3 else 1), "coverage": 0.1 if seen else None,
            "k": failed, "n": 190 * seen,
            "rate": failed / 190 if seen else None, "low": failed / 240 if seen else None,
            "high": failed / 150 if seen else None,
        })  # fmt: skip
    return pd.DataFrame(rows)


def _signatures() -> render.Table:
    columns = [
        render.Column("Signature"),
        render.Column("Hits", numeric=True),
        render.Column("Seen", sortable=False),
    ]
    names = [HOSTILE, *(f"Signature {i}" for i in range(1, 20))]
    rows = [
        render.Row(
            [
                render.Cell(name, href="index.html"),
                render.Cell(f"{(700 * i) % 2000:,}"),
                "today",
            ]
        )
        for i, name in enumerate(names)
    ]
    rows[3] = render.Row(["Signature 3", "no data", "today"])
    return render.Table("Signatures", columns, rows)


def _builds() -> render.Table:
    columns = [
        render.Column("Build"),
        render.Column("Job"),
        render.Column("Project"),
        render.Column("Branch"),
    ]
    texts = [HOSTILE, LONG, "plain text that matched"]
    rows = [
        render.Row([f"build {i}", "tempest-full-" + "y" * 150, "nova", "master"],
                   render.Excerpt(f"log.txt:{i}", text, ((0, 5),)))
        for i, text in enumerate(texts)
    ]  # fmt: skip
    return render.Table("Builds", columns, rows)


def body() -> Markup:
    """The body of a page with one of everything."""
    frame = days()
    return Markup(
        render.environment()
        .from_string(_BODY)
        .render(
            hostile=HOSTILE,
            keys=[
                render.KeyFigure(
                    "Failed", "14.3 %", "353 of 2,462", "13.0–15.8", render.State("+4.3 pts", "worse", "up")
                )
            ],
            fig=daily(frame, "day", "Failed builds " + HOSTILE, "Caption " + HOSTILE),
            rates=rate(frame, "rate", "Rate", coverage=frame),
            signatures=_signatures(),
            builds=_builds(),
        )
    )


def pages() -> list[site.Page]:
    """A first page and one in a folder."""
    return [
        site.Page("index.html", "Gate " + HOSTILE, "What " + HOSTILE, body(), "home"),
        site.Page(
            "signatures/index.html", "Signatures", "All of them", Markup("<h1>Signatures</h1>"), "signatures"
        ),
        site.Page("signatures/1.html", "One", "One of them", body(), "signatures"),
    ]


def files(folder: Path) -> None:
    """What is no page."""
    entries = [
        ("1 " + HOSTILE, "signature", "signatures/1.html"),
        ("tempest-full", "job", "jobs/tempest-full.html"),
        ("bug 4711", "bug", "https://bugs.example.org/4711"),
    ]
    site_search.write(entries + [(f"neutron-{i}", "job", "index.html") for i in range(20)], folder)


def settings() -> site.SiteSettings:
    """A community with a freshness line that links to the root."""
    return site.SiteSettings(
        "Community <b>",
        Markup('<span>Data until <a href="{root}data/index.html">now</a></span>'),
        feed=True,
    )
