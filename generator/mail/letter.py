"""The digest as a mail: its headers, and an identity that is the same whenever it is made anew."""

from __future__ import annotations

import hashlib
from datetime import datetime
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime

from generator import words
from generator.editions.edition import Edition
from generator.editions.shelf import LONGEST
from generator.errors import GatepostError
from generator.mail_settings import MailSettings, address_alone
from generator.text.layout import paragraph
from generator.text.names import plain

_SUBJECT, _MARK = "Subject: ", "[gatepost] "
_LONGEST_LINE = 900


def message_id(community: str, edition: str, mail: MailSettings) -> str:
    """`<gatepost.2026-W47.….@example.org>`, the same for the same community, edition and sender's domain."""
    digest = hashlib.sha256(f"{community}\n{edition}".encode()).hexdigest()
    domain = address_alone(mail.sender).rpartition("@")[2].lower()
    return f"<gatepost.{edition}.{digest[:20]}@{domain}>"


def letter(edition: Edition, community: str, mail: MailSettings, now: datetime) -> EmailMessage:
    """The mail of an edition, whose first line is its subject; GatepostError if it is no such text.

    What was corrected since the edition was frozen is said above it.
    """
    head, _, body = edition.digest.partition("\n")
    if not head.startswith(_SUBJECT) or not body.strip():
        raise GatepostError(
            f"the mail of edition {edition.id} is damaged: it does not begin with its subject",
            "restore the state: `gatepost collect --restore` brings it back from the published site",
        )
    subject = head.removeprefix(_SUBJECT).removeprefix(_MARK)
    made = EmailMessage(policy=SMTP)
    made["From"] = mail.sender
    made["To"] = ", ".join(mail.to)
    made["Subject"] = f"{mail.subject_prefix} {subject}".strip()
    made["Date"] = format_datetime(now)
    made["Message-ID"] = message_id(community, edition.id, mail)
    # so that no absence notice answers, to a list least of all
    made["Auto-Submitted"] = "auto-generated"
    body = "\n".join([*_corrected(edition), body.lstrip("\n")])
    short = body.isascii() and max(map(len, body.split("\n"))) <= _LONGEST_LINE
    made.set_content(body, charset="utf-8", cte="7bit" if short else "quoted-printable")
    return made


def _corrected(edition: Edition) -> list[str]:
    said = [
        paragraph(f"Corrected on {words.day_year(one.date)}: {plain(one.text, LONGEST)}")
        for one in edition.corrections
    ]
    return [line for lines in said for line in (*lines, "")]
