"""JSON Schemas of all JSON that a site publishes: `data/schema/<name>.json`.

Those of tables follow from their columns, the others stand in `templates/schema`. None allows a key that
it does not name: who adds a field describes it.
"""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

from generator.model import SCHEMA_VERSION, Schema
from generator.resources import resource
from generator.stats.plain import described
from generator.stats.results import RESULTS

_DRAFT = "https://json-schema.org/draft/2020-12/schema"
_TIME = r"^\d{4,5}-\d\d-\d\dT\d\d:\d\d:\d\dZ$"
_TYPES: dict[str, dict[str, Any]] = {
    "string": {"type": ["string", "null"]},
    "int64": {"type": ["integer", "null"]},
    "float64": {"type": ["number", "null"]},
    "bool": {"type": ["boolean", "null"]},
    "timestamp": {"type": ["string", "null"], "pattern": _TIME},
}
#: Which schema a file of the site follows, by its address.
_FOLLOWS = (
    (re.compile(r"data/(\w+)\.json"), r"\1"),
    (re.compile(r"editions/[\w-]+/(edition|corrections)\.json"), r"\1"),
    (re.compile(r"state/(manifest)\.json"), r"\1"),
    (re.compile(r"state/files/editions/[\w-]+/(edition|corrections)\.\w+\.json"), r"\1"),
    (re.compile(r"state/files/(takedowns)\.\w+\.json"), r"\1"),
    (re.compile(r"state/files/(mail)/[\w-]+\.\w+\.json"), r"\1"),
)


def schemas() -> dict[str, dict[str, Any]]:
    """All of them by name."""
    own = {
        path.stem: json.loads(path.read_bytes()) for path in sorted(resource("templates/schema").iterdir())
    }
    return {**own, **{name: _table(name, schema) for name, schema in RESULTS.items()}}


def schema_of(path: str) -> str | None:
    """The name of the schema that a published JSON file follows; None for one that has none."""
    return next((found.expand(name) for form, name in _FOLLOWS if (found := form.fullmatch(path))), None)


def write(folder: Path) -> None:
    """Write `<name>.json` for each of them into the folder."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, schema in schemas().items():
        text = json.dumps(schema, ensure_ascii=False, indent=1)
        (folder / f"{name}.json").write_text(text + "\n", "utf-8", newline="\n")


def _table(name: str, schema: Schema) -> dict[str, Any]:
    rows = {
        "type": "array",
        "prefixItems": [{**_TYPES[c.type], "description": f"{c.name}: {c.meaning}"} for c in schema],
        "items": False,
        "minItems": len(schema),
    }
    properties = {
        "schema_version": {"const": SCHEMA_VERSION},
        "table": {"const": name},
        "columns": {"const": described(name)},
        "rows": {"type": "array", "items": rows},
    }
    return {
        "$schema": _DRAFT,
        "title": f"The table {name}",
        "type": "object",
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
    }
