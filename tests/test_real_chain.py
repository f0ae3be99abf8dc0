"""From real logs and real answers of an index to a site, with the configuration that the README shows."""

from __future__ import annotations

import json
import re
import shutil
from datetime import UTC, datetime
from pathlib import Path

import pytest
import yaml

from generator import checking, pipeline
from generator.config import Settings, load
from generator.progress import Progress
from generator.store.files import Store

pytestmark = pytest.mark.data

#: Years later: windows end at the newest build, and what is kept is counted back from it.
NOW = datetime(2026, 11, 20, tzinfo=UTC)


def community(root: Path, shared_data: Path, folder: Path) -> Settings:
    """The README's source of documents, beside a tree with the failing build of 2013; all signatures."""
    example = re.search(
        r"```yaml\n(sources:\n  - type: documents.*?)```", (root / "README.md").read_text("utf-8"), re.S
    )
    assert example
    config = yaml.safe_load(example[1])
    config["sources"][0]["path"] = str(shared_data / "elastic-recheck" / "samples" / "*.json.gz")
    config["sources"].append({"type": "logs", "path": "logs", "ci": "jenkins"})
    (folder / "gatepost.yaml").write_text(yaml.safe_dump(config), "utf-8")
    (folder / "queries").mkdir()
    for path in (shared_data / "elastic-recheck").glob("queries*/*.yaml"):
        shutil.copyfile(path, folder / "queries" / path.name)
    build = folder / "logs" / "44670" / "3" / "02d68e3"
    build.mkdir(parents=True)
    for path in (shared_data / "os-loganalyze").iterdir():
        shutil.copyfile(path, build / path.name)
    record = {"uuid": "02d68e3", "job_name": "gate-tempest-devstack-vm-neutron", "result": "FAILURE"}
    record |= {"change": 44670, "patchset": "3", "end_time": "2013-09-27T18:49:31"}
    (build / "buildinfo").write_text(json.dumps(record), "utf-8")
    return load(folder / "gatepost.yaml")


def test_real_logs_become_a_site(root: Path, shared_data: Path, tmp_path: Path) -> None:
    settings = community(root, shared_data, tmp_path)
    lines, usable = checking.check(settings)
    assert usable, lines
    assert "593 signatures" in lines[0]

    pipeline.collect(settings, NOW, Progress(0))
    tables = Store(settings.state).read()
    builds = tables.hits.groupby("signature")["build_uuid"].nunique().to_dict()
    assert len(tables.builds) == 217
    assert builds == {"1191960": 1, "1218391": 36, "1304119": 1, "1445569": 1}
    assert tables.builds.set_index("build_uuid").loc["02d68e3", "outcome"] == "failure"

    pipeline.build(settings, NOW, Progress(0))
    page = (settings.output / "signatures" / "1218391.html").read_text("utf-8")
    assert "bug 1218391" in page
    assert re.search(r"<pre class=\"log\".*?createImage", page, re.S)
    assert pipeline.text("digest", settings, NOW).startswith("Subject: ")
