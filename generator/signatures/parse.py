"""Reads a query as Elasticsearch's `query_string` does: Lucene's classic grammar, lowered to a tree.

What Elasticsearch refuses is refused; what Gatepost cannot answer exactly is refused by name.
"""

from __future__ import annotations

from dataclasses import replace

from generator.signatures.leaves import exists, field_name, phrase, range_, term, wildcard
from generator.signatures.lexer import END, Token, tokens
from generator.signatures.problem import QueryError as QueryError
from generator.signatures.query import (
    Bool,
    Item,
    Leaf,
    MatchAll,
    MatchNone,
    Occur,
    Phrase,
    Query,
    Regexp,
    Term,
)
from generator.signatures.regexp import translate

#: The engines differ on longer queries and terms.
LONGEST = 32_000
_DEEPEST = 100
_LONGEST_BOOST = 38  # digits that fit Java's float

_MODIFIERS = {"+": Occur.MUST, "-": Occur.MUST_NOT, "NOT": Occur.MUST_NOT}
_AFTER_WORDS = {":", "*", "~", "^", "AND", "OR"}
_LEAVES = {"term", "*", "prefix", "wildcard", "regexp", "bare operator"}
_BLANK = "".join(map(chr, range(33)))


def parse(query: str) -> Query:
    """The tree of a query; QueryError (position, construct, message, hint) for what is not one."""
    if not query.strip(_BLANK):
        return MatchNone()
    if len(query) > LONGEST:
        raise QueryError(
            "a long query", LONGEST, f"the query is longer than {LONGEST:,} characters", "split it"
        )
    surrogate = next((i for i, char in enumerate(query) if "\ud800" <= char <= "\udfff"), None)
    if surrogate is not None:
        raise QueryError("half a character", surrogate, "a lone surrogate is not a character", "remove it")
    return _Parser(tokens(query)).whole()


