"""Lucene's regular expressions, as Python writes them.

`translate` knows Lucene's operators; those that Python's expressions cannot say are refused by name.
"""

from __future__ import annotations

import re

from generator.signatures.problem import QueryError

#: Elasticsearch's index.max_regex_length.
LONGEST = 1000
_DEEPEST = 50
#: Characters left open after an unbounded repeat. Each doubles the states of the automaton that a server
#: makes of it; from about 12 on it gives up, and `lenient` hides that it did.
_MOST_OPEN = 10

_REFUSED = {
    "&": "intersection (&)",
    "~": "complement (~)",
    "#": "the empty language (#)",
    "<": "a numeric interval (<1-5>)",
}
_CLASSES = {"d": "[0-9]", "s": r"[ \t\n\r]", "w": "[a-zA-Z0-9_]"}
_REPEAT = re.compile(r"\{(\d+)(,?)(\d*)\}")


def translate(text: str, offset: int = 0) -> str:
    """The Python pattern that matches a whole token (`re.fullmatch`, no flags) where Lucene's regexp does.

    QueryError, with positions from `offset` on, for what is malformed or cannot be said in Python.
    """
    if len(text) > LONGEST:
        raise QueryError("a long regexp", offset, f"longer than {LONGEST} characters", "use shorter ones")
    for at, char in enumerate(text):
        if char != char.lower():
            raise QueryError(
                "a capital letter in a regexp",
                offset + at,
                "Elasticsearch and OpenSearch differ on capital letters",
                "write it in small letters: the tokens of a text are in small letters",
            )
    return _Regexp(text, offset).whole()


