"""The chain's first part on real logs and real signatures."""

from __future__ import annotations

import gzip
import json
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

import pytest
from source_samples import Docs, Logs, context

from generator.matching.evaluate import matches
from generator.signatures.load import load_folder
from generator.signatures.model import Signature
from generator.signatures.parse import parse
from generator.sources import source
from generator.sources.metadata import field_names

pytestmark = pytest.mark.data

JOB = "gate-tempest-devstack-vm-neutron"
OF_THE_BUILD = {"screen-c-api.txt.gz", "screen-key.txt.gz", "screen-n-api.txt.gz", "screen-q-svc.txt.gz"}
OLD_FIELDS = {"@message": "message", "@tags": "tags", "@fields.*": "*"}


@pytest.fixture(scope="module")
def signatures(shared_data: Path) -> tuple[Signature, ...]:
    folder = shared_data / "elastic-recheck"
    return load_folder(folder / "queries").signatures + load_folder(folder / "queries-history").signatures


def laid_out(root: Path, logs: Path) -> Path:
    """The failing build of 2013 with what is known of it; the files of other builds without metadata."""
    build, others = root / f"44670/3/{JOB}/02d68e3", root / "others"
    (build / "logs").mkdir(parents=True)
    (others / "logs").mkdir(parents=True)
    for path in logs.iterdir():
        folder = build if path.name == "console.html.gz" else others / "logs"
        folder = build / "logs" if path.name in OF_THE_BUILD else folder
        (folder / path.name).write_bytes(path.read_bytes())
    record = {"uuid": "02d68e3", "job_name": JOB, "result": "FAILURE", "change": 44670, "patchset": "3"}
    record |= {"start_time": "2013-09-27T18:07:11", "end_time": "2013-09-27T18:49:31"}
    (build / "buildinfo").write_text(json.dumps(record))
    return root


def test_real_logs(shared_data: Path, tmp_path: Path, signatures: tuple[Signature, ...]) -> None:
    assert len(signatures) == 593
    root = laid_out(tmp_path, shared_data / "os-loganalyze")
    tables = source("logs").collect(Logs(root, ci="jenkins"), context(*signatures, workers=2))
    found = {(h.build_uuid, h.signature): (h.lines, h.file) for h in tables.hits.itertuples()}
    assert found == {
        # "every console line": its other clauses vanish in the analysis
        ("02d68e3", "1304119"): (21373, "console.html"),
        ("logs:others/logs", "1304119"): (10839, "devstacklog.txt"),
        ("logs:others/logs", "1445569"): (1, "syslog.txt"),
    }
    assert list(tables.builds["change"].dropna()) == [44670]
    assert dict(zip(tables.skipped["path"], tables.skipped["reason"], strict=True)) == {
        "others/logs": "no metadata"
    }


def test_the_real_build_is_unclassified_by_the_86(
    shared_data: Path, tmp_path: Path, signatures: tuple[Signature, ...]
) -> None:
    root = laid_out(tmp_path, shared_data / "os-loganalyze")
    tables = source("logs").collect(Logs(root, ci="jenkins"), context(*signatures[:86]))
    assert tables.hits.empty
    assert set(tables.failure_lines["build_uuid"]) == {"02d68e3"} and len(tables.failure_lines) == 10
    assert any("State change timeout exceeded" in text for text in tables.failure_lines["text"])


def test_real_answers_of_2013(shared_data: Path, signatures: tuple[Signature, ...]) -> None:
    path = shared_data / "elastic-recheck/samples"
    settings = Docs(path, ci="jenkins", fields=OLD_FIELDS)
    tables = source("documents").collect(settings, context(*signatures))
    assert tables.skipped.empty
    newest = f"{tables.builds['end_time'].max():%Y-%m-%d %H:%M}"
    assert source("documents").check(settings) == f"9 files, 526 documents; 216 builds; newest {newest}"
    assert tables.hits.groupby("signature")["lines"].agg(["count", "sum"]).T.to_dict("list") == {
        "1191960": [1, 1],
        "1218391": [36, 50],
    }
    few = [s for s in signatures if s.id in ("1191960", "1218391", "1226337", "1232748")]
    assert {(h.build_uuid, h.signature): h.lines for h in tables.hits.itertuples()} == slow_hits(path, few)
    assert {"gate", "check"} <= set(tables.builds["pipeline"]) and tables.builds["has_metadata"].all()
    assert tables.builds["voting"].isna().all() and set(tables.builds["outcome"]) == {"failure", "success"}


def slow_hits(path: Path, signatures: Iterable[Signature]) -> dict[tuple[str, str], int]:
    """The same by the slow engine: documents of a build that a signature matches."""
    names = {f"@fields.{ours}": ours for ours in field_names({"*.*": "*"}).values()}
    queries = [(signature.id, parse(signature.query)) for signature in signatures]
    found: Counter[tuple[str, str]] = Counter()
    for file in path.iterdir():
        for hit in json.loads(gzip.decompress(file.read_bytes()))["hits"]["hits"]:
            inner = hit["_source"]
            document = {"message": inner["@message"], "tags": inner["@tags"]}
            document |= {names.get(f"@fields.{k}", f"@fields.{k}"): v for k, v in inner["@fields"].items()}
            document |= {k: v for k, v in inner.items() if k not in ("@fields", "@message", "@tags")}
            uuid = document["build_uuid"]
            for name, query in queries:
                if matches(query, document):
                    found[uuid[0] if isinstance(uuid, list) else uuid, name] += 1
    return dict(found)
