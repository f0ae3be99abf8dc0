"""The weekly mail: plain ASCII text of at most 72 columns and 60 lines, with its subject first."""

from __future__ import annotations

from typing import TYPE_CHECKING

from generator import words
from generator.text import third_party_report
from generator.text.context import PageContext
from generator.text.layout import figure, frequent, paragraph, section
from generator.text.missing import missing, nothing_to_do, unrated
from generator.text.names import label, plain, short
from generator.text.records import Row
from generator.text.scope import STATE_WORDS, Scope, Scopes, compared, figure_known, judged, state_of, word_of
from generator.text.verdict import Verdict, evidence, verdict

if TYPE_CHECKING:
    from generator.stats.results import Results

_LINES = 60
#: Entries of a list, and of that of third-party CIs: less and less until the mail is short enough.
_CUTS = ((5, 5), (4, 4), (3, 3), (2, 3), (1, 3), (1, 2), (1, 1))
_FIGURES = (
    ("failed", "Failed builds"),
    ("first_pass", "First-pass rate"),
    ("classified", "Classified failures"),
    ("infra", "Infra outcomes"),
)
_CHANGE = {"new": "new", "returned": "back", "worse": "worse", "better": "better"}


def digest(results: Results, context: PageContext) -> str:
    """The mail of the week that ends with the newest data; lists are cut until it has at most 60 lines."""
    for cut in _CUTS:
        lines = _Mail(results, context, *cut).lines()
        if len(lines) <= _LINES:
            break
    return "\n".join(lines) + "\n"


def edition(results: Results, context: PageContext) -> str:
    """`2026-W47`: the ISO week in which the data end."""
    year, week, _ = words.utc(results.facts.end or context.generated).isocalendar()
    return f"{year}-W{week:02d}"


class _Mail:
    def __init__(self, results: Results, context: PageContext, longest: int, cis: int) -> None:
        self._results, self._context, self._longest, self._cis = results, context, longest, cis
        self._scope = Scopes(results).scope()
        self._alone = third_party_report.alone(results)
        self._verdict = _verdict(results, context, self._scope)

    def lines(self) -> list[str]:
        context = self._context
        note = "Numbers, method and definitions are on the site"
        parts = [
            self._head(),
            section("VERDICT", paragraph(" ".join(filter(None, self._verdict.sentences)), indent="  ")),
            *([] if self._alone else self._of_builds()),
            self._third_party(),
            [] if self._alone else section("HOW TO HELP", self._help()),
            ["-- ", *_address(context, context.permalink, note)],
        ]
        return [line for part in parts for line in part]

    def _of_builds(self) -> list[list[str]]:
        scope = self._scope
        return [
            section(f"{'FIGURES':<22}{'last 7 d':>9}{'points':>21}  interval or state", self._figures()),
            section("NEW OR BACK", self._entries(scope.in_state("new", "returned"))),
            section("WORSE", self._entries(scope.in_state("worse"))),
            section("BETTER OR GONE", self._entries(scope.in_state("better", "gone"))),
            section(frequent("MOST FREQUENT", "failed builds", "rate", "change")[2:], self._frequent()),
            section("UNCLASSIFIED", self._unclassified()),
        ]

    def _examined(self, figure: str) -> str:
        seen = self._scope.totals.get(figure)
        return words.percent(seen["k"], seen["n"], ascii=True) if seen else "no data"

    def _name(self, id: str, width: int) -> str:
        return plain(short(self._context.signature(id)), width)

    def _head(self) -> list[str]:
        until = self._results.facts.end
        week = f"week to {words.moment(until)}" if until else "no data yet"
        head = f"Gatepost digest, {week} (edition {edition(self._results, self._context)})"
        return [
            plain(f"Subject: [gatepost] {self._verdict.word}{self._culprit()}", 72),
            "",
            *paragraph(plain(self._context.community, 200)),
            *paragraph(head),
            *paragraph(self._about()),
            *(line for told in self._missing() for line in paragraph(plain(told, 400))),
            "",
        ]

    def _about(self) -> str:
        if self._alone:
            return "Third-party CIs, 28 d; no builds were collected. Intervals are 95 %."
        coverage, of_failed = map(self._examined, ("coverage", "coverage_failed"))
        area = "All pipelines" if self._scope.name == "CI" else f"Pipeline {plain(self._scope.name, 30)}"
        return (
            f"{area}, voting jobs. Builds examined: {coverage}; failed ones: {of_failed}. "
            "Compared with the 7 d before. Intervals are 95 %."
        )

    def _culprit(self) -> str:
        """The signature that the verdict speaks of, with the word for its state if it says more."""
        row = next((r for r in self._scope.signatures if r["signature"] == self._verdict.signature), None)
        if row is None:
            return ""
        word = _CHANGE.get(state_of(row))
        name = plain(label(self._context.signature(row["signature"])), 72)
        return f"; {word}: {name}" if word and word != self._verdict.tone else f"; {name}"

    def _missing(self) -> list[str]:
        partial, without = missing(self._results), unrated(self._results)
        told = (*self._context.remarks, f"Partial: {partial}" if partial else "", without)
        return [sentence for sentence in told if sentence]

    def _figures(self) -> list[str]:
        totals = self._scope.totals
        return [_figure_line(title, totals.get(key)) for key, title in _FIGURES if figure_known(key, totals)]

    def _entries(self, rows: list[Row]) -> list[str]:
        """Two lines a signature: its name, then what is known of it."""
        lines: list[str] = []
        for row in rows[: self._longest]:
            id = plain(row["signature"], 20)
            lines.append(f"  {id:<8} {self._name(row['signature'], 61 - max(0, len(id) - 8))}".rstrip())
            lines += paragraph(_known(row), indent=" " * 11)
        if len(rows) > self._longest:
            lines.append(f"  and {len(rows) - self._longest} more on the site")
        return lines or ["  None."]

    def _frequent(self) -> list[str]:
        rows = self._scope.frequent()[: min(self._longest + 2, 5)]
        return [_frequent_line(row, self._name(row["signature"], 60)) for row in rows] or ["  None."]

    def _unclassified(self) -> list[str]:
        known = self._scope.totals.get("classified")
        if not known or not known["n"]:
            return ["  No failed build was examined."]
        count = words.plural(known["n"] - known["k"], "failed build")
        return [
            f"  {count} of {words.count(known['n'])} examined without a signature:",
            *_address(self._context, "unclassified/index.html", indent="  "),
        ]

    def _third_party(self) -> list[str]:
        """Only where a CI could use a hand."""
        lines = third_party_report.mail_lines(self._results, self._context, self._cis)
        return section("THIRD-PARTY CIS THAT COULD USE A HAND", lines) if lines else []

    def _help(self) -> list[str]:
        context = self._context
        asks = [
            f"Look at {plain(row['signature'], 20)}: {word_of(row)}, no owner yet."
            for row in self._scope.in_state("new", "worse", "returned")
            if not context.signature(row["signature"]).owner
        ][:2]
        unread = self._scope.unread(self._results.facts.coverage_threshold)
        asks = [*filter(None, [unread]), *asks]
        job = _most_unclassified(self._results)
        if job:
            asks.append(f"Write a signature for the failures of {plain(job, 60)}.")
        bad = next((row for row in self._scope.frequent() if row["success_bad"]), None)
        if bad:
            asks.append(f"Narrow {plain(bad['signature'], 20)}: over 10 % of the builds it matches passed.")
        asks = asks or [nothing_to_do(self._results)]
        return [line for ask in asks[:3] for line in paragraph(ask, indent="  ")]


