"""What is constant in one file of a build, and what remains of a query once that is known."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

Value = str | int


@dataclass(frozen=True)
class Facts:
    """The fields that every line of a file shares; `()` is a field that is known to be missing.

    `unknown` says what a field that is not in `fields` is: True for unknown (a clause about it is
    taken as met, also a negated one, and the hit is marked assumed), False for missing.
    """

    fields: Mapping[str, tuple[Value, ...]] = field(default_factory=dict)
    unknown: bool = False
