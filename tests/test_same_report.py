"""The same community, from its logs and from an index of them: the same builds, hits and report.

Whatever an index cannot know is named here with its reason; everything else is equal, row by row. And what
the index says is, count by count, what the simulation planted.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

import pandas as pd
import pytest
import yaml
from engines.servers import Server
from test_truth import (  # noqa: F401  collected here with this module's fixtures
    test_breakdowns,
    test_days,
    test_first_and_last_seen,
    test_groups,
    test_hidden_signatures_classify_but_are_marked,
    test_lines_and_matching_builds,
    test_overlaps,
    test_signature_days,
    test_signatures,
    test_the_store_holds_every_build_once,
    test_totals,
)

from generator import config, pipeline
from generator.model import BUILDS, HISTORY_BUILDS, HISTORY_HITS, HITS
from generator.progress import Progress
from generator.sources.simulated import sending, simulate, target
from generator.sources.simulated.build import Build
from generator.sources.simulated.hostile import SECRETS
from generator.sources.simulated.truth import UNKNOWN
from generator.sources.simulated.truth import truth as truth_of
from generator.stats import StatsSettings, compute
from generator.stats.results import RESULTS, Results
from generator.stats.third_party.columns import THIRD_PARTY
from generator.store import rollups
from generator.store.days import UNDATED, labels
from generator.store.files import Store
from generator.store.parquet import to_arrow
from generator.tables import Tables, from_arrow

pytestmark = pytest.mark.engines

NOW = datetime(2026, 11, 20, 23, 10, tzinfo=UTC)
#: Few builds, but of every kind: retried, nameless, damaged, across midnight, sent on the next day.
SEED, SCALE = 78, 0.025

#: Of a build, and why an index knows less, or other things.
BUILD_REASONS = {
    "ci": "no configured name, but each build's tenant: compared after renaming",
    "tenant": "of a build without logs the record beside them may not name it, Zuul's reporter does",
    "provider": "ci-log-processing writes `local` for each",
    "nodes": "the hosts are not in it",
    "log_url": "of a build without logs: Zuul's page of the build, not a folder that is not there",
    "start_time": "of a retried build: Zuul's reporter does not tell of it, nor do lines",
    "duration_s": "as start_time",
    "source": "two sources of other names",
    "collected": "the same moment, but in stores of their own",
}
#: Of a hit: lines have no number in an index, nor neighbours, and only the newest builds are quoted.
HIT_REASONS = {"line", "excerpt", "excerpt_line"}
#: Tables that are about the sources themselves.
OWN_TABLES = {
    "freshness": "by source",
    "buildsets": "lines of log do not tell what became of a set",
    "first_pass_without": "as buildsets",
    "failure_lines": "an index does not tell line numbers, and not every line",
    "skipped": "damaged files and missing metadata show in the folders only",
    "odd": "names sources and paths",
    "partial": "nobody knows whether a day without documents was quiet, or its documents were lost",
}
#: Columns of other tables that say so of their numbers; the numbers are the same.
OWN_COLUMNS = ["partial"]


@dataclass(frozen=True)
class Both:
    """The stores of one community, and what it really was."""

    builds: list[Build]
    logs: Tables
    index: Tables


@pytest.fixture(scope="module", params=["elasticsearch", "opensearch"])
def both(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, module_index_prefix: str
) -> Iterator[Both]:
    server: Server = request.getfixturevalue(request.param)
    folder = tmp_path_factory.mktemp(request.param)
    builds = simulate(folder, seed=SEED, scale=SCALE)
    engine = target.connect(server.url, f"{module_index_prefix}demo-{request.param}")
    settings = yaml.safe_load((folder / "gatepost.yaml").read_text())
    settings |= {"state": "state-index", "sources": engine.sources()}
    (folder / "index.yaml").write_text(yaml.safe_dump(settings))
    sending.send(engine, folder, builds, Progress(0))
    stores = []
    for name in ("gatepost.yaml", "index.yaml"):
        configured = config.load(folder / name)
        pipeline.collect(configured, NOW, Progress(0))
        stores.append(Store(configured.state).read())
    sending.remove(engine, Progress(0))
    yield Both(builds, *stores)


def ordered(frame: pd.DataFrame, keys: list[str]) -> pd.DataFrame:
    return frame.sort_values(keys, kind="stable").reset_index(drop=True)


def comparable(tables: Tables, builds: list[Build]) -> Tables:
    """The tables without what an index cannot know, and without builds that the logs cannot identify."""
    renamed = {build.ci.ci: build.ci.tenant for build in builds}
    nameless = {build.uuid for build in builds if not build.metadata}
    retried = {build.uuid for build in builds if build.result == "RETRY"}
    frame = tables.builds[tables.builds["has_metadata"] & ~tables.builds["build_uuid"].isin(list(nameless))]
    frame = frame.assign(
        ci=frame["ci"].replace(renamed), provider=pd.NA, nodes=pd.NA, source="the source",
        tenant=frame["ci"].replace(renamed), log_url=frame["log_url"].mask(~frame["examined"]),
    )  # fmt: skip
    again = frame["build_uuid"].isin(list(retried))
    frame = frame.assign(**{name: frame[name].mask(again) for name in ("start_time", "duration_s")})
    known = list(frame["build_uuid"])
    hits = tables.hits[tables.hits["build_uuid"].isin(known)]
    hits = hits.assign(**dict.fromkeys(HIT_REASONS, pd.NA))
    builds_known = ordered(frame.astype(tables.builds.dtypes), ["build_uuid"])
    hits_known = ordered(hits.astype(tables.hits.dtypes), ["build_uuid", "signature"])
    return replace(
        tables,
        builds=builds_known,
        hits=hits_known,
        failure_lines=tables.failure_lines[:0],
        **history(builds_known, hits_known),
    )


def history(builds: pd.DataFrame, hits: pd.DataFrame) -> dict[str, pd.DataFrame]:
    """What the store would count of these builds for ever."""
    dated = builds[labels(builds["end_time"]) != UNDATED]
    told = rollups.of_day(to_arrow(dated, BUILDS), to_arrow(hits, HITS))
    schemas = {"builds": HISTORY_BUILDS, "hits": HISTORY_HITS}
    narrow = {
        name: from_arrow(rollups.narrow(told[name], schema), schema) for name, schema in schemas.items()
    }
    return {f"history_{name}": frame for name, frame in narrow.items()}


@pytest.fixture(scope="module")
def pair(both: Both) -> tuple[Tables, Tables]:
    logs, index = (comparable(tables, both.builds) for tables in (both.logs, both.index))
    return logs, index


def test_every_build_is_the_same(pair: tuple[Tables, Tables]) -> None:
    logs, index = pair
    assert set(BUILD_REASONS) <= {column.name for column in BUILDS}
    assert len(logs.builds) > 100
    pd.testing.assert_frame_equal(index.builds, logs.builds)


def test_every_hit_is_the_same(pair: tuple[Tables, Tables]) -> None:
    logs, index = pair
    assert {column.name for column in HITS} >= HIT_REASONS
    assert len(logs.hits) > 20
    pd.testing.assert_frame_equal(index.hits, logs.hits)


def test_what_the_index_quotes_is_in_what_the_logs_quote(both: Both) -> None:
    keys = ["build_uuid", "signature"]
    quoted = both.index.hits.merge(both.logs.hits, on=keys, suffixes=("", "_logs"))
    quoted = quoted[quoted["excerpt"].notna()]
    assert len(quoted) > 20
    for hit in quoted.itertuples():
        lines = str(hit.excerpt_logs).split("\n")
        assert hit.excerpt == lines[int(hit.line_logs) - int(hit.excerpt_line_logs)]


def test_no_secret_is_stored(both: Both) -> None:
    texts = [*both.index.hits["excerpt"].dropna(), *both.index.failure_lines["text"].dropna()]
    assert texts
    assert not [secret for secret in SECRETS if any(secret in text for text in texts)]


@pytest.fixture(scope="module")
def reports(pair: tuple[Tables, Tables]) -> tuple[Results, Results]:
    logs, index = (compute(tables, StatsSettings(main_pipeline="gate"), NOW) for tables in pair)
    return logs, index


@pytest.mark.parametrize("name", sorted({*RESULTS} - {*OWN_TABLES, *THIRD_PARTY}))
def test_every_table_of_the_report_is_the_same(reports: tuple[Results, Results], name: str) -> None:
    logs, index = (getattr(report, name) for report in reports)
    assert len(logs)
    pd.testing.assert_frame_equal(
        index.drop(columns=OWN_COLUMNS, errors="ignore"), logs.drop(columns=OWN_COLUMNS, errors="ignore")
    )


@pytest.fixture(scope="module")
def truth(both: Both) -> dict[str, Any]:
    """What was planted, as an index names it: tenants for CIs, no providers, but metadata of all builds."""
    known = [
        replace(
            build,
            metadata=True,
            ci=replace(build.ci, ci=build.ci.tenant),
            provider=replace(build.provider, name=UNKNOWN),
        )
        for build in both.builds
    ]
    said: dict[str, Any] = json.loads(json.dumps(truth_of(known, SEED), default=str))
    return said


@pytest.fixture(scope="module")
def tables(both: Both) -> Tables:
    return both.index


@pytest.fixture(scope="module")
def results(both: Both) -> Any:
    return compute(both.index, StatsSettings(main_pipeline="gate"), NOW)
