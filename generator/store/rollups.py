"""Counts by day that are kept for ever, when the raw rows are long gone."""

from __future__ import annotations

import pyarrow as pa
import pyarrow.compute as pc

from generator.model import ROLLUP_BUILDS, ROLLUP_HITS, Schema
from generator.tables import arrow_schema

SCHEMAS: dict[str, Schema] = {"builds": ROLLUP_BUILDS, "hits": ROLLUP_HITS}


def of_day(builds: pa.Table, hits: pa.Table) -> dict[str, pa.Table]:
    """The rollups `builds` and `hits` of a day: all its raw rows, which must be complete."""
    midnight = pc.floor_temporal(builds["end_time"], unit="day")
    classified = pc.is_in(builds["build_uuid"], value_set=hits["build_uuid"].combine_chunks())
    wide = builds.append_column("day", midnight).append_column("classified", classified)
    pairs = hits.select(["build_uuid", "signature"])
    matched = pairs.join(wide, "build_uuid", join_type="inner", use_threads=False)
    return {"builds": _builds(wide), "hits": _hits(matched)}


def _builds(wide: pa.Table) -> pa.Table:
    counted = wide.group_by(_keys(ROLLUP_BUILDS, 2), use_threads=False).aggregate(
        [("build_uuid", "count"), ("duration_s", "sum")]
    )
    counted = counted.append_column("builds", counted["build_uuid_count"])
    duration = pc.fill_null(counted["duration_s_sum"], 0.0)
    return _tidy(counted.append_column("duration_s", duration), ROLLUP_BUILDS)


def _hits(matched: pa.Table) -> pa.Table:
    counted = matched.group_by(_keys(ROLLUP_HITS, 1), use_threads=False).aggregate([("build_uuid", "count")])
    return _tidy(counted.append_column("hits", counted["build_uuid_count"]), ROLLUP_HITS)


def replaced(month: pa.Table, days: list[pa.Table], labels: list[str], schema: Schema) -> pa.Table:
    """The rollup of a month with the rows of the days `labels` (ISO) exchanged for those of `days`."""
    here = pc.is_in(pc.strftime(month["day"], "%Y-%m-%d"), value_set=pa.array(labels, pa.string()))
    return _tidy(pa.concat_tables([month.filter(pc.invert(here)), *days]), schema)


def narrow(month: pa.Table, schema: Schema) -> pa.Table:
    """The counts of a month by the columns of `schema` alone; its last one is the count."""
    *keys, count = (column.name for column in schema)
    summed = month.group_by(keys, use_threads=False).aggregate([(count, "sum")])
    return _tidy(summed.append_column(count, summed[f"{count}_sum"]), schema)


def builds_on(month: pa.Table, label: str) -> int:
    """How many builds a month's rollup counts on a day (ISO)."""
    rows = month.filter(pc.equal(pc.strftime(month["day"], "%Y-%m-%d"), label))
    return pc.sum(rows["builds"]).as_py() or 0


def _keys(schema: Schema, figures: int) -> list[str]:
    return [column.name for column in schema[: len(schema) - figures]]


def _tidy(table: pa.Table, schema: Schema) -> pa.Table:
    """Pinned columns, sorted rows: the same counts are the same bytes."""
    names = [column.name for column in schema]
    table = table.select(names)
    order = pc.sort_indices(table, sort_keys=[(name, "ascending") for name in names])
    return table.take(order).cast(arrow_schema(schema)).combine_chunks()
