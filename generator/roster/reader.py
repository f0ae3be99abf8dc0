"""Takes values out of YAML nodes, and says where something else stands than was expected."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from datetime import date
from difflib import get_close_matches
from typing import TYPE_CHECKING, TypeVar

from generator.problem import Problem

if TYPE_CHECKING:
    from yaml import Node

T = TypeVar("T")

_TRUE = {"true", "yes", "on"}
_FALSE = {"false", "no", "off"}
_URL = re.compile(r"https?://[^\s\"<>]+")
_MAIL = re.compile(r"(?<![\w.+%-])[\w.+%-]{1,64}(?:@|%40)(?:[\w-]{1,63}\.){1,8}[\w-]{2,63}")
#: Days that times can be reckoned from and to.
_FIRST_DAY, _LAST_DAY = date(2000, 1, 1), date(2099, 12, 31)
_NULL = "tag:yaml.org,2002:null"
#: A longer text, comment or list is refused.
LONGEST_TEXT, LONGEST_COMMENT, LONGEST_LIST = 1_000, 20_000, 1_000


def place(node: Node) -> tuple[int, int]:
    """Line and column, 1-based, where a node begins."""
    return node.start_mark.line + 1, node.start_mark.column + 1


class RefusedError(Exception):
    """What is read cannot be used; `problems` say why."""

    def __init__(self, *problems: Problem) -> None:
        super().__init__("; ".join(map(str, problems)))
        self.problems = problems


class Reader:
    """Reads values of one file; what does not keep them from being used is collected as a warning."""

    def __init__(self, path: str) -> None:
        self.path = path
        self.warnings: list[Problem] = []

    def refused(self, node: Node, construct: str, message: str, hint: str) -> RefusedError:
        """The error that a value cannot be used."""
        return RefusedError(self._problem(node, construct, message, hint))

    def warn(self, node: Node, construct: str, message: str, hint: str) -> None:
        """Remember something that does no harm."""
        self.warnings.append(self._problem(node, construct, message, hint)._replace(severity="warning"))

    def mapping(self, node: Node, construct: str, keys: Iterable[str]) -> dict[str, Node]:
        """The values of a mapping by key, without empty ones; a key that is none of `keys` is a warning."""
        from yaml import MappingNode, ScalarNode

        if not isinstance(node, MappingNode):
            raise self.refused(node, construct, "must be keys and values", f"known keys: {', '.join(keys)}")
        values = {}
        for key, value in node.value:
            name = key.value if isinstance(key, ScalarNode) else ""
            if name not in keys:
                close = get_close_matches(name, list(keys), 1)
                hint = f"did you mean {close[0]}?" if close else f"known keys: {', '.join(keys)}"
                self.warn(key, "unknown key", f"{name or 'this'} means nothing to Gatepost", hint)
            elif value.tag != _NULL:
                values[name] = value
        return values

    def pairs(self, node: Node, construct: str, hint: str) -> Iterator[tuple[Node, Node]]:
        """Key and value of each item of a mapping whose keys are free."""
        from yaml import MappingNode

        if not isinstance(node, MappingNode) or len(node.value) > LONGEST_LIST:
            raise self.refused(node, construct, "must be keys and values", hint)
        yield from node.value

    def many(self, node: Node, construct: str, one: Callable[[Node, str], T]) -> tuple[T, ...]:
        """Each item of a list; a single value is one; RefusedError with all items that cannot be."""
        from yaml import SequenceNode

        items = node.value if isinstance(node, SequenceNode) else [node]
        if len(items) > LONGEST_LIST:
            raise self.refused(
                node, construct, f"has more than {LONGEST_LIST:,} items", "use patterns with *"
            )
        found: list[T] = []
        problems: list[Problem] = []
        for item in items:
            try:
                found.append(one(item, construct))
            except RefusedError as error:
                problems += error.problems
        if problems:
            raise RefusedError(*problems)
        return tuple(found)

    def texts(self, node: Node, construct: str) -> tuple[str, ...]:
        """Texts of one line each; a single one is a list of one."""
        return self.many(node, construct, self.text)

    def text(self, node: Node, construct: str) -> str:
        """A text of one line without e-mail addresses, which are not kept."""
        text = " ".join(self.raw(node, construct).split())
        shown = " ".join(_MAIL.sub("", text).replace("<>", "").replace("()", "").split())
        if shown != text:
            self.warn(
                node,
                "e-mail address",
                f"{construct} holds an e-mail address, which is never shown or kept",
                "give a way that may be published: a nick, a channel, a page",
            )
        return shown

    def raw(self, node: Node, construct: str, longest: int = LONGEST_TEXT) -> str:
        """A text just as it stands, of at most so many characters."""
        from yaml import ScalarNode

        if not isinstance(node, ScalarNode) or node.tag == _NULL:
            raise self.refused(node, construct, "must be a text", f"put the text in one line: {construct}: …")
        if len(node.value) > longest:
            message = f"is longer than {longest:,} characters"
            raise self.refused(node, construct, message, "shorten it")
        return str(node.value)

    def flag(self, node: Node, construct: str) -> bool:
        """True or false."""
        word = self.raw(node, construct).lower()
        if word not in _TRUE | _FALSE:
            raise self.refused(node, construct, "must be true or false", f"write {construct}: true")
        return word in _TRUE

    def day(self, node: Node, construct: str) -> date:
        """A day like 2026-11-17, of this century."""
        text = self.raw(node, construct)
        try:
            day = date.fromisoformat(text)
            if not _FIRST_DAY <= day <= _LAST_DAY:
                raise ValueError
            return day
        except ValueError:
            hint = f"write it like {construct}: 2026-11-17"
            raise self.refused(node, construct, f"{text!r:.40} is no date from 2000 to 2099", hint) from None

    def hours(self, node: Node, construct: str) -> float:
        """A positive number of hours, at most a year."""
        text = self.raw(node, construct)
        try:
            hours = float(text)
        except ValueError:
            hours = 0
        if not 0 < hours <= 8_784:
            message = f"{text!r:.40} is no number of hours"
            raise self.refused(node, construct, message, f"write {construct}: 24")
        return hours

    def url(self, node: Node, construct: str) -> str | None:
        """A web link; None, with a warning, if it is none."""
        text = self.raw(node, construct)
        if _URL.fullmatch(text) and "@" not in text and not _MAIL.search(text):
            return text
        hint = "write the whole link, e.g. https://ci.example.org/"
        self.warn(node, construct, "is no web link and is left out", hint)
        return None

    def _problem(self, node: Node, construct: str, message: str, hint: str) -> Problem:
        return Problem(self.path, *place(node), construct, _MAIL.sub("…", message), hint)
