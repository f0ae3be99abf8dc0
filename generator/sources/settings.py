"""What the sources need from the configuration; the models in `config` have it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Protocol


class LogsSettings(Protocol):
    """A tree of build folders. `ci` None: each build's tenant. `log_url`: where the tree is published.

    `buildsets`: a file of Zuul's records of buildsets.
    """

    @property
    def name(self) -> str: ...  # noqa: D102
    @property
    def path(self) -> Path: ...  # noqa: D102
    @property
    def ci(self) -> str | None: ...  # noqa: D102
    @property
    def log_url(self) -> str | None: ...  # noqa: D102
    @property
    def buildsets(self) -> Path | None: ...  # noqa: D102


class DocumentsSettings(Protocol):
    """Exports of an index: a file, a folder or a glob; `fields` maps their field names to ours."""

    @property
    def name(self) -> str: ...  # noqa: D102
    @property
    def path(self) -> Path: ...  # noqa: D102
    @property
    def ci(self) -> str | None: ...  # noqa: D102
    @property
    def fields(self) -> Mapping[str, str]: ...  # noqa: D102
