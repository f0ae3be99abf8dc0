"""Tables of a large community, made directly: for `report_scale`."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
from numpy.typing import NDArray

from generator.model import BUILDS, HITS
from generator.tables import Tables, pinned

UNTIL = pd.Timestamp("2026-11-20T22:00", tz="UTC")
DAYS = 28
JOBS, CIS, PROJECTS, SIGNATURES = 1_500, 20, 200, 86
#: Hits a build, so that 560,000 builds have 60,000.
HIT_SHARE = 60_000 / 560_000
_PIPELINES = np.array(["check", "gate", "periodic", "experimental", "post", "release", "periodic-weekly"])
_BRANCHES = np.array(["master", "stable/2026.2", "stable/2026.1", "stable/2025.2", "unmaintained/2024.1"])
_PROVIDERS = np.array(["aldgate", "brightwater", "corvid", "dunmore", "ferrous", "halden"])
_RESULTS = np.array(["SUCCESS", "FAILURE", "NODE_FAILURE", "TIMED_OUT", "POST_FAILURE", "ABORTED"])
_OUTCOMES = np.array(["success", "failure", "infra", "infra", "infra", "neutral"])

Ints = NDArray[np.int64]


def make_tables(builds: int, seed: int) -> Tables:
    """Tables of so many builds of the last 28 days, the same for the same seed.

    Buildsets of 1 to 30 builds fail together; 1,500 jobs, 20 CIs, 200 projects, 86 signatures whose
    frequency falls off like 1 ÷ rank, about 10.7 hits a hundred builds.
    """
    rng = np.random.default_rng(seed)
    sizes = np.minimum(1 + rng.geometric(0.12, size=builds), 30)
    buildset = np.repeat(np.arange(builds), sizes)[:builds]
    count = int(buildset[-1]) + 1 if builds else 0
    frame = _builds(rng, buildset, count)
    hits = _hits(rng, frame, buildset, count)
    ids = [f"{1_300_000 + 7_919 * i}" for i in range(SIGNATURES)]
    return Tables.of(
        builds=pinned(frame, BUILDS), hits=pinned(hits, HITS), queries=_queries(ids),
        signatures=_signatures(ids), failure_lines=_failure_lines(frame, hits),
    )  # fmt: skip


def _text(prefix: str, numbers: Ints) -> pd.Series[Any]:
    """`prefix` and number as a text column, each different text made once."""
    unique, code = np.unique(numbers, return_inverse=True)
    values = pa.array([f"{prefix}{n}" for n in unique])
    return _pick(values, code)


def _pick(values: Any, code: Ints) -> pd.Series[Any]:
    texts = values if isinstance(values, pa.Array) else pa.array(list(values))
    return pd.Series(pd.array(texts.take(pa.array(code)), dtype=pd.StringDtype("pyarrow")))


def _builds(rng: np.random.Generator, buildset: Ints, count: int) -> pd.DataFrame:
    size = len(buildset)
    start = _moments(rng, count)
    minutes = rng.gamma(4, 11, size=size) + 3
    end = np.minimum(start[buildset] + (minutes * 60e6).astype(np.int64), UNTIL.value // 1000)
    project = (rng.pareto(1.2, size=count) * 9).astype(np.int64) % PROJECTS
    job = (project[buildset] * 37 + rng.integers(0, 45, size=size) ** 2) % JOBS
    pipeline = rng.choice(len(_PIPELINES), p=[0.58, 0.25, 0.08, 0.04, 0.02, 0.01, 0.02], size=count)
    result = _results(rng, buildset, count)
    examined = np.where(_OUTCOMES[result] == "success", rng.random(size) < 0.1, rng.random(size) < 0.94)
    change = rng.integers(900_000, 900_000 + max(count // 3, 1), size=count)
    times = pd.Series(end.astype("datetime64[us]")).dt.tz_localize("UTC")
    return pd.DataFrame({
        "build_uuid": _text("b", np.arange(size)), "tenant": "example",
        "ci": _text("ci-", np.minimum(rng.geometric(0.25, size=count) - 1, CIS - 1)[buildset]),
        "pipeline": _pick(_PIPELINES, pipeline[buildset]), "job": _text("job-tempest-", job),
        "project": _text("example/project-", project[buildset]),
        "branch": _pick(_BRANCHES, rng.choice(5, p=[0.7, 0.12, 0.09, 0.06, 0.03], size=count)[buildset]),
        "change": change[buildset], "patchset": _text("", rng.integers(1, 9, size=count)[buildset]),
        "buildset": _text("s", buildset), "result": _pick(_RESULTS, result),
        "outcome": _pick(_OUTCOMES, result), "voting": rng.random(size) < 0.85,
        "final": rng.random(size) < 0.98,
        "provider": _pick(_PROVIDERS, rng.integers(0, len(_PROVIDERS), size=size)),
        "region": _text("region-", rng.integers(0, 9, size=size)), "nodes": rng.integers(1, 4, size=size),
        "start_time": times - pd.to_timedelta(minutes, unit="min"), "end_time": times,
        "duration_s": minutes * 60, "log_url": _text("https://logs.example.org/", np.arange(size)),
        "source": "logs", "examined": examined, "query_set": "q1", "has_metadata": True, "collected": UNTIL,
    })  # fmt: skip


def _moments(rng: np.random.Generator, count: int) -> Ints:
    """Starts of buildsets, microseconds: fewer at night and at weekends, none on two days."""
    hours = DAYS * 24
    at = UNTIL - pd.to_timedelta(np.arange(hours, 0, -1), unit="h")
    weight = 1 + 0.6 * np.sin((at.hour.to_numpy() - 8) / 24 * 2 * np.pi)
    weight = weight * np.where(at.day_of_week.to_numpy() >= 5, 0.3, 1.0)
    weight[(at.day.to_numpy() == 8) | (at.day.to_numpy() == 9)] = 0
    hour = rng.choice(hours, p=weight / weight.sum(), size=count)
    first = UNTIL.value // 1000 - hours * 3_600_000_000
    return first + hour * 3_600_000_000 + rng.integers(0, 3_600_000_000, size=count)


def _results(rng: np.random.Generator, buildset: Ints, count: int) -> Ints:
    """Each build's result: its buildset has a failure rate of its own, 14 % on average."""
    own = rng.beta(0.5, 3.0, size=count)[buildset]
    draw = rng.random(len(buildset))
    other = rng.choice([0, 2, 3, 4, 5], p=[0.955, 0.012, 0.012, 0.006, 0.015], size=len(buildset))
    return np.where(draw < own, 1, other).astype(np.int64)


