"""Which fields of an index can be counted by, found out by asking it (`field_caps`)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from generator import words
from generator.errors import GatepostError
from generator.sources.index.faults import understood
from generator.sources.index.presets import names
from generator.sources.metadata import METADATA

if TYPE_CHECKING:
    from generator.index_settings import IndexSettings

_SUBFIELDS = ("", ".keyword", ".raw")
_WHOLE_NUMBERS = frozenset({"byte", "short", "integer", "long"})
_UNMAPPED = "unmapped"
_DATES = frozenset({"date", "date_nanos"})
Caps = Mapping[str, Mapping[str, Mapping[str, Any]]]  # field → type → what it can do


@dataclass(frozen=True)
class Fields:
    """The names that the index has for our fields; one that it lacks, or cannot count by, is absent.

    `exact`: to aggregate by and to filter with terms; `source`: in the documents; `notes`: what is odd.
    """

    exact: Mapping[str, str]
    source: Mapping[str, str]
    time: str
    notes: tuple[str, ...] = ()

    @property
    def missing(self) -> tuple[str, ...]:
        """Our fields that builds cannot be told by."""
        return tuple(name for name in METADATA if name not in self.exact)


def wanted(settings: IndexSettings) -> str:
    """The parameter `fields` of the request."""
    theirs = {name for those in names(settings).values() for name in those}
    # a URL may not be longer than 4,096 characters: one pattern for a field and those below it
    return ",".join(sorted({f"{name}*" for name in theirs} | {settings.time_field}))


def found(caps: Caps, settings: IndexSettings) -> Fields:
    """The fields by what the index says of them; GatepostError if there is no usable build_uuid or time."""
    with understood(settings):
        return _found(caps, settings)


def _found(caps: Caps, settings: IndexSettings) -> Fields:
    _check_time(caps, settings)
    exact: dict[str, str] = {}
    source: dict[str, str] = {}
    notes: list[str] = []
    for ours, theirs in names(settings).items():
        present = next((name for name in theirs if name in caps), None)
        if present is None:
            continue
        source[ours] = present
        name = next((present + sub for sub in _SUBFIELDS if _countable(caps, present, sub)), None)
        if name is not None:
            exact[ours] = name
        elif ours in METADATA:
            notes.append(f"{present} {_why(caps, present)}")
    _check_uuid(caps, exact, source, settings)
    return Fields(exact, source, settings.time_field, tuple(notes))


def _countable(caps: Caps, name: str, sub: str) -> bool:
    """Whether one may aggregate by a field; a subfield must be in every index where the field is text."""
    kinds = _kinds(caps, name + sub)
    if not kinds or not all(kind.get("aggregatable") for kind in kinds.values()):
        return False
    if len(kinds) > 1 and not kinds.keys() <= _WHOLE_NUMBERS:
        return False
    return not sub or (
        _kinds(caps, name).keys() == {"text"} and _absent(caps, name + sub) <= _absent(caps, name)
    )


def _kinds(caps: Caps, name: str) -> dict[str, Mapping[str, Any]]:
    """The types that a field has, without that of indices that lack it."""
    return {kind: of for kind, of in caps.get(name, {}).items() if kind != _UNMAPPED}


def _absent(caps: Caps, name: str) -> set[str]:
    """The indices that lack a field that others have."""
    return set(caps[name].get(_UNMAPPED, {}).get("indices", ()))


def _why(caps: Caps, name: str) -> str:
    """Why one cannot aggregate by a field."""
    kinds = _kinds(caps, name)
    if len(kinds) == 1:
        return f"is {next(iter(kinds))} without a subfield of type keyword in each index"
    where = [f"{kind} in {words.listed(list(of.get('indices', ())), 2)}" for kind, of in kinds.items()]
    return f"is {' and '.join(where)}"


def _check_uuid(
    caps: Caps, exact: Mapping[str, str], source: Mapping[str, str], settings: IndexSettings
) -> None:
    if "build_uuid" in exact:
        return
    where = ", ".join(settings.index)
    theirs = source.get("build_uuid")
    if theirs is None:
        asked = " or ".join(names(settings)["build_uuid"])
        raise GatepostError(
            f"{where}: has no field {asked}",
            'which field holds a build\'s uuid? Say so with `fields: {"its name": build_uuid}`',
        )
    raise GatepostError(
        f"{where}: {theirs} {_why(caps, theirs)}",
        f"map {theirs} as keyword in the template of the index (the same in all indices), and index anew; "
        "or narrow `index` to those that agree",
    )


def _check_time(caps: Caps, settings: IndexSettings) -> None:
    kinds = _kinds(caps, settings.time_field)
    if kinds and kinds.keys() <= _DATES:
        return
    where = ", ".join(settings.index)
    if not kinds:
        raise GatepostError(
            f"{where}: has no field {settings.time_field}",
            "which field holds the time? Say so with `time_field`",
        )
    odd = {kind: of for kind, of in kinds.items() if kind not in _DATES}
    names_ = [name for of in odd.values() for name in of.get("indices", ())]
    whereof = f" in {words.listed(names_, 2)}" if names_ else ""
    raise GatepostError(
        f"{where}: {settings.time_field} is {' and '.join(odd)}{whereof}, not a date",
        "name a field of type date with `time_field`, or map it as date and index anew",
    )
