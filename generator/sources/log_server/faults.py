"""Why something could not be fetched, in the words of the table `skipped`."""

from __future__ import annotations

GONE = "logs gone"
HOST, ADDRESS, REDIRECT = "host not allowed", "address not allowed", "redirect not allowed"
SERVER = "log server"
NO_MANIFEST, BAD_MANIFEST, PATH = "no manifest", "broken manifest", "path not allowed"
TOO_LARGE = "too large"
BUDGET = "limit of bytes reached"


class FetchError(OSError):
    """No answer that is of use, or not the whole of one: `reason` is one of the above.

    It is an OSError so that what was searched until then is kept, as of a file that cannot be read further.
    `transient`: a later collection may fare better. `wait_s`: so may another attempt, after so many seconds.
    """

    def __init__(
        self, reason: str, detail: str, *, transient: bool = False, wait_s: float | None = None
    ) -> None:
        super().__init__(detail)
        self.reason, self.detail, self.transient, self.wait_s = reason, detail, transient, wait_s


class AbsentError(FetchError):
    """The server does not have it, or not for us."""

    def __init__(self, status: int) -> None:
        super().__init__(GONE, f"the server answered {status}")


class SpentError(FetchError):
    """All bytes that a build may have were fetched."""

    def __init__(self, limit: int) -> None:
        super().__init__(TOO_LARGE, f"more than {limit:,} bytes, as served")
