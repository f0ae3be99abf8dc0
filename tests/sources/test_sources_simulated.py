from __future__ import annotations

import gzip
import hashlib
import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml

from generator import config
from generator.matching.engine import Engine
from generator.matching.facts import Facts
from generator.matching.inventory import read_facts
from generator.signatures.load import load_folder
from generator.sources.simulated import simulate
from generator.sources.simulated.build import Build
from generator.sources.simulated.community import END, GAP
from generator.sources.simulated.faults import BY_ID
from generator.sources.simulated.logs import place
from generator.sources.simulated.plan import plan
from generator.sources.simulated.signatures import FILES, SIGNATURES
from generator.sources.simulated.truth import truth

SCALE, DAYS = 0.05, 20


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("demo")
    simulate(folder, days=DAYS, scale=SCALE)
    return folder


def contents(folder: Path) -> dict[str, tuple[str, int]]:
    """Hash of each file, and of a log its time."""
    return {
        str(path.relative_to(folder)): (
            hashlib.sha256(path.read_bytes()).hexdigest(),
            path.stat().st_mtime_ns if "logs" in path.parts else 0,
        )
        for path in folder.rglob("*")
        if path.is_file()
    }


def test_the_same_seed_gives_the_same_bytes_and_times(demo: Path, tmp_path: Path) -> None:
    simulate(tmp_path, days=DAYS, scale=SCALE)
    assert contents(tmp_path) == contents(demo)


def test_another_seed_gives_other_builds() -> None:
    one, two = ({build.uuid for build in plan(seed, 5, 0.2)} for seed in (1, 2))
    assert one and two and not one & two


def test_a_demo_over_another_leaves_nothing_of_it(tmp_path: Path) -> None:
    simulate(tmp_path, seed=2, days=3, scale=SCALE)
    (tmp_path / "state").mkdir()
    (tmp_path / "state" / "old").write_text("of seed 2")
    simulate(tmp_path, seed=3, days=3, scale=SCALE)
    fresh = tmp_path / "fresh"
    simulate(fresh, seed=3, days=3, scale=SCALE)
    expected = contents(fresh)
    assert {name: of for name, of in contents(tmp_path).items() if not name.startswith("fresh/")} == expected


def test_logs_that_are_already_there_are_not_written_again(demo: Path) -> None:
    folders = {path: path.stat().st_ctime_ns for path in (demo / "logs").rglob("*")}
    simulate(demo, days=DAYS, scale=SCALE)
    assert {path: path.stat().st_ctime_ns for path in (demo / "logs").rglob("*")} == folders


def test_a_demo_that_was_stopped_is_written_anew(tmp_path: Path) -> None:
    simulate(tmp_path, days=3, scale=SCALE)
    good = contents(tmp_path)
    (tmp_path / ".simulated").unlink()
    next(path for path in (tmp_path / "logs").rglob("job-output*")).unlink()
    simulate(tmp_path, days=3, scale=SCALE)
    assert contents(tmp_path) == good


def test_configuration_and_signatures_are_usable(demo: Path) -> None:
    settings = config.load(demo / "gatepost.yaml")
    loaded = load_folder(settings.signatures)
    assert [signature.id for signature in loaded.signatures] == sorted(SIGNATURES)
    assert loaded.problems == ()
    assert all(source.path.is_dir() for source in settings.sources)


def test_every_fault_is_matched_by_its_signature_alone(demo: Path) -> None:
    engine = Engine(load_folder(demo / "queries").signatures)
    sample = {
        "uuid": "5f0c",
        "req": "req-1",
        "word": "port",
        "byte": "17",
        "digit": "3",
        "pid": "99",
        "region": "x",
    }
    tags = {Path(entry["name"]).name: tuple(entry["tags"]) for entry in FILES["files"]}
    for name, fault in BY_ID.items():
        fields = {"filename": (fault.file,), "tags": (*tags[fault.file], fault.file)}
        fields |= {
            "build_name": (fault.jobs or ("any",))[:1],
            "build_branch": (fault.branches or ("any",))[:1],
        }
        text = "\n".join(line.format_map(sample) for line in fault.lines)
        scan = engine.scan([text.encode()], Facts(fields, unknown=False))
        assert {signature: match.lines for signature, match in scan.matches.items()} == {name: 1}


def test_metadata_says_what_was_planned(demo: Path) -> None:
    for build in plan(1, DAYS, SCALE):
        facts = read_facts(demo / "logs" / place(build))
        assert facts.known == build.metadata
        told = facts.build
        assert told["result"] == build.result
        assert told["end_time"] == build.end
        if build.metadata:
            assert (told["build_uuid"], told["job"], told["pipeline"]) == (
                build.uuid,
                build.job.name,
                build.pipeline,
            )
            assert told.get("final", True) == (build.result != "RETRY")
            assert told["voting"] == build.job.voting
            if build.logs:
                assert told["provider"] == build.provider.name


