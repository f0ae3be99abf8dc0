"""The one exception that a user may cause, and the one place that words it."""

from __future__ import annotations


class GatepostError(Exception):
    """Something the user can mend: what is wrong, and what to do about it.

    The command line prints `message`, then `hint`, and exits with 1; no traceback is shown.
    """

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint
