"""A guide as a script: its commands with what they print, and the files that it has one write."""

from __future__ import annotations

import re
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from conftest import ROOT

_NAMED = re.compile(r"`([\w./-]+)`:$")


@dataclass
class Command:
    """A line after `$`, and the lines that follow it; `…` stands for lines that are left out."""

    text: str
    printed: str


@dataclass
class File:
    """A block of YAML after a paragraph that ends with its name and a colon."""

    path: str
    text: str


def steps(name: str) -> list[Command | File]:
    """The commands and files of a guide, in order."""
    found: list[Command | File] = []
    inside, named, block = False, "", []
    for line in (ROOT / "site" / "guide" / name).read_text("utf-8").split("\n"):
        if line.startswith("```"):
            if inside and named:
                found.append(File(named, "\n".join(block) + "\n"))
                named = ""
            inside, block = not inside, []
        elif inside:
            block.append(line)
        elif line.startswith("    $ "):
            found.append(Command(line[6:], ""))
            named = "$"
        elif named == "$" and (line.startswith("    ") or not line):
            last = found[-1]
            assert isinstance(last, Command)
            last.printed += line[4:] + "\n"
        else:
            match = _NAMED.search(line)
            named = match[1] if match else named if not line else ""
    return found


def shell(command: str, folder: Path) -> str:
    """What a command prints, on both streams, in a folder; `gatepost` is the one under test."""
    bin_folder = folder / ".bin"
    bin_folder.mkdir(exist_ok=True)
    shim = bin_folder / "gatepost"
    shim.write_text(f'#!/bin/sh\nPYTHONPATH={ROOT} exec {sys.executable} -P -m generator "$@"\n')
    shim.chmod(0o755)
    path = f"PATH={bin_folder}:$PATH"
    done = subprocess.run(
        ["sh", "-c", f"{path}; {command}"], cwd=folder, text=True, capture_output=True, check=False
    )
    return done.stdout + done.stderr


def agrees(expected: str, printed: str) -> bool:
    """Whether a text prints so, wherever lines were broken."""
    parts = [r"\s+".join(map(re.escape, part.split())) for part in expected.split("…")]
    return re.search(r"[\s\S]*".join(parts), printed) is not None
