"""What `gatepost query` says to people: for each source the numbers first, then where, then lines."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from generator.errors import GatepostError
from generator.lint.clauses import Remark
from generator.matching.excerpts import printable, published
from generator.matching.inputs import Skipped
from generator.sources.tally import RESULT, Counted, Quote, Share
from generator.words import count, cut, listed, plural, utc

_REMARKS = 2
_VALUE_WIDTH = 100
_POINTED_WIDTH = 100


class Block(NamedTuple):
    """One source by name and type, and what it found or why it could not be asked."""

    source: str
    type: str
    answer: Counted | GatepostError


class Answer(NamedTuple):
    """All that is said; of each field the `top` values are shown."""

    query: str
    since: datetime | None
    remarks: Sequence[Remark]
    blocks: Sequence[Block]
    top: int


def render(answer: Answer) -> str:
    """Return the answer as plain text, without control characters."""
    lines = [f"Query    {cut(answer.query, 400)}"]
    if answer.since:
        lines.append(f"Since    {_time(answer.since)}")
    lines += _remarks(answer.remarks)
    for block in answer.blocks:
        lines += ["", *_block(block, answer.top)]
    return "\n".join(printable(line) for line in lines)


def pointed(query: str, position: int) -> str:
    """The line of the query at a 0-based position, with a caret below it; a long one around there."""
    start = query.rfind("\n", 0, position) + 1
    line = query[start:].split("\n", 1)[0]
    column = position - start
    left = max(0, column - _POINTED_WIDTH // 2)
    text = printable(line[left : left + _POINTED_WIDTH].replace("\t", " "))
    before = printable(line[left:column].replace("\t", " "))
    return f"  {text}\n  {' ' * len(before)}^"


def top_values(values: Mapping[str | None, Share], top: int) -> list[tuple[str, Share]]:
    """The values with most builds, then with most lines, as (value, share); without the missing one."""
    known = [(value, share) for value, share in values.items() if value is not None]
    return sorted(known, key=lambda item: (-item[1].builds, -item[1].lines, item[0]))[:top]


def _remarks(remarks: Sequence[Remark]) -> Iterator[str]:
    for remark in remarks[:_REMARKS]:
        hint = f"; {remark.hint}" if remark.hint else ""
        yield f"Note     {remark.message}{hint}"
    if len(remarks) > _REMARKS:
        yield f"         and {count(len(remarks) - _REMARKS)} more: `gatepost lint` tells them of a signature"


def _block(block: Block, top: int) -> Iterator[str]:
    name, found = f"{block.source} ({block.type})", block.answer
    if isinstance(found, GatepostError):
        yield f"{name}: could not be asked: {found.message}"
        yield from [f"  hint: {found.hint}"] if found.hint else []
        return
    if not found.lines:
        yield f"{name}: no line matches; {found.searched} searched"
    else:
        lines = plural(found.lines, "matching line")
        yield f"{name}: {lines} in {plural(found.builds, 'build')}; {_ends(found)}"
        yield from _facts(found)
        yield from _fields(found.fields, top)
        yield from _quotes(found.quotes)
    yield from _skipped(found.skipped)


def _ends(found: Counted) -> str:
    unknown = found.fields[RESULT].get(None, Share(0, 0)).builds
    if found.failed is None:
        return "results unknown"
    return f"{count(found.failed)} failed" + (f", {count(unknown)} of unknown result" if unknown else "")


def _facts(found: Counted) -> Iterator[str]:
    if found.first and found.last:
        yield f"  first    {_time(found.first)}"
        yield f"  last     {_time(found.last)}"
    yield f"  searched {found.searched}"
    yield from (f"  note     {note}" for note in _notes(found))


def _notes(found: Counted) -> Iterator[str]:
    if found.assumed:
        what = plural(found.assumed, "build")
        yield f"of {what} the metadata that the query asks for is unknown: it is taken as met"
    if found.homeless:
        yield f"{plural(found.homeless, 'line')} of no known build"
    if found.untimed:
        yield f"{plural(found.untimed, 'line')} without a time left out: recent or not, nobody knows"


def _fields(fields: Mapping[str, Mapping[str | None, Share]], top: int) -> Iterator[str]:
    without = [name for name, values in fields.items() if not values.keys() - {None}]
    for name, values in fields.items():
        if name not in without:
            yield from ["", *_field(name, values, top)]
    if without:
        yield from ["", f"  No line has the field {', '.join(without)}"]


def _field(name: str, values: Mapping[str | None, Share], top: int) -> Iterator[str]:
    shown = top_values(values, top)
    missing = values.get(None)
    rows = [(share, cut(value, _VALUE_WIDTH) or '""') for value, share in shown]
    rows += [(missing, "(none)")] if missing else []
    cells = [(count(share.builds), count(share.lines), text) for share, text in rows]
    first, second = (
        max(len(title), *(len(row[i]) for row in cells)) for i, title in enumerate(("builds", "lines"))
    )
    yield f"  {'builds':>{first}}  {'lines':>{second}}  {name}"
    yield from (f"  {builds:>{first}}  {lines:>{second}}  {text}" for builds, lines, text in cells)
    more = len(values) - len(shown) - (missing is not None)
    if more:
        yield f"  {'':>{first}}  {'':>{second}}  and {plural(more, 'more value')}; --top N shows more"


def _quotes(quotes: Sequence[Quote]) -> Iterator[str]:
    if not quotes:
        return
    yield from ["", "  The first matching line of the builds with the newest:"]
    texts = published([quote.text for quote in quotes]).split("\n")
    for quote, text in zip(quotes, texts, strict=True):
        at = _time(quote.time) if quote.time else "at an unknown time"
        yield f"  {quote.build_uuid}  {at}  {quote.filename or '?'}"
        yield f"    {text}".rstrip()


def _skipped(skipped: Sequence[Skipped]) -> Iterator[str]:
    """Each reason once, with the first few paths."""
    if not skipped:
        return
    yield from ["", f"  Not searched, or not to the end: {count(len(skipped))}"]
    for reason, number in Counter(item.reason for item in skipped).most_common():
        paths = [item.path for item in skipped if item.reason == reason]
        yield f"    {reason} ({count(number)}): {listed(paths)}"


def _time(at: datetime) -> str:
    return f"{utc(at):%Y-%m-%d %H:%M:%S} UTC"
