"""Which tags a file gets, from its path and a list of files."""

from __future__ import annotations

from pathlib import Path

import pytest

from generator.errors import GatepostError
from generator.matching.tags import Entry, FileList, log_name

LIST = FileList(
    [
        Entry("job-output.txt", ("console", "console.html")),
        Entry("controller/logs/screen-n-cpu.txt", ("screen", "first")),
        Entry("logs/screen-n-cpu.txt", ("screen", "shorter")),
    ]
)


@pytest.mark.parametrize(
    ("path", "tags"),
    [
        ("job-output.txt", ("console", "console.html", "job-output.txt")),
        ("./job-output.txt.gz", ("console", "console.html", "job-output.txt")),
        ("a/b/controller/logs/screen-n-cpu.txt.zst", ("screen", "first", "screen-n-cpu.txt")),
        ("compute1/logs/screen-n-cpu.txt", ("screen", "shorter", "screen-n-cpu.txt")),
        ("screen-n-cpu.txt", ("screen", "first", "screen-n-cpu.txt")),  # flat, as logscraper leaves it
        ("xjob-output.txt", ("xjob-output.txt",)),
        ("other.log", ("other.log",)),
    ],
)
def test_tags(path: str, tags: tuple[str, ...]) -> None:
    assert LIST.tags(path) == tags


def test_an_entry_fits_whole_components_only() -> None:
    listed = FileList([Entry("logs/a.txt", ("right",)), Entry("x/logs/a.txt", ("longer",))])
    assert listed.tags("xx/logs/a.txt") == ("right", "a.txt")
    assert listed.tags("notx/xlogs/a.txt") == ("right", "a.txt")  # by base name: the first entry
    assert listed.tags("y/x/logs/a.txt") == ("longer", "a.txt")


def test_log_name() -> None:
    assert log_name("logs\\a.txt.gz") == "logs/a.txt"
    assert log_name("a.gz.txt") == "a.gz.txt"


def test_tags_are_unique() -> None:
    assert FileList([Entry("console.html", ("console.html", "console"))]).tags("console.html") == (
        "console.html",
        "console",
    )


def test_reads_logscrapers_format(tmp_path: Path) -> None:
    path = tmp_path / "list.yaml"
    path.write_text("files:\n  - name: job-output.txt\n    tags:\n      - console\n  - name: plain.txt\n")
    assert FileList.load(path).tags("job-output.txt") == ("console", "job-output.txt")
    assert FileList.load(path).tags("plain.txt") == ("plain.txt",)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "list.yaml:1: is empty"),
        ("- a\n", "list.yaml:1: expected keys and values"),
        ("file: []\n", "has no key `files`"),
        ("files: 3\n", "list.yaml:1: expected a list"),
        ("files:\n  - name: a.txt\n  - tags: [x]\n", "list.yaml:3: an entry needs a `name`"),
        ("files:\n  - name: a.txt\n    tags: x\n", "list.yaml:3: expected a list"),
        ("files:\n  - name: a.txt\n    tags: [[x]]\n", "list.yaml:3: expected a text"),
        ("files:\n  - name: /\n", "list.yaml:2: a `name` must end"),
        ("files:\n  - {name: a\n", "list.yaml:3: not YAML"),
    ],
)
def test_errors_name_file_and_line(tmp_path: Path, text: str, message: str) -> None:
    path = tmp_path / "list.yaml"
    path.write_text(text)
    with pytest.raises(GatepostError) as error:
        FileList.load(path)
    assert message in error.value.message
    assert error.value.hint


def test_missing_and_unreadable_lists(tmp_path: Path) -> None:
    with pytest.raises(GatepostError, match="no such file"):
        FileList.load(tmp_path / "none.yaml")
    (tmp_path / "latin.yaml").write_bytes(b"files: [\xe9]\n")
    with pytest.raises(GatepostError, match="cannot be read"):
        FileList.load(tmp_path / "latin.yaml")


@pytest.mark.parametrize(
    ("path", "tag"),
    [
        ("job-output.txt", "console"),
        ("job-output.txt.gz", "console.html"),
        ("console.html.gz", "console"),
        ("logs/screen-n-cpu.txt.gz", "screen"),
        ("controller/logs/screen-q-svc.txt", "neutron"),
        ("logs/syslog.txt.gz", "syslog"),
        ("logs/grenade.sh.txt.gz", "console"),
        ("logs/devstack-gate-setup-host.txt", "devstack-gate-setup-host.txt"),
        ("logs/tempest_log.txt", "tempest.txt"),
        ("controller/logs/apache/horizon_error_log.txt", "horizon_error.txt"),
    ],
)
def test_the_shipped_list_knows_the_usual_files(path: str, tag: str) -> None:
    assert tag in FileList.load(None).tags(path)
