"""Signatures of earlier collections that the newest one does not have: kept as they were, and what they hit.

Builds that are read again lose their hits; so what there was is noted at once.
"""

from __future__ import annotations

from datetime import datetime

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from generator.model import ROLLUP_HITS
from generator.store.reading import Reader
from generator.tables import arrow_schema


def signatures(reader: Reader, new: pd.DataFrame, now: datetime) -> pd.DataFrame:
    """The rows of `new`, and those that only the state of `reader` has, removed by `now` (UTC)."""
    old = reader.whole("signatures")
    earlier = old[~old["signature"].isin(new["signature"])]
    just_now = earlier["removed"].isna()
    fresh = earlier[just_now].assign(removed=pd.Timestamp(now))
    if len(fresh):
        fresh = fresh.drop(columns=list(_HIT)).merge(_hit(reader, fresh["signature"].tolist()), how="left")
        fresh["hit_builds"] = fresh["hit_builds"].fillna(0)
    return pd.concat([new, earlier[~just_now], fresh], ignore_index=True)


#: What is noted of the hits: the first and the last day, and the number of builds.
_HIT = {"hit_first": ("day", "min"), "hit_last": ("day", "max"), "hit_builds": ("hits", "sum")}


def _hit(reader: Reader, names: list[str]) -> pd.DataFrame:
    """What the rollups tell of some signatures, as far back as they go."""
    parts = [arrow_schema(ROLLUP_HITS).empty_table()]
    for month in reader.manifest.months():
        table = reader.rollup(month, "hits")
        parts.append(table.filter(pc.is_in(table["signature"], value_set=pa.array(names, pa.string()))))
    found = pa.concat_tables(parts).group_by("signature").aggregate(list(_HIT.values()))
    return pd.DataFrame(found.to_pydict()).rename(
        columns={f"{of}_{how}": name for name, (of, how) in _HIT.items()}
    )
