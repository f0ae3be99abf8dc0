"""What stands on every page: how fresh the data are, what is missing, and the notes at the foot."""

from __future__ import annotations

from markupsafe import Markup

from generator import words
from generator.render import render
from generator.stats.results import ALL, Results
from generator.text.context import PageContext
from generator.text.missing import missing, unrated
from generator.text.names import inert
from generator.text.scope import Scopes


def fresh(results: Results, context: PageContext) -> Markup:
    """The line under the masthead: data until, page built, coverage of the last 7 d."""
    until = results.facts.until
    scope = Scopes(results).scope()
    seen = scope.totals.get("coverage")
    return render(
        "pages/fresh.html",
        until=until,
        age=words.age(context.generated - until) if until is not None else "",
        pipeline="" if scope.pipeline == ALL else inert(scope.pipeline, 40),
        coverage=words.percent(seen["k"], seen["n"]) if seen else "no data",
    )


def banner(results: Results) -> Markup:
    """What is missing from the numbers of every page; empty where nothing is."""
    return render("pages/banner.html", missing=missing(results), unrated=unrated(results))


def foot(results: Results) -> Markup:
    """The notes at the foot; `{root}` in addresses is the way to the site's root."""
    return render("pages/foot.html", until=results.facts.until)
