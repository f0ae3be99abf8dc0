"""What this package needs from the configuration (`zuul_settings` has it), and what it is asked for."""

from __future__ import annotations

from typing import NamedTuple, Protocol

from generator.sources.rows import Row


class LogServerSettings(Protocol):
    """Where logs may be fetched from, and how much of them; bytes are counted as served."""

    @property
    def hosts(self) -> tuple[str, ...]: ...  # noqa: D102
    @property
    def networks(self) -> tuple[str, ...]: ...  # noqa: D102
    @property
    def passed(self) -> float: ...  # noqa: D102
    @property
    def max_build_bytes(self) -> int: ...  # noqa: D102
    @property
    def max_bytes(self) -> int: ...  # noqa: D102
    @property
    def connections(self) -> int: ...  # noqa: D102
    @property
    def again_days(self) -> int: ...  # noqa: D102
    @property
    def timeout_s(self) -> float: ...  # noqa: D102


class Wanted(NamedTuple):
    """A build whose logs are to be searched: its row of `builds`, and why: one of choice's reasons."""

    build: Row
    why: str
