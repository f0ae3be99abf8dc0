"""How well the lines most likely to be the failure fit what people marked, and how fast they are found.

F1 of a case: harmonic mean of precision (marked lines ÷ lines printed) and recall (marked lines printed ÷
marked lines); lines marked neutral (C) count for neither; averaged over the cases. `ratio` is the share of
cases in which a marked line is printed at all. With ten lines F1 cannot reach 1: one case has 472 marks.
"""

from __future__ import annotations

import gzip
import re
import statistics
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

from generator.matching.failure_lines import Ranked, rank, rank_log

DATA = Path(__file__).resolve().parent.parent.parent / "shared" / "data"
RUNS = 5
MEGABYTE = 1_000_000


class Marks(NamedTuple):
    failure: set[int]
    neutral: set[int]


class Case(NamedTuple):
    name: str
    failed: list[str]
    passed: list[str]
    marks: dict[str, Marks]


def cidiff(data: Path) -> Iterator[Case]:
    for failed in sorted((data / "cidiff").glob("*/*/fail.log.gz")):
        folder = failed.parent
        marks = {p.name: _marks(p.read_text("utf-8")) for p in sorted(folder.glob("groundtruth*"))}
        yield Case(
            f"{folder.parent.name}/{folder.name}", _lines(failed), _lines(folder / "pass.log.gz"), marks
        )


def fixtures(data: Path) -> Iterator[tuple[str, list[str], set[int]]]:
    """pytorch's cut logs: name, lines without labels, numbers of the labelled lines."""
    for path in sorted((data / "pytorch-fixtures").iterdir()):
        raw = path.read_text("utf-8").split("\n")
        labelled = {n for n, line in enumerate(raw, 1) if line.startswith("#=MATCH=#")}
        lines = [line.removeprefix("#=MATCH=# ").replace("‹", "").replace("›", "") for line in raw]
        yield path.name, lines, labelled


def f1(printed: set[int], marks: Marks) -> float:
    printed = printed - marks.neutral
    right = len(printed & marks.failure)
    return 2 * right / (len(printed) + len(marks.failure)) if right else 0.0


def score(
    cases: list[Case], ranked: Callable[[Case], list[Ranked]], who: str = "groundtruth"
) -> dict[str, float]:
    """Share of cases with a marked line, and mean F1, over the cases that `who` marked."""
    marked = [(case.marks[who], {line.line for line in ranked(case)}) for case in cases if who in case.marks]
    return {
        "ratio": round(sum(bool(printed & marks.failure) for marks, printed in marked) / len(marked), 4),
        "f1": round(statistics.fmean(f1(printed, marks) for marks, printed in marked), 4),
        "cases": len(marked),
    }


def run(data: Path = DATA) -> list[dict[str, object]]:
    cases = list(cidiff(data))
    rows: list[dict[str, object]] = []
    for name, ranked in (
        ("failure_lines_alone", lambda case: rank(case.failed)),
        ("failure_lines_passed", lambda case: rank(case.failed, case.passed)),
    ):
        rows.append({"name": name, **score(cases, ranked)})
        rows.append({"name": f"{name}_second_person", **score(cases, ranked, "groundtruth2")})
    logs = list(fixtures(data))
    found = sum(bool({line.line for line in rank(lines)} & labelled) for _, lines, labelled in logs)
    rows.append({"name": "failure_lines_pytorch", "ratio": round(found / len(logs), 4), "cases": len(logs)})
    rows.append(_speed(data))
    return rows


def _speed(data: Path) -> dict[str, object]:
    """Seconds for a megabyte of a real console log, CPU; `ratio` to the 0.3 s that it may take."""
    log = gzip.decompress((data / "os-loganalyze" / "console.html.gz").read_bytes())[:MEGABYTE]
    seconds = statistics.median(_timed(log) for _ in range(RUNS))
    return {"name": "failure_lines_speed", "ratio": round(seconds / 0.3, 3), "seconds": round(seconds, 3)}


def _timed(log: bytes) -> float:
    start = time.process_time()
    rank_log([log])
    return time.process_time() - start


def _lines(path: Path) -> list[str]:
    # the labels count a \r as the end of a line too
    return re.split(r"\r\n|\r|\n", gzip.decompress(path.read_bytes()).decode("utf-8", "replace"))


def _marks(text: str) -> Marks:
    marks = Marks(set(), set())
    for kind, first, last in re.findall(r"^([EC]) (\d+)(?:-(\d+))?$", text, re.M):
        (marks.failure if kind == "E" else marks.neutral).update(range(int(first), int(last or first) + 1))
    return marks