def _hits(rng: np.random.Generator, frame: pd.DataFrame, buildset: Ints, count: int) -> pd.DataFrame:
    """About `HIT_SHARE` hits a build, of failed and few succeeded ones; those of one buildset are alike."""
    failed = np.flatnonzero((frame["result"] == "FAILURE").to_numpy() & frame["examined"].to_numpy())
    passed = np.flatnonzero((frame["result"] == "SUCCESS").to_numpy() & frame["examined"].to_numpy())
    wanted = round(HIT_SHARE * len(frame))
    rank = 1 / np.arange(1, SIGNATURES + 1)
    common = rng.choice(SIGNATURES, p=rank / rank.sum(), size=max(count, 1))
    few = rng.choice(passed, size=min(wanted // 100, len(passed)), replace=False)
    build = np.concatenate([few, rng.choice(failed, size=2 * wanted)]) if len(failed) else few
    own = rng.choice(SIGNATURES, p=rank / rank.sum(), size=len(build))
    signature = np.where(rng.random(len(build)) < 0.6, common[buildset[build]], own)
    _, first = np.unique(build * SIGNATURES + signature, return_index=True)
    chosen = np.sort(first)[:wanted]
    build, signature = build[chosen], signature[chosen]
    return pd.DataFrame({
        "build_uuid": frame["build_uuid"].take(build).reset_index(drop=True),
        "signature": _text("", 1_300_000 + 7_919 * signature), "query_hash": _text("h", signature),
        "lines": rng.integers(1, 20, size=len(build)), "file": "job-output.txt",
        "line": rng.integers(1, 90_000, size=len(build)),
        "excerpt": _text("2026-11-20 21:58:14.021 | controller | ERROR: it failed in step ", signature),
        "excerpt_line": 1, "assumed": False,
    })  # fmt: skip


def _queries(ids: list[str]) -> pd.DataFrame:
    hashes = [f"h{i}" for i in range(len(ids))]
    return pd.DataFrame({"query_set": "q1", "signature": ids, "query_hash": hashes})


def _signatures(ids: list[str]) -> pd.DataFrame:
    size = range(len(ids))
    return pd.DataFrame({
        "signature": ids, "title": [f"Guest step {i} does not answer before the timeout" for i in size],
        "bug": [f"https://bugs.example.org/{name}" for name in ids],
        "query": [f'message:"it failed in step {i}" AND tags:"console"' for i in size],
        "query_hash": [f"h{i}" for i in size], "path": [f"queries/{name}.yaml" for name in ids],
        "suppress_graph": [i % 40 == 39 for i in size], "allow_nonvoting": [i % 20 == 19 for i in size],
    })  # fmt: skip


def _failure_lines(frame: pd.DataFrame, hits: pd.DataFrame) -> pd.DataFrame:
    """Three lines for every unclassified failed build."""
    failed = frame["build_uuid"][(frame["result"] == "FAILURE") & frame["examined"]]
    builds = failed[~failed.isin(hits["build_uuid"])].reset_index(drop=True)
    lines = builds.repeat(3).reset_index(drop=True)
    number = np.tile(np.arange(3), len(builds))
    return pd.DataFrame({
        "build_uuid": lines, "file": "job-output.txt", "line": 100 + number,
        "text": _text("ERROR: unexpected state ", number), "score": 3.0 - number,
    })  # fmt: skip
