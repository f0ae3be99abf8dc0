"""How a build ends, and what of it can be read."""

from __future__ import annotations

from random import Random

from generator.sources.simulated.build import NEVER_RAN, Build
from generator.sources.simulated.community import THIN_DAY
from generator.sources.simulated.faults import BY_ID, CONSOLE, FAULTS, OWN_FAULTS, UNKNOWN

#: Ends that are nobody's fault, and how often.
_OTHER = {
    "NODE_FAILURE": 0.010,
    "SKIPPED": 0.003,
    "POST_FAILURE": 0.007,
    "RETRY_LIMIT": 0.003,
    "ABORTED": 0.007,
}
_OWN_KINDS = {"light": 0.5, "unit": 0.9, "functional": 0.7, "integration": 0.5}
_LOST_LOGS = 0.04
_LOST_LOGS_THIN_DAY = 0.45


def strike(build: Build, rng: Random, luck: float, broken: bool) -> None:
    """Decide how it ends and with what; `luck` multiplies the faults, `broken` means the change itself."""
    other = _other(rng)
    for fault in FAULTS:
        if rng.random() < fault.chance(build) * (1.0 if fault.harmless else luck):
            _hit(build, fault.id, rng)
            another, chance = fault.brings
            if rng.random() < chance:
                _hit(build, another, rng)
    unknown = [
        (file, line)
        for rate, since, file, line in UNKNOWN
        if rng.random() < rate * luck and build.end >= since and build.job.kind == "integration"
    ]
    if broken and rng.random() < _OWN_KINDS[build.job.kind]:
        unknown.append((CONSOLE, rng.choice(OWN_FAULTS)))
    build.unknown = tuple(unknown)
    results = {BY_ID[name].result for name in build.hits if not BY_ID[name].harmless}
    failed = "TIMED_OUT" if "TIMED_OUT" in results else "FAILURE"
    build.result = other or (failed if results or unknown else "SUCCESS")
    if other:
        build.hits, build.unknown = {}, ()
    lost = _LOST_LOGS_THIN_DAY if build.end.date() == THIN_DAY else _LOST_LOGS
    build.logs = rng.random() >= lost and build.result not in NEVER_RAN


def _hit(build: Build, name: str, rng: Random) -> None:
    build.hits[name] = build.hits.get(name, 0) + rng.randint(1, BY_ID[name].repeat)


def _other(rng: Random) -> str | None:
    drawn = rng.random()
    for result, chance in _OTHER.items():
        drawn -= chance
        if drawn < 0:
            return result
    return None