class _Regexp:
    """One pass over a regexp, from left to right."""

    def __init__(self, text: str, offset: int) -> None:
        self._text, self._offset, self._at, self._depth = text, offset, 0, 0
        self._open = 0  # characters left open so far, repeats counted out
        self._unbounded: int | None = None  # how many of them stood before the first unbounded repeat

    def whole(self) -> str:
        pattern = self._union() if self._text else ""
        if self._at < len(self._text):
            raise self._error("an unexpected )", "this bracket closes nothing")
        if self._unbounded is not None and self._open - self._unbounded > _MOST_OPEN:
            message = f"more than {_MOST_OPEN} characters are left open after * or +: too many for a server"
            raise QueryError("a large regexp", self._offset, message, "leave fewer open")
        return pattern

    def _union(self) -> str:
        branches = [self._sequence()]
        while self._take("|"):
            self._open += len(branches) == 1
            branches.append(self._sequence())
        return "|".join(branches)

    def _sequence(self) -> str:
        parts = [self._repeated()]
        while self._at < len(self._text) and self._text[self._at] not in ")|":
            parts.append(self._repeated())
        return "".join(parts)

    def _repeated(self) -> str:
        before, atom = self._open, self._atom()
        while self._at < len(self._text) and self._text[self._at] in "?*+{":
            atom = f"(?:{atom}{self._repeat(before)})"
        return atom

    def _repeat(self, before: int) -> str:
        """The next repeat; `before`: how many characters were left open before what it repeats."""
        char = self._text[self._at]
        if char != "{":
            self._at += 1
            self._count(before, 1, unbounded=char != "?")
            self._open += char == "?"
            return char
        match = _REPEAT.match(self._text, self._at)
        if match is None:
            raise self._error("a malformed repeat", "{ must be followed by numbers: {2}, {2,} or {2,5}")
        low, comma, high = match.groups()
        if max(int(low), int(high or 0)) > LONGEST or (high and int(high) < int(low)):
            raise self._error("a malformed repeat", f"{match.group()} is not a usable range")
        self._at = match.end()
        self._count(before, int(high or low), unbounded=bool(comma and not high))
        return f"{{{low}{comma}{high}}}"

    def _count(self, before: int, times: int, unbounded: bool) -> None:
        self._open = before + (self._open - before) * times
        if unbounded and self._unbounded is None:
            self._unbounded = before

    def _atom(self) -> str:
        if self._at >= len(self._text) or self._text[self._at] in ")|?*+{":
            raise self._error("a regexp without a character", "an operator has nothing to work on")
        char = self._text[self._at]
        if char in _REFUSED:
            raise self._error(
                _REFUSED[char], f"{_REFUSED[char]} is not supported", f"write \\{char} for the character"
            )
        self._at += 1
        if char in '.@"([\\':
            self._open += char in ".[" or self._text[self._at : self._at + 1] in _CLASSES
            return {
                ".": self._any,
                "@": self._all,
                '"': self._string,
                "(": self._group,
                "[": self._class,
                "\\": self._escaped,
            }[char]()
        return re.escape(char)

    def _any(self) -> str:
        return r"[\s\S]"

    def _all(self) -> str:
        return r"(?:[\s\S]*)"

    def _string(self) -> str:
        end = self._text.find('"', self._at)
        if end < 0:
            raise self._error(
                "an unclosed quote in a regexp", "the quote is never closed", 'write \\" for the character'
            )
        text, self._at = self._text[self._at : end], end + 1
        return f"(?:{re.escape(text)})"

    def _group(self) -> str:
        self._depth += 1
        if self._depth > _DEEPEST:
            raise self._error("deep nesting", f"a regexp nested deeper than {_DEEPEST}")
        inner = "" if self._text[self._at : self._at + 1] == ")" else self._union()
        if not self._take(")"):
            raise self._error(
                "an unclosed ( in a regexp", "the bracket is never closed", "write \\( for the character"
            )
        self._depth -= 1
        return f"(?:{inner})"

    def _escaped(self) -> str:
        if self._at >= len(self._text):
            raise self._error("a backslash at the end", "a backslash must be followed by a character")
        char = self._text[self._at]
        self._refuse_unknown_class(char)
        self._at += 1
        return _CLASSES.get(char) or re.escape(char)

    def _refuse_unknown_class(self, char: str) -> None:
        if char.isascii() and char.isalpha() and char not in _CLASSES:
            raise self._error(
                f"an unknown class \\{char}", f"\\{char} is no class of characters", "remove the backslash"
            )

    def _class(self) -> str:
        negated = "^" if self._take("^") else ""
        parts: list[str] = []
        while not parts or not self._take("]"):
            if self._at >= len(self._text):
                raise self._error(
                    "an unclosed [ in a regexp", "the bracket is never closed", "write \\[ for the character"
                )
            parts.append(self._class_item())
        return f"[{negated}{''.join(parts)}]"

    def _class_item(self) -> str:
        low = self._class_char()
        if low in _CLASSES.values():
            return low[1:-1]
        if not self._take("-"):
            return _in_class(low)
        high = self._class_char()
        if len(high) > 1 or high < low:
            raise self._error("a malformed range", f"{low}-{high} is not a range of characters")
        return f"{_in_class(low)}-{_in_class(high)}"

    def _class_char(self) -> str:
        """The next character of a class; of an escaped class like \\d its translation."""
        escaped = self._take("\\")
        if self._at >= len(self._text):
            raise self._error(
                "an unclosed [ in a regexp", "the bracket is never closed", "write \\[ for the character"
            )
        char = self._text[self._at]
        if escaped:
            self._refuse_unknown_class(char)
        self._at += 1
        return _CLASSES.get(char, char) if escaped else char

    def _take(self, char: str) -> bool:
        if self._text[self._at : self._at + 1] != char:
            return False
        self._at += 1
        return True

    def _error(
        self, construct: str, message: str, hint: str = "write the regexp in quotes to search for it as text"
    ) -> QueryError:
        return QueryError(construct, self._offset + min(self._at, len(self._text)), message, hint)


def _in_class(char: str) -> str:
    return "\\" + char if char in "\\]^-[&~|" else char
