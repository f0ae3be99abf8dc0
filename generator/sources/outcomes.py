"""What a CI's word for a result means here: success, failure, infra or neutral.

Infra: the CI could not run the job or lost its result; that says nothing about the code and is kept out of
the failure rates. A time-out is a failure: the job ran and did not pass, and signatures tell why jobs hang.
Neutral: nothing was tested, or nobody knows.
"""

from __future__ import annotations

from collections.abc import Mapping

OUTCOMES: Mapping[str, str] = {
    "SUCCESS": "success",
    "FAILURE": "failure",
    "TIMED_OUT": "failure",
    "UNSTABLE": "failure",
    "POST_FAILURE": "infra",
    "NODE_FAILURE": "infra",
    "NODE_ERROR": "infra",
    "DISK_FULL": "infra",
    "RETRY": "infra",
    "RETRY_LIMIT": "infra",
    "ERROR": "infra",
    "EXCEPTION": "infra",
    "LOST": "infra",
    "MERGE_FAILURE": "infra",
    "MERGE_CONFLICT": "neutral",
    "CONFIG_ERROR": "neutral",
    "ABORTED": "neutral",
    "CANCELED": "neutral",
    "CANCELLED": "neutral",
    "DEQUEUED": "neutral",
    "NOT_BUILT": "neutral",
    "SKIPPED": "neutral",
}


def outcome(result: str | None, own: Mapping[str, str]) -> str:
    """The outcome of a result, by the configuration's `own` table first; neutral if no table has the word."""
    if result is None:
        return "neutral"
    return own.get(result) or OUTCOMES.get(result.upper(), "neutral")


def is_known(result: str | None, own: Mapping[str, str]) -> bool:
    """Whether a table says what the result means; a missing one needs no table."""
    return result is None or result in own or result.upper() in OUTCOMES
