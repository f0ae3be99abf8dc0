"""Where builds come from: one module a source, named here and imported when it is used.

A new source is a module with the two functions of `Source`, a line in SOURCES, settings in `config`, a test.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from importlib import import_module
from typing import TYPE_CHECKING, Any, Protocol, cast

if TYPE_CHECKING:
    from pathlib import Path

    import pandas as pd

    from generator.matching.reading import Limits
    from generator.matching.tags import FileList
    from generator.progress import Progress
    from generator.roster.model import Roster
    from generator.signatures.model import Signature
    from generator.tables import Tables

#: The `type` of a source in the configuration, and its module.
SOURCES = {
    "logs": "generator.sources.logs",
    "documents": "generator.sources.documents",
    "elastic": "generator.sources.elastic",
    "opensearch": "generator.sources.opensearch",
    "zuul": "generator.sources.zuul",
    "gerrit": "generator.sources.gerrit",
}


class Stored(Protocol):
    """Reads a table of the store when it is called."""

    def __call__(self, name: str, since: date | None = None) -> pd.DataFrame: ...  # noqa: D102


def nothing_stored(name: str, since: date | None = None) -> pd.DataFrame:
    """The table `name` of an empty store."""
    from generator.model import TABLES
    from generator.tables import empty

    return empty(TABLES[name])


@dataclass(frozen=True)
class Context:
    """What a source is given besides its own settings.

    `known` is query_set by build_uuid of what the store holds: a build examined with the present set is left
    out of the answer. Of builds that ended before `before` the store keeps nothing: their logs need not be
    searched. `stored` reads a table of `model.TABLES` from the store, wholly or from a day on. `outcomes`
    goes before the table of `sources.outcomes`. `cache` is a folder for compiled databases. `keep`, if
    given, stores tables at once, so that work of hours is not lost with its end: the answer is then the rest.
    `roster` tells whose comments are a third-party CI's, and how they are read.
    """

    signatures: tuple[Signature, ...]
    files: FileList
    now: datetime
    progress: Progress
    known: Mapping[str, str] = field(default_factory=dict)
    outcomes: Mapping[str, str] = field(default_factory=dict)
    workers: int = 1
    cache: Path | None = None
    limits: Limits | None = None
    before: datetime | None = None
    stored: Stored = nothing_stored
    keep: Callable[[Tables], None] | None = None
    roster: Roster | None = None


class Source(Protocol):
    """What the module of a source offers."""

    def collect(self, settings: Any, context: Context) -> Tables:
        """The builds of the source that are new or were not examined with these signatures, with their hits.

        Raises GatepostError if the source as a whole cannot be used; whatever else is wrong is in `skipped`.
        """

    def check(self, settings: Any) -> str:
        """One line on what the source holds, for `gatepost check`; GatepostError if that is nothing."""


def source(kind: str) -> Source:
    """The module of a source by its type in the configuration."""
    return cast(Source, import_module(SOURCES[kind]))
