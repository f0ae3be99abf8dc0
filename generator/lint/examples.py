"""Runs a signature's own examples: lines that must match, and lines that must not."""

from __future__ import annotations

from collections.abc import Iterator

from generator.lint.clauses import Remark
from generator.matching.clauses import settled
from generator.matching.facts import Facts, reduce
from generator.matching.formula import And, Atom, Constant, Formula, Or
from generator.matching.mapping import field
from generator.signatures.model import Signature
from generator.signatures.query import Query
from generator.words import cut


def remarks(signature: Signature, query: Query) -> Iterator[Remark]:
    """What examples show; all but the message is taken as met, since an example is one line of text."""
    formula = reduce(settled(query), Facts(unknown=True)).formula
    for line in signature.examples:
        if not _holds(formula, line):
            message = f"the query does not match its example: {cut(line, 80)}"
            yield Remark("error", "example", 0, message, "mend the query or the example")
    for line in signature.counterexamples:
        if _holds(formula, line):
            message = f"the query matches its counterexample: {cut(line, 80)}"
            yield Remark("error", "counterexample", 0, message, "mend the query or the counterexample")
    for line in (*signature.examples, *signature.counterexamples):
        if "\n" in line:
            message = f"an example is one line, this has several: {cut(line, 80)}"
            yield Remark("warning", "example", 0, message, "keep the line that the signature is about")


def _holds(formula: Formula, line: str) -> bool:
    if isinstance(formula, Constant):
        return formula.value
    if isinstance(formula, And):
        return all(_holds(part, line) for part in formula.parts)
    if isinstance(formula, Or):
        return any(_holds(part, line) for part in formula.parts)
    if isinstance(formula, Atom):
        return formula.test(field(formula.name, (line,)))
    return not _holds(formula.part, line)
