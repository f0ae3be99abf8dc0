"""When a silence, or a row of failures, is longer than chance explains."""

from __future__ import annotations

import numpy as np

from generator.stats.intervals import Bools, Ints, wilson

#: Fewer patch sets in a row are no silence.
LEAST = 3
#: Of fewer verdicts no failure rate is known.
KNOWN = 10
#: So unlikely it must be that a CI that works as before misses so many.
UNLIKELY = 0.01


def surprising(reported: Ints, expected: Ints, missed: Ints, looks: Ints | int = 1) -> Bools:
    """Whether so many missed in a row are too many for a CI that reported so many of the expected before.

    Of its rate before the lower bound counts; without any before nothing is too many. Who looks at it
    `looks` times is to be misled as seldom as who looks once.
    """
    n = expected.astype(np.float64)
    low, _ = wilson(np.where(n > 0, reported / np.maximum(n, 1), np.nan), n)
    likely = (1 - np.nan_to_num(low)) ** missed * np.maximum(looks, 1)
    found: Bools = (missed >= LEAST) & (likely < UNLIKELY)
    return found


def lasting(failed: int, verdicts: int, changes: Ints) -> Bools:
    """Whether failures in a row on so many changes each are too many for a CI that failed so many before.

    Of its failure rate before the upper bound counts, and the row may have begun at any of those verdicts.
    Where they are too few to tell, `KNOWN` changes are enough.
    """
    few = (verdicts < KNOWN) & (changes >= KNOWN)
    if not verdicts:
        return few
    _, high = wilson(np.array([failed / verdicts]), np.array([float(verdicts)]))
    found: Bools = few | (high**changes * verdicts < UNLIKELY)
    return found
