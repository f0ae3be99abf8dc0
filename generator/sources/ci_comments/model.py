"""What is read in one comment of a CI."""

from __future__ import annotations

from typing import NamedTuple


class JobResult(NamedTuple):
    """One row: `result` is the CI's own word in capitals, `url` is http or https, null what was not told."""

    job: str
    result: str
    outcome: str
    voting: bool
    duration_s: float | None
    url: str | None


class Reading(NamedTuple):
    """What a comment says; `kind` is one of `reviews_model.COMMENT_KINDS`, or None for Gerrit's own notices.

    `patchset`, `vote` and `label` are what its header says; `vote` is 0 where one was taken back. `outcome`
    and `compliant` are those of results, `text` is the beginning of what was not understood, redacted.
    """

    kind: str | None
    patchset: int | None = None
    vote: int | None = None
    label: str | None = None
    pipeline: str | None = None
    outcome: str | None = None
    compliant: bool | None = None
    jobs: tuple[JobResult, ...] = ()
    text: str | None = None
