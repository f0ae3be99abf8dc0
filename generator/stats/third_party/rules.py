"""The community's own rules of readiness: which a CI meets, by what evidence, and what follows from it.

The rules advise on voting rights; people decide.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from generator.roster.model import ThirdPartyCI
from generator.stats.base import DAY, EARLIEST, microseconds
from generator.stats.intervals import Bools, Floats, Ints
from generator.stats.rates import Columns, table, timestamps
from generator.stats.third_party import silences
from generator.stats.third_party.base import Base
from generator.stats.third_party.chance import LEAST
from generator.stats.third_party.expected import midnight
from generator.stats.third_party.said import RESULT
from generator.third_party_settings import Rules

MET, NOT_MET, NOT_JUDGED = "met", "not met", "not judged"
#: Below this many cases nothing is judged.
FEW = 10
#: Why a rule is not judged.
NO_DATA, TOO_FEW, TOO_NEW = "no data", "n under 10", "data reach back less far than the rule asks"

#: A rule that a voting CI clearly does not meet puts its vote at risk, if it is one of these.
_AT_RISK = ("reporting_rate", "disagreement", "silence")


def rules(base: Base, quiet: silences.Runs, scoreboard: pd.DataFrame) -> tuple[pd.DataFrame, Columns]:
    """The table `third_party_rules`, and the columns of `third_party` that follow from it.

    `scoreboard` has the other columns of `third_party`, one row a CI in the order of the roster; `quiet` are
    all silences.
    """
    asked = base.settings.settings.rules
    until = timestamps(np.array([base.until]))[0]
    evidence = scoreboard.assign(
        record_days=_record_days(base), silence_days=_silence_days(base, quiet),
        contacts=[_confirmed(ci, asked, base.until) for ci in base.cis],
        retired=(scoreboard["retired"] <= until).to_numpy(dtype=np.bool_),
    )  # fmt: skip
    times = microseconds(base.tables.comments["time"])
    known = base.until - times[times >= EARLIEST].min(initial=base.until)
    found = judged(evidence, asked, known / DAY)
    return found, summary(evidence, found)


def _record_days(base: Base) -> Floats:
    """Days since the first result of each CI that is known; NaN: none."""
    results = base.comments.kind == RESULT
    first = np.full(len(base.cis), np.iinfo(np.int64).max)
    np.minimum.at(first, base.comments.ci[results], base.comments.time[results])
    days: Floats = np.where(first <= base.until, (base.until - first) / DAY, np.nan)
    return days


def _silence_days(base: Base, quiet: silences.Runs) -> Floats:
    """Days of each CI's longest silence of those that lasted into the 28 d, less its pauses; 0: none."""
    lasted: Ints = np.flatnonzero((quiet.open | base.recent(quiet.end)) & (quiet.missed >= LEAST))
    found = quiet.take(lasted)
    stop = np.where(found.open, base.until, found.end)
    told = zip(found.ci.tolist(), found.began.tolist(), stop.tolist(), strict=True)
    awake = [end - begin - _paused(base.cis[ci], begin, end) for ci, begin, end in told]
    days = np.zeros(len(base.cis))
    np.maximum.at(days, found.ci, np.array(awake, dtype=np.float64) / DAY)
    return days


def _paused(ci: ThirdPartyCI, begin: int, end: int) -> int:
    """How much of a time a CI rested as announced, microseconds."""
    spent, reached = 0, begin
    for pause in sorted(ci.pauses, key=lambda pause: pause.start):
        first, last = max(midnight(pause.start), reached), min(midnight(pause.end) + DAY, end)
        if last > first:
            spent, reached = spent + last - first, last
    return spent


def _confirmed(ci: ThirdPartyCI, asked: Rules, until: int) -> int:
    """The contacts of a CI that count: those confirmed of late, if the community asks for that."""
    if asked.confirmed_days is None:
        return len(ci.contacts)
    since = (
        datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=until, days=-asked.confirmed_days)
    ).date()
    return sum(contact.confirmed is not None and contact.confirmed >= since for contact in ci.contacts)


def judged(evidence: pd.DataFrame, rules: Rules, known_days: float) -> pd.DataFrame:
    """The table `third_party_rules`: every rule of every CI, in the order of `evidence`.

    `evidence` has the columns of `third_party` that rates and `contacts` need, `record_days` since the first
    result (NaN: none) and `silence_days`; `contacts` are those that count. All data span `known_days`.
    """
    few = evidence["expected"].to_numpy() < FEW
    parts = [
        _record(evidence, rules.record_days, known_days),
        _rate(evidence, "reporting_rate", ("reported", "expected", "rate", "low", "high"), rules),
        _rate(
            evidence, "disagreement", tuple(f"disagree_{c}" for c in ("k", "n", "rate", "low", "high")), rules
        ),
        _plain(evidence, "silence", evidence["silence_days"].to_numpy(), rules.silence_days, few),
        _plain(evidence, "contacts", evidence["contacts"].to_numpy(), rules.contacts, np.zeros_like(few)),
    ]
    whole = pd.concat(parts).sort_index(kind="stable")
    return table("third_party_rules", whole.reset_index(drop=True))


