"""A mail handed to its server, to all recipients or to none."""

from __future__ import annotations

import re
import smtplib
import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from email.message import EmailMessage

from generator.errors import GatepostError
from generator.mail.faults import Faults
from generator.mail_settings import PORTS, MailSettings, address_alone
from generator.sources.index.credentials import Credentials, secret_of

_TAKEN, _REFUSED = range(200, 300), range(400, 600)


class Server:
    """A server of the settings, with the password, which is read when it is made."""

    def __init__(self, mail: MailSettings) -> None:
        """GatepostError if the environment or the files lack what the settings name."""
        self._mail, self._password, self._context = mail, _password(mail), _context(mail)
        scheme = "Basic" if self._password else ""
        self._faults = Faults(mail, Credentials(scheme, mail.username or "", self._password))

    def deliver(self, letter: EmailMessage, about_to: Callable[[], None]) -> None:
        """Send it; `about_to` is called right before the server is given it, all recipients being accepted.

        GatepostError if it was certainly not sent, DoubtError if the server may have taken it.
        """
        with self._not_sent():
            smtp = self._connected()
        try:
            with self._not_sent():
                self._introduce(smtp)
                self._envelope(smtp)
            about_to()
            self._hand_over(smtp, letter)
        finally:
            with suppress(OSError, smtplib.SMTPException):
                smtp.quit()
            smtp.close()

    def _connected(self) -> smtplib.SMTP:
        mail = self._mail
        port = mail.port or PORTS[mail.security]
        if mail.security == "tls":
            return smtplib.SMTP_SSL(mail.host, port, timeout=mail.timeout_s, context=self._context)
        return smtplib.SMTP(mail.host, port, timeout=mail.timeout_s)

    def _introduce(self, smtp: smtplib.SMTP) -> None:
        if self._mail.security == "starttls":
            smtp.starttls(context=self._context)
        smtp.ehlo_or_helo_if_needed()
        if self._mail.username:
            smtp.login(self._mail.username, self._password)

    def _envelope(self, smtp: smtplib.SMTP) -> None:
        """Sender and recipients; one that is refused stops the mail to all."""
        sender = address_alone(self._mail.sender)
        code, said = smtp.mail(sender)
        if code not in _TAKEN:
            raise self._faults.refused(f"the sender {sender}", code, said, "correct `from`")
        for address in dict.fromkeys(map(address_alone, self._mail.to)):
            code, said = smtp.rcpt(address)
            if code not in _TAKEN:
                raise self._faults.refused(f"the recipient {address}", code, said, "correct `to`")

    def _hand_over(self, smtp: smtplib.SMTP, letter: EmailMessage) -> None:
        with self._not_sent():
            code, said = smtp.docmd("DATA")
        if code != 354:
            raise self._faults.refused("the mail", code, said, "the server's answer says why")
        try:
            # a line that begins with a dot gets a second one: a dot alone ends the mail (RFC 5321, 4.5.2)
            smtp.send(re.sub(rb"(?m)^\.", b"..", letter.as_bytes()) + b".\r\n")
            code, said = smtp.getreply()
        except (OSError, smtplib.SMTPException) as error:
            raise self._faults.doubt(str(error)) from None
        if code in _REFUSED:
            raise self._faults.refused("the mail", code, said, "the server's answer says why")
        if code not in _TAKEN:
            raise self._faults.answered(code, said)

    @contextmanager
    def _not_sent(self) -> Iterator[None]:
        try:
            yield
        except (OSError, smtplib.SMTPException) as error:
            raise self._faults.failed(error) from None


def _password(mail: MailSettings) -> str:
    if mail.username is None:
        return ""
    password = secret_of("password", mail.password_env, mail.password_file)
    if not (password + mail.username).isascii():
        raise GatepostError(
            "the user or the password has other characters than ASCII, which are not sent to a mail server",
            "give the account a password of ASCII characters",
        )
    return password


def _context(mail: MailSettings) -> ssl.SSLContext:
    try:
        return ssl.create_default_context(cafile=mail.ca_file)
    except OSError as error:
        raise GatepostError(
            f"ca_file {mail.ca_file}: cannot be used: {error.strerror or error}",
            "it must be a file with certificates in PEM, which begin with -----BEGIN CERTIFICATE-----",
        ) from None
