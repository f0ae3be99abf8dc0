"""`gatepost digest --send`: which edition, was it sent already, and what to say of the end."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from email.message import EmailMessage
from email.policy import SMTP
from pathlib import Path
from typing import TYPE_CHECKING

from generator import words
from generator.editions import shelf
from generator.editions.edition import WEEK, Edition, Week
from generator.errors import GatepostError
from generator.mail import notes
from generator.mail.faults import DoubtError
from generator.mail.letter import letter
from generator.mail.notes import Note
from generator.mail.server import Server
from generator.matching.excerpts import printable
from generator.store.files import Store

if TYPE_CHECKING:
    from generator.config import Settings
    from generator.mail_settings import MailSettings

_RESTORE = "`gatepost collect --restore` brings the state back from the published site"
_LOOK = (
    "look for its Message-ID in the list's archive: if it arrived, `gatepost digest --arrived` notes that; "
    "if not, `gatepost digest --send --again` sends it with the same Message-ID"
)


def frozen(state: Path, wanted: str | None, now: datetime) -> Edition:
    """The edition `wanted`, else that of the newest week that is over; GatepostError if there is none."""
    store, name = Store(state), wanted or Week.of(now - WEEK).id
    found = next((edition for edition in shelf.load(store) if edition.id == name), None)
    if found is not None:
        return found
    there = shelf.ids(store)
    if name in there:
        raise GatepostError(f"edition {name} is damaged in the state", _RESTORE)
    newest = f"; the newest is {there[-1]}: `--edition {there[-1]}`" if there else ""
    raise GatepostError(
        f"there is no edition {printable(name)}",
        f"`gatepost build` makes the edition of a week from 6 h after its end{newest}",
    )


class Sending:
    """One edition on its way to the recipients of the settings, at `now` (UTC)."""

    def __init__(self, settings: Settings, edition: Edition, now: datetime) -> None:
        """GatepostError if nobody says whom to mail, or the edition has no mail."""
        self._state, self._edition, self._mail = settings.state, edition.id, _mail(settings)
        self.letter: EmailMessage = letter(edition, settings.community, self._mail, now)
        self._begun = False
        self._note = notes.made(
            edition.id, str(self.letter["Message-ID"]), "unknown", now, len(self._mail.to)
        )

    def shown(self) -> str:
        """The whole message as it is sent, with lines that end as the terminal's do."""
        return self.letter.as_bytes(policy=SMTP.clone(linesep="\n")).decode("ascii")

    def would(self, again: bool = False) -> str:
        """What a dry run is instead of, in a line."""
        before = notes.read(self._state, self._edition)
        if before is not None and not again:
            return f"nothing is sent: {_described(before)}"
        to = words.plural(len(self._mail.to), "recipient")
        return f"a dry run: not sent to {to} through {self._mail.where} ({self._mail.security})"

    def send(self, again: bool = False) -> str:
        """Send it, and say so; GatepostError with what is known if it fails.

        What was sent already is not sent again, what may have been only if `again`.
        """
        before = notes.read(self._state, self._edition)
        if before is not None and before.state == "sent" and not again:
            return f"{_described(before)}: not sent again"
        if before is not None and not again:
            raise GatepostError(_described(before), _LOOK)
        try:
            Server(self._mail).deliver(self.letter, lambda: self._begin(before))
        except DoubtError as error:
            raise GatepostError(
                f"{error.message}; whether {self._edition} was sent is not known ({self._note.message_id})",
                _LOOK,
            ) from None
        except GatepostError:
            if self._begun:
                notes.put(self._state, self._edition, before)
            raise
        return self._sent()

    def arrived(self) -> str:
        """Note that it was sent after all."""
        before = notes.read(self._state, self._edition)
        if before is None:
            raise GatepostError(
                f"{self._edition} was never handed to a server, as far as this state knows",
                "`gatepost digest --send` sends it",
            )
        notes.put(self._state, self._edition, replace(before, state="sent"))
        return f"{self._edition} is noted as sent"

    def _begin(self, before: Note | None) -> None:
        if not notes.begin(self._state, self._note, before):
            raise GatepostError(
                f"another run sends {self._edition} at this moment", "nothing was sent: see what it says"
            )
        self._begun = True

    def _sent(self) -> str:
        to = words.plural(len(self._mail.to), "recipient")
        try:
            notes.put(self._state, self._edition, replace(self._note, state="sent"))
        except GatepostError as error:
            raise GatepostError(
                f"{self._edition} was sent to {to}, but that could not be noted: {error.message}",
                f"{error.hint}; then `gatepost digest --arrived` notes it",
            ) from None
        return f"{self._edition} was sent to {to}: {self._note.message_id}"


def _mail(settings: Settings) -> MailSettings:
    if settings.mail is None:
        raise GatepostError(
            "the configuration does not say whom to mail",
            "write `mail:` with host, from and to; `gatepost init DIR` shows every key",
        )
    return settings.mail


def _described(note: Note) -> str:
    if note.state == "sent":
        return f"{note.edition} was sent on {note.at} ({note.message_id})"
    when = f" on {note.at} ({note.message_id})" if note.message_id else ", and the note of it is damaged"
    return f"{note.edition} was handed over{when}, but whether the server took it is not known"
