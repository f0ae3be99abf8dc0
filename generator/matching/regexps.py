"""Lucene's regular expressions on whole tokens, without backtracking: Hyperscan decides."""

from __future__ import annotations

from collections.abc import Callable

from generator.errors import GatepostError
from generator.signatures.regexp import translate


def whole(expression: str) -> Callable[[str], bool]:
    """A test whether the expression matches a whole token; GatepostError for one that is too large."""
    import hyperscan

    database = hyperscan.Database(mode=hyperscan.HS_MODE_BLOCK)
    flags = hyperscan.HS_FLAG_UTF8 | hyperscan.HS_FLAG_ALLOWEMPTY | hyperscan.HS_FLAG_SINGLEMATCH
    pattern = rf"\A(?:{translate(expression)})\z"
    try:
        database.compile(expressions=[pattern.encode()], ids=[0], elements=1, flags=[flags])
    except hyperscan.error as error:
        what = f"regular expression /{expression}/ is too large: {error}"
        raise GatepostError(what, "write a simpler one") from error

    def check(token: str) -> bool:
        found: list[int] = []
        database.scan(token.encode("utf-8", "replace"), match_event_handler=lambda *_: found.append(1))
        return bool(found)

    return check
