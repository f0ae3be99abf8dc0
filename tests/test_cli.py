"""The command line as a user meets it."""

from __future__ import annotations

import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

from generator.cli import app

COMMANDS = {c.name or c.callback.__name__: c for c in app.registered_commands if c.callback}


def gatepost(*words: str | Path, cwd: Path, text: str = "") -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "generator", *map(str, words)]
    return subprocess.run(command, cwd=cwd, input=text, capture_output=True, text=True, check=False)


@pytest.mark.parametrize("name", COMMANDS)
def test_help_has_an_example_that_parses(name: str) -> None:
    answer = CliRunner().invoke(app, [name, "--help"])
    assert answer.exit_code == 0
    example = re.search(r"Example: gatepost (.*)", answer.output)
    assert example, f"{name}: no example"
    words = shlex.split(example[1].split(">")[0])
    typer.main.get_command(app).make_context("gatepost", words[:1] + words[1:], resilient_parsing=False)
    command = typer.main.get_command(app).commands[name]  # type: ignore[attr-defined]
    assert words[0] == name
    command.make_context(name, words[1:])


@pytest.mark.parametrize("name", COMMANDS)
def test_the_readme_names_every_command(root: Path, name: str) -> None:
    assert f"| `gatepost {name}" in (root / "README.md").read_text("utf-8")


def test_the_readme_names_no_other_command_or_option(root: Path) -> None:
    documents = [root / "README.md", root / "CONTRIBUTING.md"]
    text = "\n".join(line for d in documents for line in d.read_text("utf-8").splitlines())
    named = re.findall(r"gatepost ((?!-)[a-z]+)\b([^\n`|]*)", text)
    options = {
        name: {o for p in typer.main.get_command(app).commands[name].params for o in p.opts}  # type: ignore[attr-defined]
        for name in COMMANDS
    }
    for name, rest in named:
        assert name in COMMANDS, f"gatepost {name}: no such command"
        assert set(re.findall(r"(?<!\S)--[a-z-]+", rest)) <= options[name] | {"--help"}, (name, rest)


def test_makefile_targets_in_the_readme_exist(root: Path) -> None:
    makefile = (root / "Makefile").read_text("utf-8")
    for target in re.findall(r"make ([a-z]+)\b(?! sure)", (root / "README.md").read_text("utf-8")):
        if target in ("report", "test", "bench"):
            assert re.search(rf"^{target}:", makefile, re.M)


def test_an_error_is_a_line_and_a_hint_without_traceback(tmp_path: Path) -> None:
    answer = gatepost("collect", cwd=tmp_path)
    assert answer.returncode == 1
    assert answer.stderr.startswith("gatepost: gatepost.yaml: no such file\n  hint: ")
    assert "Traceback" not in answer.stderr


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ([], "nothing to explain"),
        (["x.log", "--index", "0a1b2c3"], "PATH and --index do not go together"),
        (["--index", "0a1b2c3", "--files", "x.yaml"], "--files and --index do not go together"),
        (["x.log", "--source", "index"], "--source goes with --index"),
        (["--index", "0a1b2c3"], "gatepost.yaml: no such file"),
    ],
)
def test_explain_reads_logs_or_asks_an_index(tmp_path: Path, words: list[str], message: str) -> None:
    answer = gatepost("explain", *words, cwd=tmp_path)
    assert (answer.returncode, answer.stdout) == (1, "")
    assert answer.stderr.startswith(f"gatepost: {message}\n  hint: ")


def test_a_time_that_is_none(tmp_path: Path) -> None:
    gatepost("init", ".", cwd=tmp_path)
    answer = gatepost("build", "--now", "yesterday", cwd=tmp_path)
    assert (answer.returncode, "2026-11-20T23:10Z" in answer.stderr) == (1, True)


def test_init_then_check_in_an_empty_folder(tmp_path: Path) -> None:
    assert gatepost("init", "c", cwd=tmp_path).returncode == 0
    answer = gatepost("check", "--config", "c/gatepost.yaml", cwd=tmp_path)
    assert "1 signature" in answer.stdout
    assert "no build" in answer.stdout
    assert answer.returncode == 1


def test_check_prints_one_key_for_scripts(tmp_path: Path) -> None:
    gatepost("init", "c", cwd=tmp_path)
    answer = gatepost("check", "--config", "c/gatepost.yaml", "--print", "output", cwd=tmp_path)
    assert answer.stdout == f"{tmp_path / 'c' / 'public'}\n"
    assert (
        gatepost("check", "--config", "c/gatepost.yaml", "--print", "nonsense", cwd=tmp_path).returncode == 1
    )


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_shell_completion(tmp_path: Path, shell: str) -> None:
    script = CliRunner().invoke(app, ["--show-completion", shell], prog_name="gatepost").output
    assert "_GATEPOST_COMPLETE" in script
