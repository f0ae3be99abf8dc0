"""Results in free text, by the patterns that a CI's roster entry gives for it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from generator.errors import GatepostError
from generator.sources.ci_comments.rows import Row, web_address

if TYPE_CHECKING:
    import re2

    from generator.roster.model import ThirdPartyCI

LINE_CHARS = 2000  # of a line that is searched; patterns come from many hands
_MEMORY = 8 << 20  # bytes that one pattern may take
_BETWEEN = re.compile(r"[\s-]+")


def compiled(ci: ThirdPartyCI) -> tuple[re2._Regexp[str], ...]:
    """The patterns of a CI; GatepostError if RE2 refuses one, or it has no group `result`."""
    return tuple(_compiled(pattern.match, ci.name) for pattern in ci.patterns)


def _compiled(pattern: str, ci: str) -> re2._Regexp[str]:
    import re2

    options = re2.Options()
    options.log_errors = False
    options.max_mem = _MEMORY
    try:
        found = re2.compile(pattern, options)
    except re2.error as error:
        reason = error.args[0].decode("utf-8", "replace") if error.args else "not a pattern"
        raise GatepostError(
            f"a pattern of {ci} in the roster cannot be used: {reason}", "patterns are those of RE2"
        ) from None
    if "result" not in found.groupindex:
        raise GatepostError(
            f"a pattern of {ci} in the roster has no group `result`", "write (?P<result>…) around the word"
        )
    return found


def search(line: str, patterns: Iterable[re2._Regexp[str]], ci: str) -> Iterator[Row]:
    """What the first pattern that finds any finds in a line; where it names no job, the CI is the job."""
    for pattern in patterns:
        rows = [row for found in pattern.finditer(line[:LINE_CHARS]) if (row := _row(found, ci))]
        if rows:
            yield from rows
            return


def _row(found: re2._Match[str], ci: str) -> Row | None:
    groups = found.groupdict()
    word = _BETWEEN.sub("_", (groups["result"] or "").strip()).upper()
    if not word or len(word) > 40:
        return None
    return Row(
        (groups.get("job") or "").strip() or ci, word, True, None, web_address(groups.get("url")), False
    )
