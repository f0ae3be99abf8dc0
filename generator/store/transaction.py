"""One change of the store: new files beside the old ones, then the manifest, then the old ones go."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pyarrow as pa

from generator.store import atomic, manifest, parquet
from generator.store.days import BY_DAY
from generator.store.manifest import Entry, Manifest

#: Others write for moments only, and what was collected or sent meanwhile must not be lost.
PATIENCE_S = 10.0
# only what has such a name is ever removed: the folder may hold things that are not ours
_OURS = re.compile(r"[a-z_]+\.[0-9a-f]{16}\.parquet(\.tmp|\.part)?|manifest\.json\.tmp")
_OUR_FILES = re.compile(r"[\w.-]+\.[0-9a-f]{16}(\.\w+)?(\.tmp|\.part)?", re.ASCII)
_FOLDERS = (*BY_DAY, "rollups")


class Transaction:
    """Files to be, by key (`days/2026-11-20/hits`); nothing counts before `commit`."""

    def __init__(self, folder: Path, before: Manifest) -> None:
        self.before = before
        self.pruned_before = before.pruned_before
        self._folder = folder
        self._files = dict(before.files)

    def put(self, key: str, table: pa.Table) -> None:
        """Write a table under its content's name; an empty one is no file."""
        if not len(table):
            self.drop(key)
            return
        self._put(key, parquet.to_bytes(table), len(table))

    def put_bytes(self, name: str, data: bytes) -> None:
        """Write a small file that is no table, e.g. `editions/2026-W47/edition.json`."""
        self._put(manifest.key_of(name), data, 0)

    def drop_bytes(self, name: str) -> None:
        """Forget such a file, if there is one."""
        self.drop(manifest.key_of(name))

    def drop(self, key: str) -> None:
        """Forget a file."""
        self._files.pop(key, None)

    def _put(self, key: str, data: bytes, rows: int) -> None:
        digest = hashlib.sha256(data).hexdigest()
        entry = Entry(manifest.path_of(key, digest), len(data), digest, rows)
        path = self._folder / entry.path
        path.parent.mkdir(parents=True, exist_ok=True)
        # never in place: a published site may share the file
        if not (path.is_file() and path.read_bytes() == data):
            atomic.write(path, data)
        self._files[key] = entry

    def commit(self) -> None:
        """Make the new manifest the state."""
        after = Manifest(self._files, self.pruned_before)
        if after != self.before or not (self._folder / manifest.NAME).is_file():
            atomic.write(self._folder / manifest.NAME, manifest.dump(after))


@contextmanager
def writing(folder: Path) -> Iterator[Transaction]:
    """A change under the lock; whatever happens, only files of the state that counts are left behind."""
    with atomic.disk_errors(folder):
        folder.mkdir(parents=True, exist_ok=True)
        with atomic.locked(folder, PATIENCE_S):
            try:
                transaction = Transaction(folder, manifest.load(folder))
                yield transaction
                transaction.commit()
            finally:
                with suppress(OSError):
                    sweep(folder)


def sweep(folder: Path) -> None:
    """Remove our files that the manifest on disk does not name, and folders left empty."""
    wanted = {folder / entry.path for entry in manifest.load(folder).files.values()}
    ours = [
        ("*", _OURS),
        *((f"{name}/*/*", _OURS) for name in _FOLDERS),
        (f"{manifest.FILES}**/*", _OUR_FILES),
    ]
    for place, names in ours:
        for path in [path for path in folder.glob(place) if path.is_file()]:
            if path not in wanted and names.fullmatch(path.name):
                path.unlink()
    for name in (*_FOLDERS, manifest.FILES):
        for path in sorted((folder / name).glob("**/"), reverse=True):
            if path != folder / name and not any(path.iterdir()):
                path.rmdir()
