"""Reads the examples of a roster's entry as comments of that CI are read."""

from __future__ import annotations

from collections.abc import Iterator

from generator.roster.model import Example, ThirdPartyCI
from generator.sources.ci_comments import reader
from generator.words import cut


def faults(ci: ThirdPartyCI, example: Example) -> Iterator[str]:
    """What is read in the example otherwise than it says."""
    read = tuple((job.job, job.result) for job in reader(ci).read(example.text).jobs)
    if sorted(read) != sorted(example.results):  # keys of YAML have no order
        yield (
            f"the example {cut(example.text.strip(), 60)!r} should give {_told(example.results)}, "
            f"and is read as {_told(read)}"
        )


def _told(results: tuple[tuple[str, str], ...]) -> str:
    if not results:
        return "no result"
    return cut(", ".join(f"{job} {result}" for job, result in results), 200)
