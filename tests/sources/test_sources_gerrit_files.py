"""What Gerrit's ssh commands printed: queries and streams of events, in files."""

from __future__ import annotations

import gzip
import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import zstandard
from gerrit_kit import (
    ADA,
    FAILED,
    PASSED,
    VENDOR,
    ZUUL,
    Collector,
    at,
    commented,
    event,
    printed,
    queried,
    roster,
    rows,
)
from gerrit_server import NOW, Gerrit, gerrit, stamp

from generator.errors import GatepostError
from generator.sources.gerrit import frames, reading
from generator.tables import Tables

FIRST, SECOND = (datetime(2026, 11, 20, hour, tzinfo=UTC) for hour in (9, 10))


@pytest.fixture
def collector(tmp_path: Path) -> Collector:
    (tmp_path / "reviews").mkdir()
    return Collector(tmp_path / "state", path=tmp_path / "reviews")


@pytest.fixture
def folder(tmp_path: Path, collector: Collector) -> Path:
    return tmp_path / "reviews"


def skipped(collector: Collector) -> list[tuple[Any, ...]]:
    return collector.stored("skipped", "reason", "detail")


def test_a_query_becomes_rows_of_all_tables(collector: Collector, folder: Path) -> None:
    verified = {"type": "VRIF", "description": "Verified", "value": "-1", "grantedOn": at(9), "by": VENDOR}
    patchset = {
        "number": "2",
        "createdOn": at(8),
        "kind": "REWORK",
        "files": [
            {"file": "/COMMIT_MSG", "type": "ADDED"},
            {"file": "b.py", "fileOld": "a.py", "type": "RENAMED"},
        ],
        "approvals": [
            verified,
            verified | {"type": "Code-Review", "by": ADA},
            {"type": "SUBM", "value": "1"},
        ],
    }
    said = [commented(VENDOR, at(9), FAILED.replace("Set 1", "Set 2")), commented(ADA, at(10), "recheck")]
    trailer = {"type": "stats", "rowCount": 1, "runTimeMilliseconds": 7, "moreChanges": False}
    printed(folder, queried(7, *said, patchSets=[patchset]), trailer)
    collector.collect()
    changes = collector.stored("changes", "server", "change", "status", "current", "whole")
    assert changes == [("review.example.org", 7, "NEW", 2, True)]
    assert collector.stored("patchsets", "patchset", "paths", "files") == [(2, "b.py\na.py", 2)]
    comments = collector.stored("comments", "patchset", "account", "time", "kind", "vote")
    assert sorted(comments, key=lambda row: row[2]) == [
        (2, "example-storage-ci", FIRST, "result", -1),
        (None, None, SECOND, "recheck", None),
    ]
    votes = collector.stored("votes", "patchset", "account", "label", "value", "time")
    assert votes == [(2, "example-storage-ci", "Verified", -1, FIRST)]
    assert skipped(collector) == []


def test_a_cut_query_is_told_of(collector: Collector, folder: Path) -> None:
    printed(folder, queried(7), {"type": "stats", "rowCount": 1, "moreChanges": True})
    collector.collect()
    ((reason, detail),) = skipped(collector)
    assert reason == "not all received" and "there are more changes" in detail


def test_events_become_rows(collector: Collector, folder: Path) -> None:
    text = PASSED.partition("\n\n")[2]  # Gerrit of old told no header in events
    given = {"type": "Verified", "description": "Verified", "value": "1", "oldValue": "-1"}
    other = {"type": "Workflow", "value": "0"}
    told = event(7, "comment-added", at(9), author=ZUUL, comment=text, approvals=[other, given])
    created = event(
        7, "patchset-created", at(8), patchSet={"number": "2", "createdOn": at(8), "kind": "REWORK"}
    )
    printed(folder, created, told, event(7, "change-merged", at(10)), event(8, "change-abandoned", at(9)))
    collector.collect()
    changes = collector.stored("changes", "change", "status", "updated", "current", "whole")
    assert changes == [(7, "MERGED", SECOND, 2, False), (8, "ABANDONED", FIRST, 1, False)]
    comments = collector.stored("comments", "patchset", "account", "outcome", "vote", "label")
    assert comments == [(1, "zuul", "success", 1, "Verified")]
    assert collector.stored("votes", "label", "value", "time") == [("Verified", 1, FIRST)]


