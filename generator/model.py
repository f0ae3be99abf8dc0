"""The tables of Gatepost: column names, types, meaning. Plain data; importing it costs nothing.

Types are Arrow's names. A `timestamp` is UTC with microseconds; every column may hold nulls
unless its meaning says otherwise, and an all-null column keeps its type in memory and on disk.
"""

from __future__ import annotations

from generator.reviews_model import ACCOUNTS, CHANGES, COMMENTS, JOB_RESULTS, PATCHSETS, VOTES
from generator.schema import Column as Column
from generator.schema import Schema as Schema
from generator.schema import Type as Type

SCHEMA_VERSION = 1

OUTCOMES = ("success", "failure", "infra", "neutral")

BUILDS: Schema = (
    Column("build_uuid", "string", "identity of the build; never null, unique"),
    Column("tenant", "string", "Zuul tenant"),
    Column(
        "ci",
        "string",
        "the system that ran it: a Zuul tenant, a Jenkins, a third party's account; never null",
    ),
    Column("pipeline", "string", "e.g. gate"),
    Column("job", "string", "job name"),
    Column("project", "string", "e.g. openstack/nova"),
    Column("branch", "string", "e.g. stable/2026.2"),
    Column("change", "int64", "number of the change in review"),
    Column("patchset", "string", "patch set of the change"),
    Column("ref", "string", "git ref"),
    Column("buildset", "string", "identity of the set of builds that were started together"),
    Column("result", "string", "the CI's own word, e.g. TIMED_OUT; null while unknown"),
    Column("outcome", "string", "success, failure, infra or neutral; never null"),
    Column("voting", "bool", "null is unknown"),
    Column("final", "bool", "false: Zuul retried it; never null"),
    Column("provider", "string", "cloud that gave the nodes"),
    Column("region", "string", "region of that cloud"),
    Column("nodes", "int64", "number of nodes"),
    Column("start_time", "timestamp", "UTC"),
    Column("end_time", "timestamp", "UTC; null if no source gave one: kept and counted, in no window"),
    Column("duration_s", "float64", "seconds"),
    Column("log_url", "string", "folder of its logs"),
    Column("source", "string", "name of the configured source that yielded it; never null"),
    Column("examined", "bool", "its logs were searched for signatures; never null"),
    Column("query_set", "string", "id of the set of queries it was examined with (table `queries`)"),
    Column("has_metadata", "bool", "false: no usable inventory or build record was found; never null"),
    Column("collected", "timestamp", "when this row was collected; never null"),
)

HITS: Schema = (
    Column("build_uuid", "string", "never null; unique together with signature"),
    Column("signature", "string", "signature id; never null"),
    Column("query_hash", "string", "hash of the query that matched"),
    Column("lines", "int64", "number of lines of the build that matched; at least 1"),
    Column("file", "string", "file of the first matching line, relative to the build's folder"),
    Column("line", "int64", "1-based number of the first matching line in that file"),
    Column("excerpt", "string", "that line with its neighbours, redacted and cut; newline-separated"),
    Column("excerpt_line", "int64", "1-based number of the excerpt's first line in the file"),
    Column("assumed", "bool", "true: some metadata that the query asks for was unknown and taken as met"),
)

FAILURE_LINES: Schema = (
    Column("build_uuid", "string", "an unclassified failed build; never null"),
    Column("file", "string", "file of the line"),
    Column("line", "int64", "1-based line number"),
    Column("text", "string", "the line, redacted and cut"),
    Column("score", "float64", "how likely it is the failure; larger is likelier"),
)

SKIPPED: Schema = (
    Column("source", "string", "name of the configured source, or `signatures`"),
    Column("path", "string", "what was skipped or only partly read"),
    Column("reason", "string", "short, the same words for the same reason"),
    Column("detail", "string", "what exactly, redacted"),
    Column("build_uuid", "string", "the build it belongs to, if known"),
    Column("collected", "timestamp", "when it was noticed"),
)

QUERIES: Schema = (
    Column("query_set", "string", "id of the set"),
    Column("signature", "string", "signature id"),
    Column("query_hash", "string", "hash of its query"),
)

SIGNATURES: Schema = (
    Column("signature", "string", "id, often a bug number; never null, unique"),
    Column("title", "string", "what people call it; null where the file has none"),
    Column("bug", "string", "link to the bug"),
    Column("query", "string", "the query as written"),
    Column("query_hash", "string", "hash of the query"),
    Column("owner", "string", "who looks after it"),
    Column("path", "string", "name of its file"),
    Column("suppress_graph", "bool", "classifies, but is not shown"),
    Column("allow_nonvoting", "bool", "non-voting builds count too"),
    Column("resolved_at", "timestamp", "the day its bug was said to be fixed"),
    Column("removed", "timestamp", "first collection without it, its file gone or refused; null: looked for"),
    Column("hit_first", "timestamp", "midnight UTC of the first day with a hit; only of a removed one"),
    Column("hit_last", "timestamp", "the same of the last day"),
    Column("hit_builds", "int64", "so many builds it matched; only of a removed one"),
)

ASKED: Schema = (
    Column("source", "string", "configured source, an index or a Zuul; never null"),
    Column("day", "timestamp", "midnight UTC: the documents of that day were asked for; never null"),
    Column("query_hash", "string", "hash of the query; with `builds-` or `buildsets-` of their definition"),
    Column("complete", "bool", "the answer was whole, and the day and its lag were over: not asked again"),
    Column("reason", "string", "why the answer is not whole, or there is none; null if it is"),
    Column("asked", "timestamp", "when it was asked"),
)

