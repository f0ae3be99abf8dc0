"""Page after page of builds or buildsets, newest first, so that those that arrive meanwhile shift no row."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from generator.matching.records import number
from generator.sources.web_client import UnansweredError

if TYPE_CHECKING:
    from generator.matching.small_files import Plain
    from generator.sources.zuul.api import Api, Params

Record = dict[str, Any]
#: Rows asked for at once; fewer if the database tires.
PAGE, _SMALL = 500, 25


def pages(api: Api, path: str, params: Params, floor: int | None) -> Iterator[list[Record]]:
    """The pages of `path`; those numbered below `floor` need not come. UnansweredError where it breaks off.

    The next page is asked for by the number of the last row: Zuul's `skip` counts from the newest, which is
    another one each moment. A Zuul before 2022 has no numbers: there rows come twice, but none is missed.
    """
    size, low, skip = PAGE, None, 0
    while True:
        place = _place(low, skip, floor)
        rows, size = _smaller(api, path, (*params, *place), size)
        numbers = [n for row in rows if (n := number(row.get("_id"))) is not None]
        if low is not None and rows and not (numbers and max(numbers) < low):
            raise api.odd("pays no heed to idx_max")
        if not rows:
            return
        yield rows
        if numbers:
            low = min(numbers)
            if low <= max(floor or 0, 1):  # of idx_max=0 Zuul takes no notice
                return
        else:
            skip += len(rows)


def _place(low: int | None, skip: int, floor: int | None) -> Iterator[tuple[str, str]]:
    if floor is not None:
        yield "idx_min", str(floor)
    if low is not None:
        yield "idx_max", str(low - 1)
    if skip:
        yield "skip", str(skip)


def _smaller(api: Api, path: str, params: Params, size: int) -> tuple[list[Record], int]:
    """A page, and the size that was answered: of large ones the database may tire."""
    while True:
        try:
            answer = api.get(path, (*params, ("limit", str(size))), large=size > _SMALL)
            return records(api, answer), size
        except UnansweredError as error:
            if not error.large or size <= _SMALL:
                raise
            size = max(size // 4, _SMALL)


def records(api: Api, answer: Plain) -> list[Record]:
    """The rows of an answer; what is no row stays one, without anything in it."""
    if not isinstance(answer, list):
        raise api.odd("answers with something else than a list")
    return [row if isinstance(row, dict) else {} for row in answer]