def test_a_vote_that_was_taken_back_is_one(collector: Collector, folder: Path) -> None:
    down = {"type": "Verified", "value": "-1", "oldValue": "0"}
    printed(
        folder,
        event(7, "comment-added", at(9), author=VENDOR, comment=FAILED, approvals=[down]),
        event(
            7,
            "comment-added",
            at(10),
            author=VENDOR,
            comment="",
            approvals=[down | {"value": "0", "oldValue": "-1"}],
        ),
    )
    collector.collect()
    assert collector.stored("votes", "value", "time") == [(0, SECOND)]


def test_of_two_answers_about_a_change_the_newer_tells_which_votes_stand(
    collector: Collector, folder: Path
) -> None:
    def asked(number: int, updated: int, *approvals: dict[str, Any]) -> dict[str, Any]:
        return queried(
            number,
            lastUpdated=updated,
            currentPatchSet={"number": 1, "approvals": list(approvals)},
            patchSets=None,
        )

    down = {"type": "Verified", "value": "-1", "by": VENDOR, "grantedOn": at(9)}
    printed(folder, asked(1, at(9), down), asked(2, at(9), down), asked(3, at(9)), name="2026-11-19.json")
    up = event(3, "comment-added", at(10), author=VENDOR, comment=PASSED, approvals=[down | {"value": "1"}])
    printed(folder, asked(1, at(10)), up, name="2026-11-20.json")
    collector.collect()
    assert sorted(collector.stored("votes", "change", "value")) == [(2, -1), (3, 1)]
    printed(folder, asked(2, at(11), down | {"value": "1", "grantedOn": at(11)}), name="2026-11-21.json")
    collector.collect()
    assert sorted(collector.stored("votes", "change", "value")) == [(2, 1), (3, 1)]


def test_a_restored_change_is_open_again(collector: Collector, folder: Path) -> None:
    printed(folder, event(7, "change-restored", at(10)), event(7, "change-abandoned", at(9)))
    collector.collect()
    assert collector.stored("changes", "status") == [("NEW",)]


def test_other_events_are_counted(collector: Collector, folder: Path) -> None:
    printed(folder, queried(7), *[{"type": "ref-updated"}] * 3, {"type": "reviewer-added"})
    collector.collect()
    assert skipped(collector) == [("other events", "ref-updated 3 and reviewer-added 1")]


def test_broken_records_are_counted_by_what_is_wrong(collector: Collector, folder: Path) -> None:
    broken = [
        "not json",
        '{"type": "stats"',
        "[" * 100_000,
        "7",
        queried(7) | {"number": "x"},
        queried(8, project=None),
        queried(9, url="https://[bad"),
        event(7, "comment-added", at(9), eventCreatedOn="soon"),
        queried(10**30),
    ]
    printed(folder, queried(1), *broken)
    collector.collect()
    assert collector.stored("changes", "change") == [(1,)]
    assert sorted(skipped(collector)) == [
        ("broken record", "1 record: no JSON object"),
        ("broken record", "1 record: no address of a change: `server` must name the Gerrit"),
        ("broken record", "1 record: no time"),
        ("broken record", "3 records: no JSON"),
        ("broken record", "3 records: no number or no project"),
    ]


def test_odd_values_cost_only_themselves(collector: Collector, folder: Path) -> None:
    odd = queried(
        7,
        commented(VENDOR, 10**40, PASSED),
        commented(VENDOR, 7, PASSED),
        {"timestamp": at(9), "reviewer": ["x"], "message": PASSED},
        {"timestamp": at(9), "reviewer": VENDOR, "message": {"a": 1}},
        commented(VENDOR, at(9), PASSED),
        patchSets=[{"number": 1, "approvals": "no", "files": [7]}, "x", {"number": -1}],
        subject="a\ud800b\u202ec\x00d",
        createdOn=1e400,
        branch=["x"],
    )
    (folder / "odd.json").write_text(json.dumps(odd).replace("Infinity", "1e400"))
    collector.collect()
    assert collector.stored("changes", "subject", "branch", "created") == [("a?b\\u202ec\\x00d", None, None)]
    assert collector.stored("comments", "kind").count(("result",)) == 1
    assert skipped(collector) == [("broken record", "2 records: a comment without a time")]


def test_names_of_accounts_and_labels_are_fit_to_be_shown(collector: Collector, folder: Path) -> None:
    odd = VENDOR | {"username": "a\x1b\u202e password=hunter2secret"}
    vote = {"type": "Ver\x1bified", "value": "-1", "by": odd}
    one = queried(7, commented(odd, at(9), PASSED), patchSets=[{"number": 1, "approvals": [vote]}])
    printed(folder, one)
    collector.collect()
    for table in ("accounts", "comments", "votes"):
        assert collector.stored(table, "account") == [("a\\x1b\\u202e password=[redacted]",)]
    assert collector.stored("votes", "label") == [("Ver\\x1bified",)]
    assert collector.stored("patchsets", "patchset") == [(1,)]


