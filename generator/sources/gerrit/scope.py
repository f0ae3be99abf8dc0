"""Whose comments on which changes are read, by the configuration and the roster."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from generator.sources.gerrit.rows import Scope

if TYPE_CHECKING:
    from generator.gerrit_settings import GerritSettings
    from generator.sources import Context

#: Names in one question: an address has its limits.
_NAMES = 40


def scope_of(settings: GerritSettings, context: Context) -> Scope:
    """The projects that the settings name, else those of the roster."""
    cis = context.roster.cis if context.roster else ()
    listed = sorted({project for ci in cis for project in ci.projects})
    return Scope(context.roster, context.outcomes, settings.projects or tuple(listed), settings.branches)


def fingerprint(settings: GerritSettings, scope: Scope) -> str:
    """A hash of what is asked for and how it is read; a cursor of another one says nothing."""
    cis = scope.roster.cis if scope.roster else ()
    read = [(ci.id, ci.account, ci.patterns, sorted(ci.words.items()), ci.recheck) for ci in cis]
    asked = (settings.url, scope.projects, scope.branches, sorted(scope.own.items()), read)
    return hashlib.sha256(repr(asked).encode("utf-8", "replace")).hexdigest()[:12]


def queries(scope: Scope) -> Iterator[str]:
    """What Gerrit is asked, in one question or more; nothing in it that a name could break out of."""
    branches = _any_of("branch", scope.branches)
    for start in range(0, max(len(scope.projects), 1), _NAMES):
        yield " ".join(filter(None, [_any_of("project", scope.projects[start : start + _NAMES]), branches]))


def _any_of(what: str, names: Iterable[str]) -> str:
    asked = [f'{what}:"{_term(name)}"' for name in names]
    return f"({' OR '.join(asked)})" if asked else ""


def _term(name: str) -> str:
    """The name itself, or a regular expression where `*` stands for anything or a character means more."""
    if re.fullmatch(r"[\w./+-]+", name):
        return name
    parts = [re.sub(r"[^\w/-]", ".", part) for part in re.split(r"\*+", name)]
    return "^" + ".*".join(parts)