class _Parser:
    """Recursive descent over the tokens, rule by rule as in Lucene's QueryParser.jj."""

    def __init__(self, found: list[Token]) -> None:
        self._tokens = found
        self._at = 0
        self._depth = 0

    def whole(self) -> Query:
        query = self._sequence(None)
        if self._here.kind != END:
            raise self._unexpected()
        return query

    @property
    def _here(self) -> Token:
        return self._tokens[self._at]

    def _kind(self, ahead: int) -> str:
        return self._tokens[min(self._at + ahead, len(self._tokens) - 1)].kind

    def _take(self, *kinds: str) -> Token | None:
        if self._here.kind not in kinds:
            return None
        self._at += 1
        return self._tokens[self._at - 1]

    def _sequence(self, field: str | None) -> Query:
        """Clauses up to a closing bracket or the end."""
        items = [self._words(field) or self._item(field, first=True)]
        while self._here.kind not in (END, ")"):
            at = self._here.position
            items.append(self._words(field) or self._item(field))
            _refuse_far_and(items, at)
        if len(items) == 1 and items[0].modifier is Occur.SHOULD:
            return items[0].query
        return Bool(tuple(items))

    def _words(self, field: str | None) -> Item | None:
        """Two or more plain words in a row: one clause, whose text has spaces."""
        if not (self._word_at(0) and self._word_at(1)):
            return None
        if self._kind(2) in _AFTER_WORDS:
            return None
        first = self._here
        texts: list[str] = []
        while self._word_at(0) and (not texts or self._kind(1) not in _AFTER_WORDS):
            texts.append(self._here.text)
            self._at += 1
        return Item(False, Occur.SHOULD, term(field, first._replace(text=" ".join(texts))))

    def _word_at(self, ahead: int) -> bool:
        return self._kind(ahead) == "term"

    def _item(self, field: str | None, first: bool = False) -> Item:
        operator = None if first else self._take("AND", "OR")
        modifier = self._take(*_MODIFIERS)
        occur = _MODIFIERS[modifier.kind] if modifier else Occur.SHOULD
        return Item(operator is not None and operator.kind == "AND", occur, self._clause(field))

    def _clause(self, field: str | None) -> Query:
        start = self._here.position
        if self._kind(0) in ("term", "*") and self._kind(1) == ":":
            field = field_name(self._here)
            self._at += 2
        if self._here.kind == "(":
            return self._group(field)
        leaf = self._leaf(field)
        return leaf if isinstance(leaf, MatchAll) else replace(leaf, at=start)

    def _group(self, field: str | None) -> Query:
        opened = self._here
        self._at += 1
        self._depth += 1
        if self._depth > _DEEPEST:
            raise QueryError(
                "deep nesting", opened.position, f"brackets nested deeper than {_DEEPEST}", "remove some"
            )
        inner = self._sequence(field)
        if not self._take(")"):
            raise QueryError(
                "unclosed (", opened.position, "the bracket that opens here is never closed", "add a )"
            )
        self._depth -= 1
        self._boost()
        return inner

    def _leaf(self, field: str | None) -> Leaf | MatchAll:
        if self._here.kind in ("[", "{"):
            return self._range(field)
        token = self._take("phrase", *_LEAVES)
        if token is None:
            raise self._unexpected()
        slop = self._suffix()
        if token.kind == "phrase":
            return phrase(field, token, slop)
        if slop and token.kind in ("term", "bare operator"):
            raise QueryError(
                "fuzzy term",
                token.position,
                "fuzzy terms are not supported: engines look only at some of the matches",
                "write the spellings with OR, or use a wildcard",
            )
        return _bare(field, token)

    def _suffix(self) -> Token | None:
        """A boost, which does not change what matches, and a slop, in either order."""
        boosted = self._boost()
        slop = self._take("~")
        if not boosted:
            self._boost()
        return slop

    def _boost(self) -> bool:
        if not self._take("^"):
            return False
        number = self._take("number")
        if number is None:
            raise self._unexpected("write a number after ^, or \\^ for the character")
        if len(number.text.partition(".")[0].lstrip("0")) > _LONGEST_BOOST:
            raise QueryError("a boost out of range", number.position, "the boost is too large", "remove it")
        return True

    def _range(self, field: str | None) -> Leaf:
        opened = self._here
        self._at += 1
        low = self._bound()
        if not self._take("TO"):
            raise self._unexpected("a range is written [a TO b]")
        high = self._bound()
        closed = self._take("]", "}")
        if closed is None:
            raise self._unexpected("close the range with ] or }")
        self._boost()
        return range_(field, low, high, opened.kind == "[", closed.kind == "]")

    def _bound(self) -> Token:
        token = self._take("bound", "quoted bound", "TO")
        if token is None:
            raise self._unexpected("a range is written [a TO b]")
        return token

    def _unexpected(self, hint: str = "") -> QueryError:
        token, before = self._here, self._tokens[self._at - 1] if self._at else None
        what = token.text or token.kind
        if token.kind == ":":
            return QueryError(
                "an unexpected :",
                token.position,
                "a field's name must stand before a colon, and only one",
                "put text with a colon in quotes, or write \\:",
            )
        after = f" after {before.text}" if before else ""
        if token.kind == END and before and before.kind == "NOT" and before.text == "!":
            hint = hint or "! means NOT: put the text in quotes, or write \\!"
        return QueryError(
            f"an unexpected {what}" if token.text else "an unexpected end",
            token.position,
            f"{what}{after} where a word, a phrase or a group is expected",
            hint or "put text with such characters in quotes",
        )


def _refuse_far_and(items: list[Item], position: int) -> None:
    """Refuse `f:(a b "---" AND c)`: once `"---"` has vanished, Lucene requires b but not a."""
    if not items[-1].joined:
        return
    for before in reversed(items[:-1]):
        query = before.query
        if (
            isinstance(query, Term)
            and query.field is not None
            and " " in query.text
            and before is not items[-2]
        ):
            hint = "put brackets around what belongs together"
            raise QueryError(
                "AND after a clause without words", position, "it is not clear what AND joins", hint
            )
        if not _may_vanish(query):
            return


def _may_vanish(query: Query) -> bool:
    if isinstance(query, Bool):
        return all(_may_vanish(item.query) for item in query.items)
    return isinstance(query, Term | Phrase) and not any(c.isascii() and c.isalnum() for c in query.text)


def _bare(field: str | None, token: Token) -> Leaf | MatchAll:
    if token.kind in ("term", "bare operator"):
        return term(field, token._replace(text=token.text[:1]) if token.kind == "bare operator" else token)
    if token.kind == "regexp":
        translate(token.text[1:-1], token.position + 1)
        return Regexp(field, token.text[1:-1], token.position)
    if token.kind == "*":
        return MatchAll() if field is None else exists(field, token)
    return wildcard(field, token)
