"""All figures of third-party CIs."""

from __future__ import annotations

import numpy as np
import pandas as pd

from generator.stats.rates import table
from generator.stats.third_party.columns import THIRD_PARTY


def nothing() -> dict[str, pd.DataFrame]:
    """The tables of `THIRD_PARTY`, without rows."""
    return {
        name: table(name, {c.name: np.empty(0, dtype=object) for c in schema})
        for name, schema in THIRD_PARTY.items()
    }
