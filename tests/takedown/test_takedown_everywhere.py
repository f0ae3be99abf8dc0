"""A leaked text in a log is taken out of all that was kept and published of it, and does not come back."""

from __future__ import annotations

import csv
import gzip
import io
import json
import os
import shutil
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pandas as pd
import pyarrow.parquet as pq
import pytest
from jsonschema import Draft202012Validator
from typer.testing import CliRunner

from generator import pipeline, site_swap
from generator.cli import app
from generator.config import Settings, load
from generator.editions import shelf
from generator.errors import GatepostError
from generator.pages.schemas import schema_of, schemas
from generator.progress import Progress, Task
from generator.publish import Options, publish
from generator.store.files import Store
from generator.store.manifest import load as manifest
from generator.takedown import Places, notes, take_down
from generator.takedown.remover import remover

SECRET = "Gandalf & <Co>"
MONDAY = datetime(2026, 11, 16, 9, tzinfo=UTC)
CONFIG = "workers: 1\ncommunity: Example\nsources:\n- {type: logs, path: logs, ci: zuul}\n"


def _log(folder: Path, uuid: str, ago: timedelta, line: str, result: str = "FAILURE") -> None:
    folder = folder / "logs" / uuid
    folder.mkdir(parents=True)
    end = (MONDAY - ago).replace(tzinfo=None)
    record = {"uuid": uuid, "job_name": "tempest", "result": result, "voting": True, "pipeline": "gate"}
    record |= {"project": f"by {SECRET}", "end_time": end.isoformat()}
    (folder / "buildinfo").write_text(json.dumps(record), "utf-8")
    (folder / "job-output.txt").write_text(f"start\n{line}\nend\n", "utf-8")


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A community whose logs hold the text, with its site built and published twice."""
    folder = tmp_path_factory.mktemp("community")
    for n in range(3):
        _log(folder, f"{n:032x}", timedelta(days=2, hours=n), f"ERROR Connection timed out, {SECRET} said")
    _log(folder, f"{7:032x}", timedelta(days=1), f"ERROR unknown: {SECRET} fell")
    (folder / "queries").mkdir()
    (folder / "queries" / "100.yaml").write_text('query: message:"Connection timed out"\n')
    (folder / "gatepost.yaml").write_text(CONFIG)
    settings = load(folder / "gatepost.yaml")
    pipeline.collect(settings, MONDAY, Progress(0))
    for days in (0, 1):
        now = MONDAY + timedelta(days=days)
        pipeline.build(settings, now, Progress(0))
        _add_copies(settings)
        publish(settings.output, folder / "public_html", Options(keep=5, force=True), now, Progress(0))
    return folder


def _add_copies(settings: Settings) -> None:
    """What somebody may have put beside the pages."""
    data = settings.output / "data"
    (data / "copy.csv.gz").write_bytes(gzip.compress((data / "recent_hits.csv").read_bytes()))
    with zipfile.ZipFile(settings.output / "all.zip", "w") as packed:
        packed.write(data / "recent_hits.json", "recent_hits.json")
        packed.writestr("other", b"\x00 nothing here")
    Store(settings.state).read().builds.to_parquet(data / "builds.parquet")


@pytest.fixture
def folder(made: Path, tmp_path: Path) -> Path:
    """A copy in which published files are hard links to those of the state, as they were made."""
    os.system(f"cp -al {made} {tmp_path / 'c'}")
    for name in ("state", "logs"):
        shutil.rmtree(tmp_path / "c" / name)
        shutil.copytree(made / name, tmp_path / "c" / name)
    return tmp_path / "c"


def run(folder: Path, *words: str, at: datetime = MONDAY, code: int = 0) -> str:
    """What the command prints."""
    arguments = ["--config", str(folder / "gatepost.yaml"), "--now", at.isoformat()]
    done = CliRunner().invoke(app, ["takedown", *words, *arguments])
    assert done.exit_code == code, done.output
    return done.output


def everything(folder: Path) -> dict[str, str]:
    """All that stands in state, site and published sites as one plain text a file, unpacked."""
    parts = [path for name in ("state", "public", "public_html") for path in (folder / name).rglob("*")]
    files = {path.relative_to(folder).as_posix(): path for path in parts if path.is_file()}
    left = ("/cache/", "plotly.min.js")
    return {
        name: _plain(name, path.read_bytes())
        for name, path in files.items()
        if not any(part in name for part in left)
    }


def _plain(name: str, data: bytes) -> str:
    import html

    if name.endswith(".gz"):
        return _plain(name[:-3], gzip.decompress(data))
    if name.endswith(".zip"):
        with zipfile.ZipFile(io.BytesIO(data)) as packed:
            return "\n".join(_plain(entry, packed.read(entry)) for entry in packed.namelist())
    if name.endswith(".parquet"):
        return pq.read_table(io.BytesIO(data)).to_pandas().to_csv()
    if name.endswith(".json"):
        return repr(json.loads(data))
    text = data.decode("utf-8", "replace")
    if name.endswith((".html", ".xml")):
        return html.unescape(text.replace("<b>", "").replace("</b>", ""))
    return text.replace('""', '"').replace("\\u003c", "<").replace("\\u0026", "&")


def holding(folder: Path) -> set[str]:
    return {name for name, text in everything(folder).items() if "Gandalf" in text}


def test_it_is_gone_from_everywhere_and_the_sites_say_so(folder: Path) -> None:
    before = holding(folder)
    sites = sorted(path.name for path in (folder / "public_html" / "sites").iterdir())
    kinds = {Path(name).suffix for name in before}
    assert {".html", ".json", ".csv", ".gz", ".zip", ".parquet"} <= kinds
    assert {name.split("/")[0] for name in before} == {"state", "public", "public_html"}
    assert len(sites) == 2
    (folder / "leak.txt").write_text(SECRET + "\n")
    said = run(folder, "--file", str(folder / "leak.txt"), "--publish", str(folder / "public_html"))
    assert holding(folder) == set()
    assert "Gandalf" not in said and "rows of hits: 3" in said and "rows of builds: 4" in said
    for site in (folder / "public", *(folder / "public_html" / "sites" / name for name in sites)):
        page = (site / "data" / "index.html").read_text("utf-8")
        assert "<li>16 Nov 2026: a text was removed on request from" in page, site
        assert (
            "Nothing was removed" not in page
            and "[removed]" in everything(folder)["public/jobs/tempest.html"]
        )
        # the state in the site is whole: whoever restores from it loses nothing but the text
        inner = Store(site / "state").read()
        assert len(inner.builds) == 4 and inner.skipped.empty
        assert not (site / "state" / ".lock").exists()
        assert "files/takedowns.json" in manifest(site / "state").files


def test_what_is_written_anew_is_still_what_it_was(folder: Path) -> None:
    old = everything(folder)
    run(folder, SECRET, "--publish", str(folder / "public_html"))
    new = everything(folder)
    site = folder / "public"
    document = json.loads((site / "data" / "recent_hits.json").read_bytes())
    assert len(document["rows"]) == 3
    with (site / "data" / "recent_hits.csv").open(encoding="utf-8", newline="") as file:
        assert {len(row) for row in csv.reader(file)} == {len(document["columns"])}
    assert len(pd.read_parquet(site / "data" / "builds.parquet")) == 4
    with zipfile.ZipFile(site / "all.zip") as packed:
        assert packed.read("other") == b"\x00 nothing here"
    same = {name for name in old if old[name] == new.get(name)}
    assert {"public/assets/gatepost.css", "public/method.html", "public/data/coverage.csv"} <= same
    marked = {name: text.replace(SECRET, "[removed]") for name, text in old.items()}
    assert new["public/data/recent_hits.csv"] == marked["public/data/recent_hits.csv"]
    assert new["public/data/unclassified.json"] == marked["public/data/unclassified.json"]


def test_all_json_of_a_site_has_a_schema_that_it_follows_also_afterwards(folder: Path) -> None:
    known = {name: Draft202012Validator(schema) for name, schema in schemas().items()}
    for again in (False, True):
        site = folder / "public"
        files = [path for path in site.rglob("*.json") if path.parent.name != "schema"]
        assert len(files) > 20
        for path in files:
            name = schema_of(path.relative_to(site).as_posix())
            assert name is not None, path
            known[name].validate(json.loads(path.read_bytes()))
        if not again:
            run(folder, SECRET)


def test_a_dry_run_changes_nothing(folder: Path) -> None:
    before = everything(folder)
    said = run(folder, SECRET, "--publish", str(folder / "public_html"), "--dry-run")
    assert everything(folder) == before
    assert "left as it is (dry run)" in said and "rows of hits: 3" in said and "Gandalf" not in said


def test_twice_is_as_once(folder: Path) -> None:
    run(folder, SECRET)
    before = everything(folder)
    said = run(folder, SECRET, at=MONDAY + timedelta(days=3))
    assert everything(folder) == before
    assert "Nothing was found" in said and "remembered before" in said


def _collect(folder: Path, at: datetime) -> Settings:
    settings = load(folder / "gatepost.yaml")
    pipeline.collect(settings, at, Progress(0))
    return settings


def test_collecting_again_does_not_bring_it_back(folder: Path) -> None:
    run(folder, SECRET)
    # a new query: all logs are read again; and a new build with the same text
    (folder / "queries" / "200.yaml").write_text("query: message:unknown\n")
    _log(folder, f"{9:032x}", timedelta(hours=3), f"ERROR Connection timed out again, {SECRET} said")
    settings = _collect(folder, MONDAY + timedelta(hours=1))
    tables = Store(settings.state).read()
    assert len(tables.builds) == 5 and set(tables.hits["signature"]) == {"100", "200"}
    assert tables.hits["excerpt"].str.contains("[removed]", regex=False).all()
    assert {name for name in holding(folder) if name.startswith("state/")} == set()


def test_a_build_that_began_before_does_not_bring_it_back(folder: Path) -> None:
    class During(Progress):
        """A removal while pages are written, of which the build knows nothing."""

        @contextmanager
        def task(self, what: str, total: int | None = None) -> Iterator[Task]:
            if what == "Writing pages":
                run(folder, SECRET)
            with super().task(what, total) as task:
                yield task

    settings = load(folder / "gatepost.yaml")
    with pytest.raises(GatepostError, match="removed on request while the site was built"):
        pipeline.build(settings, MONDAY + timedelta(days=2), During(0))
    assert not [name for name in holding(folder) if name.startswith("public/")]
    pipeline.build(settings, MONDAY + timedelta(days=2), Progress(0))
    assert not [name for name in holding(folder) if name.startswith("public/")]


def test_while_a_site_is_written_nothing_is_removed(folder: Path) -> None:
    places = Places(load(folder / "gatepost.yaml"))
    before = holding(folder)
    with (
        site_swap.workshop(folder / "public"),
        pytest.raises(GatepostError, match="another build"),
    ):
        take_down(places, remover([SECRET]), MONDAY, dry=False)
    assert holding(folder) == before


def test_an_edition_that_held_it_says_that_something_was_removed(folder: Path) -> None:
    store = Store(folder / "state")
    (before,) = shelf.load(store)
    run(folder, "ERROR unknown", at=MONDAY + timedelta(days=2))
    (after,) = shelf.load(store)
    assert after.corrections == () and after == before
    run(folder, "Connection timed out", at=MONDAY + timedelta(days=2))
    (after,) = shelf.load(store)
    assert [c.text for c in after.corrections] == [
        "A text was removed from this edition on request. Its numbers are as they were."
    ]
    assert after.document["tables"]["totals"] == before.document["tables"]["totals"]
    assert after.document["queries"][0]["query"] == 'message:"[removed]"'


def test_a_web_server_without_a_state_of_its_own_forgets_nothing_of_those_in_its_sites(folder: Path) -> None:
    """There the next job restores from, and it must know of all removals, also of those before."""
    run(folder, SECRET, "--publish", str(folder / "public_html"))
    shutil.rmtree(folder / "state")
    run(folder, "Connection timed out", "--publish", str(folder / "public_html"))
    for site in (folder / "public", *sorted((folder / "public_html" / "sites").iterdir())):
        inner = Store(site / "state")
        memory = notes.load(inner)
        assert len(memory.notes) == 2, site
        assert memory.seals.clean([f"{SECRET}; Connection timed out"]) == ["[removed]; [removed]"]
        (edition,) = shelf.load(inner)
        assert len(edition.corrections) == 2


def test_what_people_wrote_is_named_and_left_to_them(folder: Path) -> None:
    said = run(folder, "Connection timed out")
    assert "queries/100.yaml holds it: change that file yourself" in said
    assert "Connection" not in said


def test_a_roster_that_names_a_person_is_named_and_left(folder: Path) -> None:
    (folder / "thirdparty.yaml").write_text(
        "cis:\n- {name: A, account: a, projects: p, owner: Gandalf}\n", "utf-8"
    )
    with (folder / "gatepost.yaml").open("a", encoding="utf-8") as file:
        file.write("third_party: {deadline_hours: 24}\n")
    said = run(folder, "Gandalf", "--person", "--dry-run")
    assert "thirdparty.yaml holds it: change that file yourself" in said


def test_a_person_is_taken_out_in_any_case(folder: Path) -> None:
    said = run(folder, "GANDALF", "--person", "--publish", str(folder / "public_html"))
    assert holding(folder) == set() and "andalf" not in said
    assert "what names a person was removed" in (folder / "public" / "data" / "index.html").read_text("utf-8")


def test_a_folder_of_something_else_is_refused(folder: Path) -> None:
    before = everything(folder)
    arguments = ["--config", str(folder / "gatepost.yaml"), "--publish", str(folder / "logs")]
    done = CliRunner().invoke(app, ["takedown", SECRET, *arguments])
    assert done.exit_code == 1 and "holds no published sites" in str(done.exception)
    assert everything(folder) == before
