"""Builds, their hits, and what they were examined with, out of the answers of the slices.

A build is what the query for builds found, in however many slices and indices: it ends with the last of those
documents. It was examined with those signatures whose slices are whole for all its days, and with no others:
what was not answered is not a zero.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import NamedTuple

import pandas as pd

from generator.signatures.model import Signature
from generator.sources.index.record import Record
from generator.sources.index.slices import lived
from generator.sources.queries import query_set


class Hit(NamedTuple):
    """A signature in a build: lines in all slices, times of the first and last of them."""

    build_uuid: str
    signature: str
    query_hash: str
    lines: int
    first: datetime
    last: datetime


@dataclass(frozen=True)
class Examined:
    """The signatures that builds were examined with; `id` is None if there are none."""

    signatures: tuple[Signature, ...]
    id: str | None = None
    names: frozenset[str] = field(default=frozenset(), compare=False)

    @classmethod
    def of(cls, signatures: Iterable[Signature]) -> Examined:
        """The set of these signatures."""
        some = tuple(signatures)
        return cls(some, query_set(some) if some else None, frozenset(one.id for one in some))


def ends(answers: pd.DataFrame, builds_hash: str) -> dict[str, datetime]:
    """When each build ended, by uuid."""
    found = answers[(answers["query_hash"] == builds_hash).fillna(False)]
    last = found.groupby("build_uuid")["last"].max()
    return {str(uuid): end.to_pydatetime() for uuid, end in last.items()}


def examined(
    days: Mapping[str, tuple[date, ...]], whole: Mapping[date, frozenset[str]], used: Sequence[Signature]
) -> dict[str, Examined]:
    """What each build was examined with, by its days; `whole`: by day what was answered wholly."""
    made: dict[frozenset[str], Examined] = {}
    by_days: dict[tuple[date, ...], Examined] = {}
    for some in set(days.values()):
        answered = frozenset.intersection(*(whole.get(day, frozenset()) for day in some))
        if answered not in made:
            made[answered] = Examined.of(one for one in used if one.query_hash in answered)
        by_days[some] = made[answered]
    return {uuid: by_days[some] for uuid, some in days.items()}


def hits(
    answers: pd.DataFrame, with_: Mapping[str, Examined], used: Sequence[Signature]
) -> tuple[list[Hit], frozenset[str]]:
    """The hits of the builds, and the builds that signatures matched but no query for builds found."""
    by_hash: dict[str, list[str]] = {}
    for signature in used:
        by_hash.setdefault(signature.query_hash, []).append(signature.id)
    asked = answers[answers["query_hash"].isin(list(by_hash))]
    groups = asked.groupby(["build_uuid", "query_hash"], sort=True)
    sums = groups.agg(lines=("lines", "sum"), first=("first", "min"), last=("last", "max")).reset_index()
    found: list[Hit] = []
    homeless: set[str] = set()
    for uuid, hash_, lines, first, last in sums.itertuples(index=False, name=None):
        if uuid not in with_:
            homeless.add(uuid)
            continue
        for name in by_hash[hash_]:
            if name in with_[uuid].names:
                found.append(Hit(uuid, name, hash_, int(lines), first.to_pydatetime(), last.to_pydatetime()))
    return sorted(found), frozenset(homeless)


class Derived(NamedTuple):
    """What follows from all answers: of builds end, days, set; `homeless`: only signatures found them."""

    ends: dict[str, datetime]
    days: dict[str, tuple[date, ...]]
    with_: dict[str, Examined]
    hits: list[Hit]
    homeless: frozenset[str]

    def news(
        self, known: Mapping[str, str | None], changed: Collection[str], askable: frozenset[date]
    ) -> set[str]:
        """The builds that the store must be told of; `known`: the query_set of those that it has.

        One that is only examined with another set now stays as it is unless all its days are `askable`: a day
        that was just not answered, or that the index has dropped, says nothing of a query that changed.
        """

        def told(uuid: str) -> bool:
            if uuid not in known or uuid in changed:
                return True
            before, now = known[uuid], self.with_[uuid].id
            return now not in (None, before) and (before is None or askable.issuperset(self.days[uuid]))

        return {uuid for uuid in self.ends if told(uuid)}


def derive(
    record: Record, builds_hash: str, used: Sequence[Signature], starts: Mapping[str, datetime]
) -> Derived:
    """Builds and hits by the answers of now and before; `starts`: when builds began, where that is known."""
    builds, whole = ends(record.answers, builds_hash), record.whole()
    first = min(whole, default=date.min)
    days = {uuid: lived(starts.get(uuid), end, first) for uuid, end in builds.items()}
    with_ = examined(days, whole, used)
    return Derived(builds, days, with_, *hits(record.answers, with_, used))
