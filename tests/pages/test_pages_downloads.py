"""Tables as CSV and JSON."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import made_results as made
import pytest

from generator.model import SCHEMA_VERSION
from generator.pages import downloads
from generator.stats.results import RESULTS


def test_every_table_is_written_in_both_forms(tmp_path: Path) -> None:
    downloads.write(made.results(**made.week()), tmp_path)
    assert {p.name for p in tmp_path.iterdir()} == {
        f"{t}.{kind}" for t in RESULTS for kind in ("csv", "json")
    }
    for table, schema in RESULTS.items():
        document = json.loads((tmp_path / f"{table}.json").read_text("utf-8"))
        assert (document["schema_version"], document["table"]) == (SCHEMA_VERSION, table)
        assert [c["name"] for c in document["columns"]] == [c.name for c in schema]
        assert all(c["meaning"] for c in document["columns"])
        with (tmp_path / f"{table}.csv").open(encoding="utf-8", newline="") as file:
            rows = list(csv.reader(file))
        assert rows[0] == [c.name for c in schema]
        assert len(rows) - 1 == len(document["rows"]) == len(getattr(made.results(**made.week()), table))


def test_values_are_typed_and_nulls_are_empty(tmp_path: Path) -> None:
    downloads.write(made.results(**made.week()), tmp_path)
    document = json.loads((tmp_path / "signatures.json").read_text("utf-8"))
    first = dict(zip([c["name"] for c in document["columns"]], document["rows"][0], strict=True))
    assert (first["hits"], first["share"], first["last_seen"]) == (112, 0.317280453, "2026-11-20T22:00:00Z")
    assert first["p_value"] is None and first["hidden"] is False
    with (tmp_path / "signatures.csv").open(encoding="utf-8", newline="") as file:
        row = next(csv.DictReader(file))
    assert (row["hits"], row["p_value"], row["state"]) == ("112", "", "worse")


def test_spreadsheets_run_no_formula_and_json_keeps_the_text(tmp_path: Path) -> None:
    texts = ["=1+1", "+1", "-1", "@x", "\tx", "\rx", "plain = text", "'quoted'"]
    rows = [{"build_uuid": str(i), "text": text} for i, text in enumerate(texts)]
    downloads.write(made.results(unclassified=rows), tmp_path)
    with (tmp_path / "unclassified.csv").open(encoding="utf-8", newline="") as file:
        assert [row["text"] for row in csv.DictReader(file)] == [f"'{t}" for t in texts[:6]] + texts[6:]
    document = json.loads((tmp_path / "unclassified.json").read_text("utf-8"))
    at = [c["name"] for c in document["columns"]].index("text")
    assert [row[at] for row in document["rows"]] == texts


def test_slices_join_without_a_seam(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    results = made.results(**made.week())
    downloads.write(results, tmp_path / "whole")
    monkeypatch.setattr(downloads, "_ROWS", 2)
    downloads.write(results, tmp_path / "sliced")
    for name in ("signatures.csv", "signatures.json", "breakdowns.json", "days.csv"):
        assert (tmp_path / "whole" / name).read_bytes() == (tmp_path / "sliced" / name).read_bytes()
