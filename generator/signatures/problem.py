"""What can be wrong with a query or a signature file, and where."""

from __future__ import annotations

from generator.errors import GatepostError
from generator.problem import Problem as Problem


class QueryError(GatepostError):
    """A query that Elasticsearch refuses, or that Gatepost refuses by name.

    `position` is the 0-based offset in the query, `construct` a short name of what stands there.
    """

    def __init__(self, construct: str, position: int, message: str, hint: str = "") -> None:
        super().__init__(message, hint)
        self.construct = construct
        self.position = position


class SignatureError(GatepostError):
    """A signature file that cannot be used: file, line, column, construct, message and hint."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(str(problem), problem.hint)
        self.problem = problem
        self.path, self.line, self.column = problem.path, problem.line, problem.column
        self.construct = problem.construct
