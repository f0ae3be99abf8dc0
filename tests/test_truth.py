"""The whole chain on the simulated logs: every count of the report is what the simulation planted."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from generator import config, pipeline
from generator.model import BUILDS, HITS, QUERIES
from generator.model import SIGNATURES as SIGNATURE_COLUMNS
from generator.progress import Progress
from generator.sources.simulated import simulate
from generator.sources.simulated.plan import plan
from generator.sources.simulated.signatures import SIGNATURES
from generator.sources.simulated.truth import found
from generator.sources.simulated.truth import truth as truth_of
from generator.stats import StatsSettings, compute
from generator.store.files import Store
from generator.tables import Tables, from_rows

NOW = datetime(2026, 11, 20, 23, 10, tzinfo=UTC)
COUNTS = ("run", "examined", "succeeded", "failed", "infra", "neutral")
COUNTS += ("failed_examined", "classified", "unclassified")
SCALE = 0.12


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("demo")
    simulate(folder, seed=3, scale=SCALE)
    pipeline.collect(config.load(folder / "gatepost.yaml"), NOW, Progress(0))
    return folder


@pytest.fixture(scope="module")
def truth(demo: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((demo / "truth.json").read_text("utf-8"))
    return found


@pytest.fixture(scope="module")
def tables(demo: Path) -> Any:
    return Store(demo / "state").read()


@pytest.fixture(scope="module")
def results(tables: Any) -> Any:
    return compute(tables, StatsSettings(main_pipeline="gate"), NOW)


def keyed(frame: pd.DataFrame, keys: list[str], values: list[str]) -> dict[Any, Any]:
    """`values` by `keys`, as plain Python."""
    rows = frame[[*keys, *values]].astype(object).to_dict("records")
    return {tuple(row[k] for k in keys): {v: row[v] for v in values} for row in rows}


def test_the_store_holds_every_build_once(truth: dict[str, Any], tables: Any) -> None:
    assert len(tables.builds) == truth["builds_simulated"]
    assert tables.builds["build_uuid"].is_unique
    assert (~tables.builds["final"]).sum() == truth["retried"]


def test_scalars(truth: dict[str, Any], results: Any) -> None:
    assert results.facts.until.isoformat() == truth["until"]
    assert results.facts.builds == truth["builds_simulated"]
    assert results.facts.builds_without_metadata == truth["without_metadata"] > 0


def test_totals(truth: dict[str, Any], results: Any) -> None:
    figures = {
        "failed": lambda c: (c["failed"], c["failed"] + c["succeeded"]),
        "infra": lambda c: (c["infra"], c["failed"] + c["succeeded"] + c["infra"]),
        "classified": lambda c: (c["classified"], c["failed_examined"]),
        "coverage": lambda c: (c["examined"], c["run"]),
        "coverage_failed": lambda c: (c["failed_examined"], c["failed"]),
    }
    expected = {
        (pipeline, scope, window, figure): of(counts)
        for pipeline, scopes in truth["builds"].items()
        for scope, windows in scopes.items()
        for window, counts in windows.items()
        for figure, of in figures.items()
    }
    keys = ["pipeline", "voting", "window", "figure"]
    got = {key: (row["k"], row["n"]) for key, row in keyed(results.totals, keys, ["k", "n"]).items()}
    assert got == expected


def test_buildsets(truth: dict[str, Any], results: Any) -> None:
    frame = results.buildsets[results.buildsets["ci"] == "*"]
    got = keyed(frame, ["pipeline", "window", "figure"], ["k", "n", "prev_n"])
    planted = {
        (pipeline, window, figure): tuple(counts)
        for pipeline, windows in truth["buildsets"].items()
        for window, figures in windows.items()
        for figure, counts in figures.items()
    }
    shown = {key: counts for key, counts in planted.items() if counts[1] or key in got}
    assert {key: (row["k"], row["n"]) for key, row in got.items()} == shown
    assert shown["gate", "28d", "passed"][1] > 10 and ("periodic", "28d", "first_pass") not in shown


def test_first_pass_without_a_signature(truth: dict[str, Any], results: Any) -> None:
    keys = ["signature", "pipeline", "window"]
    got = {key: row["gained"] for key, row in keyed(results.first_pass_without, keys, ["gained"]).items()}
    planted = {
        (signature, pipeline, window): gained
        for signature, pipelines in truth["first_pass_without"].items()
        for pipeline, windows in pipelines.items()
        for window, gained in windows.items()
        if window in ("7d", "28d")
    }
    assert got == planted and len(got) > 3


def test_days(truth: dict[str, Any], results: Any) -> None:
    days = results.days[(results.days["pipeline"] == "*") & (results.days["voting"] == "voting")]
    zero = dict.fromkeys(COUNTS, 0)
    assert len(days) > 60
    for row in days.to_dict("records"):
        day = f"{row['day']:%Y-%m-%d}"
        assert {name: row[name] for name in COUNTS} == truth["days"].get(day, zero), day
        assert row["has_data"] == (day in truth["days"])
    silent = {f"{day:%Y-%m-%d}" for day in days.loc[~days["has_data"], "day"]}
    assert set(truth["days_without_results"]) <= silent


@pytest.mark.parametrize(("dimension", "key"), [("ci", "ci"), ("job", "jobs")])
def test_groups(truth: dict[str, Any], results: Any, dimension: str, key: str) -> None:
    groups = results.groups
    groups = groups[(groups["dimension"] == dimension) & (groups["voting"] == "voting")]
    groups = groups[(groups["window"] == "28d") & (groups["value"] != "(unknown)") & (groups["run"] > 0)]
    got = keyed(groups, ["value"], list(COUNTS))
    assert {value: counts for (value,), counts in got.items()} == truth[key]


def test_signatures(truth: dict[str, Any], results: Any) -> None:
    expected = {
        (name, pipeline, scope, window): cell
        for name, signature in truth["signatures"].items()
        for pipeline, scopes in signature["cells"].items()
        for scope, windows in scopes.items()
        for window, cell in windows.items()
    }
    keys = ["signature", "pipeline", "voting", "window"]
    assert keyed(results.signatures, keys, ["hits", "n", "failed", "success_k"]) == expected


def test_first_and_last_seen(truth: dict[str, Any], results: Any) -> None:
    frame = results.signatures
    frame = frame[(frame["pipeline"] == "*") & (frame["voting"] == "voting") & (frame["window"] == "28d")]
    for row in frame.to_dict("records"):
        for name in ("first_seen", "last_seen"):
            planted = truth["signatures"][row["signature"]][name]
            # the console's times have microseconds, but the last line of the log is the very end
            assert (None if pd.isna(row[name]) else str(row[name])) == planted


def test_signature_days(truth: dict[str, Any], results: Any) -> None:
    frame = results.signature_days
    frame = frame[(frame["pipeline"] == "*") & (frame["voting"] == "voting")]
    first = f"{frame['day'].min():%Y-%m-%d}"
    got = {(row.signature, f"{row.day:%Y-%m-%d}"): row.k for row in frame.itertuples() if row.k}
    assert got == {
        (name, day): hits
        for name, signature in truth["signatures"].items()
        for day, hits in signature["days"].items()
        if day >= first
    }


def test_breakdowns(truth: dict[str, Any], results: Any) -> None:
    frame = results.breakdowns[results.breakdowns["k"] > 0]
    got = keyed(frame, ["signature", "dimension", "window", "value"], ["k"])
    assert {key: row["k"] for key, row in got.items()} == {
        (name, dimension, window, value): hits
        for name, signature in truth["signatures"].items()
        for dimension, windows in signature["breakdowns"].items()
        for window, values in windows.items()
        for value, hits in values.items()
    }


def test_overlaps(truth: dict[str, Any], results: Any) -> None:
    got = keyed(results.overlaps[results.overlaps["both"] > 0], ["signature", "other"], ["both"])
    assert {key: row["both"] for key, row in got.items()} == {
        (name, other): both for name, others in truth["overlaps"].items() for other, both in others.items()
    }


def test_lines_and_matching_builds(truth: dict[str, Any], tables: Any) -> None:
    final = tables.builds[tables.builds["final"]]
    hits = tables.hits.merge(final, on="build_uuid")
    for name, signature in truth["signatures"].items():
        mine = hits[hits["signature"] == name]
        assert mine["lines"].sum() == signature["lines"], name
        assert mine["outcome"].value_counts().to_dict() == signature["matching"], name


def test_hidden_signatures_classify_but_are_marked(truth: dict[str, Any], results: Any) -> None:
    hidden = results.signatures.groupby("signature")["hidden"].all()
    assert hidden[hidden].index.tolist() == truth["hidden"]


def test_what_could_not_be_read_is_counted(truth: dict[str, Any], tables: Any) -> None:
    reasons = tables.skipped["reason"].value_counts()
    assert reasons["truncated"] == truth["truncated"] > 0
    assert reasons["no metadata"] == truth["without_metadata"]


def test_no_secret_is_stored(truth: dict[str, Any], tables: Any) -> None:
    texts = [*tables.hits["excerpt"].dropna(), *tables.failure_lines["text"].dropna()]
    assert any("alert(1)" in text for text in texts)
    for secret in truth["secrets"]:
        assert not any(secret in text for text in texts), secret


@pytest.fixture(scope="module")
def whole() -> Any:
    """What the report says of the whole demo, from tables made without logs."""
    builds = plan(1, 70, 1.0)
    rows = [
        {
            "build_uuid": b.uuid, "ci": b.ci.ci, "pipeline": b.pipeline, "job": b.job.name,
            "project": b.project, "branch": b.branch, "change": b.change, "buildset": b.buildset,
            "result": b.result, "outcome": b.outcome, "voting": b.job.voting, "final": b.result != "RETRY",
            "provider": b.provider.name, "end_time": b.end, "source": b.ci.source, "examined": b.logs,
            "query_set": "q" if b.logs else None, "has_metadata": True, "collected": NOW,
        }
        for b in builds
    ]  # fmt: skip
    hits = [
        {"build_uuid": b.uuid, "signature": name, "query_hash": "h", "lines": lines, "assumed": False}
        for b in builds
        for name, lines in found(b).items()
    ]
    names = [
        {"signature": name, "query_hash": "h", "resolved_at": keys.get("resolved_at")}
        for name, keys in SIGNATURES.items()
    ]
    for row in names:
        row["resolved_at"] = row["resolved_at"] and pd.Timestamp(row["resolved_at"], tz="UTC")
    queries = [{"query_set": "q", "signature": name, "query_hash": "h"} for name in SIGNATURES]
    tables = Tables.of(
        builds=from_rows(rows, BUILDS), hits=from_rows(hits, HITS),
        signatures=from_rows(names, SIGNATURE_COLUMNS), queries=from_rows(queries, QUERIES),
    )  # fmt: skip
    return compute(tables, StatsSettings(main_pipeline="gate"), NOW), truth_of(builds, 1)


def test_the_demo_shows_what_is_new_worse_gone_and_back(whole: Any) -> None:
    results, truth = whole
    frame = results.signatures
    frame = frame[(frame["pipeline"] == "*") & (frame["voting"] == "voting") & (frame["window"] == "7d")]
    states = dict(zip(frame["signature"], frame["state"], strict=True))
    assert {name: states[name] for name in truth["states"]} == truth["states"]
    lifecycle = {name: state for name, state in states.items() if state in ("new", "gone", "returned")}
    assert lifecycle.items() <= truth["states"].items()
    assert frame.loc[frame["success_bad"], "signature"].tolist() == truth["bad"]


def test_collecting_again_changes_nothing(demo: Path) -> None:
    def contents() -> dict[str, bytes]:
        files = (path for path in (demo / "state").rglob("*.parquet"))
        return {str(path): path.read_bytes() for path in files}

    before = contents()
    pipeline.collect(config.load(demo / "gatepost.yaml"), NOW, Progress(0))
    assert contents() == before