def text_of(path: Path) -> bytes:
    data = path.read_bytes()
    return gzip.decompress(data) if data[:2] == b"\x1f\x8b" else data


def test_both_layouts_are_as_zuul_and_logscraper_leave_them(demo: Path) -> None:
    published, scraped = None, None
    for build in plan(1, DAYS, SCALE):
        folder = demo / "logs" / place(build)
        if (
            build.ci.published
            and build.result == "SUCCESS"
            and build.logs
            and build.job.kind == "integration"
        ):
            published = folder
        if not build.ci.published and build.logs:
            scraped = folder
    assert published and scraped
    manifest = json.loads((published / "zuul-manifest.json").read_bytes())
    listed = {entry["name"] for entry in manifest["tree"]}
    assert listed == {path.name for path in published.iterdir()} - {"zuul-manifest.json"}
    assert text_of(published / "logs" / "syslog") != (published / "logs" / "syslog").read_bytes()
    buildinfo = yaml.safe_load((scraped / "buildinfo").read_text("utf-8"))
    assert (buildinfo["uuid"], buildinfo["tenant"]) == (scraped.name, "ferrous")
    assert (scraped / "keel-compute.log").is_file()


def test_hostile_text_is_in_the_logs(demo: Path) -> None:
    hostile = [build for build in plan(1, DAYS, SCALE) if build.hostile]
    texts = [
        text_of(path)
        for build in hostile
        for path in (demo / "logs" / place(build)).rglob("*")
        if path.is_file() and path.name != "job-output.json.gz"
    ]
    for piece in (b"<script>alert(1)", b"{{ 7*7 }}", b"\x1b[31m", "\u202e".encode(), b"\xff\xfe\x80", b"\0"):
        assert any(piece in text for text in texts), piece


@pytest.fixture(scope="module")
def whole() -> list[Build]:
    return plan(1, 70, 1.0)


def test_the_whole_demo_has_all_that_a_report_must_find(whole: list[Build]) -> None:
    assert 4_000 <= len(whole) <= 6_500
    assert whole[-1].end == END
    assert not any(build.end.date() in GAP for build in whole)
    results = {build.result for build in whole}
    assert {
        "FAILURE",
        "TIMED_OUT",
        "NODE_FAILURE",
        "POST_FAILURE",
        "RETRY",
        "RETRY_LIMIT",
        "ABORTED",
    } <= results
    assert sum(build.truncated for build in whole) >= 3
    assert sum(not build.metadata for build in whole) >= 3
    assert {build.ci.source for build in whole} == {"zuul", "ferrous"}


def test_what_is_planted_is_there(whole: list[Build]) -> None:
    known: dict[str, Any] = truth(whole, 1)["signatures"]

    def hits(name: str, window: str) -> int:
        return int(known[name]["cells"]["*"]["voting"][window]["hits"])

    assert hits("2093008", "7d") == sum(known["2093008"]["days"].values()) >= 8
    assert hits("2077420", "28d") == 0 < sum(known["2077420"]["days"].values())
    assert END - known["2077420"]["last_seen"] > timedelta(days=28)
    assert hits("2062215", "7d") > 4
    assert hits("2091874", "7d") > 4 * (hits("2091874", "28d") - hits("2091874", "7d")) > 0
    assert [*known["2090155"]["breakdowns"]["provider"]["28d"]] == ["halden"]
    assert known["2068020"]["matching"]["success"] > known["2068020"]["matching"]["failure"]
    assert hits("2094100", "28d") == 0
    edge = known["2086001"]["cells"]["*"]
    assert edge["voting"]["28d"]["hits"] == edge["all"]["28d"]["hits"] > 5
    assert hits("2073344", "28d") > 0


def test_builds_of_a_buildset_fail_together(whole: list[Build]) -> None:
    sets: dict[str, list[bool]] = {}
    for build in whole:
        if build.pipeline == "gate" and build.outcome in ("success", "failure"):
            sets.setdefault(build.buildset, []).append(build.outcome == "failure")
    rate = sum(map(sum, sets.values())) / sum(map(len, sets.values()))
    again = [sum(of) - 1 for of in sets.values() if any(of) for _ in range(sum(of))]
    others = [len(of) - 1 for of in sets.values() if any(of) for _ in range(sum(of))]
    assert sum(again) / sum(others) > 1.3 * rate
