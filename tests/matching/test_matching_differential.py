"""The embedded engine and real servers give the same documents for every query.

Elasticsearch is the norm. Where OpenSearch differs, the construct is named in OPENSEARCH_DIFFERS.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import NamedTuple

import planted
import pytest
import yaml
from asked_servers import asked, plant
from engines.client import Server

from generator.matching.engine import Engine, scan_documents
from generator.matching.evaluate import matches
from generator.signatures.model import Signature
from generator.signatures.parse import parse

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
