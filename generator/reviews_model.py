"""The tables of code review: changes, what CIs say of them, and how they vote; `model` lists them."""

from __future__ import annotations

from generator.schema import Column, Schema

_SERVER = Column("server", "string", "host name of the Gerrit, e.g. review.example.org; never null")
_CHANGE = Column("change", "int64", "number of the change; never null")
_ACCOUNT = Column("account", "string", "username of a CI's account, `#` and its number where it has none")

CHANGES: Schema = (
    _SERVER,
    _CHANGE,
    Column("project", "string", "e.g. openstack/nova; never null"),
    Column("branch", "string", "e.g. master"),
    Column("subject", "string", "first line of its message, redacted and cut"),
    Column("owner", "string", "hash of who owns it, salted by server: tells owners apart"),
    Column("status", "string", "NEW, MERGED or ABANDONED; null is unknown"),
    Column("created", "timestamp", "UTC; null is unknown"),
    Column("updated", "timestamp", "UTC; when anything of it changed last"),
    Column("current", "int64", "number of its newest patch set, as far as is known"),
    Column("whole", "bool", "read as a whole, not from single events: its votes are all known; never null"),
    Column("source", "string", "name of the configured source that yielded it; never null"),
    Column("collected", "timestamp", "when this row was collected; never null"),
)

PATCHSETS: Schema = (
    _SERVER,
    _CHANGE,
    Column("patchset", "int64", "its number, from 1 on; never null; unique together with server and change"),
    Column("created", "timestamp", "UTC; when it was uploaded"),
    Column("kind", "string", "Gerrit's word: REWORK, TRIVIAL_REBASE, NO_CODE_CHANGE, …; null is unknown"),
    Column("paths", "string", "files that it changes, newline-separated, the first of them; null is unknown"),
    Column("files", "int64", "how many files it changes; null is unknown"),
    Column("source", "string", "name of the configured source that yielded it; never null"),
    Column("collected", "timestamp", "when this row was collected; never null"),
)

#: What a comment is: of a CI results, the word that it began, a vote taken back without a word, or something
#: else; of a person a recheck.
COMMENT_KINDS = ("result", "start", "vote", "unread", "recheck")

COMMENTS: Schema = (
    Column("comment", "string", "identity of the comment; never null, unique"),
    _SERVER,
    _CHANGE,
    Column("patchset", "int64", "the patch set that it speaks of; null is unknown"),
    _ACCOUNT._replace(meaning=_ACCOUNT.meaning + "; null: a person"),
    Column("time", "timestamp", "UTC; when it was written"),
    Column("kind", "string", "result, start, vote or unread: of a CI; recheck: of a person; never null"),
    Column("outcome", "string", "success, failure, infra or neutral; null where no result was understood"),
    Column("vote", "int64", "the vote given with it; 0: one was taken back; null: none"),
    Column("label", "string", "what was voted on, e.g. Verified"),
    Column("pipeline", "string", "as the comment names it, e.g. check"),
    Column("jobs", "int64", "number of rows with a result that were read in it"),
    Column("compliant", "bool", "its rows are such as Gerrit's Zuul summary shows; null: not a result"),
    Column("text", "string", "of unread ones the beginning, redacted; of rechecks the words that asked"),
    Column("source", "string", "name of the configured source that yielded it; never null"),
    Column("collected", "timestamp", "when this row was collected; never null"),
)

JOB_RESULTS: Schema = (
    Column("comment", "string", "the comment that told it; never null; unique together with row"),
    Column("row", "int64", "1-based number of the result in the comment; never null"),
    Column("time", "timestamp", "UTC; of the comment"),
    Column("job", "string", "job name; never null"),
    Column("result", "string", "the CI's own word, in capitals; never null"),
    Column("outcome", "string", "success, failure, infra or neutral; never null"),
    Column("voting", "bool", "false: said to be non-voting; never null"),
    Column("duration_s", "float64", "seconds; null where it was not told"),
    Column("url", "string", "where the comment says that the result is; http or https only"),
)

VOTES: Schema = (
    _SERVER,
    _CHANGE,
    Column("patchset", "int64", "the patch set that it is on; never null"),
    _ACCOUNT,
    Column("label", "string", "e.g. Verified; never null; unique together with all before"),
    Column("value", "int64", "−2 to 2; 0: taken back; never null"),
    Column("time", "timestamp", "UTC; when it was given; null is unknown"),
    Column("source", "string", "name of the configured source that yielded it; never null"),
    Column("collected", "timestamp", "when this row was collected; never null"),
)

ACCOUNTS: Schema = (
    _SERVER,
    _ACCOUNT._replace(meaning=_ACCOUNT.meaning + "; never null; unique together with server"),
    Column("name", "string", "what the account is called, e.g. Example Storage CI"),
    Column("tagged", "bool", "it tagged a comment as written by a machine; never null"),
    Column("source", "string", "name of the configured source that yielded it; never null"),
    Column("collected", "timestamp", "when it was first seen; never null"),
)
