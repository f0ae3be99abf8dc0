from __future__ import annotations

import re
from itertools import product

import pytest

from generator.roster.globs import matches, may_both_match, path_spec


@pytest.mark.parametrize(
    ("pattern", "name", "fits"),
    [
        ("zuul", "Zuul", True),
        ("zuul", "zuul-ci", False),
        ("*-ci", "example-ci", True),
        ("a.b", "axb", False),
        ("[a]?", "[a]?", True),
        ("[a]?", "ab", False),
        ("É*", "école", True),
        ("a*", "a\nb", True),
        ("", "", True),
    ],
)
def test_a_star_stands_for_anything_and_nothing_else_does(pattern: str, name: str, fits: bool) -> None:
    assert matches(["none of these", pattern], name) is fits


def test_many_stars_take_linear_time() -> None:
    assert not matches(["*a" * 200], "a" * 199 + "b" * 50_000)


def test_patterns_that_may_both_match_are_those_that_do() -> None:
    patterns = ["".join(chars) for size in range(4) for chars in product("ab*", repeat=size)]
    names = ["".join(chars) for size in range(7) for chars in product("ab", repeat=size)]
    matched = {
        pattern: {name for name in names if re.fullmatch(pattern.replace("*", ".*"), name)}
        for pattern in patterns
    }
    for one, other in product(patterns, repeat=2):
        assert may_both_match(one, other) is bool(matched[one] & matched[other]), (one, other)


def test_paths_are_those_of_a_gitignore() -> None:
    spec = path_spec(("doc/**", "*.rst", "!doc/keep.rst"))
    assert [spec.match_file(path) for path in ("doc/a/b", "a/b.rst", "doc/keep.rst", "a/doc/b")] == [
        True,
        True,
        False,
        False,
    ]


def test_paths_take_linear_time() -> None:
    assert not path_spec(("*a" * 25 + "b",)).match_file("a" * 4_000)
