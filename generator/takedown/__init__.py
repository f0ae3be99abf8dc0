"""Takes a leaked secret or a person's data out of all that was kept and published, and says that it did."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from generator import words
from generator.errors import GatepostError

if TYPE_CHECKING:
    from generator.config import Settings
    from generator.store.files import Store
    from generator.tables import Tables
    from generator.takedown.notes import Note
    from generator.takedown.remover import Remover

_SAID = "A text was removed from this edition on request. Its numbers are as they were."


@dataclass(frozen=True)
class Places:
    """Where to look beside the state: the built site, and folders of published sites."""

    settings: Settings
    published: Sequence[Path] = ()


def take_down(places: Places, remover: Remover, now: datetime, *, dry: bool) -> list[str]:
    """Remove the texts of `remover` everywhere, or with `dry` only look; lines that say what was found where.

    The lines never hold a text. GatepostError if a place is in use or cannot be written.
    """
    from generator.store.files import Store
    from generator.takedown import notes, state

    seals = notes.load(Store(places.settings.state)).seals
    with _sites(places) as sites:
        states = [places.settings.state, *_inner(sites)]
        before = [_editions(one) for one in states]
        counts, _ = state.clean(places.settings.state, remover, dry=dry)
        without_it: set[tuple[int, int]] = set()
        by_site = {site: _site(site, remover, without_it, dry=dry) for site in sites}
        counts["files of sites"] += sum(by_site.values())
        counts = +counts
        if not dry:
            note = notes.Note(now, remover.words, dict(counts))
            for one, editions in zip(states, before, strict=True):
                _remember(one, editions, remover, note)
            _tell(sites, note)
    return [
        *_found(counts, dry=dry),
        *(f"  {remover.text(str(site))}: {words.plural(n, 'file')}" for site, n in by_site.items() if n),
        *_left(places.settings, remover, known=seals.with_texts(remover) == seals, dry=dry),
    ]


def kept_out(store: Store, tables: Tables) -> Tables:
    """What was collected, without the texts that were removed before."""
    from generator.takedown import notes
    from generator.takedown.tables import cleaned

    seals = notes.load(store).seals
    return cleaned(tables, seals.clean) if seals.seals else tables


@contextmanager
def _sites(places: Places) -> Iterator[list[Path]]:
    """The sites to clean, none of which anybody else changes."""
    from contextlib import ExitStack

    from generator import site_swap
    from generator.publish import folder

    output = places.settings.output
    with ExitStack() as held:
        for published in places.published:
            if not (published / folder.SITES).is_dir():
                raise GatepostError(f"{published}: holds no published sites", "name what `publish` was given")
            held.enter_context(folder.opened(published))
        if (output / "index.html").is_file():
            held.enter_context(site_swap.still(output))
        kept = [site for published in places.published for site in folder.kept(published)]
        yield ([output] if (output / "index.html").is_file() else []) + kept


def _site(site: Path, remover: Remover, without_it: set[tuple[int, int]], *, dry: bool) -> int:
    """Clean one site and the state in it; how many files changed."""
    from generator.store.published import FOLDER
    from generator.takedown import files, state

    inner = site / FOLDER
    count = files.clean(
        site, remover, dry=dry, leave=lambda path: inner in path.parents, without_it=without_it
    )
    _, within = state.clean(inner, remover, dry=dry)
    return count + within


def _inner(sites: list[Path]) -> Iterator[Path]:
    """The states that lie in sites: who restores from one must know, too."""
    from generator.store import manifest
    from generator.store.published import FOLDER

    yield from (site / FOLDER for site in sites if (site / FOLDER / manifest.NAME).is_file())


def _editions(state: Path) -> dict[str, str]:
    """The files of editions, by their hash."""
    from generator.store import manifest

    files = manifest.load(state).files
    return {key: entry.sha256 for key, entry in files.items() if key.startswith("files/editions/")}


def _remember(state: Path, before: dict[str, str], remover: Remover, note: Note) -> None:
    """Say it in each edition of a state that changed, and keep the seals beside those that it has."""
    from generator.editions import shelf
    from generator.store.files import Store
    from generator.takedown import notes

    store = Store(state)
    changed = {key.split("/")[2] for key, _ in before.items() - _editions(state).items()}
    for edition in shelf.load(store):
        if edition.id in changed:
            shelf.add(store, edition, _SAID, note.date)
    memory = notes.load(store)
    memory = replace(memory, seals=memory.seals.with_texts(remover))
    notes.put(store, memory.with_note(note) if note.places else memory)


def _tell(sites: list[Path], note: Note) -> None:
    from generator.store.atomic import LOCK
    from generator.takedown import notes

    for site in sites:
        if note.places:
            notes.tell(site, note)
    for inner in _inner(sites):
        (inner / LOCK).unlink(missing_ok=True)


def _found(counts: Counter[str], *, dry: bool) -> list[str]:
    if not counts:
        return ["Nothing was found"]
    verb = "Found, and left as it is (dry run):" if dry else "Removed:"
    return [verb, *(f"  {place}: {words.count(n)}" for place, n in sorted(counts.items()))]


def _left(settings: Settings, remover: Remover, *, known: bool, dry: bool) -> list[str]:
    """What a takedown cannot do."""
    lines = [
        f"  {remover.text(str(path))} holds it: change that file yourself, or the next build brings it back"
        for path in _own(settings)
        if remover.data(path.read_bytes())[1]
    ]
    if dry:
        return lines
    kept_out = "was remembered before" if known else "is remembered as a salted hash"
    return [
        *lines,
        f"It {kept_out}: a collection does not bring it back.",
        "What was mailed or copied elsewhere stays there; a secret that was public must be changed.",
    ]


def _own(settings: Settings) -> list[Path]:
    """Files that people write and builds read."""
    signatures = sorted(path for path in settings.signatures.rglob("*") if path.is_file())
    others = (settings.files, settings.third_party and settings.third_party.roster)
    return signatures + [path for path in others if path and path.is_file()]
