"""Turns tokens into the leaves of the tree: escapes, ranges in words, wildcards, existence."""

from __future__ import annotations

import re

from generator.signatures.lexer import Token
from generator.signatures.problem import QueryError
from generator.signatures.query import Exists, Leaf, Phrase, Range, Term, Wildcard

_ESCAPE = re.compile(r"\\(?:u([0-9A-Fa-f]{4})|(.)|$)", re.DOTALL)
_WILD = re.compile(r"\\(.)|([*?])", re.DOTALL)
_SURROGATE = re.compile("[\ud800-\udfff]")
_NUMBER = re.compile(r"~(?:[0-9]{1,30}(?:\.[0-9]+)?)?")
_LARGEST_SLOP = 2**31 - 1
_MOST_ONES = 10  # after a *; from 12 on engines silently match nothing: the automaton is too large


def unescaped(text: str, position: int) -> str:
    """The text without Lucene's escapes: `\\"` is a quote, `\\n` an n, `\\u0041` an A."""

    def plain(match: re.Match[str]) -> str:
        code, char = match.groups()
        if code:
            return chr(int(code, 16))
        if char is None or char == "u":
            what = "\\u must be followed by four hexadecimal digits" if char else "a backslash at the end"
            raise QueryError(
                "a malformed escape", position + match.start(), what, "write \\\\ for a backslash"
            )
        return str(char)

    if "\\" not in text:
        return text
    text = _ESCAPE.sub(plain, text)
    if not _SURROGATE.search(text):
        return text
    try:
        return text.encode("utf-16", "surrogatepass").decode("utf-16")
    except UnicodeDecodeError:
        raise QueryError(
            "half a character", position, "a lone surrogate is not a character", "remove it"
        ) from None


def field_name(token: Token) -> str | None:
    """The field that a token names; None for the default field `*`."""
    name = unescaped(token.text, token.position)
    if name == "*":
        return None
    if "*" in name:
        raise QueryError(
            "a wildcard in a field's name",
            token.position,
            f"{name}: fields cannot be chosen by wildcards",
            "name the fields and join them with OR",
        )
    return name


def term(field: str | None, token: Token) -> Leaf:
    """A term, or what Elasticsearch makes of one: `>=1`, `<5`, `_exists_:f`."""
    text = unescaped(token.text, token.position)
    if len(text) > 1 and text[0] in "<>":
        inclusive = len(text) > 2 and text[1] == "="
        bound = _open(text[2:] if inclusive else text[1:])
        if text[0] == ">":
            return Range(field, bound, None, inclusive, True, token.position)
        return Range(field, None, bound, True, inclusive, token.position)
    return Exists(text, token.position) if field == "_exists_" else Term(field, text, token.position)


def phrase(field: str | None, token: Token, slop: Token | None) -> Leaf:
    """A phrase with its slop (whole moves)."""
    text = unescaped(token.text[1:-1], token.position + 1)
    if field == "_exists_":
        return Exists(text, token.position)
    return Phrase(field, text, _moves(slop) if slop else 0, token.position)


def _moves(slop: Token) -> int:
    if not _NUMBER.fullmatch(slop.text):
        hint = 'write a number after ~, e.g. "a b"~2'
        raise QueryError("a slop without a number", slop.position, f"{slop.text} is no slop", hint)
    return min(int(float(slop.text[1:] or 0)), _LARGEST_SLOP)


def exists(field: str, token: Token) -> Leaf:
    """`field:*`."""
    _not_of_existence(field, token)
    return Exists(field, token.position)


def wildcard(field: str | None, token: Token) -> Leaf:
    """A term with `*` or `?`; one `*` at its end makes it a prefix, with Lucene's usual escapes."""
    _not_of_existence(field, token)
    plain = unescaped(token.text, token.position)
    if token.kind == "prefix":
        return Wildcard(field, (("lit", plain[:-1]), ("any", "*")), token.position)
    pattern: list[tuple[str, str]] = []
    at = 0
    for match in _WILD.finditer(token.text):
        pattern.append(("lit", token.text[at : match.start()]))
        pattern.append(_piece(match, token))
        at = match.end()
    pattern.append(("lit", token.text[at:]))
    _refuse_wide(pattern, token)
    return Wildcard(field, _merged(pattern), token.position)


def _refuse_wide(pattern: list[tuple[str, str]], token: Token) -> None:
    kinds = [kind for kind, _ in pattern]
    if "any" in kinds and kinds[kinds.index("any") :].count("one") > _MOST_ONES:
        raise QueryError(
            "many ? after a *", token.position, f"more than {_MOST_ONES} ? stand after a *", "use fewer ?"
        )


def _piece(match: re.Match[str], token: Token) -> tuple[str, str]:
    escaped, wild = match.groups()
    if wild:
        return ("any", "*") if wild == "*" else ("one", "?")
    if escaped != escaped.lower():
        raise QueryError(
            "an escaped capital letter in a wildcard",
            token.position + match.start(),
            "Elasticsearch does not lower-case it, so it matches no token of a text",
            "remove the backslash",
        )
    return ("lit", escaped)


def _merged(pattern: list[tuple[str, str]]) -> tuple[tuple[str, str], ...]:
    """Neighbouring literals as one, `**` as `*`."""
    merged: list[tuple[str, str]] = []
    for kind, text in pattern:
        if merged and kind == merged[-1][0] == "lit":
            merged[-1] = ("lit", merged[-1][1] + text)
        elif text and not (merged and kind == merged[-1][0] == "any"):
            merged.append((kind, text))
    return tuple(merged)


def range_(field: str | None, low: Token, high: Token, include_low: bool, include_high: bool) -> Leaf:
    """`[low TO high]`; `*` is an open end."""
    return Range(field, _bound(low), _bound(high), include_low, include_high, low.position)


def _bound(token: Token) -> str | None:
    quoted = token.kind == "quoted bound"
    return _open(unescaped(token.text[1:-1] if quoted else token.text, token.position + quoted))


def _open(bound: str) -> str | None:
    return None if bound == "*" else bound


def _not_of_existence(field: str | None, token: Token) -> None:
    if field == "_exists_":
        raise QueryError(
            "a wildcard after _exists_",
            token.position,
            "_exists_ must be followed by one field's name",
            "name the fields and join them with OR",
        )
