"""What `stats.compute` gives: every table with every column, its type and its meaning.

Counted builds are final, have a credible `end_time` (from 2000 on, not after the newest data), and are in
scope `voting` unless voting is false (`all` has those too). Windows end at `facts.until`, which they
include: (until − length, until]; days are UTC calendar days. `run` = success + failure + infra + neutral.
Rates are fractions 0..1 with a 95 % interval on the effective n (builds of one change or buildset fail
together); null means no data, never zero. A null dimension value reads `(unknown)`. Types are those of
`model`: string is pandas' str (null: NaN), int64, float64 (null: NaN) and bool are numpy's, timestamp is
UTC; only `change`, `line` and `excerpt_line` of single builds are nullable Int64.
"""

from __future__ import annotations

from generator.model import BUILDS, Column, Schema, Type

#: Pipeline value of all pipelines together, and dimension value of what no source told.
ALL = "*"
UNKNOWN = "(unknown)"


def _columns(type_: Type, **meanings: str) -> Schema:
    return tuple(Column(name, type_, meaning) for name, meaning in meanings.items())


_SCOPE = _columns(
    "string", pipeline="name, or `*`: all together", voting="`voting`: voting is not false; `all`"
)
_WINDOW = _columns("string", window="24h, 7d, 10d or 28d")
_RATE: Schema = (
    *_columns("int64", k="numerator, builds", n="denominator, builds"),
    *_columns(
        "float64",
        rate="k ÷ n; null for n = 0 or too little coverage",
        low="lower bound",
        high="upper bound",
        n_effective="independent builds that n is worth; also less where the design effect is badly known",
    ),
)
_TREND: Schema = (
    *_columns(
        "int64",
        prev_k="k in the window before, of the same length",
        prev_n="its n",
        prev_days="days in that window",
        prev_days_with_data="24-hour slots of it in which builds were seen",
    ),
    *_columns(
        "float64",
        prev_rate="prev_k ÷ prev_n; null without data",
        change="rate − prev_rate",
        change_low="lower bound (Newcombe)",
        change_high="upper bound",
        p_value="of the clustered test, two-sided; null: not tested",
        q_value="p_value after Benjamini-Hochberg over all tests of this table",
    ),
    *_columns(
        "string", state="worse, better, no clear change, no data; for signatures also new, gone, returned"
    ),
)
_COUNTS = _columns(
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
_FAILURE_RATE = _columns(
    "float64", rate="failed ÷ (failed + succeeded); null without those", low="lower bound", high="upper bound"
)
_COVERAGE = _columns(
    "float64",
    coverage="examined ÷ run; null for run = 0",
    coverage_failed="failed_examined ÷ failed; null for failed = 0",
)
_HAS_DATA = _columns("bool", has_data="false: nothing seen, to be shown as `no data`")
_DAY = _columns("timestamp", day="midnight UTC")
_HOUR = _columns("timestamp", hour="full hour UTC")
_GROUP = _columns("string", dimension="what the builds are grouped by", value="the group")
_SIGNATURE = _columns("string", signature="signature id")
_HITS = _columns("int64", hits="failed builds with a hit of the signature")
_BUILD: Schema = tuple(
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
_LINE: Schema = (*_columns("string", file="file of the line"), *_columns("int64", line="1-based; null: none"))
_SIGNATURE_RATE: Schema = (*_RATE, *_HAS_DATA)

RESULTS: dict[str, Schema] = {
    "totals": (
        *_SCOPE,
        *_WINDOW,
        *_columns(
            "string",
            figure=(
                "failed: failed ÷ (failed + succeeded); infra: infra ÷ (failed + succeeded + infra); "
                "classified: classified ÷ failed_examined, no rate under the coverage threshold; "
                "coverage: examined ÷ run; "
                "coverage_failed: failed_examined ÷ failed"
            ),
        ),
        *_RATE,
        *_TREND,
    ),
    "days": (*_SCOPE, *_DAY, *_COUNTS, *_FAILURE_RATE, *_COVERAGE, *_HAS_DATA),
    "hours": (*_SCOPE, *_HOUR, *_COUNTS, *_FAILURE_RATE, *_COVERAGE, *_HAS_DATA),
    "signatures": (
        *_SCOPE,
        *_WINDOW,
        *_SIGNATURE,
        *_HITS,
        *_columns(
            "int64",
            failed="failed builds examined with the signature (any job)",
            unique="hits that no other signature has",
        ),
        *_columns("float64", share="hits ÷ failed", share_low="lower bound", share_high="upper bound"),
        # k = hits. n: builds of the jobs the signature was ever seen in (any outcome, any time in the store)
        # that succeeded since it was first looked for, or failed and were examined with it (in any version).
        *_SIGNATURE_RATE,
        *_columns(
            "float64", coverage="failed builds of its jobs that were examined with it ÷ those that ran"
        ),
        *_TREND,
        # The window against the 28 d before it: what `regressed` rests on.
        *_columns("int64", base_k="hits in the 28 d before the window", base_n="their n"),
        *_columns(
            "float64",
            base_rate="base_k ÷ base_n",
            base_change="rate − base_rate",
            base_change_low="lower bound",
            base_change_high="upper bound",
            base_p="p-value",
            base_q="q-value",
        ),
        *_columns("bool", regressed="significantly worse than the 28 d before the window"),
        *_columns(
            "timestamp", first_seen="end_time of the first hit in the store, in this scope", last_seen="last"
        ),
        *_columns("int64", projects="projects hit in the window"),
        *_columns("string", project_names="up to three of them, most hits first, comma-separated"),
        *_columns("int64", success_k="succeeded builds with a hit", success_n="hits + success_k"),
        # Succeeded builds count by the inverse of the share of them that was examined, failed ones too.
        *_columns(
            "float64",
            success_rate="succeeded ÷ matching builds, weighted",
            success_low="lower bound",
            success_high="upper bound",
        ),
        *_columns(
            "bool",
            success_bad="success_n is at least 10 and success_rate above 10 %",
            examined_before="failed builds before the window were examined with this very query",
            hidden="suppress_graph: classifies, but is not to be shown",
            known="false: hits exist but no such signature is loaded any more",
        ),
    ),
    "signature_days": (*_SCOPE, *_SIGNATURE, *_DAY, *_SIGNATURE_RATE),
    "signature_hours": (
        *_SIGNATURE,
        *_HOUR,
        *_columns("int64", k="hits", n="as in signatures"),
        *_columns("float64", rate="k ÷ n; null without data"),
        *_HAS_DATA,
    ),
    "breakdowns": (*_SIGNATURE, *_GROUP, *_WINDOW, *_SIGNATURE_RATE),
    "breakdown_days": (*_SIGNATURE, *_GROUP, *_DAY, *_HITS),
    "groups": (*_GROUP, *_columns("string", voting="as in the scope"), *_WINDOW, *_RATE, *_COUNTS, *_TREND),
    "group_days": (*_GROUP, *_DAY, *_COUNTS, *_FAILURE_RATE, *_HAS_DATA),
    "group_signatures": (
        *_GROUP,
        *_WINDOW,
        *_SIGNATURE,
        *_HITS,
        *_columns("int64", failed="failed builds of the group that were examined with it"),
    ),
    "overlaps": (
        *_SIGNATURE,
        *_columns("string", other="another signature"),
        *_columns("int64", both="failed builds both hit", hits="hits of `signature`"),
        *_columns("float64", share="both ÷ hits"),
        *_columns("int64", unique="hits of `signature` that no other has"),
    ),
    "recent_hits": (
        *_SIGNATURE,
        *_BUILD,
        *_columns("bool", voting="voting is not false"),
        *_LINE,
        *_columns("int64", lines="matching lines"),
        *_columns("string", excerpt="redacted lines"),
        *_columns("int64", excerpt_line="1-based number of its first line; null: none"),
        *_columns("bool", assumed="some metadata was unknown and taken as met"),
    ),
    "recent_failures": (
        *_BUILD,
        *_columns("string", signatures="ids, comma-separated; empty: unclassified"),
        *_columns("bool", examined="its logs were examined", voting="voting is not false"),
    ),
    "unclassified": (
        *_BUILD,
        *_LINE,
        *_columns("string", text="its likeliest failure line, redacted; may be empty"),
    ),
    "coverage": (
        *_columns("string", source="configured source", ci="CI", outcome="outcome"),
        *_WINDOW,
        *_columns("int64", run="final builds, voting or not", examined="of them examined"),
        *_columns("float64", rate="examined ÷ run"),
    ),
    "freshness": (
        *_columns("string", ci="CI"),
        *_columns("timestamp", newest="newest end_time not after its collection", collected="last collected"),
        *_columns("int64", builds="builds in the store"),
    ),
    "skipped": (
        *_columns("string", reason="why", source="configured source"),
        *_columns("int64", count="how many"),
        *_columns("string", path="an example", detail="its detail"),
    ),
    "odd": (
        *_columns("string", kind="kept, but odd: no metadata, no end time, …"),
        *_columns("int64", count="how many"),
        *_columns("string", example="a build's uuid"),
    ),
}
