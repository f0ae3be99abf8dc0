"""Columns that several tables of `columns.RESULTS` have in common."""

from __future__ import annotations

from generator.model import BUILDS, Column, Schema, Type


def columns(type_: Type, **meanings: str) -> Schema:
    """Columns of one type, by name."""
    return tuple(Column(name, type_, meaning) for name, meaning in meanings.items())


SCOPE = columns(
    "string", pipeline="name, or `*`: all together", voting="`voting`: voting is not false; `all`"
)
WINDOW = columns("string", window="24h, 7d, 10d or 28d")
RATE: Schema = (
    *columns("int64", k="numerator, builds", n="denominator, builds"),
    *columns(
        "float64",
        rate="k ÷ n; null for n = 0 or too little coverage",
        low="lower bound",
        high="upper bound",
        n_effective="independent builds that n is worth; also less where the design effect is badly known",
    ),
)
TREND: Schema = (
    *columns(
        "int64",
        prev_k="k in the window before, of the same length",
        prev_n="its n",
        prev_days="days in that window",
        prev_days_with_data="24-hour slots of it in which builds were seen",
    ),
    *columns(
        "float64",
        prev_rate="prev_k ÷ prev_n; null without data",
        change="rate − prev_rate",
        change_low="lower bound (Newcombe)",
        change_high="upper bound",
        p_value="of the clustered test, two-sided; null: not tested",
        q_value="p_value after Benjamini-Hochberg over all tests of this table",
    ),
    *columns(
        "string", state="worse, better, no clear change, no data; for signatures also new, gone, returned"
    ),
)
COUNTS = columns(
    "int64",
    run="builds that ran",
    examined="of them, logs examined",
    succeeded="outcome success",
    failed="outcome failure",
    infra="outcome infra",
    neutral="outcome neutral",
    failed_examined="failed builds whose logs were examined",
    classified="failed, with a hit",
    unclassified="failed, examined, without a hit",
)
FAILURE_RATE = columns(
    "float64",
    rate="failed ÷ (failed + succeeded), of CIs that show both; null without those",
    low="lower bound",
    high="upper bound",
)
COVERAGE = columns(
    "float64",
    coverage="examined ÷ run, of CIs that show builds that passed; null for run = 0",
    coverage_failed="failed_examined ÷ failed; null for failed = 0",
)
HAS_DATA = columns("bool", has_data="false: nothing seen, to be shown as `no data`")
PARTIAL = columns("bool", partial="a source did not answer completely for all of that time: see `partial`")
DAY = columns("timestamp", day="midnight UTC")
HOUR = columns("timestamp", hour="full hour UTC")
GROUP = columns("string", dimension="what the builds are grouped by", value="the group")
SIGNATURE = columns("string", signature="signature id")
HITS = columns("int64", hits="failed builds with a hit of the signature")
LOOKED_AT = columns("int64", failed="failed builds examined with the signature (any job)")
BUILD: Schema = tuple(
    c
    for c in BUILDS
    if c.name
    in {
        "build_uuid",
        "end_time",
        "project",
        "change",
        "patchset",
        "job",
        "branch",
        "pipeline",
        "provider",
        "region",
        "ci",
        "result",
        "outcome",
        "log_url",
    }
)
LINE: Schema = (*columns("string", file="file of the line"), *columns("int64", line="1-based; null: none"))
SIGNATURE_RATE: Schema = (*RATE, *HAS_DATA)