ANSWERS: Schema = (
    Column("source", "string", "as in `asked`; unique together with day, query_hash and build_uuid"),
    Column("day", "timestamp", "as in `asked`"),
    Column("query_hash", "string", "as in `asked`"),
    Column("build_uuid", "string", "a build that has documents of that day which the query matches"),
    Column("lines", "int64", "how many"),
    Column("first", "timestamp", "time of the first of them, UTC"),
    Column("last", "timestamp", "time of the last of them, UTC"),
)

SOURCES: Schema = (
    Column("source", "string", "name of the configured source; unique together with ci"),
    Column("ci", "string", "a CI whose builds it yields"),
    Column("kind", "string", "its type in the configuration"),
    Column("passed", "bool", "false: it cannot show builds that passed, so no failure rate follows from it"),
)

BUILDSETS: Schema = (
    Column(
        "buildset", "string", "identity of the set of builds that were started together; never null, unique"
    ),
    Column("tenant", "string", "Zuul tenant"),
    Column("ci", "string", "as in `builds`; never null"),
    Column("pipeline", "string", "e.g. gate"),
    Column("project", "string", "e.g. openstack/nova; of several changes that of the first, as all to `ref`"),
    Column("branch", "string", "e.g. stable/2026.2"),
    Column("change", "int64", "number of the change in review"),
    Column("patchset", "string", "patch set of the change"),
    Column("ref", "string", "git ref"),
    Column("changes", "int64", "how many changes were tested together; null is unknown"),
    Column("result", "string", "the CI's own word, e.g. FAILURE; null while it runs"),
    Column("event_time", "timestamp", "UTC; when the event came that started it"),
    Column("start_time", "timestamp", "UTC; of its first build"),
    Column("end_time", "timestamp", "UTC; of its last build"),
    Column("source", "string", "name of the configured source that yielded it; never null"),
    Column("collected", "timestamp", "when this row was collected; never null"),
)

CURSORS: Schema = (
    Column("source", "string", "name of the configured source; never null; unique together with kind"),
    Column("kind", "string", "`builds`, `buildsets` or `changes`; never null"),
    Column("tenant", "string", "Zuul tenant"),
    Column(
        "scope",
        "string",
        "hash of what was asked for: address, tenant, pipelines; of another it says nothing",
    ),
    Column("upto", "int64", "all were taken up to this number of Zuul's; null where Zuul tells no numbers"),
    Column("reached", "timestamp", "where it tells none: all were taken that started before"),
    Column("collected", "timestamp", "when that was"),
)

#: Source of rows of `skipped` about files of the state itself.
STORE = "store"
#: Reason of `skipped`: the source as a whole did not answer.
NOT_USABLE = "source not usable"
#: Reasons of `skipped` about an index as a whole: said anew by each collection.
OUTSIDE, NOTHING = "outside the days asked", "no documents in the days asked"
OTHER_BUILDS, REFUSED = "hits of other builds", "query refused by the index"
CLOSED = "closed index"
#: The same about a Zuul: its answers broke off; from there on it is asked again.
PARTLY = "not all received"
#: Path of such rows where the source is of reviews, which say nothing of builds; and kind of its cursor.
OF_REVIEWS = "changes"
#: The same about a log server: how many builds wait, and what for.
NOT_FETCHED = "logs not fetched yet"
#: A reason of `asked`: the day was quiet, or its documents are lost.
NO_DOCUMENTS = "no documents"

_DIMENSIONS: Schema = (
    Column("day", "timestamp", "midnight UTC of the end_time's day"),
    *(
        c
        for c in BUILDS
        if c.name
        in (
            "ci",
            "tenant",
            "pipeline",
            "job",
            "project",
            "branch",
            "provider",
            "outcome",
            "voting",
            "final",
            "examined",
        )
    ),
    Column("classified", "bool", "had at least one hit"),
)
ROLLUP_BUILDS: Schema = (
    *_DIMENSIONS,
    Column("builds", "int64", "number of builds"),
    Column("duration_s", "float64", "sum of their durations, seconds"),
)
ROLLUP_HITS: Schema = (
    *_DIMENSIONS,
    Column("signature", "string", "signature id"),
    Column(
        "hits",
        "int64",
        "number of builds with a hit; a build may have several signatures: never sum over them",
    ),
)

#: The rollups without what only grows them: small, however far back they go.
_NARROW = ("day", "ci", "outcome", "voting", "final", "examined", "classified", "signature")
HISTORY_BUILDS: Schema = tuple(c for c in ROLLUP_BUILDS if c.name in (*_NARROW, "builds"))
HISTORY_HITS: Schema = tuple(
    c for c in ROLLUP_HITS if c.name in ("day", "outcome", "voting", "final", "signature", "hits")
)

#: What one collection yields and the store keeps, by table name; the last two the store makes of rollups.
TABLES: dict[str, Schema] = {
    "builds": BUILDS,
    "hits": HITS,
    "failure_lines": FAILURE_LINES,
    "skipped": SKIPPED,
    "queries": QUERIES,
    "signatures": SIGNATURES,
    "sources": SOURCES,
    "asked": ASKED,
    "answers": ANSWERS,
    "buildsets": BUILDSETS,
    "cursors": CURSORS,
    "changes": CHANGES,
    "patchsets": PATCHSETS,
    "comments": COMMENTS,
    "job_results": JOB_RESULTS,
    "votes": VOTES,
    "accounts": ACCOUNTS,
    "history_builds": HISTORY_BUILDS,
    "history_hits": HISTORY_HITS,
}
