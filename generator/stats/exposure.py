"""Which builds could have shown a signature: what its rates are out of.

Builds of one job, outcome, query set, vote and age class are alike to all signatures; such a set is a kind.
A weight matrix (kinds × signatures, 0 or 1) says for which signatures a kind counts.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from generator.stats.base import FAILURE, SUCCESS, Base, flags
from generator.stats.intervals import Bools, Ints
from generator.tables import Tables

Weights = NDArray[np.float32]
Voting = Literal["voting", "all"]
VOTING: tuple[Voting, ...] = ("voting", "all")


@dataclass(frozen=True)
class Looked:
    """What was looked for in which build, and what a signature's file says of it."""

    #: Query sets (and −1, the last row: unknown) × signatures: any version of it, this very one.
    knows: Bools
    exact: Bools
    #: By signature, in the order of `Base.signatures`.
    allow_nonvoting: Bools
    hidden: Bools
    removed: Bools
    #: Jobs × signatures: the job had a hit, of a build of any outcome.
    jobs: Bools


def looked(base: Base, tables: Tables) -> Looked:
    """What `queries` and `signatures` say; without any queries, all were looked for in all builds."""
    files = tables.signatures.drop_duplicates("signature").set_index("signature")
    files = files.reindex(pd.Index(base.signatures, dtype=tables.signatures["signature"].dtype))
    current = files["query_hash"]
    shape = (len(base.query_sets) + 1, len(base.signatures))
    knows, exact = np.zeros(shape, dtype=np.bool_), np.zeros(shape, dtype=np.bool_)
    if len(tables.queries):
        queries = tables.queries
        row = pd.Index(base.query_sets).get_indexer(pd.Index(queries["query_set"].astype(object)))
        column = pd.Index(base.signatures).get_indexer(pd.Index(queries["signature"].astype(object)))
        use = (row >= 0) & (column >= 0)
        same = flags(queries["query_hash"] == current.reindex(queries["signature"]).to_numpy(), False)
        knows[row[use], column[use]] = True
        exact[row[use & same], column[use & same]] = True
        # examined, but nobody noted with what: good for a rate, no proof that it was this very query
        knows[-1] = True
    else:
        knows[:], exact[:] = True, True
    # a hit proves that its signature was looked for in the builds of that set
    knows[base.query_set[base.hit_build], base.hit_signature] = True
    jobs = np.zeros((len(base.dims["job"].values), shape[1]), dtype=np.bool_)
    jobs[base.dims["job"].codes[base.hit_build], base.hit_signature] = True
    removed = files["removed"].notna().to_numpy(dtype=np.bool_)
    allow, hidden = flags(files["allow_nonvoting"], False), flags(files["suppress_graph"], False)
    return Looked(knows, exact, allow, hidden, removed, jobs)


@dataclass(frozen=True)
class Lens:
    """One voting scope's view: which kinds and which hits count for which signature."""

    #: Kind of each build; −1: neither failed nor succeeded.
    kind: Ints
    #: Out of which a rate is: failed and looked at, or succeeded since the signature was first looked for.
    completed: Weights
    #: Kinds × 1: of CIs that show builds that passed.
    rated: Weights
    #: Failed builds of its jobs, and those of them that were looked at; of any job.
    failed_run: Weights
    failed_seen: Weights
    failed_any: Weights
    #: Succeeded builds of its jobs since then, and those of them that were looked at.
    success_run: Weights
    success_seen: Weights
    #: Hits (elements of `Base.hit_*`) of failed builds; those of rated builds, failed and succeeded.
    failed_hits: Ints
    rated_hits: Ints
    success_hits: Ints


def lens(base: Base, seen: Looked, scope: Voting) -> Lens:
    """The view of a scope; non-voting builds count in `all`, and for signatures that allow them."""
    kind, of = _kinds(base, seen)
    job, query_set, age, failed, examined, votes, passing = (of[:, i] for i in range(7))
    counts = (votes[:, None] == 1) | (scope == "all") | seen.allow_nonvoting[None, :]
    its_job = seen.jobs[job] & counts
    read = (examined[:, None] == 1) & seen.knows[query_set]
    failed_kind, since = (failed == 1)[:, None], age[:, None] >= _first_age(base, seen)[None, :]
    failed_seen, success_run = its_job & failed_kind & read, its_job & ~failed_kind & since
    in_scope = base.voting | (scope == "all")
    hit_counts = in_scope[base.hit_build] | seen.allow_nonvoting[base.hit_signature]
    outcome, rated = base.outcome[base.hit_build], base.rated[base.hit_build]
    return Lens(
        kind=kind,
        completed=((failed_seen | success_run) & (passing[:, None] == 1)).astype(np.float32),
        rated=passing[:, None].astype(np.float32),
        failed_run=(its_job & failed_kind).astype(np.float32),
        failed_seen=failed_seen.astype(np.float32),
        failed_any=(counts & failed_kind & read).astype(np.float32),
        success_run=success_run.astype(np.float32),
        success_seen=(success_run & read).astype(np.float32),
        failed_hits=np.flatnonzero(hit_counts & (outcome == FAILURE)),
        rated_hits=np.flatnonzero(hit_counts & (outcome == FAILURE) & rated),
        success_hits=np.flatnonzero(hit_counts & (outcome == SUCCESS) & rated),
    )


def _starts(base: Base, seen: Looked) -> Ints:
    """End of the first build in which each signature was looked for, µs; the largest number if none."""
    sets = len(seen.knows)
    first = np.full(sets, np.iinfo(np.int64).max)
    use = base.examined
    np.minimum.at(first, base.query_set[use] % sets, base.end[use])
    never = np.iinfo(np.int64).max
    starts: Ints = np.where(seen.knows, first[:, None], never).min(axis=0, initial=never)
    return starts


def _first_age(base: Base, seen: Looked) -> Ints:
    """The age class from which on a signature was looked for."""
    starts = _starts(base, seen)
    return np.searchsorted(np.unique(starts), starts) + 1


def _kinds(base: Base, seen: Looked) -> tuple[Ints, Ints]:
    """The kind of each build, and of each kind its job, query set, … as below."""
    ages = np.unique(_starts(base, seen))
    failed, completed = base.outcome == FAILURE, base.outcome <= FAILURE
    age = np.where(failed, 0, np.searchsorted(ages, base.end, side="right"))
    query_set = base.query_set % len(seen.knows)
    columns = (base.dims["job"].codes, query_set, age, failed, base.examined, base.voting, base.rated)
    sizes = (len(base.dims["job"].values), len(seen.knows), len(ages) + 1, 2, 2, 2, 2)
    key = np.ravel_multi_index(tuple(c.astype(np.int64) for c in columns), sizes)
    codes, keys = pd.factorize(key[completed])
    kind = np.full(len(key), -1, dtype=np.int64)
    kind[completed] = codes
    return kind, np.stack(np.unravel_index(keys, sizes), axis=1).astype(np.int64)
