"""Page after page of changes, those first that changed last, while others go on changing."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from generator.sources.gerrit.told import natural, objects, stamp
from generator.sources.web_client import UnansweredError

if TYPE_CHECKING:
    from generator.sources.gerrit.client import Client

Record = Mapping[str, Any]
#: So often it is looked for changes that moved to the front meanwhile; the next collection finds the others.
_AGAIN = 3
#: Changes asked for at once; fewer if it is too much for the server.
PAGE, _SMALL = 100, 5
#: So many pages without a change that is not on those before: one is usual where all of it is of one moment.
_IDLE = 5
_EPOCH = datetime(1970, 1, 1)
_ODD = "does something between here and Gerrit change answers?"


def pages(client: Client, query: str, options: tuple[str, ...], since: str | None) -> Iterator[list[Record]]:
    """The changes of a query that were updated at `since` or later, each once for each state it was in.

    The next page is asked for by the time of the last change: a change that moves while it is paged goes to
    the front, where it is looked for once more at the end. UnansweredError where it breaks off.
    """
    seen: dict[int, Any] = {}
    asking = _Asking(client, query, options)
    floor = since
    for _ in range(1 + _AGAIN):
        newest, count = None, 0
        for page in asking.down(floor):
            count += 1
            newest = newest or told(page[0].get("updated"))
            fresh = [one for one in page if seen.get(_id(one)) != one.get("updated")]
            seen.update((_id(one), one.get("updated")) for one in fresh)
            if fresh:
                yield fresh
        if count <= 1:  # while one page is read nothing can move
            return
        floor = newest


class _Asking:
    """One query, and the size of page that was answered last."""

    def __init__(self, client: Client, query: str, options: tuple[str, ...]) -> None:
        self._client, self._query, self._size = client, query, PAGE
        self._options = [("o", option) for option in options]

    def down(self, floor: str | None) -> Iterator[list[Record]]:
        """The pages from the change that was updated last down to the floor; some changes come twice."""
        before, skip, idle, known = None, 0, 0, set[int]()
        while True:
            page = self._page(floor, before, skip)
            if not page:
                return
            ids = {_id(one) for one in page}
            idle = idle + 1 if ids <= known else 0
            known |= ids
            first, last = _not_before(page[0]), _not_before(page[-1])
            if first is None or last is None or (before is not None and first > before):
                raise self._client.failed("pays no heed to before:, or tells no times", _ODD)
            if idle >= _IDLE:
                raise self._client.failed("answers with the same changes again and again", _ODD)
            yield page
            if not page[-1].get("_more_changes") or (floor is not None and last < floor):
                return
            # a whole page of one moment: pages overlap, for one of these may move while they are read
            skip = skip + max(len(page) // 2, 1) if last == before else 0
            before = last

    def _page(self, floor: str | None, before: str | None, skip: int) -> list[Record]:
        query = self._query
        query += f' after:"{floor}"' if floor else ""
        query += f' before:"{before}"' if before else ""
        place = [("S", str(skip))] if skip else []
        while True:
            asked = [("q", query.strip()), ("n", str(self._size)), *place, *self._options]
            try:
                answer = self._client.get("changes/", asked, large=self._size > _SMALL)
            except UnansweredError as error:
                if not error.large or self._size <= _SMALL:
                    raise
                self._size = max(self._size // 4, _SMALL)
                continue
            if not isinstance(answer, list):
                raise self._client.failed("answers with something else than a list of changes", _ODD)
            return objects(answer)


def _id(record: Record) -> int:
    return natural(record.get("_number")) or 0


def told(updated: Any) -> str | None:
    """A time as Gerrit tells it, as its queries take it: to the millisecond, none later."""
    at = stamp(updated)
    return None if at is None else moment(at)


def moment(at: int) -> str:
    """Microseconds since 1970, as queries take them."""
    return f"{_EPOCH + timedelta(microseconds=at):%Y-%m-%d %H:%M:%S.%f}"[:-3]


def _not_before(record: Record) -> str | None:
    at = stamp(record.get("updated"))
    return None if at is None else moment(at + -at % 1000)