def _verdict(results: Results, context: PageContext, scope: Scope) -> Verdict:
    if third_party_report.alone(results):
        return third_party_report.verdict_alone(results)
    return verdict(
        scope,
        evidence(results, scope),
        lambda id: plain(label(context.signature(id)), 100),
        results.facts.coverage_threshold,
        ascii=True,
    )


def _figure_line(title: str, row: Row | None) -> str:
    if row is None or not row["n"]:
        return figure(title, "no data")
    counts = f"{row['k']}/{row['n']}"
    rate = words.rate(row["rate"], ascii=True) if row["n"] >= words.FEW else ""
    change = words.points(row["change"], ascii=True) if judged(row) else ""
    interval = words.signed_interval(row["change_low"], row["change_high"], ascii=True)
    state = str(row["state"])
    clear = state in ("worse", "better") and interval
    trend = f"({interval})" if clear else STATE_WORDS.get(state, state)
    return figure(title, rate, counts, change, trend)


def _known(row: Row) -> str:
    hits = f"{words.count(row['hits'])} of {words.plural(row['failed'], 'failed build')}"
    if row["state"] == "new":
        return f"{hits}, first {words.clock(row['first_seen'])}"
    if row["state"] == "gone":
        return f"none for 28 d, last {words.day_year(row['last_seen'])}"
    if row["state"] == "returned":
        return f"{hits}, seen again"
    before = "28 d before" if row["state"] != "worse" and row["regressed"] else "before"
    was = "base" if before != "before" else "prev"
    return f"{hits}; rate {row['k']}/{row['n']}, {before} {row[f'{was}_k']}/{row[f'{was}_n']}"


def _frequent_line(row: Row, name: str) -> str:
    rate = words.rate(row["rate"], ascii=True) if row["n"] and row["n"] >= words.FEW else ""
    row = compared(row)
    change = words.points(row["change"], ascii=True) if judged(row) else ""
    verdict = _CHANGE.get(state_of(row), "")
    trend = verdict if row["state"] in ("new", "returned") else f"{change} {verdict}".strip()
    return frequent(f"{plain(row['signature'], 12)} {name}", f"{row['hits']} of {row['failed']}", rate, trend)


def _most_unclassified(results: Results) -> str | None:
    jobs = results.unclassified["job"].dropna()
    return str(jobs.value_counts(sort=True).sort_index(kind="stable").idxmax()) if len(jobs) else None


def _address(context: PageContext, path: str, note: str = "", indent: str = "") -> list[str]:
    """An address is never broken: it may be longer than a line of the mail."""
    if not context.site_url:
        return [f"{indent}{note or 'see the page Unclassified of the site'}"]
    return [f"{indent}{context.page(path)}", *([f"{indent}{note}"] if note else [])]
