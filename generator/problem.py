"""What can be wrong in a file that people write, and where."""

from __future__ import annotations

from typing import Literal, NamedTuple


class Problem(NamedTuple):
    """What is wrong in a file; `line` and `column` are 1-based (0: the file as a whole).

    Severity `error`: the signature, or the entry of the roster, cannot be used. `warning`: it is used.
    """

    path: str
    line: int
    column: int
    construct: str
    message: str
    hint: str = ""
    severity: Literal["error", "warning"] = "error"

    def __str__(self) -> str:
        where = f"{self.path}:{self.line}:{self.column}" if self.line else self.path
        return f"{where}: {self.construct}: {self.message}"