def test_secrets_and_addresses_are_not_stored(collector: Collector, folder: Path) -> None:
    who = {"name": "ci@vendor.example CI", "username": "ci@vendor.example", "email": "ci@vendor.example"}
    printed(
        folder,
        queried(7, commented(who, at(9), PASSED), subject="password=hunter2hunter2 of ada@example.org"),
        event(8, "comment-added", at(9), author=VENDOR | {"name": "Ada CI ada@example.org"}, comment=PASSED),
    )
    found = collector.collect()
    names = ("changes", "patchsets", "comments", "job_results", "votes", "accounts", "skipped")
    everything = " ".join(str(getattr(found, name).to_dict("list")) for name in names)
    for text in ("hunter2", "vendor.example", "ada"):
        assert text not in everything.lower()


@pytest.mark.parametrize(
    "write",
    [
        lambda path, text: path.with_name("a.json.gz").write_bytes(gzip.compress(text)),
        lambda path, text: path.with_name("a.jsonl.zst").write_bytes(zstandard.compress(text)),
        lambda path, text: path.with_name("a.json").write_bytes(b"[" + b",\n".join(text.splitlines()) + b"]"),
        lambda path, text: path.with_name("a.json").write_text(
            json.dumps([json.loads(line) for line in text.splitlines()], indent=2)
        ),
    ],
    ids=["gzip", "zstd", "array", "indented"],
)
def test_files_may_be_packed_or_an_array(
    collector: Collector, folder: Path, write: Callable[[Path, bytes], object]
) -> None:
    text = "".join(json.dumps(queried(number)) + "\n" for number in (1, 2, 3))
    write(folder / "x", text.encode())
    collector.collect()
    assert sorted(collector.stored("changes", "change")) == [(1,), (2,), (3,)]


