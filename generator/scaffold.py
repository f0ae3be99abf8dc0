"""`gatepost init`: the files with which a community begins."""

from __future__ import annotations

from pathlib import Path

from generator.errors import GatepostError
from generator.resources import resource

_FILES = {
    "gatepost.yaml": "gatepost.yaml",
    "queries/1234567.yaml": "queries/1234567.yaml",
    "zuul.yaml": ".zuul.yaml",
}


def scaffold(folder: Path) -> str:
    """Write the files, and say what to do next; GatepostError if one of them is already there."""
    targets = {folder / target: resource("templates/init") / source for source, target in _FILES.items()}
    if folder.exists() and not folder.is_dir():
        raise GatepostError(f"{folder}: is no folder", "name a new folder")
    for target in targets:
        if target.exists():
            raise GatepostError(f"{target}: is already there", "name another folder, or move that file away")
    for target, source in targets.items():
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(source.read_bytes())
    (folder / "logs").mkdir(exist_ok=True)
    return "\n".join(
        [
            *(f"wrote {target}" for target in targets),
            "",
            f"Next: put build folders into {folder / 'logs'}, then",
            f"  gatepost check   --config {folder / 'gatepost.yaml'}",
            f"  gatepost collect --config {folder / 'gatepost.yaml'}",
            f"  gatepost build   --config {folder / 'gatepost.yaml'}",
        ]
    )
