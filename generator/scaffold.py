"""`gatepost init`: the files with which a community begins."""

from __future__ import annotations

from pathlib import Path

from generator.errors import GatepostError
from generator.resources import resource

_CONFIG = "gatepost.yaml"
_FILES = {
    _CONFIG: "init/gatepost.yaml",
    "queries/1234567.yaml": "init/queries/1234567.yaml",
    "thirdparty.yaml": "init/thirdparty.yaml",
    ".zuul.yaml": "init/zuul.yaml",
}


def scaffold(folder: Path, example: str | None = None) -> str:
    """Write the files, and say what to do next; GatepostError if one is already there, or no such example."""
    sources = {**_FILES, _CONFIG: _example(example)} if example is not None else _FILES
    targets = {folder / target: resource("templates") / source for target, source in sources.items()}
    if folder.exists() and not folder.is_dir():
        raise GatepostError(f"{folder}: is no folder", "name a new folder")
    for target in targets:
        if target.exists():
            raise GatepostError(f"{target}: is already there", "name another folder, or move that file away")
    for target, source in targets.items():
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(source.read_bytes())
    first = f"read the comments in {folder / _CONFIG}"
    if example is None:
        (folder / "logs").mkdir(exist_ok=True)
        first = f"put build folders into {folder / 'logs'}, or name other `sources` in {folder / _CONFIG}"
    steps = [f"  gatepost {step:<7} --config {folder / _CONFIG}" for step in ("check", "collect", "build")]
    return "\n".join([*(f"wrote {target}" for target in targets), "", f"Next: {first}, then", *steps])


def _example(name: str) -> str:
    known = sorted(path.stem for path in resource("templates/examples").glob("*.yaml"))
    if name not in known:
        raise GatepostError(f"--example {name}: there is none of that name", f"there is: {', '.join(known)}")
    return f"examples/{name}.yaml"
