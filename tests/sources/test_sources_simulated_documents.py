from __future__ import annotations

import gzip
import json
from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml

from generator import config, pipeline
from generator.matching.tags import FileList
from generator.progress import Progress
from generator.sources.simulated import simulate
from generator.sources.simulated.build import Build
from generator.sources.simulated.community import END
from generator.sources.simulated.documents import buildsets, lines, reported, sent
from generator.sources.simulated.logs import place
from generator.sources.simulated.plan import plan
from generator.sources.simulated.truth import found
from generator.store.files import Store

SEED, DAYS, SCALE = 3, 70, 0.1


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("demo")
    simulate(folder, seed=SEED, days=DAYS, scale=SCALE)
    return folder


@pytest.fixture(scope="module")
def builds() -> list[Build]:
    return plan(SEED, DAYS, SCALE)


@pytest.fixture(scope="module")
def documents(demo: Path, builds: list[Build]) -> dict[str, list[dict[str, Any]]]:
    """The documents of each build that has logs."""
    files = FileList.load(demo / "files.yaml")
    return {b.uuid: list(lines(b, demo / "logs" / place(b), files)) for b in builds if b.logs}


def test_each_line_of_each_log_is_a_document_with_all_of_its_text(
    demo: Path, builds: list[Build], documents: dict[str, list[dict[str, Any]]]
) -> None:
    whole = [build for build in builds if build.logs and not build.truncated]
    for build in whole[::7]:
        told: dict[str, list[str]] = {}
        for document in documents[build.uuid]:
            told.setdefault(document["filename"], []).append(document["message"])
        assert "job-output.txt" in told
        for name, messages in told.items():
            folder = demo / "logs" / place(build)
            path = next(path for path in (folder / name, folder / f"{name}.gz") if path.exists())
            data = path.read_bytes()
            text = gzip.decompress(data) if data[:2] == b"\x1f\x8b" else data
            assert "".join(f"{message}\n" for message in messages) == text.decode("utf-8", "replace")


def test_documents_have_the_time_of_their_line_in_order(
    builds: list[Build], documents: dict[str, list[dict[str, Any]]]
) -> None:
    for build in builds:
        times: dict[str, list[datetime]] = {}
        for document in documents.get(build.uuid, []):
            at = datetime.fromisoformat(document["@timestamp"])
            assert at.tzinfo is None
            times.setdefault(document["filename"], []).append(at.replace(tzinfo=UTC))
        for name, of in times.items():
            assert of == sorted(of)
            assert timedelta(0) <= of[0] - build.start < timedelta(seconds=1)
            if name == "job-output.txt" or not build.truncated:
                assert of[-1] == build.end, name


def test_some_logs_are_sent_on_the_day_after_but_all_before_the_report(builds: list[Build]) -> None:
    assert all(timedelta(0) < sent(build) - build.end <= timedelta(hours=10) for build in builds)
    assert max(map(sent, builds)) <= END + timedelta(hours=1)
    other = [build for build in builds if sent(build).date() != build.end.date()]
    assert 0 < len(other) < len(builds) / 10
    assert any(sent(build) - build.end > timedelta(hours=3) for build in builds)


def test_metadata_is_as_ci_log_processing_writes_it(
    builds: list[Build], documents: dict[str, list[dict[str, Any]]]
) -> None:
    seen: Counter[int] = Counter()
    for build in builds:
        for document in documents.get(build.uuid, [])[:1]:
            seen[document["voting"]] += 1
            assert document["voting"] == (int(build.job.voting) if build.metadata else 2)
            assert document.get("node_provider") == ("local" if build.metadata else None)
            assert document["build_change"] == build.change
            assert document["log_url"].endswith(f"/{document['filename']}")
            assert document["filename"] in document["tags"]
    assert seen.keys() == {0, 1, 2}


def test_signatures_find_in_the_documents_what_was_planted(
    demo: Path, builds: list[Build], documents: dict[str, list[dict[str, Any]]], tmp_path: Path
) -> None:
    with (tmp_path / "export.ndjson").open("w", encoding="utf-8") as export:
        for of in documents.values():
            export.writelines(json.dumps(document) + "\n" for document in of)
    settings = {"sources": [{"type": "documents", "path": "export.ndjson"}]}
    settings |= {"signatures": str(demo / "queries"), "workers": 1}
    (tmp_path / "gatepost.yaml").write_text(yaml.safe_dump(settings))
    pipeline.collect(config.load(tmp_path / "gatepost.yaml"), END + timedelta(hours=1), Progress(0))
    hits: dict[str, dict[str, int]] = {}
    for hit in Store(tmp_path / "state").read().hits.itertuples():
        hits.setdefault(str(hit.build_uuid), {})[str(hit.signature)] = int(hit.lines)
    assert hits == {build.uuid: found(build) for build in builds if found(build)}


def test_the_reporter_tells_of_every_build_but_the_retried(builds: list[Build]) -> None:
    told = [document for some in buildsets(builds) for document in reported(some)[1]]
    of_builds = {d["uuid"]: d for d in told if d["build_type"] == "build"}
    final = [build for build in builds if build.result != "RETRY"]
    assert of_builds.keys() == {build.uuid for build in final}
    assert any(not build.logs for build in final)
    for build in final:
        document = of_builds[build.uuid]
        assert document["end_time"] == str(int(build.end.timestamp()))
        assert (document["result"], document["voting"]) == (build.result, build.job.voting)
    sets = [d for d in told if d["build_type"] == "buildset"]
    assert {d["uuid"] for d in sets} == {build.buildset for build in final}
    assert all(isinstance(d["end_time"], int) and d["end_time"] >= d["start_time"] for d in sets)


def test_the_reporter_writes_after_the_last_build_of_the_set(builds: list[Build]) -> None:
    for some in buildsets(builds):
        at, _ = reported(some)
        assert timedelta(0) < at - max(build.end for build in some) < timedelta(minutes=1)
