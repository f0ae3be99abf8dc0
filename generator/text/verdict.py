"""The state in three sentences: what breaks, how much and since when, is it us; from the tables alone."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from generator import words
from generator.stats.results import ALL
from generator.text.missing import NO_RATE
from generator.text.names import inert
from generator.text.place import is_it_us
from generator.text.records import Row, records
from generator.text.scope import Scope, state_of

if TYPE_CHECKING:
    from generator.stats.results import Results

Tone = Literal["worse", "better", "steady", "unknown"]


@dataclass(frozen=True)
class Verdict:
    """`word` is the state in a few words; `sentences` are three; `signature` is the one they speak of."""

    tone: Tone
    word: str
    sentences: tuple[str, str, str]
    signature: str | None = None


def evidence(results: Results, scope: Scope) -> list[Row]:
    """The rows of `breakdowns` that a verdict on the scope rests on."""
    culprit = scope.culprit()
    rows = results.breakdowns
    return records(rows[rows["signature"] == culprit["signature"]]) if culprit else []


def verdict(
    scope: Scope,
    breakdowns: Iterable[Row],
    name: Callable[[str], str],
    threshold: float,
    *,
    ascii: bool = False,
) -> Verdict:
    """The verdict on a scope; `breakdowns` are rows of its culprit, `name` gives a signature's name by id.

    Below `threshold` coverage of the failed builds nothing is said about what breaks.
    """
    failed = _failures(scope)
    if isinstance(failed, Verdict):
        return failed
    tone, word = _state(scope, failed)
    culprit = scope.culprit()
    what = _unseen(scope, failed, threshold, ascii) or _unclassified(scope, ascii)
    if what or culprit is None:
        third = "Whether it is us cannot be said before the failures are classified."
        return Verdict(
            tone,
            word,
            (
                what or _nothing(scope, failed),
                _how_much(scope, failed, ascii),
                third if failed["k"] else "There is nothing to put down to anyone.",
            ),
        )
    what = _what(scope, culprit, name(culprit["signature"]), failed)
    window = "28d" if scope.window == "28d" else "7d"
    where = is_it_us(
        breakdowns, window, over_all=scope.pipeline != ALL, other=scope.window != window, ascii=ascii
    )
    return Verdict(tone, word, (what, _how_much(scope, failed, ascii), where), culprit["signature"])


def _failures(scope: Scope) -> Row | Verdict:
    """The failures to judge; the verdict itself if there are too few."""
    failed = scope.totals.get("failed")
    if failed and failed["n"] >= words.FEW:
        return failed
    seen = scope.totals.get("coverage_failed")
    # failures that are in no failure rate: builds that passed are not known
    if not seen or not seen["n"] or (failed and failed["n"]):
        return _too_few(scope, failed)
    if seen["n"] < words.FEW:
        return _too_few_failed(scope, seen["n"])
    return {**seen, "k": seen["n"], "n": 0, "state": "unrated"}


def _state(scope: Scope, failed: Row) -> tuple[Tone, str]:
    name = scope.name[:1].upper() + scope.name[1:]
    if failed["state"] in ("worse", "better"):
        return failed["state"], f"{name}: {failed['state']}"
    if failed["state"] == "unrated":
        return "steady", f"{name}: no failure rate"
    if failed["state"] == "no data":
        return "steady", f"{name}: nothing to compare with yet"
    return "steady", f"{name}: no clear change"


def _too_few(scope: Scope, failed: Row | None) -> Verdict:
    n, k = (failed["n"], failed["k"]) if failed else (0, 0)
    seen = f"{words.plural(n, 'build')} completed" if n else "No build completed"
    of = f", {words.count(k)} of them failed" if n else ""
    return Verdict(
        "unknown",
        "Not enough data",
        (
            f"{seen} in {_area(scope)} in the last {scope.length}{of}: too few to judge.",
            f"A rate needs at least {words.FEW} completed builds.",
            "Look at a longer window, or see on the Data page what was collected and what was skipped.",
        ),
    )


def _too_few_failed(scope: Scope, failures: int) -> Verdict:
    """Failures are known, builds that passed are not: no build "completed" would be wrong."""
    return Verdict(
        "unknown",
        "Not enough data",
        (
            f"{words.plural(failures, 'build')} failed in {_area(scope)} in the last {scope.length}:"
            " too few to judge.",
            f"{NO_RATE[:1].upper()}{NO_RATE[1:]}; a share needs at least {words.FEW} of them.",
            "Look at a longer window.",
        ),
    )


def _area(scope: Scope) -> str:
    return f"the {scope.name}" if scope.name in ("CI", "gate") else f"the {inert(scope.name, 40)} pipeline"


def _unseen(scope: Scope, failed: Row, threshold: float, ascii: bool) -> str:
    seen = scope.totals.get("coverage_failed")
    if not failed["k"] or (seen and seen["n"] and seen["k"] / seen["n"] >= threshold):
        return ""
    share = words.percent(seen["k"], seen["n"], ascii=ascii) if seen else "none"
    few = f"Too few logs were seen to say what breaks {_area(scope)}"
    return f"{few}: of the failed builds {share} were examined."


def _unclassified(scope: Scope, ascii: bool) -> str:
    known = scope.totals.get("classified")
    if not known or known["n"] < words.FEW or 2 * known["k"] >= known["n"]:
        return ""
    unknown = words.percent(known["n"] - known["k"], known["n"], ascii=ascii)
    return (
        f"Most of what breaks {_area(scope)} has no signature yet: of the failed builds examined {unknown}."
    )


def _nothing(scope: Scope, failed: Row) -> str:
    if not failed["k"]:
        return f"Nothing failed in {_area(scope)} in the last {scope.length}."
    return (
        f"No signature explains the {words.plural(failed['k'], 'failed build')} of the last {scope.length}."
    )


def _what(scope: Scope, row: Row, name: str, failed: Row) -> str:
    of = f"{words.count(row['hits'])} of {words.plural(row['failed'], 'failed build')}"
    area = _area(scope)
    if row["state"] in ("new", "returned"):
        since = f" since {words.weekday(row['first_seen'])}" if row["state"] == "new" else ""
        verb = "is new" if row["state"] == "new" else "is back"
        return f"{name} {verb} in {area}{since}: it is in {of}."
    if state_of(row) == "worse":
        before = f"{words.count(row['prev_k'])} in the {scope.length} before"
        if row["state"] != "worse":
            before = f"{words.count(row['base_k'])} in the 28 d before"
        return f"{name} breaks {area} more than before: it is in {of}, after {before}."
    trend = "getting better" if row["state"] == "better" else "no clear change"
    return f"{name} is the most frequent known failure of {area}: it is in {of}, {trend}."


def _how_much(scope: Scope, failed: Row, ascii: bool) -> str:
    """How the failure rate of the scope compares with the window before."""
    if failed["state"] == "unrated":
        return f"{words.plural(failed['k'], 'build')} failed; {NO_RATE}."
    now = words.percent(failed["k"], failed["n"], ascii=ascii)
    if failed["state"] == "no data":
        return f"Builds failed in {now}; there is no earlier {scope.length} to compare with."
    change = words.points(failed["change"], ascii=ascii)
    interval = words.signed_interval(failed["change_low"], failed["change_high"], ascii=ascii)
    return f"{_direction(failed)}: {now}, {change} points" + (f" ({interval})." if interval else ".")


def _direction(failed: Row) -> str:
    """What the test over all comparisons allows to say, also where the interval of this one excludes none."""
    if failed["state"] in ("worse", "better"):
        return f"Builds fail {'more' if failed['state'] == 'worse' else 'less'} often than before"
    low, high = failed["change_low"], failed["change_high"]
    if low is None or low <= 0 <= high:
        return "No clear change in how often builds fail"
    than = "more" if low > 0 else "less"
    return f"Builds may fail {than} often than before, but among all that is compared it may be chance"
