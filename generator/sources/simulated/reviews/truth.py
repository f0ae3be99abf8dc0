"""What the report must find in the simulated reviews: counts, by the definitions of the Method page."""

from __future__ import annotations

from collections import Counter
from datetime import datetime, timedelta
from typing import Any

from generator.sources.simulated.hostile import SECRETS
from generator.sources.simulated.reviews.acting import Comment
from generator.sources.simulated.reviews.cast import GATE, PEOPLE, ROSTER, STRANGER, Ci, address
from generator.sources.simulated.reviews.expecting import Expected, expected
from generator.sources.simulated.reviews.judging import longest, readiness, rules
from generator.sources.simulated.reviews.streaks import Streak, standing, streaks
from generator.sources.simulated.reviews.world import Change

_WINDOW = timedelta(days=28)
_WEEK = timedelta(days=7)
_WEEKS = 26
#: A patch set: the numbers of the change and its own.
_Key = tuple[int, int]


def truth(changes: list[Change], said: list[Comment]) -> dict[str, Any]:
    """All counts; `said` is in the order of time."""
    uploads = [patchset.created for change in changes for patchset in change.patchsets]
    until = max([*uploads, said[-1].time])
    gate = _by_patchset([c for c in said if c.ci is GATE and c.outcome in ("success", "failure")])
    passed = {key: any(c.outcome == "success" for c in some) for key, some in gate.items()}
    rechecks = Counter(_key(c) for c in said if c.kind == "recheck")
    return {
        "until": until,
        "patchsets": len(uploads),
        "comments": sum(c.kind != "other" for c in said),
        "cis": {ci.id: _ci(ci, changes, _of(ci, said), until, passed, rechecks) for ci in ROSTER},
        "unknown": _stranger(_of(STRANGER, said)),
        "private": [*PEOPLE, *map(address, (*PEOPLE, "Jo Carver")), "jo.carver@", *SECRETS],
    }


def _of(ci: Ci, said: list[Comment]) -> list[Comment]:
    return [comment for comment in said if comment.ci is ci]


def _stranger(said: list[Comment]) -> dict[str, Any]:
    """What an account that is in no roster said, by account."""
    if not said:
        return {}
    results = sum(comment.kind == "result" for comment in said)
    told = {"comments": len(said), "results": results, "first": said[0].time, "last": said[-1].time}
    return {STRANGER.username: told}


def _ci(
    ci: Ci,
    changes: list[Change],
    said: list[Comment],
    until: datetime,
    passed: dict[_Key, bool],
    rechecks: Counter[_Key],
) -> dict[str, Any]:
    """All counts of one CI, of 28 d unless they are of half a year."""
    due = expected(ci, changes, said, until)
    recent = [one for one in due if one.created > until - _WINDOW]
    told = [comment for comment in said if comment.kind == "result"]
    fresh = [comment for comment in told if comment.patchset.created > until - _WINDOW]
    last, against = streaks(told), _against(fresh, passed)
    reported = sum(one.reported is not None for one in recent), len(recent)
    record = until - told[0].time if told else timedelta(0)
    judged = rules(ci, reported, against["disagree"], longest(due, until), record)
    return {
        "expected": reported[1],
        "reported": reported[0],
        "late": sum(one.late for one in recent),
        **_mix([comment for comment in said if comment.time > until - _WINDOW]),
        **against,
        **_again(fresh, rechecks),
        **_streak(last),
        **_silence([one for one in due if one.created > until - _WEEKS * _WEEK], _newest(told), ci),
        "weeks": _weeks(due, until),
        "standing": standing(told, last),
        "last_seen": _newest(said),
        "last_result": _newest(told),
        "last_success": _newest([comment for comment in told if comment.outcome == "success"]),
        "contacts": len(ci.entry["contacts"]),
        "rules": judged,
        "readiness": readiness(ci, judged, until),
    }


def _mix(said: list[Comment]) -> dict[str, Any]:
    outcomes = Counter(comment.outcome for comment in said if comment.kind == "result")
    results = sum(outcomes.values())
    return {
        **{outcome: outcomes[outcome] for outcome in ("success", "failure", "infra", "neutral")},
        "unread": sum(comment.kind == "unread" for comment in said),
        "comments": len(said),
        "compliant": (sum(c.compliant for c in said if c.kind == "result"), results),
    }


def _against(told: list[Comment], passed: dict[_Key, bool]) -> dict[str, tuple[int, int]]:
    """Where its last verdict on a patch set is not the gate's."""
    last = {key: some[-1].outcome == "success" for key, some in _by_patchset(_verdicts(told)).items()}
    good = [verdict for key, verdict in last.items() if passed.get(key) is True]
    bad = [verdict for key, verdict in last.items() if passed.get(key) is False]
    return {"disagree": (good.count(False), len(good)), "converse": (bad.count(True), len(bad))}


def _again(told: list[Comment], rechecks: Counter[_Key]) -> dict[str, tuple[int, int]]:
    """Failures that another run undid, and results that nobody asked for."""
    later = []
    for some in _by_patchset(_verdicts(told)).values():
        outcomes = [comment.outcome for comment in some]
        if "failure" in outcomes[:-1]:
            later.append("success" in outcomes[outcomes.index("failure") :])
    excess = [max(0, len(some) - 1 - rechecks[key]) for key, some in _by_patchset(told).items()]
    return {"flip": (sum(later), len(later)), "excess": (sum(excess), len(told))}


def _streak(last: list[Streak]) -> dict[str, Any]:
    """The failures that no success has ended."""
    found = last[-1] if last and last[-1].ended is None else None
    if found is None:
        return {"streak": 0, "streak_changes": 0, "streak_owners": 0, "streak_since": None, "broken": False}
    return {
        "streak": len(found.patchsets),
        "streak_changes": len(found.changes),
        "streak_owners": len(found.owners),
        "streak_since": found.start,
        "broken": found.broken,
    }


def _newest(said: list[Comment]) -> datetime | None:
    return said[-1].time if said else None


def _silence(due: list[Expected], last: datetime | None, ci: Ci) -> dict[str, int]:
    """Patch sets missed in a row: up to the end, if no result came since; and the most."""
    run = longest = 0
    for one in due:
        run = run + 1 if one.reported is None else 0
        longest = max(run, longest)
    over = "retired" in ci.entry or (last is not None and bool(due) and last > due[-1].created)
    return {"missed": 0 if over else run, "silence_missed": longest}


def _weeks(due: list[Expected], until: datetime) -> list[tuple[int, int]]:
    """Expected and reported in each of the weeks, the oldest first."""
    weeks = [(0, 0)] * _WEEKS
    for one in due:
        age = (until - one.created) // _WEEK
        if age < _WEEKS:
            every, reported = weeks[-1 - age]
            weeks[-1 - age] = every + 1, reported + (one.reported is not None)
    return weeks


def _verdicts(told: list[Comment]) -> list[Comment]:
    return [comment for comment in told if comment.outcome in ("success", "failure")]


def _by_patchset(some: list[Comment]) -> dict[_Key, list[Comment]]:
    found: dict[_Key, list[Comment]] = {}
    for comment in some:
        found.setdefault(_key(comment), []).append(comment)
    return found


def _key(comment: Comment) -> _Key:
    return comment.change.number, comment.patchset.number
