"""Splits a query into the tokens of Lucene's classic query parser (its QueryParser.jj).

Like JavaCC's lexers it takes the longest token at each place; of equally long ones the first named.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from generator.signatures.problem import QueryError


class Token(NamedTuple):
    """A token: what it is, its text as written and where it starts (0-based offset in the query)."""

    kind: str
    text: str
    position: int


END = "the end"

_SPACE = " \t\n\r\u3000"
_START = r'(?:[^ \t\n\r\u3000+\-!():^\[\]"{}~*?\\/]|\\.)'
_CHAR = rf"(?:{_START}|[+\-])"
_WORD = re.compile(rf"(?:{_START}|[*?])(?:{_CHAR}|[*?])*", re.DOTALL)
_WILD = re.compile(r"\\.|([*?])", re.DOTALL)
_QUOTED = re.compile(r'"(?:[^"\\]|\\.)*"', re.DOTALL)
_REGEXP = re.compile(r"/(?:\\/|[^/])*/")
_SLOP = re.compile(rf"~{_CHAR}*", re.DOTALL)
_NUMBER = re.compile(r"[0-9]+(?:\.[0-9]+)?")
_RANGE_QUOTED = re.compile(r'"(?:\\"|[^"])+"')
_RANGE_WORD = re.compile(r"[^ \]}]+")

_OPERATORS = {"AND": "AND", "&&": "AND", "OR": "OR", "||": "OR", "NOT": "NOT"}
_MARKS = {"+": "+", "-": "-", "!": "NOT", "(": "(", ")": ")", ":": ":", "^": "^", "[": "[", "{": "{"}


def tokens(query: str) -> list[Token]:
    """The tokens of a query, the last one of kind `END`; QueryError where there is none."""
    found: list[Token] = []
    at = 0
    inside = ""
    while at < len(query):
        token = _next(query, at, inside)
        if token is None:
            at += 1
            continue
        found.append(token)
        at += len(token.text)
        if token.kind in ("[", "{", "^"):
            inside = token.kind
        elif token.kind in ("]", "}", "number"):
            inside = ""
    found.append(Token(END, "", len(query)))
    return found


def _next(query: str, at: int, inside: str) -> Token | None:
    if inside == "^":
        return _matched("number", _NUMBER, query, at) or _unnumbered(at)
    if inside:
        return _in_range(query, at)
    return _outside(query, at)


def _outside(query: str, at: int) -> Token | None:
    """The token at this place in the default state; None for white space."""
    first = query[at]
    if first in _SPACE:
        return None
    if first in "+-!" and query[at + 1 : at + 2] and query[at + 1] in _SPACE:
        return Token("bare operator", query[at : at + 2], at)
    if first in _MARKS:
        return Token(_MARKS[first], first, at)
    if first == '"':
        return _matched("phrase", _QUOTED, query, at) or _unclosed("quote", '"', query, at)
    if first == "/":
        return _matched("regexp", _REGEXP, query, at) or _unclosed("regular expression", "/", query, at)
    if first == "~":
        return _matched("~", _SLOP, query, at)
    word = _WORD.match(query, at)
    if word is None:
        what = "a backslash at the end" if first == "\\" else f"an unexpected {first}"
        raise QueryError(
            what, at, f"nothing can start with {first}", f"write \\{first}, or put the text in quotes"
        )
    return Token(_kind_of_word(word.group()), word.group(), at)


def _kind_of_word(word: str) -> str:
    wild = [m.start() for m in _WILD.finditer(word) if m.group(1)]
    if not wild:
        return _OPERATORS.get(word, "term")
    if word == "*":
        return "*"
    return "prefix" if wild == [len(word) - 1] and word.endswith("*") else "wildcard"


def _in_range(query: str, at: int) -> Token | None:
    first = query[at]
    if first in "]}":
        return Token(first, first, at)
    word, quoted = _RANGE_WORD.match(query, at), _RANGE_QUOTED.match(query, at)
    text = word.group() if word else ""
    if first in _SPACE and len(text) <= 1:
        return None
    if quoted and len(quoted.group()) >= len(text):
        return Token("quoted bound", quoted.group(), at)
    return Token("TO" if text == "TO" else "bound", text, at)


def _matched(kind: str, pattern: re.Pattern[str], query: str, at: int) -> Token | None:
    match = pattern.match(query, at)
    return Token(kind, match.group(), at) if match else None


def _unnumbered(at: int) -> Token:
    hint = "write \\^ for the character"
    raise QueryError("a boost without a number", at, "^ must be followed by a number", hint)


def _unclosed(what: str, mark: str, query: str, at: int) -> Token:
    hint = f"close it with another {mark}, or write \\{mark} for the character"
    if mark == "/" and at and query[at - 1] not in _SPACE:
        hint = (
            'put the text in quotes, e.g. message:"a/b", or write \\/: a bare / starts a regular expression'
        )
    raise QueryError(f"unclosed {what}", at, f"the {what} that starts here is never closed", hint)
