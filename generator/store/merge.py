"""What becomes of a build that is seen again: knowledge is added, never lost."""

from __future__ import annotations

from collections.abc import Collection

import pandas as pd

from generator.model import CLOSED, NOT_FETCHED, NOT_USABLE, NOTHING, OTHER_BUILDS, OUTSIDE, PARTLY, REFUSED

#: Reasons of `skipped` that tell how a source as a whole answered.
TOO_OLD = "older than the raw rows kept"
OF_A_SOURCE = (
    "no builds",
    NOT_USABLE,
    TOO_OLD,
    OUTSIDE,
    NOTHING,
    OTHER_BUILDS,
    REFUSED,
    CLOSED,
    PARTLY,
    NOT_FETCHED,
)
#: Never null, so that a source guesses where it has no metadata: a guess never replaces knowledge.
_DEFAULTED = ("ci", "final", "source")
#: What makes a row of `skipped` the same as another.
NOTICE = ["source", "path", "reason", "detail", "build_uuid"]
#: What makes a change the same as another.
CHANGE = ["server", "change"]
#: On one day.
_QUESTION = ["source", "query_hash"]


def builds(old: pd.DataFrame, new: pd.DataFrame) -> pd.DataFrame:
    """The rows of `new`, each completed by what `old` knew of the same build; both with unique build_uuid.

    A null never replaces a value, an unexamined build never what is known of the logs of an examined one,
    and a row that says nothing new keeps the time at which it was first collected.
    """
    before, after = old.set_index("build_uuid"), new.set_index("build_uuid")
    seen = after.index.intersection(before.index)
    if seen.empty:
        return new
    known, told = before.loc[seen], after.loc[seen]
    merged = pd.DataFrame({name: told[name].fillna(known[name]) for name in told.columns})
    _keep(merged, known, told["result"].isna() & known["result"].notna(), ("outcome",))
    _keep(merged, known, ~told["has_metadata"] & known["has_metadata"], (*_DEFAULTED, "has_metadata"))
    unread = ~told["examined"] & known["examined"]
    _keep(merged, known, unread, ("examined", "query_set", "log_url", "source"))
    # who tells how long it ran knows when; others have the times of its first and last line
    _keep(merged, known, told["duration_s"].isna() & known["duration_s"].notna(), ("start_time", "end_time"))
    _keep(merged, known, _same(merged, known), ("collected",))
    fresh = after.loc[after.index.difference(seen)]
    return pd.concat([merged, fresh]).rename_axis("build_uuid").reset_index()[list(new.columns)]


def _same(merged: pd.DataFrame, known: pd.DataFrame) -> pd.Series[bool]:
    """Which builds are as they were known, but for the time of collection."""
    facts = merged.drop(columns="collected")
    before = known[facts.columns]
    return ((facts == before).fillna(False) | (facts.isna() & before.isna())).all(axis=1)


def _keep(
    merged: pd.DataFrame, known: pd.DataFrame, where: pd.Series[bool], columns: tuple[str, ...]
) -> None:
    for name in columns:
        merged[name] = merged[name].mask(where.astype(bool) & known[name].notna(), known[name])


def findings(
    old: pd.DataFrame, new: pd.DataFrame, examined: Collection[str], identity: list[str]
) -> pd.DataFrame:
    """Hits or failure lines: what was found just now in the builds `examined` replaces what was before."""
    stays = old[~_among(old, examined)]
    return pd.concat([stays, new], ignore_index=True).drop_duplicates(identity, keep="last")


def _among(frame: pd.DataFrame, uuids: Collection[str]) -> pd.Series[bool]:
    # plain objects: the isin of Arrow strings takes seconds for half a million
    return frame["build_uuid"].astype(object).isin(uuids)


def sources(old: pd.DataFrame, new: pd.DataFrame) -> pd.DataFrame:
    """What each source shows of each CI, as it was said last."""
    return pd.concat([old, new], ignore_index=True).drop_duplicates(["source", "ci"], keep="last")


def cursors(old: pd.DataFrame, new: pd.DataFrame) -> pd.DataFrame:
    """How far each source was read, as it was said last."""
    return pd.concat([old, new], ignore_index=True).drop_duplicates(["source", "kind"], keep="last")


def changes(old: pd.DataFrame, new: pd.DataFrame) -> pd.DataFrame:
    """All changes: of what was told twice the newest counts, and a null never replaces a value."""
    told = pd.concat([old, new], ignore_index=True).sort_values("updated", kind="stable", na_position="first")
    # `last` passes over nulls
    told = told.groupby(CHANGE, as_index=False, sort=False).last()[list(new.columns)]
    return anew(old, told, CHANGE)


