"""Metadata that strangers wrote beside their logs: read whole, but never beyond a limit, never executed."""

from __future__ import annotations

import json
import re
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, cast

from generator.matching.reading import Limits, open_log

if TYPE_CHECKING:
    from yaml.events import Event

MAX_DEPTH = 64
# What YAML does not allow in a text at all; one such byte would make the whole file unusable.
_FORBIDDEN = re.compile("[^\t\n\r -~\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_WORDS = {"": None, "~": None, "null": None, "Null": None, "None": None, "true": True, "false": False}

Plain = dict[str, "Plain"] | list["Plain"] | str | bool | None


class UnusableError(Exception):
    """A metadata file that cannot be used: `reason` in a few fixed words, `detail` says what exactly."""

    def __init__(self, reason: str, detail: str = "") -> None:
        super().__init__(reason)
        self.reason, self.detail = reason, detail


def read_small(source: Path | BinaryIO, limit: int) -> str:
    """The text of a file, packed or not; raises UnusableError beyond `limit` bytes or if damaged."""
    stream = open_log(source, Limits(max_bytes=limit))
    data = b"".join(stream)
    if stream.problem is not None:
        raise UnusableError(stream.problem.reason, stream.problem.detail)
    return data.decode("utf-8", "replace")


def load_plain(text: str) -> Plain:
    """JSON or YAML as plain data; raises UnusableError.

    Tags such as Zuul's `!unsafe` are ignored, numbers stay text, and an alias is the very object it names,
    so a small file cannot become a large one.
    """
    import yaml

    if text.lstrip().startswith("{"):
        with suppress(ValueError, RecursionError):
            return cast(Plain, json.loads(text, parse_int=str, parse_float=str, parse_constant=str))
    builder = _Builder()
    try:
        for event in yaml.parse(_FORBIDDEN.sub("\ufffd", text), Loader=yaml.CSafeLoader):
            builder.take(event)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        where = f"line {mark.line + 1}: " if mark else ""
        raise UnusableError("broken", f"{where}{getattr(error, 'problem', None) or error}") from None
    return builder.root


class _Builder:
    """Puts the events of the first YAML document together, without recursion."""

    def __init__(self) -> None:
        self.root: Plain = None
        self._open: list[dict[str, Plain] | list[Plain]] = []
        self._keys: list[str | None] = []
        self._anchors: dict[str, Plain] = {}
        self._documents = 0

    def take(self, event: Event) -> None:
        kind = type(event).__name__
        if kind == "DocumentStartEvent":
            self._documents += 1
        elif self._documents > 1:
            return
        elif kind == "ScalarEvent":
            self._add(_scalar(event), event)
        elif kind in ("MappingStartEvent", "SequenceStartEvent"):
            self._begin({} if kind == "MappingStartEvent" else [], event)
        elif kind in ("MappingEndEvent", "SequenceEndEvent"):
            self._open.pop()
            self._keys.pop()
        elif kind == "AliasEvent":
            self._add(self._anchors.get(event.anchor), None)  # type: ignore[attr-defined]

    def _begin(self, container: dict[str, Plain] | list[Plain], event: Event) -> None:
        if len(self._open) >= MAX_DEPTH:
            raise UnusableError("broken", f"nested deeper than {MAX_DEPTH}")
        self._add(container, event)
        self._open.append(container)
        self._keys.append(None)

    def _add(self, value: Plain, event: Event | None) -> None:
        anchor = getattr(event, "anchor", None)
        if anchor:
            self._anchors[anchor] = value
        if not self._open:
            self.root = value
            return
        parent, key = self._open[-1], self._keys[-1]
        if isinstance(parent, list):
            parent.append(value)
        elif key is None:
            self._keys[-1] = value if isinstance(value, str) else str(type(value).__name__)
        else:
            parent[key] = value
            self._keys[-1] = None


def _scalar(event: Event) -> Plain:
    text = cast(str, event.value)  # type: ignore[attr-defined]
    return _WORDS.get(text, text) if event.implicit[0] else text  # type: ignore[attr-defined]
