"""What has to be looked for in one file: signatures that can still match, the database, who asks for what."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import hyperscan

from generator.errors import GatepostError
from generator.matching import clauses, mapping
from generator.matching.database import Databases
from generator.matching.facts import Facts, Reduced, reduce
from generator.matching.formula import FALSE, TRUE, And, Atom, Constant, Formula, Not
from generator.matching.mapping import Field
from generator.matching.prefilter import FOREIGN_FOLDS, Cover, cover
from generator.signatures.model import Signature
from generator.signatures.parse import parse
from generator.signatures.query import leaves

_GROUPING = ("tags", "filename")
_KEPT_ANSWERS = 256
_KEPT_PLANS = 512
_KEPT_GROUPS = 4096
_OPEN = Reduced(TRUE, True)


class Message:
    """The message of one line or document; decoded and analysed when first asked."""

    def __init__(self, values: Callable[[], Sequence[str]]) -> None:
        self._values = values
        self._fields: dict[str, Field] = {}

    def field(self, name: str) -> Field:
        """The field `message` or `message.keyword`."""
        if name not in self._fields:
            self._fields[name] = mapping.field(name, self._values())
        return self._fields[name]


Decision = Callable[[Message], bool]


@dataclass(frozen=True)
class Wanted:
    """One signature in one file: decides a line; `assumed` as in Reduced."""

    signature: int
    decide: Decision
    assumed: bool


@dataclass(frozen=True)
class Plan:
    """`asking[i]`: who wants lines with pattern i of the database; `each`: who must see every line;
    `all`: whom every line fulfils."""

    database: hyperscan.Database | None
    asking: tuple[tuple[Wanted, ...], ...]
    each: tuple[Wanted, ...]
    all: tuple[Wanted, ...]
    source: tuple[Reduced, ...]


class _Prepared:
    """A signature's query, and what was left of it under the facts met so far."""

    def __init__(self, signature: Signature) -> None:
        self._query = clauses.settled(parse(signature.query))
        named = {leaf.field for leaf in leaves(self._query)}
        self.wild = None in named
        self._fields = sorted({mapping.base(name) for name in named if name is not None} - {mapping.MESSAGE})
        self._known: dict[object, Reduced] = {}
        self._same: dict[Reduced, Reduced] = {}

    def reduced(self, facts: Facts) -> Reduced:
        names = sorted(facts.fields) if self.wild else self._fields
        key = (facts.unknown, tuple((name, facts.fields.get(name)) for name in names))
        found = self._known.get(key)
        if found is None:
            if len(self._known) >= _KEPT_ANSWERS:
                self._known.clear()
            found = reduce(self._query, facts)
            found = self._known[key] = self._same.setdefault(found, found)
        return found


class _Group(NamedTuple):
    """By position in `prepared`: what is left of each query, and which are still open."""

    reduced: tuple[Reduced, ...]
    open: tuple[int, ...]


class Planner:
    """Makes plans for files; those with the same tags and file name share a database."""

    def __init__(self, signatures: Sequence[Signature], databases: Databases) -> None:
        self.refused: dict[str, GatepostError] = {}
        self._databases = databases
        self.prepared: list[tuple[int, _Prepared]] = []
        self._plans: dict[tuple[int, ...], Plan] = {}
        self._groups: dict[object, _Group] = {}
        self._covers: dict[int, tuple[Reduced, Cover | None]] = {}
        for number, signature in enumerate(signatures):
            try:
                self.prepared.append((number, _Prepared(signature)))
            except GatepostError as error:
                self.refused[signature.id] = error

    def looks_for(self, facts: Facts) -> bool:
        """Whether any signature could match in a file of which `facts` are known."""
        return any(
            self.prepared[place][1].reduced(facts).formula != FALSE for place in self._group(facts).open
        )

    def plan(self, facts: Facts) -> Plan:
        """What to look for in a file of which `facts` are known."""
        group = self._group(facts)
        exact = list(group.reduced)
        for place in group.open:
            exact[place] = self.prepared[place][1].reduced(facts)
        loose = [
            known if prepared.wild else grouped
            for known, grouped, (_, prepared) in zip(exact, group.reduced, self.prepared, strict=True)
        ]
        key = tuple(map(id, (*loose, *exact)))
        found = self._plans.get(key)
        if found is None:
            if len(self._plans) >= _KEPT_PLANS:
                self._plans.clear()
                self._covers.clear()
            found = self._plans[key] = self._made(loose, exact)
        return found

    def _group(self, facts: Facts) -> _Group:
        """What can be said of all files of the same tags and name: most signatures are of others."""
        key = tuple(facts.fields.get(name) for name in _GROUPING)
        found = self._groups.get(key)
        if found is None:
            if len(self._groups) >= _KEPT_GROUPS:
                self._groups.clear()
            fields = {name: facts.fields[name] for name in _GROUPING if name in facts.fields}
            alike = Facts(fields, unknown=True)
            # Of the default field nothing can be said before all fields are known.
            reduced = [_OPEN if one.wild else one.reduced(alike) for _, one in self.prepared]
            still = tuple(place for place, one in enumerate(reduced) if one.formula != FALSE)
            found = self._groups[key] = _Group(tuple(reduced), still)
        return found

    def _made(self, loose: Sequence[Reduced], exact: Sequence[Reduced]) -> Plan:
        patterns: dict[bytes, list[Wanted]] = {FOREIGN_FOLDS: []}
        each, everywhere = [], []
        for (number, _), group, reduced in zip(self.prepared, loose, exact, strict=True):
            found = self.cover(group) or self.cover(reduced)
            asking = [patterns.setdefault(pattern, []) for pattern in sorted(found.patterns)] if found else []
            if reduced.formula == FALSE:
                continue
            wanted = Wanted(number, decision(reduced.formula), reduced.assumed)
            if reduced.formula == TRUE:
                everywhere.append(wanted)
            elif found is None:
                each.append(wanted)
            else:
                for askers in (patterns[FOREIGN_FOLDS], *asking):
                    askers.append(wanted)
        ordered = sorted(patterns)
        database = self._databases.get(ordered) if patterns[FOREIGN_FOLDS] else None
        asked = tuple(tuple(patterns[pattern]) for pattern in ordered)
        return Plan(database, asked, tuple(each), tuple(everywhere), (*loose, *exact))

    def cover(self, reduced: Reduced) -> Cover | None:
        """The patterns for what is left of a query, worked out once."""
        if id(reduced) not in self._covers:
            self._covers[id(reduced)] = (reduced, cover(reduced.formula))
        return self._covers[id(reduced)][1]


def decision(formula: Formula) -> Decision:
    """The formula as a function of one message."""
    if isinstance(formula, Constant):
        return lambda message, value=formula.value: value  # type: ignore[misc]
    if isinstance(formula, Atom):
        return lambda message, name=formula.name, test=formula.test: test(message.field(name))  # type: ignore[misc]
    if isinstance(formula, Not):
        inner = decision(formula.part)
        return lambda message: not inner(message)
    parts = [decision(part) for part in formula.parts]
    if isinstance(formula, And):
        return lambda message: all(part(message) for part in parts)
    return lambda message: any(part(message) for part in parts)