def test_a_cut_file_is_read_as_far_as_it_goes(collector: Collector, folder: Path) -> None:
    noise = [queried(number, subject=f"{number * 7919:x}" * 9) for number in range(3000)]
    whole = gzip.compress("".join(json.dumps(one) + "\n" for one in noise).encode())
    (folder / "a.json.gz").write_bytes(whole[: len(whole) // 2])
    collector.collect()
    assert 100 < len(collector.stored("changes", "change")) < 2900
    assert ("truncated", "the packed data ends early") in skipped(collector)


def test_processes_give_what_one_gives(collector: Collector, folder: Path, tmp_path: Path) -> None:
    for number in range(1, 7):
        comments = [commented(VENDOR, at(9, minute), PASSED) for minute in range(50)]
        printed(folder, queried(number, *comments), "broken", name=f"{number}.json")
    alone = collector.collect()
    together = Collector(tmp_path / "other", **collector.settings).collect(workers=2)
    for name in ("changes", "patchsets", "comments", "job_results", "votes", "accounts", "skipped"):
        assert getattr(alone, name).equals(getattr(together, name))
    assert len(alone.comments) == 300


def test_much_is_stored_in_portions(
    collector: Collector, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(frames, "_MOST_ROWS", 20)
    for number in range(1, 5):
        printed(
            folder,
            queried(number, *[commented(VENDOR, at(9, m), PASSED) for m in range(4)]),
            name=f"{number}.json",
        )
    kept: list[Tables] = []
    rest = collector.collect(keep=kept.append)
    assert len(kept) == 2 and not len(rest.comments)
    assert sum(len(one.comments) for one in kept) == 16


def test_only_changes_of_the_roster_or_of_the_projects_named(collector: Collector, folder: Path) -> None:
    printed(
        folder,
        queried(1),
        queried(2, project="example/cinder"),
        queried(3, project="other/cinder", branch="stable/1"),
    )
    collector.collect(cis=roster(projects=("example/c*",)))
    assert collector.stored("changes", "change") == [(2,)]
    collector.collect(projects=["other/*", "example/nova"], branches="stable/*")
    assert sorted(collector.stored("changes", "change")) == [(2,), (3,)]


def test_a_server_may_be_named(collector: Collector, folder: Path) -> None:
    printed(folder, queried(1, url=None), queried(2))
    collector.collect(server="Gerrit.example.org")
    assert sorted(collector.stored("changes", "server", "change")) == [
        ("gerrit.example.org", 1),
        ("gerrit.example.org", 2),
    ]


def test_what_is_known_changes_no_byte(collector: Collector, folder: Path, tmp_path: Path) -> None:
    printed(folder, queried(1, commented(VENDOR, at(9), PASSED)), event(1, "change-merged", at(11)))
    collector.collect()
    before = {path: path.read_bytes() for path in tmp_path.rglob("*.parquet")}
    collector.collect(NOW.replace(hour=13))
    assert before.items() <= {path: path.read_bytes() for path in tmp_path.rglob("*.parquet")}.items()


@pytest.fixture
def server() -> Iterator[Gerrit]:
    with gerrit() as told:
        yield told


def test_the_same_comment_is_one_by_whichever_way_it_comes(
    collector: Collector, folder: Path, server: Gerrit
) -> None:
    """REST has nanoseconds and the header; a query seconds; an event no header, and no end of line."""
    server.add(7, SECOND)
    moment = FIRST.replace(microsecond=250_000)
    inline = PASSED.replace("+1\n\n", "+1\n\n(1 comment)\n\n")
    server.say(7, moment, VENDOR, inline + "\n", tag="autogenerated:example")
    server.say(7, SECOND, ADA, "Patch Set 1:\n\nrecheck")
    text = PASSED.partition("\n\n")[2]
    printed(
        folder,
        queried(7, commented(VENDOR, at(9), PASSED), commented(ADA, at(10), "Patch Set 1:\n\nrecheck")),
        event(7, "comment-added", at(9), author=VENDOR, comment=text),
        event(7, "comment-added", at(10), author=ADA, comment="Patch Set 1:\n\nrecheck"),
    )
    collector.collect()
    rest = Collector.of(server, folder)
    found = rest.collect()
    assert stamp(moment).endswith(".250000000")
    assert set(found.comments["comment"]) == {one for (one,) in collector.stored("comments", "comment")}
    assert len(found.comments) == 2
    both = Collector(
        folder.parent / "state", url=server.url, server="review.example.org", requests_per_s=1000
    )
    both.collect()
    assert len(both.stored("comments", "comment")) == 2 and len(both.stored("job_results", "job")) == 1


def test_the_same_words_at_another_time_are_another_comment(collector: Collector, folder: Path) -> None:
    said = [commented(VENDOR, at(9, 0, second), PASSED) for second in (1, 2)]
    printed(folder, queried(7, *said, commented(ZUUL, at(9, 0, 1), PASSED)))
    collector.collect()
    assert len(collector.stored("comments", "comment")) == 3


def test_workers_load_no_tables() -> None:
    heavy = {"pandas", "pyarrow", "pydantic", "httpx"}
    code = f"import sys, {reading.__name__}; print(*{heavy} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == ""


def test_where_nothing_is_there_is_nothing_to_read(collector: Collector, folder: Path) -> None:
    with pytest.raises(GatepostError, match="no JSON files there") as caught:
        collector.collect()
    assert "gerrit query --format=JSON" in caught.value.hint
    (folder / "empty.json").touch()
    collector.collect()
    assert skipped(collector) == [("no changes", "there is neither a change nor an event in the file")]
    ((path,),) = collector.stored("skipped", "path")
    assert not Path(path).is_absolute()  # where the files of a community lie is nobody's matter
    with pytest.raises(GatepostError, match="1 file: no changes"):
        collector.check()


def test_check_says_what_there_is(collector: Collector, folder: Path) -> None:
    printed(
        folder, queried(1, commented(VENDOR, at(9), PASSED)), queried(2), event(2, "change-merged", at(11))
    )
    line = collector.check()
    assert line.startswith(
        "1 file: 2 changes of 1 project (example/nova), 1 comment by 1 account of CIs (example-st"
    )


def test_real_events_are_read(tmp_path: Path, shared_data: Path) -> None:
    collector = Collector(tmp_path, path=shared_data / "elastic-recheck" / "gerrit" / "events.json")
    found = collector.collect()
    events = json.loads(collector.settings["path"].read_text("utf-8"))
    told = {
        (int(one["change"]["number"]), int(one["patchSet"]["number"]), int(one["approvals"][0]["value"]))
        for one in events
    }
    assert set(rows(found.comments, "change", "patchset", "vote")) == told
    assert set(found.comments["kind"]) == {"result"} and set(found.accounts["account"]) == {"jenkins"}
    assert len(found.job_results) == sum(one["comment"].count("\n- ") for one in events)
    assert not len(found.skipped)
