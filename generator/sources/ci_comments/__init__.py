"""Reading what CIs write in review: results, starts, votes; and people's requests for another run.

What is not understood is said to be unread, and never guessed.
"""

from __future__ import annotations

from generator.sources.ci_comments.model import JobResult, Reading
from generator.sources.ci_comments.people import is_ci, recheck
from generator.sources.ci_comments.reader import Reader, reader

__all__ = ["JobResult", "Reader", "Reading", "is_ci", "reader", "recheck"]
