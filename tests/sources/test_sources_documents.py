"""Documents of an index become builds and hits."""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from source_samples import SIGNATURES, Docs, context

from generator.errors import GatepostError
from generator.signatures.model import Signature
from generator.sources import Context, source
from generator.sources.queries import query_set
from generator.tables import Tables

documents = source("documents")


def doc(uuid: str | None, message: str, second: int = 0, **changes: object) -> dict[str, Any]:
    found: dict[str, Any] = {
        "@timestamp": f"2026-11-20T10:00:{second:02}.500",
        "message": message,
        "filename": "job-output.txt",
        "tags": ["console", "job-output.txt"],
        "log_url": f"https://logs.example/{uuid}/job-output.txt",
        "build_name": "tempest",
        "build_status": "FAILURE",
        "build_queue": "gate",
        "build_change": 7,
        "build_uuid": uuid,
        "voting": 1,
        "node_provider": "local",
        "hosts_region": ["BHS1", "GRA1"],
        "project": "openstack/nova",
        "tenant": "openstack",
        **changes,
    }
    return {key: value for key, value in found.items() if value is not None}


def ndjson(path: Path, *docs: dict[str, Any]) -> Path:
    path.write_text("".join(json.dumps(d) + "\n" for d in docs))
    return path


def collect(path: Path, context: Context, **settings: Any) -> Tables:
    return documents.collect(Docs(path, **settings), context)


def rows(frame: pd.DataFrame, *names: str) -> list[tuple[Any, ...]]:
    return [tuple(row) for row in frame[list(names)].itertuples(index=False)]


def test_metadata_carry_no_secret(tmp_path: Path) -> None:
    url = "https://me:hunter2hunter2@logs.example.org/u1/job-output.txt"
    path = ndjson(
        tmp_path / "a.ndjson", doc("u1", "x", build_name="job password=hunter2hunter2", log_url=url)
    )
    (row,) = collect(path, context()).builds.to_dict("records")
    assert "hunter2" not in str(row)
    assert row["log_url"] == "https://me:[redacted]@logs.example.org/u1/"


def test_documents_become_builds_and_hits(tmp_path: Path) -> None:
    path = ndjson(
        tmp_path / "a.ndjson",
        doc("u1", "Connection timed out later", 5),
        doc("u1", "Connection timed out first", 3),
        doc("u1", "fine", 9),
        doc("u2", "fine", build_status="SUCCESS", voting=0),
        doc(
            "u3", "broken pipe", voting=2, filename="logs/x.txt", log_url="https://l.example/u3/logs/x.txt.gz"
        ),
    )
    tables = collect(path, context())
    assert rows(tables.builds, "build_uuid", "outcome", "ci", "change", "region") == [
        ("u1", "failure", "openstack", 7, "BHS1"),
        ("u2", "success", "openstack", 7, "BHS1"),
        ("u3", "failure", "openstack", 7, "BHS1"),
    ]
    assert list(tables.builds["voting"].astype(object)) == [True, False, pd.NA]
    first = tables.builds.iloc[0]
    assert first["start_time"] == pd.Timestamp("2026-11-20T10:00:03.5Z")
    assert first["end_time"] == pd.Timestamp("2026-11-20T10:00:09.5Z")
    assert pd.isna(first["duration_s"]) and pd.isna(first["provider"])
    assert list(tables.builds["log_url"]) == [f"https://logs.example/{u}/" for u in ("u1", "u2")] + [
        "https://l.example/u3/"
    ]
    assert tables.builds["examined"].all() and tables.builds["has_metadata"].all()
    assert rows(tables.hits, "build_uuid", "signature", "lines", "file", "excerpt", "assumed") == [
        ("u1", "100", 2, "job-output.txt", "Connection timed out first", False),
        ("u3", "300", 1, "logs/x.txt", "broken pipe", False),
    ]
    assert tables.hits["line"].isna().all() and tables.skipped.empty


def test_a_build_may_be_in_several_files(tmp_path: Path) -> None:
    ndjson(tmp_path / "2.ndjson", doc("u1", "Connection timed out", 1))
    packed = json.dumps({"_source": doc("u1", "Connection timed out", 2)}).encode() + b"\n\n"
    (tmp_path / "1.ndjson.gz").write_bytes(gzip.compress(packed))
    for path in (tmp_path, tmp_path / "*.ndjson*"):
        tables = collect(path, context())
        assert len(tables.builds) == 1
        assert rows(tables.hits, "lines", "excerpt") == [(2, "Connection timed out")]


@pytest.mark.parametrize("indent", [None, 2])
@pytest.mark.parametrize("answer", [True, False])
def test_the_answer_of_a_search(tmp_path: Path, indent: int | None, answer: bool) -> None:
    hits = [{"_source": doc("u1", "Connection timed out")}, {"_source": doc("u2", "x")}]
    path = tmp_path / "answer.json"
    whole = {"took": 1, "hits": {"total": 2, "hits": hits}} if answer else hits
    path.write_text(json.dumps(whole, indent=indent))
    tables = collect(path, context())
    assert list(tables.builds["build_uuid"]) == ["u1", "u2"] and len(tables.hits) == 1


