"""What a build's folder says about the build, in both layouts, and by broken or hostile metadata."""

from __future__ import annotations

import gzip
import json
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from generator.matching.inventory import InventoryFacts, read_facts
from generator.matching.small_files import UnusableError, load_plain

INVENTORY = """\
all:
  hosts:
    controller:
      ansible_host: 10.0.0.1
      nodepool: {cloud: ovh, provider: ovh-bhs1, region: BHS1, host_id: abc}
    compute1:
      nodepool: {cloud: ovh, provider: ovh-bhs1, region: BHS1, host_id: abd}
  vars:
    zuul:
      attempts: 1
      branch: stable/2026.2
      build: 02d68e3a0f5b4c1d9e8f7a6b5c4d3e2f
      buildset: 77
      change: '901234'
      change_url: https://review.example/901234
      executor: {hostname: ze01.example, log_root: /var/x}
      job: tempest-full
      max_attempts: 3
      message: !unsafe '{{ evil }}'
      patchset: '3'
      pipeline: gate
      project: {canonical_name: opendev.org/openstack/nova, name: openstack/nova}
      ref: refs/changes/34/901234/3
      tenant: openstack
      voting: true
"""
RECORD = {
    "uuid": "02d68e3a0f5b4c1d9e8f7a6b5c4d3e2f",
    "job_name": "tempest-full",
    "pipeline": "gate",
    "result": "TIMED_OUT",
    "voting": False,
    "final": False,
    "duration": 217.5,
    "start_time": "2026-11-20T14:40:49",
    "end_time": "2026-11-20T14:44:26+01:00",
    "log_url": "https://logs.example/02d68e3/",
    "buildset": {"uuid": "77"},
    "ref": {"project": "openstack/nova", "branch": "master", "change": 5, "patchset": "None", "ref": "r"},
}


def at(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=UTC)  # type: ignore[arg-type,misc]


def lines(*texts: str) -> str:
    return "".join(f"2026-11-20 10:00:{i:02}.000000 | {text}\n" for i, text in enumerate(texts))


def recap(failed: int = 0, unreachable: int = 0) -> tuple[str, ...]:
    stats = f"ok: 3 changed: 1 unreachable: {unreachable} failed: {failed} skipped: 2 rescued: 0 ignored: 0"
    return ("PLAY RECAP", f"controller | {stats}", "")


def end(phase: str, status: str = "NORMAL") -> str:
    return f"{phase} END RESULT_{status}: [untrusted : opendev.org/x/playbooks/run.yaml@main]"


def published(folder: Path, *texts: str, inventory: str = INVENTORY) -> InventoryFacts:
    (folder / "zuul-info").mkdir(exist_ok=True)
    (folder / "zuul-info/inventory.yaml").write_text(inventory)
    if texts:
        (folder / "job-output.txt").write_text(lines(*texts))
    return read_facts(folder)


def test_a_folder_as_zuul_publishes_it(tmp_path: Path) -> None:
    facts = published(tmp_path, "Job console starting...", *recap(failed=1), end("RUN"), end("POST-RUN"))
    assert facts.known and not facts.problems
    assert facts.build == {
        "build_uuid": "02d68e3a0f5b4c1d9e8f7a6b5c4d3e2f",
        "buildset": "77",
        "job": "tempest-full",
        "pipeline": "gate",
        "tenant": "openstack",
        "project": "openstack/nova",
        "branch": "stable/2026.2",
        "change": 901234,
        "patchset": "3",
        "ref": "refs/changes/34/901234/3",
        "voting": True,
        "nodes": 2,
        "provider": "ovh-bhs1",
        "region": "BHS1",
        "result": "FAILURE",
        "start_time": at(2026, 11, 20, 10, 0, 0),
        "end_time": at(2026, 11, 20, 10, 0, 5),
    }
    fields = facts.of_file("logs/screen-n-cpu.txt.gz", ("screen",))
    assert fields["build_change"] == (901234,)
    assert fields["build_status"] == ("FAILURE",)
    assert fields["voting"] == (1,)
    assert fields["hosts_region"] == ("BHS1",) and fields["hosts_id"] == ("abc", "abd")
    assert fields["filename"] == ("logs/screen-n-cpu.txt",) and fields["tags"] == ("screen",)
    assert "log_url" not in fields


