"""YAML that people write for Gatepost: what cannot be read, or hides its meaning, is named with its line."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from generator.errors import GatepostError

if TYPE_CHECKING:
    from yaml import Node, YAMLError
    from yaml.events import Event

MAX_BYTES, MAX_DEPTH = 4 << 20, 32
_QUOTES = "look at indentation (spaces, no tabs) and quotes; what begins with * or # needs quotes"


class YamlError(GatepostError):
    """What is wrong at a line and column, both 1-based, of a file."""

    def __init__(self, path: Path, line: int, column: int, message: str, hint: str) -> None:
        super().__init__(f"{path}:{line}: {message}", hint)
        self.line, self.column, self.said = line, column, message


def read_node(path: Path, missing: str) -> Node | None:
    """The YAML of a file as nodes, None if it is empty; GatepostError, with the hint `missing` if it is gone.

    Tags, repeated keys and NUL characters are refused.
    """
    import yaml

    text = _text(path, missing)
    try:
        _check_events(yaml.parse(text, Loader=yaml.CSafeLoader), path)
        root = yaml.compose(text, Loader=yaml.CSafeLoader)
    except yaml.YAMLError as error:
        raise _not_yaml(path, error) from None
    _check_keys(root, path)
    return root


def read_data(path: Path, missing: str) -> Any:
    """The same as plain values."""
    import yaml

    root = read_node(path, missing)
    if root is None:
        return None
    try:
        return yaml.SafeLoader("").construct_document(root)
    except yaml.YAMLError as error:
        raise _not_yaml(path, error) from None
    except ValueError as error:
        raise GatepostError(f"{path}: a value is no date or number: {error}", "put it in quotes") from None


def _not_yaml(path: Path, error: YAMLError) -> GatepostError:
    mark, problem = getattr(error, "problem_mark", None), getattr(error, "problem", None) or str(error)
    if mark is None:
        return GatepostError(f"{path}: not YAML: {problem}", _QUOTES)
    message = f"not YAML: column {mark.column + 1}: {problem}"
    return YamlError(path, mark.line + 1, mark.column + 1, message, _QUOTES)


def _text(path: Path, missing: str) -> str:
    try:
        # A device or a pipe may never end.
        if path.exists() and not path.is_file():
            raise GatepostError(f"{path}: is no regular file", missing)
        with path.open("rb") as file:
            data = file.read(MAX_BYTES + 1)
        if len(data) > MAX_BYTES:
            raise GatepostError(f"{path}: is larger than {MAX_BYTES:,} bytes", "is it the right file?")
        return data.decode("utf-8")
    except FileNotFoundError:
        raise GatepostError(f"{path}: no such file", missing) from None
    except (OSError, ValueError) as error:
        raise GatepostError(f"{path}: cannot be read: {error}", "the file must be readable UTF-8") from None


def _check_events(events: Any, path: Path) -> None:
    depth = 0
    for event in events:
        kind = type(event).__name__
        depth += kind.endswith("StartEvent") - kind.endswith("EndEvent")
        if depth > MAX_DEPTH:  # libyaml's own composer would end the process
            raise _wrong(path, event, f"nested deeper than {MAX_DEPTH}")
        if getattr(event, "tag", None) not in (None, "!"):
            raise _wrong(path, event, f"the tag {event.tag} is not known here")
        if kind == "ScalarEvent" and "\0" in event.value:
            raise _wrong(path, event, "a text cannot hold a NUL character")


def _check_keys(root: Node | None, path: Path) -> None:
    """Refuse a key that stands twice in a mapping; YAML would keep but the last."""
    from yaml import MappingNode, ScalarNode, SequenceNode

    todo, seen = [root], set()
    while todo:
        node = todo.pop()
        if id(node) in seen or not isinstance(node, MappingNode | SequenceNode):
            continue
        seen.add(id(node))
        if isinstance(node, SequenceNode):
            todo += node.value
            continue
        names = set()
        for key, value in node.value:
            if isinstance(key, ScalarNode) and key.value in names:
                raise _wrong(path, key, f"the key {key.value!r:.80} stands here twice")
            names.add(key.value if isinstance(key, ScalarNode) else id(key))
            todo.append(value)


def _wrong(path: Path, where: Node | Event, what: str) -> GatepostError:
    mark = where.start_mark
    if mark is None:
        return GatepostError(f"{path}: {what}", "write it plainly, without that")
    return YamlError(path, mark.line + 1, mark.column + 1, what, "write it plainly, without that")
