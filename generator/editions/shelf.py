"""Where editions stand: files of the state, which travel with it and are never made again."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from generator.editions import strange
from generator.editions.edition import EDITION_VERSION, Correction, Edition, stamp
from generator.errors import GatepostError

if TYPE_CHECKING:
    from generator.store.files import Store

_FOLDER = "editions/"
EDITION, DIGEST, TSC, CORRECTIONS = "edition.json", "digest.txt", "tsc.md", "corrections.json"
#: Characters of a correction.
LONGEST = 2000


def ids(store: Store) -> list[str]:
    """The editions of a state in order of their weeks, also those whose files are damaged."""
    return sorted({name.split("/")[1] for name in store.file_names(_FOLDER)})


def load(store: Store) -> tuple[Edition, ...]:
    """The editions of a state that can be read, the oldest first; damage is told by `Store.read`."""
    return tuple(edition for id in ids(store) if (edition := _read(store, id)) is not None)


def files_of(edition: Edition) -> dict[str, bytes]:
    """What of an edition is published beside its page, by name."""
    files = {
        EDITION: _dump(edition.document),
        DIGEST: edition.digest.encode(),
        TSC: edition.tsc.encode(),
    }
    if edition.corrections:
        files[CORRECTIONS] = _dump(_told(edition.id, edition.corrections))
    return files


def put(store: Store, edition: Edition) -> None:
    """Keep an edition; GatepostError if another process writes."""
    store.put_files({f"{_FOLDER}{edition.id}/{name}": data for name, data in files_of(edition).items()})


def write(editions: tuple[Edition, ...], site: Path) -> None:
    """Write the files of all editions into `editions/<id>/` of the folder of a site."""
    for edition in editions:
        folder = site / _FOLDER / edition.id
        folder.mkdir(parents=True, exist_ok=True)
        for name, data in files_of(edition).items():
            (folder / name).write_bytes(data)


def correct(store: Store, id: str, text: str, now: datetime) -> Correction:
    """Add a dated correction to an edition, whose numbers stay; GatepostError if that cannot be."""
    text = " ".join(text.split())
    if not 0 < len(text) <= LONGEST:
        raise GatepostError(
            f"--text: has {len(text)} characters", f"say in 1 to {LONGEST} characters what was wrong"
        )
    edition = _read(store, id) if id in ids(store) else None
    if edition is None:
        raise GatepostError(f"{id}: no such edition", _known(store))
    if text in [one.text for one in edition.corrections]:
        raise GatepostError(f"{id}: says this already", "nothing needs to be done")
    return add(store, edition, text, now)


def add(store: Store, edition: Edition, text: str, now: datetime) -> Correction:
    """Add a dated correction to an edition."""
    new = Correction(len(edition.corrections) + 1, now, text)
    data = _dump(_told(edition.id, (*edition.corrections, new)))
    store.put_files({f"{_FOLDER}{edition.id}/{CORRECTIONS}": data})
    return new


def _known(store: Store) -> str:
    found = ids(store)
    if not found:
        return "`gatepost build` makes one of each week, six hours after it has ended"
    return f"there are {len(found)}, from {found[0]} to {found[-1]}"


def _read(store: Store, id: str) -> Edition | None:
    names = (EDITION, DIGEST, TSC, CORRECTIONS)
    document, digest, tsc, corrections = (store.read_bytes(f"{_FOLDER}{id}/{name}") for name in names)
    if document is None or digest is None or tsc is None:
        return None
    return strange.edition(id, document, digest, tsc, corrections or b"{}")


def _told(id: str, corrections: tuple[Correction, ...]) -> dict[str, Any]:
    rows = [{"number": one.number, "date": stamp(one.date), "text": one.text} for one in corrections]
    return {"schema_version": EDITION_VERSION, "edition": id, "corrections": rows}


def _dump(document: Mapping[str, Any]) -> bytes:
    return (json.dumps(document, ensure_ascii=False, separators=(",", ":")) + "\n").encode()
