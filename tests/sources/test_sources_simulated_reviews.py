from __future__ import annotations

import json
from pathlib import Path
from random import Random

import pytest

from generator.roster import load
from generator.sources.ci_comments import Reader, reader, recheck
from generator.sources.simulated import reviews
from generator.sources.simulated.community import END
from generator.sources.simulated.reviews.acting import Comment
from generator.sources.simulated.reviews.cast import ROSTER
from generator.sources.simulated.reviews.wording import message

SEED, SCALE = 3, 0.1


@pytest.fixture(scope="module")
def said() -> list[Comment]:
    return reviews.plan(SEED, SCALE)[1]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("reviews")
    reviews.write(made, *reviews.plan(SEED, SCALE), SEED)
    return made


def contents(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_the_same_seed_gives_the_same_bytes_and_nothing_stays_of_another(
    folder: Path, tmp_path: Path
) -> None:
    reviews.write(tmp_path, *reviews.plan(SEED + 1, SCALE), SEED + 1)
    (tmp_path / "reviews" / "left-over.json").write_text("{}")
    assert contents(tmp_path) != contents(folder)
    reviews.write(tmp_path, *reviews.plan(SEED, SCALE), SEED)
    assert contents(tmp_path) == contents(folder)


def test_files_are_what_one_query_prints(folder: Path) -> None:
    for path in sorted((folder / "reviews").iterdir()):
        *changes, stats = [json.loads(line) for line in path.read_text("utf-8").splitlines()]
        assert stats["type"] == "stats" and stats["rowCount"] == len(changes) > 0
        updated = [change["lastUpdated"] for change in changes]
        assert updated == sorted(updated, reverse=True)
        for change in changes:
            times = [comment["timestamp"] for comment in change["comments"]]
            assert times == sorted(times) and max(times) <= change["lastUpdated"] < END.timestamp()


def test_the_roster_is_usable_and_its_examples_are_read(folder: Path) -> None:
    roster = load(folder / "thirdparty.yaml")
    assert sorted(ci.id for ci in roster.cis) == sorted(ci.id for ci in ROSTER)
    assert [problem for problem in roster.problems if problem.severity == "error"] == []
    examples = [(ci, example) for ci in roster.cis for example in ci.examples]
    assert examples
    for ci, example in examples:
        jobs = reader(ci).read(example.text).jobs
        assert tuple((job.job, job.result) for job in jobs) == example.results


def test_every_comment_is_read_as_it_was_meant(folder: Path, said: list[Comment]) -> None:
    roster, readers = load(folder / "thirdparty.yaml"), dict[str, Reader]()
    free = {"SUCCESS": "ALL_GREEN", "FAILURE": "ERRORS"}
    seen = set()
    for number, comment in enumerate(said):
        text = message(comment, Random(number))
        if comment.ci is None:
            assert (recheck(text) is not None) == (comment.kind == "recheck"), text
            continue
        ci = comment.ci
        if ci.username not in readers:
            readers[ci.username] = reader(roster.of(ci.username, ci.name), {}, ci.name)
        read = readers[ci.username].read(text)
        told = (read.kind, read.patchset, read.vote, read.outcome)
        assert told == (comment.kind, comment.patchset.number, comment.vote, comment.outcome), text
        if comment.kind == "result":
            words = free if ci.style == "prose" else {}
            meant = [(job, words.get(word, word), votes) for job, word, votes in comment.rows]
            assert [(job.job, job.result, job.voting) for job in read.jobs] == meant, text
            assert read.compliant == comment.compliant, text
        seen.add((ci.style, comment.kind, comment.outcome))
    assert {style for style, _, _ in seen} == {"zuul", "jenkins", "star", "link", "prose"}
    assert {kind for _, kind, _ in seen} == {"result", "start", "unread"}


def test_the_story_is_there() -> None:
    cis = reviews.truth(*reviews.plan(1, 1.0))["cis"]
    assert cis["larkfield-storage-ci"]["readiness"] == "all met"
    assert cis["ferrous-power-ci"]["broken"] and cis["ferrous-power-ci"]["streak"] > 100
    assert cis["brightwater-nfs-ci"]["reported"] == 0 and cis["brightwater-nfs-ci"]["missed"] > 500
    assert cis["quayside-sdn-ci"]["rules"]["disagreement"] == "not met"
    flipped, failed = cis["quayside-sdn-ci"]["flip"]
    assert flipped > failed / 2 > 5
    assert cis["tarn-networks-ci"]["late"] > 5 and cis["tarn-networks-ci"]["excess"][0] > 0
    assert len(cis["halden-nvme-ci"]["standing"]) >= 4 and not cis["halden-nvme-ci"]["broken"]
    assert cis["meridian-san-ci"]["rules"]["contacts"] == "not met" and cis["meridian-san-ci"]["unread"] > 0
    assert 0 < cis["osprey-fc-ci"]["expected"] < 10
    readiness = {ci: known["readiness"] for ci, known in cis.items()}
    assert readiness["penrose-tape-ci"] == "all met" and readiness["osprey-fc-ci"] == "not judged"
    assert readiness["saltmarsh-backup-ci"] == "paused" and readiness["foxglove-iscsi-ci"] == "retired"
