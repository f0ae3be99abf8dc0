"""What was sent, in the state.

It is noted before the server is given it, so that a crash leaves a doubt and never a second mail.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Literal

from generator.model import SCHEMA_VERSION
from generator.store.files import Store
from generator.store.manifest import key_of
from generator.store.transaction import writing

State = Literal["sent", "unknown"]


@dataclass(frozen=True)
class Note:
    """A mail of an edition: sent, or handed over without a known end; `at` is UTC. It names no address."""

    edition: str
    message_id: str
    state: State
    at: str
    recipients: int


def read(folder: Path, edition: str) -> Note | None:
    """The note of an edition; one that cannot be read is one in doubt."""
    store, name = Store(folder), _name(edition)
    if name not in store.file_names(name):
        return None
    try:
        data = json.loads(store.read_bytes(name) or b"")
        state: State = "sent" if data["state"] == "sent" else "unknown"
        return Note(edition, str(data["message_id"]), state, str(data["at"]), int(data["recipients"]))
    except (ValueError, TypeError, KeyError):
        return Note(edition, "", "unknown", "", 0)


def begin(folder: Path, note: Note, expected: Note | None) -> bool:
    """Note that it is handed over now; false, and nothing noted, if the note is another than `expected`."""
    with writing(folder) as transaction:
        # under the lock: another run may have come first
        if read(folder, note.edition) != expected:
            return False
        transaction.put_bytes(_name(note.edition), _dump(note))
    return True


def put(folder: Path, edition: str, note: Note | None) -> None:
    """Replace the note of an edition; None forgets it. GatepostError if the state cannot be written."""
    Store(folder).put_files({_name(edition): _dump(note) if note else None})


def made(edition: str, message_id: str, state: State, at: datetime, recipients: int) -> Note:
    """A note of now."""
    return Note(edition, message_id, state, f"{at:%Y-%m-%dT%H:%MZ}", recipients)


def _dump(note: Note) -> bytes:
    return (json.dumps({"schema_version": SCHEMA_VERSION, **asdict(note)}, indent=1) + "\n").encode()


def _name(edition: str) -> str:
    name = f"mail/{edition}.json"
    key_of(name)
    return name