def test_a_folder_as_logscraper_leaves_it(tmp_path: Path) -> None:
    (tmp_path / "inventory.yaml").write_text(INVENTORY)
    (tmp_path / "buildinfo").write_text(json.dumps(RECORD))
    facts = read_facts(tmp_path)
    assert facts.build["result"] == "TIMED_OUT" and facts.build["final"] is False
    assert facts.build["voting"] is False and facts.fields["voting"] == (0,)
    assert facts.build["change"] == 5 and facts.build["patchset"] == "3"  # "None" is no patch set
    assert facts.build["duration_s"] == 217.5
    assert facts.build["start_time"] == at(2026, 11, 20, 14, 40, 49)  # naive is UTC
    assert facts.build["end_time"] == at(2026, 11, 20, 13, 44, 26)
    assert facts.build["provider"] == "ovh-bhs1"
    assert facts.of_file("a.txt", ())["log_url"] == ("https://logs.example/02d68e3/a.txt",)


def test_a_record_goes_before_the_log(tmp_path: Path) -> None:
    (tmp_path / "build.json").write_text(json.dumps({**RECORD, "result": "SUCCESS"}))
    assert published(tmp_path, *recap(failed=1), end("RUN")).build["result"] == "SUCCESS"


def test_old_records_are_flat(tmp_path: Path) -> None:
    record = {k: v for k, v in RECORD.items() if k != "ref"} | {"project": "a/b", "change": 7, "tenant": "t"}
    (tmp_path / "buildinfo").write_text("\n".join(f"{k}: {json.dumps(v)}" for k, v in record.items()))
    build = read_facts(tmp_path).build
    assert (build["project"], build["change"], build["tenant"]) == ("a/b", 7, "t")


@pytest.mark.parametrize(
    ("texts", "result"),
    [
        ((*recap(), end("PRE-RUN"), *recap(), end("RUN"), *recap(), end("POST-RUN")), "SUCCESS"),
        ((*recap(failed=2), end("RUN")), "FAILURE"),
        ((*recap(), end("RUN"), *recap(failed=1), end("RUN")), "FAILURE"),
        ((end("RUN", "TIMED_OUT"), *recap(), end("POST-RUN")), "TIMED_OUT"),
        ((*recap(failed=1), end("RUN"), *recap(failed=1), end("POST-RUN")), "POST_FAILURE"),
        ((*recap(), end("RUN"), end("POST-RUN", "TIMED_OUT")), "POST_FAILURE"),
        ((*recap(failed=1), end("PRE-RUN"), *recap(), end("POST-RUN")), "RETRY"),
        ((*recap(unreachable=1), end("RUN", "UNREACHABLE")), "RETRY"),
        ((end("RUN", "ABORTED"),), "ABORTED"),
        ((end("RUN", "DISK_FULL"),), "DISK_FULL"),
        ((end("RUN"),), None),  # no recap: nobody says how it went
        ((*recap(), end("PRE-RUN"), "RUN START: [untrusted : x@main]", "controller | ..."), None),
        ((*recap(), end("RUN"), "RUN START: [untrusted : y@main]"), None),
        (("Job console starting...",), None),
        # The job's own output has the host before it and cannot pose as Zuul.
        ((f"controller | {end('RUN', 'TIMED_OUT')}", *recap(), end("RUN")), "SUCCESS"),
        (("controller | PLAY RECAP", recap(failed=1)[1], *recap(), end("RUN")), "SUCCESS"),
    ],
)
def test_result_by_the_console(tmp_path: Path, texts: tuple[str, ...], result: str | None) -> None:
    assert published(tmp_path, *texts).build.get("result") == result