def test_old_field_names_are_mapped(tmp_path: Path) -> None:
    old = {
        "@timestamp": "2013-10-17T16:08:26.601Z",
        "@message": "Connection timed out",
        "@tags": ["console.html", "console"],
        "@fields": {
            "build_uuid": ["u1", "u1"],
            "build_name": ["gate-x"],
            "build_status": "FAILURE",
            "filename": "console.html",
            "log_url": "http://logs.example/1/console.html",
        },
    }
    names = ("build_uuid", "build_name", "build_status", "filename", "log_url")
    every = {f"@fields.{name}": name for name in names}
    for fields in (every, {"@fields.*": "*"}):
        fields = {"@message": "message", "@tags": "tags", **fields}
        tables = collect(ndjson(tmp_path / "old.ndjson", old), context(), fields=fields, ci="jenkins")
        assert rows(tables.builds, "build_uuid", "job", "ci", "log_url") == [
            ("u1", "gate-x", "jenkins", "http://logs.example/1/")
        ]
        assert rows(tables.hits, "signature", "file", "excerpt") == [
            ("100", "console.html", "Connection timed out")
        ]


def test_bad_documents_are_counted(tmp_path: Path) -> None:
    path = ndjson(tmp_path / "a.ndjson", doc("u1", "x"), doc(None, "Connection timed out"), doc(None, "y"))
    with path.open("a") as stream:
        stream.write("{broken\n[1]\n\n")
    tables = collect(path, context())
    assert list(tables.builds["build_uuid"]) == ["u1"] and tables.hits.empty
    found = dict(zip(tables.skipped["reason"], tables.skipped["detail"], strict=True))
    assert set(found) == {"no document", "no build_uuid"}
    assert found["no document"].startswith("2 lines; document 3:")
    assert found["no build_uuid"] == "2 documents of no known build; matched by 100"


@pytest.mark.parametrize("text", ["{broken\n", "{\n  broken\n", "[" * 100_000, "\x00\n"])
def test_a_broken_first_line_loses_nothing_else(tmp_path: Path, text: str) -> None:
    (tmp_path / "a.json").write_text(text)
    ndjson(tmp_path / "b.ndjson", doc("u1", "Connection timed out"))
    tables = collect(tmp_path, context())
    assert len(tables.builds) == len(tables.hits) == 1
    assert list(tables.skipped["reason"]) == ["no document"]


def test_truncated_and_empty_files_are_reported(tmp_path: Path) -> None:
    lines = "".join(json.dumps(doc("u1", f"Connection timed out {n}")) + "\n" for n in range(5000))
    packed = gzip.compress(lines.encode())
    (tmp_path / "a.ndjson.gz").write_bytes(packed[: len(packed) // 2])
    (tmp_path / "b.ndjson").write_text("\n")
    tables = collect(tmp_path, context())
    assert set(tables.skipped["reason"]) >= {"truncated", "no documents"}
    assert len(tables.builds) == 1 and 1 < tables.hits["lines"].iloc[0] < 5000


def test_known_builds_are_left_out(tmp_path: Path) -> None:
    path = ndjson(tmp_path / "a.ndjson", doc("u1", "Connection timed out"), doc("u2", "Connection timed out"))
    known = {"u1": query_set(SIGNATURES)}
    tables = collect(path, context(known=known))
    assert list(tables.builds["build_uuid"]) == ["u2"] == list(tables.hits["build_uuid"])
    assert len(collect(path, context(Signature("9", "message:x"), known=known)).builds) == 2


def test_an_unclassified_failure_keeps_its_likely_lines(tmp_path: Path) -> None:
    path = ndjson(
        tmp_path / "a.ndjson",
        doc("u1", "ERROR: the frobnicator exploded, password=hunter22secret", 2),
        doc("u1", "all is well", 1),
        doc("u1", "ERROR: in another file", 3, tags=["syslog.txt"]),
        doc("u2", "ERROR: passed", build_status="SUCCESS"),
        doc("u3", "ERROR: known: Connection timed out"),
    )
    lines = collect(path, context()).failure_lines
    assert set(lines["build_uuid"]) == {"u1"} and set(lines["file"]) == {"job-output.txt"}
    assert "frobnicator exploded" in lines["text"][0] and "hunter22secret" not in lines["text"][0]
    assert lines["line"].isna().all()


def test_hostile_metadata(tmp_path: Path) -> None:
    bad = doc("u1", "x", build_name={"a": 1}, build_change="9" * 50, voting="?", hosts_region=[], tenant=None)
    bad["@timestamp"] = "not a time"
    tables = collect(ndjson(tmp_path / "a.ndjson", bad, doc("u2", "x\ud800")), context())
    build = tables.builds.iloc[0]
    assert build[["job", "change", "voting", "region", "end_time", "tenant"]].isna().all()
    assert build["ci"] == "docs" and build["outcome"] == "failure"


def test_no_files(tmp_path: Path) -> None:
    for path in (tmp_path, tmp_path / "*.ndjson", tmp_path / "none.ndjson"):
        with pytest.raises(GatepostError, match="no documents there"):
            collect(path, context())


def test_check_says_what_is_there(tmp_path: Path) -> None:
    path = ndjson(tmp_path / "a.ndjson", doc("u1", "x", 3), doc("u1", "y", 4), doc(None, "z"))
    assert documents.check(Docs(path)) == (
        "1 file, 3 documents, 1 of no known build; 1 build; newest 2026-11-20 10:00"
    )
