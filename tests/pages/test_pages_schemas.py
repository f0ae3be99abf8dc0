"""All JSON that a site publishes follows its JSON Schema, and a field without schema is refused."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import made_results as made
import pytest
from jsonschema import Draft202012Validator, ValidationError

from generator.editions.edition import Correction, Week
from generator.editions.freeze import freeze
from generator.editions.shelf import files_of
from generator.mail import notes as mails
from generator.pages import downloads, schemas, site_json
from generator.signatures.model import Signature
from generator.stats import RESULTS, StatsSettings
from generator.store.files import Store
from generator.tables import Tables
from generator.takedown import notes
from generator.takedown.remover import remover
from generator.text.context import PageContext

NOW = datetime(2026, 11, 16, 6, tzinfo=UTC)


def validator(name: str) -> Draft202012Validator:
    return Draft202012Validator(schemas.schemas()[name])


def published(folder: Path) -> dict[str, Any]:
    """One document of each kind, by the name of its schema."""
    context = PageContext("Example", NOW, (Signature("100", "message:boom", title="Boom"),))
    edition = freeze(Week.of(NOW - timedelta(days=1)), Tables.of(), StatsSettings(), context)
    edition = type(edition)(edition.document, edition.digest, edition.tsc, (Correction(1, NOW, "No."),))
    store = Store(folder / "state")
    store.put_files({f"editions/{edition.id}/{name}": data for name, data in files_of(edition).items()})
    one = remover(["a leaked text"])
    memory = notes.load(store)
    memory = notes.Memory(memory.seals.with_texts(one)).with_note(notes.Note(NOW, False, {"rows of hits": 2}))
    notes.put(store, memory)
    mails.put(store._folder, edition.id, mails.made(edition.id, "<1@example.org>", "sent", NOW, 1))
    downloads.write(made.results(**made.week()), folder / "data")
    site_json.write(made.results(), context, folder / "data")
    files = [path for path in sorted(folder.rglob("*.json")) if path.name != "schema"]
    found = {}
    for path in files:
        name = schemas.schema_of(path.relative_to(folder).as_posix())
        assert name is not None, path
        found[name] = json.loads(path.read_bytes())
    return found


def objects(value: Any) -> list[dict[str, Any]]:
    """All objects in a document that have fields, outermost first."""
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else []
    return [value] * isinstance(value, dict) + [found for one in inner for found in objects(one)]


@pytest.fixture(scope="module")
def documents(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    return published(tmp_path_factory.mktemp("site"))


def test_each_schema_is_one_and_has_a_document(documents: dict[str, Any]) -> None:
    assert set(documents) == set(schemas.schemas())
    for name in schemas.schemas():
        Draft202012Validator.check_schema(schemas.schemas()[name])


def test_each_document_follows_its_schema_and_carries_a_version(documents: dict[str, Any]) -> None:
    for name, document in documents.items():
        validator(name).validate(document)
        assert document["schema_version"] == 1


def test_a_field_that_no_schema_names_is_refused(documents: dict[str, Any]) -> None:
    for name, document in documents.items():
        check = validator(name)
        free = ("files", "places")  # whose fields are names of files and places
        taken = [document[key] for key in free if key in document]
        taken += [note["places"] for note in document.get("notes", [])]
        for one in objects(document)[:40]:
            if one in taken:
                continue
            one["added"] = 1
            assert list(check.iter_errors(document)), (name, sorted(one))
            del one["added"]
        validator(name).validate(document)


def test_a_value_of_another_type_or_a_missing_one_is_refused(documents: dict[str, Any]) -> None:
    table = documents["signatures"]
    first = table["rows"][0]
    for changed in ([*first, 1], first[:-1], [{}, *first[1:]]):
        with pytest.raises(ValidationError):
            validator("signatures").validate({**table, "rows": [changed]})
    with pytest.raises(ValidationError):
        validator("signatures").validate({**table, "columns": table["columns"][:-1]})
    edition = documents["edition"]
    for field in edition:
        with pytest.raises(ValidationError):
            validator("edition").validate({key: value for key, value in edition.items() if key != field})


def test_they_are_published(tmp_path: Path) -> None:
    schemas.write(tmp_path)
    written = {path.stem: json.loads(path.read_bytes()) for path in tmp_path.iterdir()}
    assert written == schemas.schemas()
    assert {"edition", "corrections", "site", "manifest", "takedowns", "mail", *RESULTS} == set(written)
    assert schemas.schema_of("data/schema/edition.json") is None
