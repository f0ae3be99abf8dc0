"""Patterns of names, in which `*` stands for anything, and of paths, as in a .gitignore file."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import re2
    from pathspec import GitIgnoreSpec


def matches(patterns: Iterable[str], name: str) -> bool:
    """Whether any of the patterns is the whole name; `*` is any number of characters, case is the same."""
    return any(_compiled(pattern).fullmatch(name) is not None for pattern in patterns)


@lru_cache(4096)
def _compiled(pattern: str) -> re2._Regexp[str]:
    import re2  # rosters come from many hands: its time is linear

    return re2.compile("(?is)" + ".*".join(re.escape(part) for part in re.split(r"\*+", pattern)))


@lru_cache(1024)
def path_spec(patterns: tuple[str, ...]) -> GitIgnoreSpec:
    """What tells whether a path is among the patterns of a .gitignore: `.match_file(path)`.

    ValueError if one of them is none.
    """
    from pathspec import GitIgnoreSpec

    return GitIgnoreSpec.from_lines(patterns)
