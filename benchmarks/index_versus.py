"""Gatepost's collection against elastic-recheck's sequence: time, bytes, and who counts right."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from benchmarks.index_cost import PREFIX, Bench, Cost
from benchmarks.index_sequential import FAILURES, SIZE, Findings, Sequential
from generator.signatures.model import Signature
from generator.tables import Tables

LATENCY_S = 0.04
RUNS = 3
#: `ours` does the same work: failed builds and their hits, without lines of log, which those pages do
#: not show either. `ours_with_lines` is a whole collection of these, `ours_all_builds` one that has those too
#: that passed; `theirs_one_page` makes one graph and one page of unclassified builds instead of two.
MEASURED = ("ours", "theirs", "ours_with_lines", "ours_all_builds", "theirs_one_page")


class Best(NamedTuple):
    """The best run of each of MEASURED, and what `ours` and `theirs` found."""

    costs: dict[str, Cost]
    tables: Tables
    findings: Findings

    def ratio(self, theirs: str, ours: str, what: str = "seconds") -> float:
        dividend, divisor = (float(getattr(self.costs[name], what)) for name in (theirs, ours))
        return round(dividend / divisor, 1)


def versus(bench: Bench, signatures: Sequence[Signature], about: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Times and bytes of elastic-recheck's sequence to those of the same work by Gatepost."""
    for name, latency, limit in (("", 0.0, 8.0), ("_40ms", LATENCY_S, 30.0)):
        bench.proxy.latency_s = latency
        best = _best(bench, signatures)
        bench.proxy.latency_s = 0.0
        yield {
            "name": f"index_vs_sequential{name}", "ratio": best.ratio("theirs", "ours"), "limit": limit,
            "ratio_with_lines": best.ratio("theirs", "ours_with_lines"),
            "ratio_all_builds": best.ratio("theirs", "ours_all_builds"),
            "ratio_one_page": best.ratio("theirs_one_page", "ours"),
            "seconds": {name: round(cost.seconds, 2) for name, cost in best.costs.items()},
            "requests": {name: cost.requests for name, cost in best.costs.items()}, **about,
        }  # fmt: skip
    packed = bench.measured(lambda: _theirs(bench, compressed=True).findings(signatures))[1]
    yield {
        "name": "index_vs_sequential_bytes", "ratio": best.ratio("theirs", "ours", "answered"), "limit": 50.0,
        "ratio_with_lines": best.ratio("theirs", "ours_with_lines", "answered"),
        "ratio_all_builds": best.ratio("theirs", "ours_all_builds", "answered"),
        "ratio_theirs_gzipped": round(packed.answered / best.costs["ours"].answered, 1),
        "bytes": {name: cost.answered for name, cost in best.costs.items()}, **about,
    }  # fmt: skip
    yield {"name": "index_numbers", **_numbers(best, _theirs(bench), signatures), **about}


def _theirs(bench: Bench, compressed: bool = False) -> Sequential:
    return Sequential(bench.proxy.url, bench.engine.indices(PREFIX), compressed)


def _best(bench: Bench, signatures: Sequence[Signature]) -> Best:
    """The best of alternating runs."""
    costs: dict[str, list[Cost]] = {name: [] for name in MEASURED}
    theirs = _theirs(bench)
    for _ in range(RUNS):
        tables, cost = bench.collected(signatures, FAILURES, excerpts=0)
        costs["ours"].append(cost)
        findings, cost = bench.measured(lambda: theirs.findings(signatures))
        costs["theirs"].append(cost)
        costs["ours_with_lines"].append(bench.collected(signatures, FAILURES)[1])
        costs["ours_all_builds"].append(bench.collected(signatures)[1])
        costs["theirs_one_page"].append(bench.measured(lambda: theirs.findings(signatures, pages=1))[1])
    return Best({name: min(those) for name, those in costs.items()}, tables, findings)


def _numbers(best: Best, theirs: Sequential, signatures: Sequence[Signature]) -> dict[str, Any]:
    """Of how many signatures each has the failed builds right; `ratio` is the share of ours that are."""
    findings, failed = best.findings, set(best.tables.builds["build_uuid"])
    true = {s.id: theirs.failed_in_all(s.query) for s in signatures}
    ours = {name: set(builds) for name, builds in best.tables.hits.groupby("signature")["build_uuid"]}
    wrong = [name for name, builds in true.items() if ours.get(name, set()) != builds]
    cut = {name for name, lines in findings.lines.items() if lines > SIZE}
    return {
        "ratio": round(1 - len(wrong) / len(true), 3), "limit": 1.0, "wrong": wrong, "with_hits": len(ours),
        "theirs_wrong": {name: f"{len(findings.failed[name])} of {len(builds)} failed builds"
                         for name, builds in true.items() if findings.failed[name] != builds},
        "theirs_cut": sorted(cut), "failed": len(failed),
        "unclassified": len(failed - set(best.tables.hits["build_uuid"])),
        "theirs_unclassified": len(set().union(*findings.unclassified.values())),
    }  # fmt: skip
