"""Patterns of names, in which `*` stands for anything, and of paths, as in a .gitignore file."""

from __future__ import annotations

import re
import warnings
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
    """What tells in linear time whether a path is among the patterns of a .gitignore: `.match_file(path)`.

    ValueError if one of them is none, or they are too large together.
    """
    import re2
    from pathspec import GitIgnoreSpec

    try:
        with warnings.catch_warnings(action="error", category=FutureWarning):  # [[:alpha:]] is none
            return GitIgnoreSpec.from_lines(patterns, backend="re2")
    except (re.error, re2.error, FutureWarning) as error:
        raise ValueError(f"{error}") from None


def may_both_match(first: str, second: str) -> bool:
    """Whether some name is matched by both patterns."""
    (head, tail, plain), (other_head, other_tail, other_plain) = _ends(first), _ends(second)
    # two that both have a `*` in the middle need to agree at their ends only
    agree = (head.startswith(other_head) or other_head.startswith(head)) and (
        tail.endswith(other_tail) or other_tail.endswith(tail)
    )
    if not agree or not (plain or other_plain):
        return agree
    return matches((first,), second) if other_plain else matches((second,), first)


@lru_cache(4096)
def _ends(pattern: str) -> tuple[str, str, bool]:
    """What stands before the first `*` and after the last; and whether there is none."""
    parts = pattern.casefold().split("*")
    return parts[0], parts[-1], len(parts) == 1
