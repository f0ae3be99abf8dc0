"""What becomes of a build that is seen again: knowledge is added, never lost."""

from __future__ import annotations

from collections.abc import Collection

import pandas as pd

#: Reasons of `skipped` that tell how a source as a whole answered.
TOO_OLD = "older than the raw rows kept"
OF_A_SOURCE = ("no builds", "source not usable", TOO_OLD)
#: Never null, so that a source guesses where it has no metadata: a guess never replaces knowledge.
_DEFAULTED = ("ci", "final", "source")


def builds(old: pd.DataFrame, new: pd.DataFrame) -> pd.DataFrame:
    """The rows of `new`, each completed by what `old` knew of the same build; both with unique build_uuid.

    A null never replaces a value, an unexamined build never an examined one, and a row that says
    nothing new keeps the time at which it was first collected.
    """
    before, after = old.set_index("build_uuid"), new.set_index("build_uuid")
    seen = after.index.intersection(before.index)
    if seen.empty:
        return new
    known, told = before.loc[seen], after.loc[seen]
    merged = pd.DataFrame({name: told[name].fillna(known[name]) for name in told.columns})
    _keep(merged, known, told["result"].isna() & known["result"].notna(), ("outcome",))
    _keep(merged, known, ~told["has_metadata"] & known["has_metadata"], (*_DEFAULTED, "has_metadata"))
    _keep(merged, known, ~told["examined"] & known["examined"], ("examined", "query_set"))
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
        merged[name] = merged[name].mask(where.astype(bool), known[name])


def findings(
    old: pd.DataFrame, new: pd.DataFrame, examined: Collection[str], identity: list[str]
) -> pd.DataFrame:
    """Hits or failure lines: what was found just now in the builds `examined` replaces what was before."""
    stays = old[~_among(old, examined)]
    return pd.concat([stays, new], ignore_index=True).drop_duplicates(identity, keep="last")


def _among(frame: pd.DataFrame, uuids: Collection[str]) -> pd.Series[bool]:
    # plain objects: the isin of Arrow strings takes seconds for half a million
    return frame["build_uuid"].astype(object).isin(uuids)


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
    identity = ["source", "path", "reason", "detail", "build_uuid"]
    noticed = old.loc[again, [*identity, "collected"]].drop_duplicates(identity)
    told = new.drop_duplicates(identity).merge(noticed, on=identity, how="left", suffixes=("", "_first"))
    told["collected"] = told.pop("collected_first").fillna(told["collected"])
    return pd.concat([old[~again], told], ignore_index=True).drop_duplicates(identity)
