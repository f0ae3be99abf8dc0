"""The embedded engine and real servers give the same documents for every query.

Elasticsearch is the norm. Where OpenSearch differs, the construct is named in OPENSEARCH_DIFFERS.
"""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import NamedTuple

import made_queries
import planted
import pytest
import yaml
from asked_servers import asked, plant
from engines.client import Server
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from generator.errors import GatepostError
from generator.matching.engine import Engine, scan_documents
from generator.matching.evaluate import matches
from generator.signatures.model import Signature
from generator.signatures.parse import QueryError, parse

pytestmark = pytest.mark.engines

_STEP = 149  # of the documents of others, one in so many is decided by our engines too


class Corpus(NamedTuple):
    """Signatures, all documents as JSON, and for each signature those that our engines decided and found."""

    signatures: list[Signature]
    documents: list[str]
    decided: list[list[int]]
    found: list[frozenset[int]]


def ours(signature: Signature, documents: dict[int, str]) -> frozenset[int]:
    """Positions of the documents that match; the two embedded engines must agree."""
    tree, places = parse(signature.query), list(documents)
    slow = [place for place, document in documents.items() if matches(tree, json.loads(document))]
    engine = Engine([signature])
    assert engine.refused == {}
    fast = scan_documents(engine, [document.encode() for document in documents.values()])
    assert [places[n] for n in fast.positions.get(signature.id, [])] == slow, signature
    return frozenset(slow)


@pytest.fixture(scope="module")
def corpus(shared_data: Path) -> Corpus:
    signatures, places, own = [], {json.dumps(planted.EMPTY): 0, "{}": 1}, []
    for folder, every in (("queries", 2), ("queries-history", 12)):
        for file in sorted((shared_data / "elastic-recheck" / folder).glob("*.yaml")):
            query = yaml.safe_load(file.read_text())["query"]
            signatures.append(Signature(f"{folder}/{file.stem}", query))
            own.append([places.setdefault(d, len(places)) for d in planted.documents(query, every)])
    documents = list(places)
    decided = [sorted({*mine, *range(n % _STEP, len(documents), _STEP)}) for n, mine in enumerate(own)]
    found = [
        ours(signature, {place: documents[place] for place in mine})
        for signature, mine in zip(signatures, decided, strict=True)
    ]
    return Corpus(signatures, documents, decided, found)


@pytest.mark.data
def test_every_shared_signature_gives_the_same_documents(
    corpus: Corpus, engine: Server, index_prefix: str
) -> None:
    index = f"{index_prefix}planted"
    plant(engine, index, corpus.documents)
    theirs = asked(engine, index, [signature.query for signature in corpus.signatures])
    assert len(corpus.signatures) == 593
    total = 0
    for signature, answer, decided, found in zip(
        corpus.signatures, theirs, corpus.decided, corpus.found, strict=True
    ):
        assert isinstance(answer, frozenset), (signature, answer)
        differing = (answer & frozenset(decided)) ^ found
        assert not differing, (signature, [corpus.documents[n] for n in sorted(differing)[:3]])
        tree = parse(signature.query)
        for place in answer.difference(decided):
            assert matches(tree, json.loads(corpus.documents[place])), (signature, corpus.documents[place])
        total += len(answer)
    assert total > 10_000


#: What is refused by name although a server answers it; all else that we refuse, servers refuse too.
UNSUPPORTED = {
    "fuzzy term", "a capital letter in a regexp", "intersection (&)", "complement (~)",
    "the empty language (#)",
    "a numeric interval (<1-5>)", "a wildcard in a field's name", "an escaped capital letter in a wildcard",
    "AND after a clause without words", "a wildcard after _exists_", "a large regexp",
    # Servers are lenient about regular expressions: one that is malformed matches nothing there.
    "a regexp without a character", "an unclosed quote in a regexp", "an unexpected )", "a malformed repeat",
    "an unclosed ( in a regexp", "an unclosed [ in a regexp", "a malformed range", "a backslash at the end",
}  # fmt: skip


@cache
def answer(query: str) -> frozenset[int] | str:
    """Positions among the documents of `made_queries`; "refused", or "unsupported" if only by us."""
    try:
        parsed = parse(query)
    except QueryError as error:
        assert error.construct and error.message
        named = error.construct in UNSUPPORTED or error.construct.startswith("an unknown class ")
        return "unsupported" if named else "refused"
    documents = dict(enumerate(made_queries.documents()))
    try:
        matches(parsed, {})
    except GatepostError as error:
        assert error.message and error.hint
        assert list(Engine([Signature("made", query)]).refused) == ["made"]
        return "unsupported"
    return ours(Signature("made", query), documents)


@pytest.fixture(scope="module")
def made_index(engine: Server, module_index_prefix: str) -> str:
    plant(engine, f"{module_index_prefix}made", made_queries.documents())
    return f"{module_index_prefix}made"


def compare(engine: Server, index: str, queries: list[str]) -> None:
    for query, theirs in zip(queries, asked(engine, index, queries), strict=True):
        mine = answer(query)
        if mine == "refused":
            assert isinstance(theirs, str), (query, theirs)
        elif mine != "unsupported":
            assert theirs == mine, query


_BATCHES = settings(
    max_examples=12,
    derandomize=True,
    deadline=None,
    database=None,
    phases=[Phase.generate],  # a failure names its query
    suppress_health_check=list(HealthCheck),
)


@_BATCHES
@given(queries=st.lists(made_queries.QUERIES, min_size=30, max_size=50))
def test_made_queries_give_the_same_documents(engine: Server, made_index: str, queries: list[str]) -> None:
    compare(engine, made_index, queries)


@_BATCHES
@given(queries=st.lists(made_queries.TYPED, min_size=30, max_size=50))
def test_what_is_typed_is_refused_by_all_or_none(engine: Server, made_index: str, queries: list[str]) -> None:
    compare(engine, made_index, queries)