def test_a_huge_last_line_does_not_hide_the_end(tmp_path: Path) -> None:
    (tmp_path / "job-output.txt").write_text(lines("first", "second", "x" * 3_000_000))
    assert read_facts(tmp_path).build["end_time"] == at(2026, 11, 20, 10, 0, 1)


def test_times_that_are_none_are_passed_over(tmp_path: Path) -> None:
    (tmp_path / "job-output.txt").write_text(
        "2026-99-20 10:00:00 | x\nno time\n2026-11-20 10:00:01 | y\n"
        "2026-11-20 10:00:02.5 | z\n2026-11-31 10:00:00 | w\nend"
    )
    build = read_facts(tmp_path).build
    assert build["start_time"] == at(2026, 11, 20, 10, 0, 1)
    assert build["end_time"] == at(2026, 11, 20, 10, 0, 2).replace(microsecond=500_000)


def test_the_last_attempt_is_final(tmp_path: Path) -> None:
    texts = (*recap(failed=1), end("PRE-RUN"))
    assert published(tmp_path, *texts).build["final"] is False
    last = published(tmp_path, *texts, inventory=INVENTORY.replace("attempts: 1", "attempts: 3")).build
    assert last["result"] == "RETRY_LIMIT" and "final" not in last


def playbook(phase: str, failures: int, unreachable: int = 0) -> dict[str, object]:
    duration = {"start": "2026-11-20T09:00:00.5Z", "end": "2026-11-20T09:30:00Z"}
    stats = {"controller": {"failures": failures, "unreachable": unreachable, "ok": 1}}
    return {"phase": phase, "plays": [{"play": {"duration": duration}}], "stats": stats}


@pytest.mark.parametrize(
    ("books", "result"),
    [
        ([playbook("pre", 0), playbook("run", 0)], "SUCCESS"),
        ([playbook("pre", 0), playbook("run", 1)], "FAILURE"),
        ([playbook("run", 0), playbook("post", 1)], "POST_FAILURE"),
        ([playbook("pre", 1)], "RETRY"),
        ([playbook("run", 0, unreachable=1)], "RETRY"),
        ([playbook("pre", 0)], None),
        ([{"phase": "run"}], None),
    ],
)
def test_result_by_the_json_report(tmp_path: Path, books: list[object], result: str | None) -> None:
    (tmp_path / "job-output.json.gz").write_bytes(gzip.compress(json.dumps(books).encode()))
    facts = published(tmp_path)
    assert facts.build.get("result") == result
    if books != [{"phase": "run"}]:
        assert facts.build["start_time"] == at(2026, 11, 20, 9, 0, 0).replace(microsecond=500_000)
        assert facts.build["end_time"] == at(2026, 11, 20, 9, 30)


def test_the_report_completes_the_console(tmp_path: Path) -> None:
    (tmp_path / "job-output.json").write_text(json.dumps([playbook("pre", 0), playbook("run", 1)]))
    assert published(tmp_path, *recap(), end("PRE-RUN"), end("RUN")).build["result"] == "FAILURE"


def test_results_can_be_left_out(tmp_path: Path) -> None:
    published(tmp_path, *recap(failed=1), end("RUN"))
    assert "result" not in read_facts(tmp_path, results=False).build


def test_no_metadata_is_not_known(tmp_path: Path) -> None:
    assert read_facts(tmp_path) == InventoryFacts({}, {}, False)


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"all: [", "broken metadata"),
        (b"- just\n- a list\n", "broken metadata"),
        (b"all: {vars: {zuul: {}}}", "broken metadata"),
        (b"[" * 100_000, "broken metadata"),
        (b"a: " * 70, "broken metadata"),
        (b"#" * (5 << 20), "too large metadata"),
        (gzip.compress(b"all: {}" * 1000, mtime=0)[:40], "truncated metadata"),
        (b"\x1f\x8b\xffgarbage" * 9, "corrupt metadata"),
    ],
)
def test_a_broken_inventory_is_a_problem(tmp_path: Path, content: bytes, reason: str) -> None:
    (tmp_path / "inventory.yaml").write_bytes(content)
    facts = read_facts(tmp_path)
    assert not facts.known and facts.build == {}
    assert [(p.path, p.reason) for p in facts.problems] == [("inventory.yaml", reason)]


