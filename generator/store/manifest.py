"""manifest.json: which files are the state. Replacing it is the moment at which a change counts."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path, PurePosixPath

from generator.errors import GatepostError
from generator.model import SCHEMA_VERSION

NAME = "manifest.json"
#: What is no table has its keys, and lies, under this.
FILES = "files/"
_FILE = re.compile(r"\w[\w.-]{0,99}(/\w[\w.-]{0,99}){0,4}", re.ASCII)


@dataclass(frozen=True)
class Entry:
    """One file: its path in the store, which holds a part of its hash, size in bytes, SHA-256 and rows."""

    path: str
    size: int
    sha256: str
    rows: int


@dataclass(frozen=True)
class Manifest:
    """The files by what they hold (`days/2026-11-20/hits`); raw days before `pruned_before` are gone."""

    files: Mapping[str, Entry] = field(default_factory=dict)
    pruned_before: str = ""

    def days(self, place: str = "days") -> list[str]:
        """The days with raw rows, or with `slices`, in order: `2026-11-20`, …, and last `undated`."""
        return sorted({key.split("/")[1] for key in self.files if key.startswith(f"{place}/")})

    def names(self) -> list[str]:
        """The names of the files that are no tables, in order."""
        return sorted(key.removeprefix(FILES) for key in self.files if key.startswith(FILES))

    def months(self) -> list[str]:
        """The months with rollups, in order."""
        return self.days("rollups")


def key_of(name: str) -> str:
    """The key of a file that is no table; ValueError for a name that could lead elsewhere."""
    if not _FILE.fullmatch(name):
        raise ValueError(f"{name!r}: no name for a file of the store")
    return FILES + name


def path_of(key: str, sha256: str) -> str:
    """Where in the store a file with that content lies: the bytes at a path never change."""
    if not key.startswith(FILES):
        return f"{key}.{sha256[:16]}.parquet"
    name = PurePosixPath(key)
    return str(name.with_name(f"{name.stem}.{sha256[:16]}{name.suffix}"))


def load(folder: Path) -> Manifest:
    """The manifest of a store, an empty one where there is none; GatepostError if it cannot be understood."""
    path = folder / NAME
    try:
        data = path.read_bytes()
    except (FileNotFoundError, NotADirectoryError):
        return Manifest()
    except OSError as error:
        raise GatepostError(f"{path}: cannot be read: {error.strerror}", "mend its permissions") from None
    return parse(data, str(path), "put back the folder that was last published, or remove it and collect")


def parse(text: bytes, name: str, hint: str) -> Manifest:
    """The manifest in `text`; GatepostError, with its `name` and a hint, if it cannot be understood."""
    try:
        data = json.loads(text)
        version = data["schema_version"]
        if version == SCHEMA_VERSION:
            files = {key: Entry(**entry) for key, entry in data["files"].items()}
            return Manifest(files, data["pruned_before"])
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        raise GatepostError(f"{name}: is damaged", hint) from None
    versions = f"schema {str(version)[:20]}, this one knows {SCHEMA_VERSION}"
    raise GatepostError(
        f"{name}: is of another version of Gatepost ({versions})",
        "use the version that wrote it, or name another `state` folder",
    )


def dump(manifest: Manifest) -> bytes:
    """The same bytes for the same state."""
    data = {
        "schema_version": SCHEMA_VERSION,
        "pruned_before": manifest.pruned_before,
        "files": {key: asdict(entry) for key, entry in manifest.files.items()},
    }
    return (json.dumps(data, indent=1, sort_keys=True) + "\n").encode()
