"""What the files of an edition may say, which may have come with the site of somebody else.

Its id is a part of paths and addresses, its texts go into mails and pages: what Gatepost would not write is
no edition.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any, get_args

from generator.editions.edition import Correction, Edition, moment
from generator.text.verdict import Tone

_ID = re.compile(r"20\d\d-W\d\d", re.ASCII)
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")


def edition(id: str, document: bytes, digest: bytes, tsc: bytes, corrections: bytes) -> Edition | None:
    """The edition that these files are; None if they are none, or that of another week."""
    try:
        told = json.loads(document)
        made = Edition(told, _text(digest), _text(tsc), _corrections(json.loads(corrections)))
        _at(told["start"])
        weeks = {id, made.id, made.week.id}
        return (
            made if len(weeks) == 1 and _ID.fullmatch(id) and _at(told["made"]) and _is_shaped(told) else None
        )
    except (ValueError, TypeError, KeyError, AttributeError, OverflowError, RecursionError):
        return None


def _text(data: bytes) -> str:
    text = data.decode()
    if _CONTROL.search(text):
        raise ValueError
    return text


def _corrections(told: Any) -> tuple[Correction, ...]:
    rows = told.get("corrections", [])
    return tuple(Correction(int(one["number"]), _at(one["date"]), _said(one["text"])) for one in rows)


def _at(text: str) -> datetime:
    """The time; ValueError if it could be that of any zone."""
    at = moment(text)
    if at.tzinfo is None:
        raise ValueError
    return at


def _said(text: Any) -> str:
    """The text; ValueError if it is none, or cannot be written."""
    if not isinstance(text, str):
        raise ValueError
    text.encode()
    return text


def _is_shaped(told: Mapping[str, Any]) -> bool:
    """Whether its parts are what its readers take them for; ValueError for what cannot be written."""
    json.dumps(told, ensure_ascii=False).encode()
    verdict = told["verdict"]
    texts = [told["community"], told["pipeline"], verdict["word"], *verdict["sentences"], *told["remarks"]]
    queries = [value for query in told["queries"] for value in query.values() if value is not None]
    return (
        verdict["tone"] in get_args(Tone)
        and all(isinstance(text, str) for text in (*texts, *queries))
        and all(map(_is_table, told["tables"].values()))
    )


def _is_table(table: Mapping[str, Any]) -> bool:
    """Whether each row has a plain value for each column, and a time where that is what the column holds."""
    kinds = [column["type"] for column in table["columns"] if isinstance(column["name"], str)]
    for row in table["rows"]:
        for kind, value in zip(kinds, row, strict=True):
            if isinstance(value, (dict, list)):
                return False
            if kind == "timestamp" and value is not None:
                _at(value)
    return True