def test_an_alias_bomb_stays_small(tmp_path: Path) -> None:
    bomb = "a0: &a0 [x, x]\n" + "".join(f"a{i}: &a{i} [*a{i - 1}, *a{i - 1}]\n" for i in range(1, 60))
    assert published(tmp_path, inventory=bomb + INVENTORY).build["job"] == "tempest-full"


def test_bytes_that_yaml_forbids_do_not_lose_the_build(tmp_path: Path) -> None:
    (tmp_path / "inventory.yaml").write_bytes(INVENTORY.encode() + b"      topic: 'a\x00b\x1b[31m\xff'\n")
    assert read_facts(tmp_path).build["job"] == "tempest-full"


def test_hostile_values_are_cut_or_dropped(tmp_path: Path) -> None:
    text = INVENTORY.replace("'901234'", "'" + "9" * 40 + "'").replace(
        "job: tempest-full", "job: " + "j" * 9999
    )
    text = text.replace("pipeline: gate", "pipeline: [gate]")
    build = published(tmp_path, inventory=text).build
    assert len(str(build["job"])) == 1000
    assert "change" not in build and "pipeline" not in build


def test_links_out_of_the_folder_are_not_read(tmp_path: Path) -> None:
    (tmp_path / "secret.yaml").write_text(INVENTORY)
    folder = tmp_path / "build"
    folder.mkdir()
    (folder / "inventory.yaml").symlink_to(tmp_path / "secret.yaml")
    assert not read_facts(folder).known
    (tmp_path / "info").mkdir()
    (tmp_path / "info/inventory.yaml").write_text(INVENTORY)
    (folder / "zuul-info").symlink_to(tmp_path / "info")
    assert not read_facts(folder).known
    (folder / "real.yaml").write_text(INVENTORY)
    (folder / "inventory.yaml").unlink()
    (folder / "inventory.yaml").symlink_to("real.yaml")
    assert read_facts(folder).known


def test_broken_report_is_a_problem(tmp_path: Path) -> None:
    (tmp_path / "job-output.json").write_text("[" * 100_000)
    facts = published(tmp_path)
    assert facts.known and "result" not in facts.build
    assert [(p.path, p.reason) for p in facts.problems] == [("job-output.json", "broken metadata")]


def test_real_zuul_samples(shared_data: Path, tmp_path: Path) -> None:
    (tmp_path / "job-output.txt").write_bytes((shared_data / "zuul/job-output.txt").read_bytes())
    build = read_facts(tmp_path).build
    assert build["start_time"] == at(2021, 6, 23, 5, 14, 53).replace(microsecond=561762)
    assert build["end_time"] == at(2021, 6, 23, 6, 47, 27).replace(microsecond=444962)
    assert "result" not in build  # the sample ends before a run does
    for record in json.loads((shared_data / "zuul/job-builds.json").read_text()):
        (tmp_path / "buildinfo").write_text(json.dumps(record))
        facts = read_facts(tmp_path)
        assert facts.known and facts.build["result"] == record["result"]
        assert facts.build["job"] == record["job_name"] and "patchset" not in facts.build


@given(st.text(max_size=200))
def test_any_text_is_data_or_unusable(text: str) -> None:
    try:
        load_plain(text)
    except UnusableError as error:
        assert error.reason == "broken"


@given(
    st.recursive(
        st.text() | st.booleans() | st.none(), lambda c: st.lists(c) | st.dictionaries(st.text(min_size=1), c)
    )
)
def test_json_is_read(value: object) -> None:
    assert load_plain(json.dumps({"value": value})) == {"value": value}
