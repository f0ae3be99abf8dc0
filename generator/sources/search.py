"""The search of one build's files, wherever they come from: its hits, its failure lines, what went wrong."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass, field

from generator.matching.engine import Engine
from generator.matching.excerpts import excerpt
from generator.matching.facts import Facts
from generator.matching.folders import shown
from generator.matching.inventory import InventoryFacts
from generator.matching.reading import LogStream
from generator.matching.results import Match, Scan
from generator.matching.tags import FileList, log_name
from generator.sources.likely import Tail, failure_lines, judged
from generator.sources.rows import Origin, Row, Rows, skipped_row


@dataclass
class Search:
    """One build while its files are searched: `path` is where it lies, `rows` what was found but its hits."""

    origin: Origin
    uuid: str
    path: str
    facts: InventoryFacts
    files: FileList
    engine: Engine
    rows: Rows = field(default_factory=Rows)
    _hits: dict[str, Row] = field(default_factory=dict)
    _ends: dict[str, Tail | None] = field(default_factory=dict)

    def judge(self, names: Sequence[str]) -> Sequence[str]:
        """Of all files, those in which failure lines are looked for if no signature matches in any."""
        self._ends = dict.fromkeys(judged(names, self.files))
        return tuple(self._ends)

    def facts_of(self, name: str) -> Facts:
        """What is known of every line of a file."""
        return Facts(self.facts.of_file(name, self.files.tags(name)), unknown=not self.facts.known)

    def scan(self, name: str, stream: LogStream) -> Scan:
        """Search one file, perhaps once more; what is wrong with it is for the caller to tell."""
        if name not in self._ends:
            return self.engine.scan(stream, self.facts_of(name))
        end = self._ends[name] = Tail()
        return self.engine.scan(end.watch(stream), self.facts_of(name))

    def take(self, name: str, scan: Scan) -> None:
        """Keep what was found in a file."""
        if scan.long_lines:
            self.skip(name, "long line", f"lines searched only up to 1 MiB: {scan.long_lines:,}")
        for signature, match in scan.matches.items():
            row = self._hits.get(signature)
            if row is None:
                self._hits[signature] = self._row(signature, name, match)
            else:
                row["lines"] += match.lines
                row["assumed"] = row["assumed"] and match.assumed

    def finish(self, outcome: str) -> None:
        """All files are searched: add the hits, or the failure lines of a failed build without any."""
        self.rows.hits += self._hits.values()
        if outcome == "failure" and not self._hits:
            lines = failure_lines({name: end for name, end in self._ends.items() if end is not None})
            self.rows.failure_lines += [{"build_uuid": self.uuid, **line} for line in lines]

    def skip(self, name: str, reason: str, detail: str) -> None:
        """Note what was not read, or only in part."""
        path = os.path.normpath(f"{self.path}/{shown(name)}")
        self.rows.skipped.append(skipped_row(self.origin, path, reason, detail, self.uuid))

    def _row(self, signature: str, name: str, match: Match) -> Row:
        return {
            "build_uuid": self.uuid,
            "signature": signature,
            "query_hash": self.engine.query_hashes[signature],
            "lines": match.lines,
            "file": shown(log_name(name)),
            "line": match.first_line,
            "excerpt": excerpt(match.context),
            "excerpt_line": match.context_start,
            "assumed": match.assumed,
        }


def searched(scan: Scan) -> str:
    """How far a file was searched that could not be read to its end."""
    return f"searched up to there: {scan.bytes:,} bytes" if scan.bytes else "nothing could be searched"
