"""Finds signatures that are broken or do not do what they seem to."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import cast

from generator.errors import GatepostError
from generator.lint import clauses, compare, examples, meaning
from generator.lint.finding import Finding as Finding
from generator.lint.finding import Severity
from generator.lint.finding import as_json as as_json
from generator.lint.finding import as_table as as_table
from generator.lint.finding import exit_code as exit_code
from generator.matching.clauses import settled
from generator.signatures.load import Loaded, Problem, load_folder
from generator.signatures.model import Signature
from generator.signatures.parse import parse
from generator.signatures.query import Query
from generator.words import listed


def lint_folder(path: Path) -> list[Finding]:
    """All findings about a folder of signature files, by file and place; GatepostError if it has none."""
    loaded = load_folder(path)
    found = [_of_problem(problem) for problem in loaded.problems]
    queries: dict[str, Query] = {}
    for signature in loaded.signatures:
        query = parse(signature.query)
        try:
            settled(query)
        except GatepostError as error:
            remark = clauses.Remark("error", "unsupported", 0, error.message, error.hint)
            found.append(_finding(loaded, signature, remark))
            continue
        queries[signature.id] = query
        found += [_finding(loaded, signature, remark) for remark in _remarks(signature, query)]
    found += _relations(loaded, queries)
    return sorted(found, key=lambda finding: (finding.path, finding.line, finding.column, finding.check))


def of_query(text: str, query: Query) -> Iterator[clauses.Remark]:
    """What is to be said of a query by itself; `text` is what it was parsed from."""
    yield from clauses.remarks(text, query)
    yield from meaning.remarks(query)


def _remarks(signature: Signature, query: Query) -> Iterator[clauses.Remark]:
    yield from of_query(signature.query, query)
    yield from examples.remarks(signature, query)
    if signature.test_ids:
        message = "test_ids is not evaluated yet: it does not narrow what matches"
        yield clauses.Remark("info", "test-ids", 0, message, "")


def _relations(loaded: Loaded, queries: dict[str, Query]) -> Iterator[Finding]:
    by_id = {signature.id: signature for signature in loaded.signatures}
    narrower: dict[str, list[str]] = {}
    for narrow, wide, same in compare.relations(queries):
        if same:
            remark = clauses.Remark(
                "warning", "duplicate", 0, f"means the same as {wide}", "keep one of the two"
            )
            yield _finding(loaded, by_id[narrow], remark)
        else:
            narrower.setdefault(wide, []).append(narrow)
    for wide, names in narrower.items():
        message = f"matches whatever {listed(names)} {'matches' if len(names) == 1 else 'match'}"
        remark = clauses.Remark("info", "contains", 0, message, "fine if it is meant to be the wider one")
        yield _finding(loaded, by_id[wide], remark)


def _finding(loaded: Loaded, signature: Signature, remark: clauses.Remark) -> Finding:
    line, column = loaded.places[signature.id].line_column(remark.at)
    severity = cast(Severity, remark.severity)
    return Finding(
        severity, remark.check, signature.path, line, column, signature.id, remark.message, remark.hint
    )


def _of_problem(problem: Problem) -> Finding:
    check = problem.construct if problem.severity == "warning" else "syntax"
    slug = check.replace(" ", "-").replace("_", "-")
    message = problem.message if problem.severity == "warning" else f"{problem.construct}: {problem.message}"
    name = Path(problem.path).stem
    return Finding(
        problem.severity, slug, problem.path, problem.line, problem.column, name, message, problem.hint
    )
