"""What single clauses of a query may have wrong: fields, hyphens, wildcards, escapes."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from generator.matching.analyzer import lower, terms
from generator.matching.clauses import settled
from generator.matching.mapping import FIELDS, KEYWORD, NUMBERS, TEXTS, base
from generator.signatures.lexer import tokens
from generator.signatures.query import (
    Bool,
    Exists,
    Leaf,
    MatchAll,
    MatchNone,
    Phrase,
    Query,
    Range,
    Regexp,
    Term,
    Wildcard,
    leaves,
)

_BARE = re.compile(r"\[[^\]]*\]|\\.|(?P<bare>[\s^$\-])(?![?*{])", re.DOTALL)
_LETTER_ESCAPE = re.compile(r"\\(?:([A-Za-z])|.)", re.DOTALL)
_AROUND = ("", "a", "1", "_")


class Remark(NamedTuple):
    """A finding about one place of a query, before it is known where that stands in a file."""

    severity: str
    check: str
    at: int
    message: str
    hint: str


def remarks(text: str, query: Query) -> Iterator[Remark]:
    """All remarks about the clauses of a query; `text` is what it was parsed from."""
    yield from _escapes(text)
    for leaf in leaves(query):
        yield from _unknown_field(leaf)
        yield from _hyphens(leaf, text)
        yield from _slash(leaf, text)
        why = why_never(leaf)
        if why:
            yield Remark(
                "warning", "never-matches", leaf.at, f"{shown(leaf)} can never match: {why[0]}", why[1]
            )
        elif settled(leaf) == MatchNone():
            message = f"{shown(leaf)} has no word in it, so it vanishes as if it were not there"
            yield Remark("warning", "no-words", leaf.at, message, "remove it, or search for words")


def why_never(leaf: Leaf) -> tuple[str, str] | None:
    """Why no value of the field can match, and what to do; None if one can."""
    if leaf.field in NUMBERS:
        return _never_a_number(leaf)
    if leaf.field is not None and leaf.field.endswith(KEYWORD):
        return None
    if isinstance(leaf, Wildcard):
        return _no_token_fits(leaf)
    if isinstance(leaf, Regexp):
        return _no_token_has(leaf)
    return None


def shown(leaf: Query) -> str:
    """A leaf roughly as it was written."""
    prefix = f"{leaf.field}:" if not isinstance(leaf, Bool | MatchAll | MatchNone) and leaf.field else ""
    match leaf:
        case Term(_, text):
            return prefix + text
        case Phrase(_, text):
            return f'{prefix}"{text}"'
        case Wildcard(_, pattern):
            return prefix + "".join(text for _, text in pattern)
        case Regexp(_, text):
            return f"{prefix}/{text}/"
        case Range(_, low, high):
            return f"{prefix}[{'*' if low is None else low} TO {'*' if high is None else high}]"
        case Exists():
            return f"{prefix}*"
    return "the group"


def _unknown_field(leaf: Leaf) -> Iterator[Remark]:
    name = leaf.field
    if name is None or name in FIELDS or (name.endswith(KEYWORD) and base(name) in TEXTS):
        return
    from difflib import get_close_matches

    close = get_close_matches(name, FIELDS, 1)
    hint = (
        f"did you mean {close[0]}?"
        if close
        else "ask the message, or a field such as tags, filename or build_name"
    )
    message = f"no line has the field {name}: the clause matches nothing, its negation everything"
    yield Remark("warning", "unknown-field", leaf.at, message, hint)


def _hyphens(leaf: Leaf, text: str) -> Iterator[Remark]:
    if not isinstance(leaf, Term) or leaf.field in NUMBERS or (leaf.field or "").endswith(KEYWORD):
        return
    for word in leaf.text.split():
        parts = terms(word)
        if len(parts) > 1:
            message = f"{word} without quotes means {' OR '.join(parts)}"
            at = max(text.find(word, leaf.at), leaf.at)
            yield Remark("warning", "unquoted-hyphen", at, message, f'put it in quotes: "{word}"')


def _slash(leaf: Leaf, text: str) -> Iterator[Remark]:
    joined = leaf.at and text[leaf.at] == "/" and text[leaf.at - 1] not in " \t\n(+-!/"
    if isinstance(leaf, Regexp) and joined:
        message = f"/{leaf.text}/ is a regular expression of its own, not part of the word before it"
        yield Remark("warning", "slash", leaf.at, message, "put text with slashes in quotes")


def _escapes(text: str) -> Iterator[Remark]:
    for token in tokens(text):
        if token.kind == "regexp":
            continue
        for match in _LETTER_ESCAPE.finditer(token.text):
            letter = match.group(1)
            if letter and letter != "u":
                message = f"\\{letter} is the letter {letter}, joined to what follows it"
                hint = f"write \\\\{letter} for a backslash and {letter}, or a space for a line break"
                yield Remark("warning", "escaped-letter", token.position + match.start(), message, hint)


def _never_a_number(leaf: Leaf) -> tuple[str, str] | None:
    if isinstance(leaf, Exists):
        return None
    wanted = [leaf.text] if isinstance(leaf, Term | Phrase) else []
    if isinstance(leaf, Range):
        wanted = [bound for bound in (leaf.low, leaf.high) if bound is not None]
    if not isinstance(leaf, Wildcard | Regexp) and all(
        re.fullmatch(r"[+-]?\d+(\.\d+)?", each) for each in wanted
    ):
        return None
    return (
        f"{leaf.field} is one whole number",
        f"write one number, e.g. {leaf.field}:1, and join several with OR",
    )


def _no_token_fits(leaf: Wildcard) -> tuple[str, str] | None:
    for i, (kind, text) in enumerate(leaf.pattern):
        before = _AROUND if i else ("",)
        after = _AROUND if i < len(leaf.pattern) - 1 else ("",)
        whole = (lower(left + text + right) for left in before for right in after)
        if kind == "lit" and not any(terms(candidate) == [candidate] for candidate in whole):
            hint = "put the words in quotes, without the wildcard"
            if leaf.field:
                hint += f", or ask {leaf.field}{KEYWORD}, which holds the whole value"
            return f"no single word holds {text}", hint
    return None


def _no_token_has(leaf: Regexp) -> tuple[str, str] | None:
    """Only where a bare character must be met: not beside alternatives, groups or quoted strings."""
    if re.search(r'[|("]', leaf.text):
        return None
    bare = next((match["bare"] for match in _BARE.finditer(leaf.text) if match["bare"]), None)
    if bare is None:
        return None
    return f"it must match one whole word, and no word holds {bare!r}", "remove it, or use a phrase in quotes"