def _record(evidence: pd.DataFrame, asked: float, known_days: float) -> pd.DataFrame:
    """Since when it has a record; of what was before the first data nobody knows."""
    days = evidence["record_days"].to_numpy(dtype=np.float64)
    met = days >= asked
    unknown = ~met & (known_days < asked)
    return _part(evidence, "record", asked, days, met, np.where(unknown, TOO_NEW, ""))


def _rate(evidence: pd.DataFrame, rule: str, names: tuple[str, ...], rules: Rules) -> pd.DataFrame:
    k, n, value, low, high = (evidence[name].to_numpy() for name in names)
    asked = float(getattr(rules, rule))
    met = value >= asked if rule == "reporting_rate" else value <= asked
    why = np.where(n >= FEW, "", np.where(n > 0, TOO_FEW, NO_DATA))
    return _part(evidence, rule, asked, value, met, why).assign(k=k, n=n, low=low, high=high)


def _plain(evidence: pd.DataFrame, rule: str, value: NDArray[Any], asked: float, few: Bools) -> pd.DataFrame:
    met = value >= asked if rule == "contacts" else value <= asked
    return _part(evidence, rule, asked, value, met, np.where(few, TOO_FEW, ""))


def _part(
    evidence: pd.DataFrame, rule: str, asked: float, value: NDArray[Any], met: Bools, why: NDArray[Any]
) -> pd.DataFrame:
    """A rule of all CIs; `why` is empty where it is judged."""
    state = np.where(why != "", NOT_JUDGED, np.where(met, MET, NOT_MET))
    columns = {
        "ci": evidence["ci"].to_numpy(), "rule": rule, "state": state,
        "why": _or_null(why), "value": value.astype(np.float64), "asked": float(asked),
        "k": 0, "n": 0, "low": np.nan, "high": np.nan,
    }  # fmt: skip
    return pd.DataFrame(columns, index=range(len(evidence)))


def summary(evidence: pd.DataFrame, rules: pd.DataFrame) -> Columns:
    """The columns `rules_met`, `rules_judged`, `rules`, `readiness` and `advice` of each CI of `evidence`.

    `evidence` has `voting`, `paused` and `retired`, all true or false.
    """
    size = len(evidence)
    where = pd.Index(evidence["ci"]).get_indexer(pd.Index(rules["ci"]))
    state = rules["state"].to_numpy(dtype=object)

    def number(chosen: Bools) -> NDArray[np.int64]:
        return np.bincount(where[chosen], minlength=size).astype(np.int64)

    met, unmet, every = number(state == MET), number(state == NOT_MET), number(np.ones(len(rules), np.bool_))
    retired, paused, voting = (
        evidence[name].to_numpy(dtype=np.bool_) for name in ("retired", "paused", "voting")
    )
    all_met = met == every
    readiness = np.select(
        [retired, paused, unmet > 0, ~all_met], ["retired", "paused", "not all met", NOT_JUDGED], "all met"
    )
    at_risk = voting & ~retired & ~paused & (number(_clearly_unmet(rules)) > 0)
    ready = ~voting & (readiness == "all met")
    advice = _or_null(np.select([ready, at_risk], ["ready", "at risk"], ""))
    return {
        "rules_met": met, "rules_judged": met + unmet, "rules": every, "readiness": readiness.astype(object),
        "advice": advice,
    }  # fmt: skip


def _clearly_unmet(rules: pd.DataFrame) -> Bools:
    """Rules that a vote depends on and that not even the better end of the interval meets."""
    asked, low, high = (rules[name].to_numpy(dtype=np.float64) for name in ("asked", "low", "high"))
    rule = rules["rule"].to_numpy(dtype=object)
    beyond = np.select([rule == "reporting_rate", rule == "disagreement"], [high < asked, low > asked], True)
    unmet = (rules["state"] == NOT_MET).to_numpy() & rules["rule"].isin(_AT_RISK).to_numpy()
    clearly: Bools = unmet & beyond
    return clearly


def _or_null(texts: NDArray[Any]) -> NDArray[Any]:
    """The texts, None for empty ones."""
    return np.array([text or None for text in texts], dtype=object)
