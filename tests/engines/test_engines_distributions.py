"""What a machine lacks for a server is said, with what helps."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from engines import distributions
from engines.distributions import DISTRIBUTIONS, CannotRunError


def javas(monkeypatch: pytest.MonkeyPatch, *versions: int) -> None:
    homes = {version: Path(f"/java/{version}") for version in versions}
    monkeypatch.setattr(distributions, "_javas", lambda: homes)


@pytest.mark.parametrize(("name", "java"), [("elasticsearch-8.15.0", 17), ("opensearch-3.3.2", 21)])
def test_the_oldest_java_that_fits_is_used(monkeypatch: pytest.MonkeyPatch, name: str, java: int) -> None:
    javas(monkeypatch, 25, 21, 17, 11)
    assert distributions.java_home(DISTRIBUTIONS[name]) == Path(f"/java/{java}")


def test_with_debians_java_the_newer_servers_are_not_expected_to_run(monkeypatch: pytest.MonkeyPatch) -> None:
    javas(monkeypatch, 17)
    with pytest.raises(CannotRunError, match="needs Java 21 or newer, found 17: install one") as caught:
        distributions.check("elasticsearch-9.2.0")
    assert caught.value.expected


@pytest.mark.parametrize(("found", "said"), [((), "none"), ((11, 25), "11, 25")])
def test_without_java_17_to_23_the_older_servers_say_what_to_install(
    monkeypatch: pytest.MonkeyPatch, found: tuple[int, ...], said: str
) -> None:
    javas(monkeypatch, *found)
    with pytest.raises(CannotRunError, match=f"found {said}: apt-get install openjdk-17") as caught:
        distributions.check("opensearch-2.19.1")
    assert not caught.value.expected


def test_javas_are_found_by_asking_them(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    java = tmp_path / "java" / "bin" / "java"
    java.parent.mkdir(parents=True)
    java.write_text("#!/bin/sh\necho 'openjdk version \"99.0.1\" 2099-01-01' >&2\n")
    java.chmod(0o755)
    monkeypatch.setattr(
        distributions, "_all_may_run", Path.exists
    )  # a test's own folder is for its user only
    monkeypatch.setenv("JAVA_HOME", str(java.parent.parent))
    assert distributions._javas.__wrapped__()[99] == java.parent.parent


def test_a_java_that_only_we_may_run_is_not_used(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    test_javas_are_found_by_asking_them(monkeypatch, tmp_path)
    monkeypatch.undo()
    (tmp_path / "java").chmod(0o700)
    monkeypatch.setenv("JAVA_HOME", str(tmp_path / "java"))
    assert 99 not in distributions._javas.__wrapped__()


def test_what_maven_cannot_fetch_is_said_and_leaves_nothing(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    maven = tmp_path / "bin" / "mvn"
    maven.parent.mkdir()
    maven.write_text("#!/bin/sh\necho '[INFO] Building'\necho '[ERROR] Could not find artifact'\nexit 1\n")
    maven.chmod(0o755)
    monkeypatch.setenv("PATH", f"{maven.parent}{os.pathsep}{os.environ['PATH']}")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    with pytest.raises(CannotRunError, match=r"Maven cannot fetch it: \[ERROR\] Could not find artifact"):
        distributions.unpacked("elasticsearch-9.2.0")
    assert [path.name for path in (tmp_path / "cache" / "gatepost" / "engines").iterdir()] == [
        ".elasticsearch-9.2.0.lock"
    ]
