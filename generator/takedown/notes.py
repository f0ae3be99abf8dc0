"""What is remembered of removals, in the state: how not to let a text back in, and that it was removed."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from markupsafe import escape

from generator import words
from generator.editions.edition import moment, stamp
from generator.errors import GatepostError
from generator.matching.excerpts import printable
from generator.store import atomic
from generator.takedown.seals import Seals, as_json, fresh, from_json

if TYPE_CHECKING:
    from generator.store.files import Store

VERSION = 1
_NAME = "takedowns.json"
#: Before this a page says what was removed; see `templates/pages/data.html`.
_MARKER = b"<!-- takedowns -->"
_NONE = re.compile(rb"<li[^>]*data-none[^>]*>.*?</li>\s*", re.DOTALL)


@dataclass(frozen=True)
class Note:
    """That texts were removed on a day, from how many places of each kind; never which."""

    date: datetime
    person: bool
    places: Mapping[str, int]

    @property
    def sentence(self) -> str:
        """`21 Nov 2026: a text was removed on request from 3 rows of hits and 2 files of this site.`"""
        what = "what names a person" if self.person else "a text"
        where = words.listed([_counted(place, n) for place, n in sorted(self.places.items())], 9)
        return f"{words.day_year(self.date)}: {what} was removed on request from {where}."


def _counted(place: str, n: int) -> str:
    """`3 rows of hits`, `1 row of hits`."""
    what, _, rest = place.partition(" ")
    return f"{words.plural(n, what.removesuffix('s'))} {rest}"


@dataclass(frozen=True)
class Memory:
    """The seals of all texts, and the notes, oldest first."""

    seals: Seals
    notes: tuple[Note, ...] = ()

    def with_note(self, note: Note) -> Memory:
        """One more note."""
        return replace(self, notes=(*self.notes, note))


def load(store: Store) -> Memory:
    """What a state remembers, nothing where there is nothing; GatepostError if it is damaged or lost."""
    data = store.read_bytes(_NAME)
    if data is None and _NAME not in store.file_names(_NAME):
        return Memory(fresh())
    try:
        told = json.loads(data or b"")
        return Memory(from_json(told), tuple(map(_note, told["notes"])))
    except (ValueError, TypeError, KeyError, OverflowError, RecursionError):
        # without it what was removed could come back
        raise GatepostError(
            f"{_NAME} in the state is damaged: what was removed before is not known",
            "restore the state from a site that is sound: `gatepost collect --restore`",
        ) from None


def _note(told: Mapping[str, Any]) -> Note:
    places = {printable(place): int(n) for place, n in told["places"].items()}
    return Note(words.utc(moment(told["date"])), bool(told["person"]), places)


def put(store: Store, memory: Memory) -> None:
    """Remember it."""
    notes = [{"date": stamp(n.date), "person": n.person, "places": dict(n.places)} for n in memory.notes]
    told = {"schema_version": VERSION, **as_json(memory.seals), "notes": notes}
    store.put_files({_NAME: (json.dumps(told, indent=1, sort_keys=True) + "\n").encode()})


def sentences(store: Store) -> tuple[str, ...]:
    """What the Data page says of removals, the newest first."""
    return tuple(note.sentence for note in reversed(load(store).notes))


def tell(site: Path, note: Note) -> None:
    """Say it on the Data page of a site that is already built."""
    page = site / "data" / "index.html"
    if not page.is_file():
        return
    line = f"<li>{escape(note.sentence)}</li>\n".encode()
    text = page.read_bytes()
    before, marker, after = text.partition(_MARKER)
    if marker and line not in text:
        mode = page.stat().st_mode
        atomic.write(page, before + line + marker + _NONE.sub(b"", after, count=1))
        page.chmod(mode)
