"""What stands on every page: how fresh the data are, what is missing, and the notes at the foot."""

from __future__ import annotations

from datetime import timedelta

from markupsafe import Markup

from generator import words
from generator.render import render
from generator.stats.results import ALL, Results
from generator.text.context import PageContext
from generator.text.missing import missing, unrated
from generator.text.names import inert
from generator.text.scope import Scopes
from generator.text.third_party_report import alone


def fresh(results: Results, context: PageContext) -> Markup:
    """The line under the masthead: data until, page built, coverage of the failed builds of the last 7 d.

    Without coverage where no builds are collected.
    """
    until = results.facts.end
    scope = Scopes(results).scope()
    seen = scope.totals.get("coverage_failed")
    return render(
        "pages/fresh.html",
        until=until,
        age=words.age(context.generated - until) if until is not None else "",
        period_hours=f"{context.period_hours:g}",
        pipeline="" if scope.pipeline == ALL else inert(scope.pipeline, 40),
        coverage=words.percent(seen["k"], seen["n"]) if seen else "no data",
        builds=not alone(results),
    )


def banner(results: Results) -> Markup:
    """What is missing from the numbers of every page; empty where nothing is."""
    return render("pages/banner.html", missing=missing(results), unrated=unrated(results))


def old(results: Results, context: PageContext) -> Markup:
    """That the data are old, hidden: a script shows it where they are, by the reader's clock."""
    due = _due(context.period_hours) if results.facts.end is not None else ""
    return render("pages/old.html", due=due, builds=not alone(results))


def _due(hours: float) -> str:
    """How often a report is due: `every day`, `every 6 h`."""
    often = {1.0: "hour", 24.0: "day", 168.0: "week"}
    return f"every {often.get(hours) or words.age(timedelta(hours=hours))}"


def foot(results: Results) -> Markup:
    """The notes at the foot; `{root}` in addresses is the way to the site's root."""
    return render("pages/foot.html", until=results.facts.end)