def anew(old: pd.DataFrame, new: pd.DataFrame, identity: list[str]) -> pd.DataFrame:
    """All rows: what is told anew goes before, a null never replaces a value.

    A row that says nothing new keeps the time at which it was first collected.
    """
    told = new.drop_duplicates(identity, keep="last")
    if old.empty:
        return told
    before, after = old.set_index(identity), told.set_index(identity)
    seen = after.index.intersection(before.index)
    known, fresh = before.loc[seen], after.loc[seen]
    merged = pd.DataFrame({name: fresh[name].fillna(known[name]) for name in fresh.columns}, index=seen)
    _keep(merged, known, _same(merged, known), ("collected",))
    parts = [part for part in (before.drop(seen), merged, after.drop(seen)) if len(part)]
    return pd.concat(parts or [before]).reset_index()[list(new.columns)]


def votes(old: pd.DataFrame, new: pd.DataFrame, whole: pd.DataFrame) -> pd.DataFrame:
    """The votes as they stand; those of the changes `whole` were all told anew."""
    identity = [*CHANGE, "patchset", "account", "label"]
    both = pd.concat([old[~among(old, whole)], new], ignore_index=True)
    both = both.sort_values("time", kind="stable", na_position="first")
    stand = both.drop_duplicates(identity, keep="last")
    return anew(old[among(old, stand, identity)], stand, identity)


def accounts(old: pd.DataFrame, new: pd.DataFrame) -> pd.DataFrame:
    """All accounts of CIs: their newest name, and whether any comment of theirs was tagged."""
    both = pd.concat([old, new], ignore_index=True)
    by = both.groupby(["server", "account"], as_index=False, sort=False)
    merged = by.last()
    merged["tagged"], merged["collected"] = by["tagged"].max()["tagged"], by["collected"].min()["collected"]
    return merged[list(new.columns)]


def among(frame: pd.DataFrame, others: pd.DataFrame, identity: list[str] = CHANGE) -> pd.Series[bool]:
    """Which rows are of one of these others: of these changes."""
    keys = pd.MultiIndex.from_frame(others[identity].astype(object))
    return pd.Series(pd.MultiIndex.from_frame(frame[identity].astype(object)).isin(keys), index=frame.index)


def asked(old: pd.DataFrame, new: pd.DataFrame) -> pd.DataFrame:
    """What was asked of the indices on one day: a failure does not undo what was finished."""
    finished = old[old["complete"].fillna(False)]
    stands = new[whole(new) | ~_same_question(new, finished)].drop_duplicates(_QUESTION, keep="last")
    return pd.concat([old[~_same_question(old, stands)], stands], ignore_index=True)


def answers(old: pd.DataFrame, new: pd.DataFrame, questions: pd.DataFrame) -> pd.DataFrame:
    """Their answers; those to `questions`, rows of `asked`, were given anew and replace what was before."""
    told = new[_same_question(new, questions)].drop_duplicates([*_QUESTION, "build_uuid"], keep="last")
    return pd.concat([old[~_same_question(old, questions)], told], ignore_index=True)


def whole(asked: pd.DataFrame) -> pd.Series[bool]:
    """Which rows of `asked` have an answer that is all there."""
    return asked["reason"].isna()


def _same_question(frame: pd.DataFrame, questions: pd.DataFrame) -> pd.Series[bool]:
    keys = pd.MultiIndex.from_frame(questions[_QUESTION].astype(object))
    among = pd.MultiIndex.from_frame(frame[_QUESTION].astype(object)).isin(keys)
    return pd.Series(among, index=frame.index)


def queries(old: pd.DataFrame, new: pd.DataFrame) -> pd.DataFrame:
    """All sets of queries that were ever used."""
    return pd.concat([old, new], ignore_index=True).drop_duplicates(["query_set", "signature"], keep="last")


def skipped(
    old: pd.DataFrame, new: pd.DataFrame, examined: Collection[str], sources: Collection[str]
) -> pd.DataFrame:
    """What was skipped: once each, with the time of the first notice; of a build read anew only what is new.

    Signature files are read whole at each collection, so what was said of them before is void; and so is
    what was said of the `sources` as a whole, which have now answered anew.
    """
    whole = old["source"].isin(list(sources)) & old["reason"].isin(OF_A_SOURCE)
    again = _among(old, examined) | (old["source"] == "signatures").fillna(False) | whole.fillna(False)
    noticed = old.loc[again, [*NOTICE, "collected"]].drop_duplicates(NOTICE)
    told = new.drop_duplicates(NOTICE).merge(noticed, on=NOTICE, how="left", suffixes=("", "_first"))
    told["collected"] = told.pop("collected_first").fillna(told["collected"])
    return pd.concat([old[~again], told], ignore_index=True).drop_duplicates(NOTICE)
