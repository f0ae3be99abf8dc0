"""The search index: a classic script, as a page opened from a folder may not fetch data."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path

_NAME = "assets/search-index.js"


def write(entries: Iterable[tuple[str, str, str]], folder: Path) -> None:
    """Write what can be found: (label, kind, address relative to the root of the site) each."""
    rows = [json.dumps(entry, ensure_ascii=True, separators=(",", ":")) for entry in entries]
    path = folder / _NAME
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("globalThis.gatepostSearch=[\n" + ",\n".join(rows) + "\n];\n", "ascii")
