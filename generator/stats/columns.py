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

from generator.model import Schema
from generator.stats.fragments import (
    BUILD,
    COUNTS,
    COVERAGE,
    DAY,
    FAILURE_RATE,
    GROUP,
    HAS_DATA,
    HITS,
    HOUR,
    LINE,
    LOOKED_AT,
    PARTIAL,
    RATE,
    SCOPE,
    SIGNATURE,
    SIGNATURE_RATE,
    TREND,
    WINDOW,
    columns,
)
from generator.stats.third_party.columns import THIRD_PARTY

#: Pipeline value of all pipelines together, and dimension value of what no source told.
ALL = "*"
UNKNOWN = "(unknown)"

RESULTS: dict[str, Schema] = {
    "totals": (
        *SCOPE,
        *WINDOW,
        *columns(
            "string",
            figure=(
                "failed: failed ÷ (failed + succeeded); infra: infra ÷ (failed + succeeded + infra); "
                "classified: classified ÷ failed_examined, no rate under the coverage threshold; "
                "coverage: examined ÷ run; "
                "coverage_failed: failed_examined ÷ failed"
            ),
        ),
        *RATE,
        *TREND,
        *PARTIAL,
    ),
    "days": (*SCOPE, *DAY, *COUNTS, *FAILURE_RATE, *COVERAGE, *HAS_DATA, *PARTIAL),
    "hours": (*SCOPE, *HOUR, *COUNTS, *FAILURE_RATE, *COVERAGE, *HAS_DATA, *PARTIAL),
    "signatures": (
        *SCOPE,
        *WINDOW,
        *SIGNATURE,
        *HITS,
        *LOOKED_AT,
        *columns("int64", unique="hits that no other signature has"),
        *columns("float64", share="hits ÷ failed", share_low="lower bound", share_high="upper bound"),
        # k = hits. n: builds of the jobs the signature was ever seen in (any outcome, any time in the store)
        # that succeeded since it was first looked for, or failed and were examined with it (in any version).
        *SIGNATURE_RATE,
        *columns("float64", coverage="failed builds of its jobs that were examined with it ÷ those that ran"),
        *TREND,
        # The window against the 28 d before it: what `regressed` rests on.
        *columns("int64", base_k="hits in the 28 d before the window", base_n="their n"),
        *columns(
            "float64",
            base_rate="base_k ÷ base_n",
            base_change="rate − base_rate",
            base_change_low="lower bound",
            base_change_high="upper bound",
            base_p="p-value",
            base_q="q-value",
        ),
        *columns("bool", regressed="significantly worse than the 28 d before the window"),
        *columns(
            "timestamp", first_seen="end_time of the first hit in the store, in this scope", last_seen="last"
        ),
        *columns("int64", projects="projects hit in the window"),
        *columns("string", project_names="up to three of them, most hits first, comma-separated"),
        *columns("int64", success_k="succeeded builds with a hit", success_n="hits + success_k"),
        # Succeeded builds count by the inverse of the share of them that was examined, failed ones too.
        *columns(
            "float64",
            success_rate="succeeded ÷ matching builds, weighted",
            success_low="lower bound",
            success_high="upper bound",
        ),
        *columns(
            "bool",
            success_bad="success_n is at least 10 and success_rate above 10 %",
            examined_before="failed builds before the window were examined with this very query",
            hidden="suppress_graph: classifies, but is not to be shown",
            removed="its file is gone or refused: new builds are not examined with it",
        ),
        *PARTIAL,
    ),
    "signature_days": (*SCOPE, *SIGNATURE, *DAY, *SIGNATURE_RATE, *HITS, *LOOKED_AT, *PARTIAL),
    "signature_hours": (
        *SIGNATURE,
        *HOUR,
        *columns("int64", k="hits", n="as in signatures"),
        *columns("float64", rate="k ÷ n; null without data"),
        *HAS_DATA,
    ),
    "breakdowns": (*SIGNATURE, *GROUP, *WINDOW, *SIGNATURE_RATE, *HITS),
    "breakdown_days": (*SIGNATURE, *GROUP, *DAY, *HITS),
    "groups": (
        *GROUP,
        *columns("string", voting="as in the scope"),
        *WINDOW,
        *RATE,
        *COUNTS,
        *TREND,
        *PARTIAL,
    ),
    "group_days": (*GROUP, *DAY, *COUNTS, *FAILURE_RATE, *COVERAGE, *HAS_DATA, *PARTIAL),
    "buildsets": (
        *columns(
            "string",
            ci="CI, or `*`: all together",
            pipeline="name; of those with rows of their own",
            window="24h, 7d, 10d or 28d",
            figure=(
                "passed: buildsets that passed ÷ that passed or failed; first_pass: those of changes that "
                "passed at the first try of their patch set in that pipeline ÷ all of changes, any try"
            ),
        ),
        *RATE,
        *TREND,
        *PARTIAL,
    ),
    "first_pass_without": (
        *SIGNATURE,
        *columns("string", pipeline="name; of those with rows of their own", window="7d or 28d"),
        *columns("int64", gained="first tries that failed, all of whose builds at fault the signature hit"),
        # k: as of figure first_pass of `buildsets`, and `gained`. A build at fault votes and did not pass.
        *RATE,
    ),
    "group_signatures": (
        *GROUP,
        *WINDOW,
        *SIGNATURE,
        *HITS,
        *columns("int64", failed="failed builds of the group that were examined with it"),
    ),
    "overlaps": (
        *SIGNATURE,
        *columns("string", other="another signature"),
        *columns("int64", both="failed builds both hit", hits="hits of `signature`"),
        *columns("float64", share="both ÷ hits"),
        *columns("int64", unique="hits of `signature` that no other has"),
    ),
    "recent_hits": (
        *SIGNATURE,
        *BUILD,
        *columns("bool", voting="voting is not false"),
        *LINE,
        *columns("int64", lines="matching lines"),
        *columns("string", excerpt="redacted lines"),
        *columns("int64", excerpt_line="1-based number of its first line; null: none"),
        *columns("bool", assumed="some metadata was unknown and taken as met"),
    ),
    "recent_failures": (
        *BUILD,
        *columns("string", signatures="ids, comma-separated; empty: unclassified"),
        *columns("bool", examined="its logs were examined", voting="voting is not false"),
    ),
    "unclassified": (
        *BUILD,
        *LINE,
        *columns("string", tenant="Zuul tenant", text="its likeliest failure line, redacted; may be empty"),
    ),
    "failure_lines": (
        *columns("string", build_uuid="a build of `unclassified`"),
        *LINE,
        *columns("string", text="the line, redacted and cut"),
        *columns("float64", score="how likely it is the failure; larger is likelier"),
    ),
    "queries": (
        *columns("string", signature="signature id", query_hash="hash of its query"),
        *columns("string", title="what people call it", bug="link to the bug", query="as written"),
        *columns("timestamp", removed="since when it is not looked for; null: it is"),
    ),
    "coverage": (
        *columns("string", ci="CI", outcome="outcome"),
        *WINDOW,
        *columns("int64", run="final builds, voting or not", examined="of them examined"),
        *columns("float64", rate="examined ÷ run"),
    ),
    "freshness": (
        *columns("string", ci="CI"),
        *columns("timestamp", newest="newest end_time not after its collection", collected="last collected"),
        *columns("int64", builds="builds in the store"),
    ),
    "skipped": (
        *columns("string", reason="why", source="configured source"),
        *columns("int64", count="how many"),
        *columns("string", path="an example", detail="its detail"),
    ),
    "partial": (
        *columns("string", source="configured source"),
        *columns("timestamp", day="midnight UTC of a day for which it did not answer completely"),
        *columns("string", reason="why"),
        *columns(
            "bool", builds="the builds themselves are not known", buildsets="sets of them are not known"
        ),
        *columns("int64", signatures="of how many signatures hits may be missing"),
        *columns("string", names="up to three of them, comma-separated"),
    ),
    "history": (
        *columns("string", ci="CI; `*`: all together", unit="week (from Monday on) or month"),
        *columns("timestamp", start="midnight UTC of its first day", first="first day with builds, if any"),
        *COUNTS,
        *columns("int64", k="failed builds of CIs that show both", n="failed and succeeded ones of these"),
        *FAILURE_RATE,
        *columns("float64", coverage="examined ÷ run, of CIs that show builds that passed; null for run = 0"),
        *HAS_DATA,
        *columns("int64", days="days with builds", length="days between the first and the last collected"),
        *columns("bool", complete="all its days are between these"),
    ),
    "signature_history": (
        *SIGNATURE,
        *columns("timestamp", first="day of the first hit ever collected", last="day of the last one"),
        *HITS,
        *columns("int64", days="days with hits"),
    ),
    "odd": (
        *columns("string", kind="kept, but odd: no metadata, no end time, …"),
        *columns("int64", count="how many"),
        *columns("string", example="a build's uuid"),
    ),
    **THIRD_PARTY,
}
