"""The settings on third-party CIs: the roster, what is expected of a CI, and the community's own rules."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field

from generator.index_settings import wrong
from generator.roster.globs import path_spec
from generator.roster.model import Roster, ThirdPartyCI

_Share = Annotated[float, Field(ge=0, le=1)]
_Days = Annotated[float, Field(gt=0, le=3_660)]


def _one(value: object) -> object:
    """One text is a list of one."""
    return (value,) if isinstance(value, str) else value


def _paths(value: tuple[str, ...]) -> tuple[str, ...]:
    for patterns in (*((pattern,) for pattern in value), value):
        try:
            path_spec(patterns)
        except ValueError as error:
            what = ", ".join(patterns)
            raise wrong(f"{what!r:.80} is no pattern of paths as in a .gitignore file: {error}") from None
    return value


_Names = Annotated[tuple[str, ...], BeforeValidator(_one)]
_Paths = Annotated[tuple[str, ...], BeforeValidator(_one), AfterValidator(_paths)]


class Rules(BaseModel):
    """What a community asks of a CI before it may vote; `confirmed_days` None: it does not ask."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    record_days: Annotated[float, Field(ge=0, le=3_660)] = 28
    reporting_rate: _Share = 0.9
    disagreement: _Share = 0.05
    silence_days: _Days = 14
    contacts: Annotated[int, Field(ge=0, le=100)] = 2
    confirmed_days: _Days | None = None


class Broken(BaseModel):
    """From how many failures in a row, on changes of how many owners, it is the CI and not the patches."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    failures: Annotated[int, Field(ge=2, le=1_000)] = 5
    owners: Annotated[int, Field(ge=1, le=1_000)] = 2


class ThirdPartySettings(BaseModel):
    """The key `third_party`; `gatepost init` explains each of its own.

    `gate` are patterns of the usernames whose results a CI's are compared with, `exempt` paths as in a
    .gitignore, `exempt_kinds` Gatepost's column `kind` of patch sets. `meeting` goes with a request for help.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    roster: Path = Path("thirdparty.yaml")
    deadline_hours: Annotated[float, Field(gt=0, le=8_784)]
    gate: _Names = ("zuul", "jenkins")
    gate_pipelines: _Names = ("check", "gate")
    exempt: _Paths = ()
    exempt_kinds: _Names = ()
    rules: Rules = Rules()
    broken: Broken = Broken()
    meeting: Annotated[str, Field(max_length=300)] | None = None


@dataclass(frozen=True)
class ThirdParty:
    """What figures of third-party CIs are made with: who is expected, and what is asked."""

    roster: Roster
    settings: ThirdPartySettings

    def deadline(self, ci: ThirdPartyCI) -> timedelta:
        """How long the CI has for a patch set: its own deadline, or the community's."""
        hours = self.settings.deadline_hours if ci.deadline_hours is None else ci.deadline_hours
        return timedelta(hours=hours)
