"""How strongly one line, by its words alone, says that something failed."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from threading import Lock
from typing import TYPE_CHECKING

from generator.matching.prefilter import FOREIGN_FOLDS

if TYPE_CHECKING:
    import hyperscan

#: A line may state a failure, only hint at one, end a step badly without naming a cause (or call itself a
#: warning), say nothing of the kind, or say that all is well (commands, said and not answered, too).
STATED, HINTED, VERDICT, NONE, WELL = 4.0, 2.0, 1.0, 0.0, -1.0

# Cheap and wide, for lower-cased text: a line without any of these is not looked at twice.
_TRIGGER = re.compile(
    r"error|\berr\b|errno|fail|fatal|panic|exception|traceback|abort|assert|cannot|can't|could not|unable"
    r"|undefined|denied|refused|not found|no such|timed out|time-?out|killed|segmentation|core dumped"
    r"|out of (?:memory|sync)|cancel|conflict|exit code|exit status|non-zero|returning [1-9]|\brc[=:] ?[1-9]"
    r"|missing|invalid|mismatch|unexpected|\bdirty|interrupt|unreachable|critical|no space left|shutdown"
    r"|took >|^_{4,} .* _{4,}$|\*\*\* "
)
_ECHO = re.compile(
    r"\++ |\$ |\[command\]|##\[(?:group|command|endgroup|debug)\]|# |=== (?:RUN|CONT|PAUSE|NAME)"
    r"|(?:if|then|else|echo) |exit \d+$|(?:ok|PASS|SKIP|--- PASS|--- SKIP)\b"
)
# The brackets (a duration, a share) hold no other bracket, so that nothing can be matched in two ways.
_WELL = re.compile(
    r"(?:\bok|\bPASS(?:ED)?|\bSKIP(?:PED)?|\bx(?i:fail)(?:ed)?)[^\w\[\]]*(?:\[[^\[\]]{0,80}\][^\w\[\]]{0,80})*$"
)
# Counts of nothing, and names that only hold the word: error.log, libgpg-error, --fail-fast, on_failure=stop.
_WORDS = r"(?:errors?|fail\w*|exceptions?|fatal|abort\w*|assert\w*|timeouts?|missing|invalid|panic|cancel)"
_NOTHING = re.compile(
    rf"\b(?:0|no|without(?: any)?) {_WORDS}|\b{_WORDS}[^\w\n]{{1,40}}0\b"
    rf"|[-_./\\]{_WORDS}\d*\b(?!: )|\b{_WORDS}[-_/.=(]\w",
    re.I,
)
_VERDICT = re.compile(
    r"(?:##\[error\])?(?:[\w.]+[ :]+){0,3}(?:exit (?:code|status)|exited with(?: code)?|rc"
    r"|returned a result of)[:= ]+[1-9]\d*\W*$"
    r"|make.*: \*\*\* |FAIL(?:ED)?\W*(?:\t.*)?$|Finished: FAILURE|Build step .* marked build as"
)
_STATED = re.compile(
    r"##\[error\]|^\W*(?i:fatal|error|panic|critical|exception|fail(?:ed|ure)?)\b[^=\w]|^_{4,} .* _{4,}$"
    r"|\b(?i:error)(?:\[?\w{1,20}\]?| \w{1,20}\d)?: |\b(?:ERROR|CRITICAL|FATAL|FAIL|FAILED|FAILURE)\b"
    r"|\b[A-Z][\w.]{0,80}(?:Error|Exception|Interrupt|Failure|Timeout)\b(?=:| !|$)"
    r"|^Traceback \(most recent call last|\bKilled\b"
    r"|(?i:segmentation (?:fault|violation)|core dumped|out of memory|no space left on)"
)
_CALM = re.compile(r"##\[warning\]|\b(?:WARNING|INFO|DEBUG|TRACE|AUDIT|NOTICE)\b|\b[Ww]arning: ")


def weight(text: str) -> float:
    """Return STATED, HINTED, VERDICT, NONE or WELL for a line without clock and colours."""
    if _ECHO.match(text):
        return WELL
    if not _TRIGGER.search(text.lower()):
        return NONE
    if _WELL.search(text):
        return WELL
    rest = _NOTHING.sub(" ", text)
    if not _TRIGGER.search(rest.lower()):
        return NONE
    if _VERDICT.match(rest) or _CALM.search(rest):
        return VERDICT
    return STATED if _STATED.search(rest) else HINTED


_scanning = Lock()


def telling_lines(block: bytes) -> Iterator[int]:
    """Where lines start that `weight`, or who follows the sections of a log, has to look at; ascending.

    The other lines weigh NONE or WELL. `block` holds whole lines, each with its newline.
    """
    ends: list[int] = []
    with _scanning:  # Hyperscan's scratch space is one to a database
        _telling().scan(
            block, match_event_handler=lambda pattern, start, end, flags, context: ends.append(end)
        )
    line_end = -1
    for end in sorted(ends):
        if end > line_end:
            yield block.rfind(b"\n", 0, end) + 1
            line_end = block.index(b"\n", end)


@cache
def _telling() -> hyperscan.Database:
    """Finds at least what the expressions find in a line without clock and colours, whatever its case."""
    from generator.matching.database import Databases

    anywhere = _TRIGGER.pattern.replace("|^_", "|_").replace("$|", "|").encode()
    return Databases(None).get([anywhere, rb"##\[(?:end)?group\]", rb"\x1b", FOREIGN_FOLDS])
