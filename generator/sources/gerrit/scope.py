"""Whose comments on which changes are read, by the configuration and the roster."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from generator.sources.gerrit.rows import Scope

if TYPE_CHECKING:
    from generator.gerrit_settings import GerritSettings
    from generator.sources import Context


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
