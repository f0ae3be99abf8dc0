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
    one, other = (re.sub(r"\*+", "*", pattern.casefold()) for pattern in (first, second))
    if "*" not in one or "*" not in other:
        return matches((first,), second) if "*" not in other else matches((second,), first)
    return _meet(one, other)


def _meet(one: str, other: str) -> bool:
    """Of two patterns with `*`: what stands before the first, and after the last, must agree."""
    heads = [pattern.split("*", 1)[0] for pattern in (one, other)]
    tails = [pattern.rsplit("*", 1)[1] for pattern in (one, other)]
    return (heads[0].startswith(heads[1]) or heads[1].startswith(heads[0])) and (
        tails[0].endswith(tails[1]) or tails[1].endswith(tails[0])
    )
