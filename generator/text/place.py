"""Is it us? Where the hits of a signature are concentrated, against where the builds ran."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from generator import words
from generator.stats.results import UNKNOWN
from generator.text.names import inert, plain
from generator.text.records import Row

#: Share of the hits from which a value is named, and how many times its share of the builds that must be.
_CONCENTRATED, _TIMES = 0.5, 1.5
_DIMENSIONS = ("provider", "project", "job", "branch")


@dataclass(frozen=True)
class Place:
    """A value of a dimension that has most of a signature's hits, against its share of the builds."""

    dimension: str
    value: str
    hits: int
    of: int
    share_of_builds: float


def place(rows: Iterable[Row], dimension: str, window: str) -> Place | None:
    """The value of a dimension in which a signature's hits are concentrated, if there is one.

    It has at least half of ten or more hits and 1.5 times its share of the builds, and the
    interval of its rate lies above the rate of all the others.
    """
    rows = [r for r in rows if r["dimension"] == dimension and r["window"] == window and r["n"]]
    hits, builds = sum(r["k"] for r in rows), sum(r["n"] for r in rows)
    if hits < words.FEW or len(rows) < 2:
        return None
    top = max(rows, key=lambda r: (r["k"], r["value"] or ""))
    share, of_builds = top["k"] / hits, top["n"] / builds
    others = (hits - top["k"]) / (builds - top["n"])
    if (
        top["value"] in (None, UNKNOWN)
        or share < _CONCENTRATED
        or share < _TIMES * of_builds
        or top["low"] is None
        or top["low"] <= others
    ):
        return None
    return Place(dimension, top["value"], top["k"], hits, of_builds)


def is_it_us(
    rows: Iterable[Row], window: str, *, over_all: bool = False, other: bool = False, ascii: bool = False
) -> str:
    """Whether a signature's hits point to a provider, a project, a job, a branch, or to none.

    The sentence says that the hits are those of all pipelines if `over_all`, of that window if `other`.
    """
    rows = [row for row in rows if row["window"] == window]
    hits = sum(row["k"] for row in rows if row["dimension"] == "project")
    reach = "in all pipelines " if over_all else ""
    if any(row["hits"] for row in rows) and not any(row["n"] for row in rows):
        return "Whether it is us cannot be said: builds that passed are not known."
    if hits < words.FEW:
        return (
            f"With {words.plural(hits, 'hit')} {reach}in {window[:-1]} d it cannot be said whether it is us."
        )
    reach += f"in {window[:-1]} d " if other else ""
    found = {d: place(rows, d, window) for d in _DIMENSIONS}
    where, who = found["provider"], found["project"]
    if where and who:
        return (
            f"{_fact(where, reach, ascii)}, and {who.hits} were of {_name(who, ascii)}: look at both first."
        )
    if where:
        return f"{_fact(where, reach, ascii)}: more likely that provider than our changes."
    if who:
        return f"{_fact(who, reach, ascii)}: more likely something in that project than the infrastructure."
    narrow = found["job"] or found["branch"]
    unknown = [d for d in _DIMENSIONS if not _known(rows, d)]
    if narrow and not {"provider", "project"} & set(unknown):
        return f"{_fact(narrow, reach, ascii)}; providers and projects are hit alike."
    if narrow:
        return f"{_fact(narrow, reach, ascii)}{_but(unknown)}."
    known = [d for d in _DIMENSIONS if d not in unknown]
    if not known:
        return f"Of the signature's {words.count(hits)} hits {reach}it is not known where they ran."
    none = " or ".join([", ".join(known[:-1]), known[-1]] if len(known) > 1 else known)
    return f"The signature's {words.count(hits)} hits {reach}point to no single {none}{_but(unknown)}."


def _known(rows: Iterable[Row], dimension: str) -> bool:
    """Whether the builds say anything about it."""
    return any(
        row["n"] and row["value"] not in (None, UNKNOWN) for row in rows if row["dimension"] == dimension
    )


def _but(unknown: list[str]) -> str:
    names = words.listed(unknown, len(_DIMENSIONS))
    return f"; {names} {'is' if len(unknown) == 1 else 'are'} not known" if unknown else ""


def _fact(at: Place, reach: str, ascii: bool) -> str:
    verb = {"provider": "ran in", "project": "were of", "job": "were of", "branch": "were on"}[at.dimension]
    share = words.rate(at.share_of_builds, ascii=ascii)
    hits = f"{words.count(at.hits)} of the signature's {words.count(at.of)} hits"
    return f"{hits} {reach}{verb} {_name(at, ascii)}, which has {share} of the builds of these jobs"


def _name(at: Place, ascii: bool) -> str:
    return plain(at.value, 60) if ascii else inert(at.value, 60)
