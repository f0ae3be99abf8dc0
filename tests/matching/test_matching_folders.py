"""Which folders are builds and which of their files are logs."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from generator.matching.folders import find_builds, log_files


def make(root: Path, *names: str) -> Path:
    for name in names:
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("x\n")
    return root


def builds(root: Path) -> list[str]:
    return [str(path.relative_to(root)) for path in find_builds(root).builds]


def test_marked_folders_at_any_depth_are_builds(tmp_path: Path) -> None:
    make(
        tmp_path,
        "34/901234/3/gate/tempest/0a1/zuul-info/inventory.yaml",
        "34/901234/3/gate/tempest/0a1/logs/inventory.yaml",
        "34/901234/3/gate/tempest/0a2/job-output.txt.gz",
        "uuid/buildinfo",
        "jenkins/console.html",
    )
    assert builds(tmp_path) == [
        "34/901234/3/gate/tempest/0a1",
        "34/901234/3/gate/tempest/0a2",
        "jenkins",
        "uuid",
    ]


def test_a_folder_without_metadata_is_a_build_too(tmp_path: Path) -> None:
    make(tmp_path, "a/screen-n-cpu.txt", "a/logs/x.txt", "b/c/deep.log", "d/job-output.txt", "README")
    (tmp_path / "e").mkdir()
    found = find_builds(tmp_path)
    assert builds(tmp_path) == ["a", "b/c", "d"]
    assert {(p.path, p.reason) for p in found.problems} == {("README", "in no build"), ("e", "empty folder")}


def test_files_beside_builds_are_reported(tmp_path: Path) -> None:
    make(tmp_path, "x/index.html", "x/0a1/job-output.txt")
    found = find_builds(tmp_path)
    assert builds(tmp_path) == ["x/0a1"]
    assert [(p.path, p.reason) for p in found.problems] == [("x/index.html", "in no build")]


def test_the_root_itself(tmp_path: Path) -> None:
    assert find_builds(tmp_path).builds == ()
    make(tmp_path, "some.log")
    assert find_builds(tmp_path).builds == (tmp_path,)
    make(tmp_path, "job-output.txt", "logs/job-output.txt")
    assert find_builds(tmp_path).builds == (tmp_path,)


def test_a_very_deep_tree_ends(tmp_path: Path) -> None:
    make(tmp_path, "a/" * 70 + "x.log")
    assert [p.reason for p in find_builds(tmp_path).problems] == ["nested too deep"]
    assert "nested too deep" in [p.reason for p in log_files(tmp_path).problems]


def test_logs_of_a_build(tmp_path: Path) -> None:
    make(
        tmp_path,
        "logs/a.txt",
        "job-output.txt.gz",
        "job-output.json",
        "zuul-manifest.json",
        "zuul-info/inventory.yaml",
        "zuul-info/host-info.yaml",
        "buildinfo",
        "shot.PNG",
        "logs/old.zip",
        "logs/all.tar.gz",
        "testr_results.html",
    )
    found = log_files(tmp_path)
    assert found.names == ("job-output.txt.gz", "logs/a.txt", "testr_results.html")
    assert found.no_logs == {".png": 1, ".zip": 1, ".tar": 1}
    assert not found.problems


def test_links_stay_in_the_build(tmp_path: Path) -> None:
    outside = make(tmp_path / "outside", "secret.txt")
    build = make(tmp_path / "build", "logs/a.txt")
    (build / "inside.txt").symlink_to(build / "logs/a.txt")
    (build / "out.txt").symlink_to(outside / "secret.txt")
    (build / "outdir").symlink_to(outside)
    (build / "loop").symlink_to(build)
    (build / "dangling.txt").symlink_to(build / "none")
    os.mkfifo(build / "pipe")
    found = log_files(build)
    assert found.names == ("inside.txt", "logs/a.txt")
    assert {(p.path, p.reason) for p in found.problems} == {
        ("out.txt", "link out of the build"),
        ("outdir", "link out of the build"),
        ("dangling.txt", "dangling link"),
        ("pipe", "no regular file"),
    }


def test_names_that_are_no_utf8(tmp_path: Path) -> None:
    try:
        Path(os.fsdecode(os.fsencode(tmp_path) + b"/\xff.sock")).symlink_to("nowhere")
    except OSError:
        pytest.skip("this file system allows only UTF-8 names")
    assert log_files(tmp_path).problems[0].path == "\\xff.sock"


def test_unreadable_folders_are_reported(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    make(tmp_path, "a/job-output.txt", "a/closed/y.log", "b/x.log")
    scandir = os.scandir

    def refusing(path: Path) -> object:  # root, who may run the tests, is never refused
        if Path(path).name in ("b", "closed"):
            raise PermissionError(13, "Permission denied", str(path))
        return scandir(path)

    monkeypatch.setattr(os, "scandir", refusing)
    assert [(p.path, p.reason) for p in find_builds(tmp_path).problems] == [("b", "unreadable")]
    assert [(p.path, p.reason) for p in log_files(tmp_path / "a").problems] == [("closed", "unreadable")]
