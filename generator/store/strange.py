"""What a manifest from elsewhere may say: nothing of it leads out of the store, or fills the disk."""

from __future__ import annotations

import re

from generator.errors import GatepostError
from generator.store.manifest import FILES, Entry, Manifest, key_of, path_of

#: Bytes of a manifest, number of files, bytes of one and of all of them.
MANIFEST_BYTES, COUNT, FILE_BYTES, ALL_BYTES = 16 << 20, 50_000, 1 << 30, 16 << 30
_MONTH = r"20\d\d-(0[1-9]|1[0-2])"
_DAY = _MONTH + r"-(0[1-9]|[12]\d|3[01])"
# tables that this version does not know may be those of a newer one
_TABLE = re.compile(rf"([a-z_]{{1,40}}/({_DAY}|{_MONTH}|undated)/)?[a-z_]{{1,40}}", re.ASCII)
_DIGEST = re.compile(r"[0-9a-f]{64}")


def checked(manifest: Manifest, name: str) -> Manifest:
    """The manifest itself; GatepostError that says what no manifest of Gatepost would hold."""
    wrong = next((f"{key!r:.100}" for key, entry in manifest.files.items() if not _sane(key, entry)), None)
    if not re.fullmatch(f"({_DAY})?", str(manifest.pruned_before), re.ASCII):
        wrong = "pruned_before"
    if wrong is not None:
        raise _refused(name, f"the entry {wrong} is not one that Gatepost writes")
    sizes = [entry.size for entry in manifest.files.values()]
    if len(sizes) > COUNT or max(sizes, default=0) > FILE_BYTES or sum(sizes) > ALL_BYTES:
        raise _refused(name, f"{len(sizes):,} files with {sum(sizes):,} bytes are more than a state has")
    return manifest


def _refused(name: str, why: str) -> GatepostError:
    return GatepostError(f"{name}: {why}", "name the site that Gatepost published for this community")


def _sane(key: str, entry: Entry) -> bool:
    try:
        named = key_of(key.removeprefix(FILES)) == key or bool(_TABLE.fullmatch(key))
    except ValueError:
        return False
    numbers = all(type(number) is int and number >= 0 for number in (entry.size, entry.rows))
    digest = isinstance(entry.sha256, str) and _DIGEST.fullmatch(entry.sha256) is not None
    return named and numbers and digest and entry.path == path_of(key, entry.sha256)
