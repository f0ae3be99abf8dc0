"""Finds templates/, site/ and mkdocs.yml, in a checkout as well as in an installed wheel."""

from __future__ import annotations

from pathlib import Path

_PACKAGE = Path(__file__).resolve().parent


def resource(name: str) -> Path:
    """Path of a shipped file or folder, e.g. `templates/theme`; FileNotFoundError if it is nowhere."""
    for root in (_PACKAGE / "data", _PACKAGE.parent):
        if (root / name).exists():
            return root / name
    raise FileNotFoundError(f"{name}: neither in {_PACKAGE / 'data'} nor in {_PACKAGE.parent}")
