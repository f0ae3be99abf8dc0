"""What is said when a mail was certainly not sent: what the server answered, and what to do about it."""

from __future__ import annotations

import smtplib
import ssl

from generator import words
from generator.errors import GatepostError
from generator.mail_settings import MailSettings
from generator.matching.excerpts import printable
from generator.sources.index.credentials import Credentials

_PORTS = "port 587 is usually `security: starttls`, 465 `security: tls`"


class DoubtError(GatepostError):
    """The server had the mail, but did not say whether it takes it."""


class Faults:
    """Words for what goes wrong at one server; none of them holds the password."""

    def __init__(self, mail: MailSettings, credentials: Credentials) -> None:
        self._mail, self._credentials = mail, credentials

    def refused(self, what: str, code: int, said: bytes | str, mend: str) -> GatepostError:
        """The server refuses `what`, for now or for good."""
        later = 400 <= code < 500
        hint = "it asks to come back later: run it again in half an hour" if later else mend
        return self._fault(f"refuses {what}: {self._told(code, said)}", hint)

    def doubt(self, why: str) -> DoubtError:
        """The server had the whole mail, but nobody knows what became of it."""
        return DoubtError(
            f"{self._mail.where}: was given the mail, but did not say that it takes it: {self._plain(why)}"
        )

    def answered(self, code: int, said: bytes | str) -> DoubtError:
        """The server answered to the whole mail, but not in a way that says what became of it."""
        return self.doubt(self._told(code, said))

    def failed(self, error: Exception) -> GatepostError:
        """An error of smtplib or of the connection, before the server was given the mail."""
        if isinstance(error, ssl.SSLCertVerificationError):
            return self._fault(
                f"its certificate is not accepted: {self._plain(error.verify_message)}",
                "`host` must be the name in the certificate; `ca_file` names an authority of your own",
            )
        if isinstance(error, ssl.SSLError):
            return self._fault(
                f"no TLS could be agreed on: {self._plain(error.reason or str(error))}", _PORTS
            )
        if isinstance(error, smtplib.SMTPAuthenticationError):
            user = f"the user {self._mail.username}"
            return self.refused(user, error.smtp_code, error.smtp_error, "check `username` and the password")
        if isinstance(error, smtplib.SMTPNotSupportedError):
            return self._fault(self._plain(str(error)), f"it is not sent unencrypted; {_PORTS}")
        if isinstance(error, smtplib.SMTPResponseException):
            return self.refused("to talk", error.smtp_code, error.smtp_error, "is it the right server?")
        why = getattr(error, "strerror", None) or str(error) or type(error).__name__
        return self._fault(f"does not answer: {self._plain(why)}", f"check `host`; {_PORTS}")

    def _fault(self, what: str, hint: str) -> GatepostError:
        return GatepostError(f"{self._mail.where}: {what}", f"nothing was sent; {hint}")

    def _told(self, code: int, said: bytes | str) -> str:
        return f"{code} {self._plain(said if isinstance(said, str) else said.decode('utf-8', 'replace'))}"

    def _plain(self, text: str) -> str:
        return printable(words.cut(self._credentials.hide(text), 300))
