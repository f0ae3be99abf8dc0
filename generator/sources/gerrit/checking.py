"""What a Gerrit, or files of what it printed, holds: one line for `gatepost check`."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from generator import words
from generator.errors import GatepostError
from generator.matching.parallel import cores
from generator.matching.reading import Limits
from generator.sources.exports import Export
from generator.sources.gerrit.client import Client
from generator.sources.gerrit.collecting import server_of
from generator.sources.gerrit.files import reads, source_files
from generator.sources.gerrit.paging import PAGE, moment, pages
from generator.sources.gerrit.rest_shape import OPTIONS, change
from generator.sources.gerrit.rows import Columns, Recorder, Scope
from generator.sources.gerrit.scope import queries
from generator.sources.gerrit.told import BrokenError

if TYPE_CHECKING:
    from generator.gerrit_settings import GerritSettings

_PATIENCE_S = 5.0  # somebody waits for the answer
_OPEN = "; what is sent there, the secret too, is not encrypted"
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def check(settings: GerritSettings) -> str:
    """Changes, projects, accounts of CIs, the newest change; GatepostError if there is no change."""
    scope = Scope(None, {}, settings.projects, settings.branches)
    seen = _Seen()
    if settings.path is not None:
        exports = [Export(path, Limits()) for path in source_files(settings)]
        for one in reads(exports, settings, scope, cores()):
            seen.add(one.columns)
        where = words.plural(len(exports), "file")
    else:
        where = _asked(settings, scope, seen)
    if not seen.changes:
        raise GatepostError(f"{where}: no changes", "correct `path` or `url`, `projects` and `branches`")
    secret = settings.username or settings.token_env or settings.token_file
    overheard = secret and (settings.url or "").startswith("http:")
    return f"{where}: {seen.told()}{_OPEN if overheard else ''}"


class _Seen:
    """What came of changes and accounts."""

    def __init__(self) -> None:
        self.changes: set[tuple[str, int]] = set()
        self._projects: set[str] = set()
        self._accounts: set[str] = set()
        self._comments = 0
        self._newest = 0

    def add(self, columns: Columns) -> None:
        """Take the rows of a piece."""
        changes = columns.get("changes", {})
        self.changes.update(zip(changes.get("server", []), changes.get("change", []), strict=True))
        self._projects.update(changes.get("project", []))
        self._accounts.update(columns.get("accounts", {}).get("account", []))
        said = columns.get("comments", {}).get("account", [])
        self._comments += len(said) - said.count(None)
        self._newest = max([self._newest, *filter(None, changes.get("updated", []))])

    def told(self) -> str:
        """What came, in one line."""
        projects = f"{words.plural(len(self._projects), 'project')} ({words.listed(sorted(self._projects))})"
        accounts = words.listed(sorted(self._accounts, key=str.casefold), 10)
        who = f"{words.plural(len(self._accounts), 'account')} of CIs" + (
            f" ({accounts})" if accounts else ""
        )
        said = f"{words.plural(self._comments, 'comment')} by {who}"
        return f"{words.plural(len(self.changes), 'change')} of {projects}, {said}; {_ago(self._newest)}"


def _asked(settings: GerritSettings, scope: Scope, seen: _Seen) -> str:
    """Ask for the newest page; the server and what of it was seen."""
    hasty = settings.model_copy(update={"patience_s": min(_PATIENCE_S, settings.patience_s)})
    first = datetime.now(UTC) - timedelta(days=settings.days)
    since = moment((first - _EPOCH) // timedelta(microseconds=1))
    recorder, received, broken = Recorder(scope), 0, 0
    with Client(hasty) as client:
        for record in next(pages(client, next(queries(scope)), OPTIONS, since), []):
            try:
                recorder.take(change(record, server_of(settings)))
            except BrokenError:
                broken += 1
            received += 1
    seen.add(recorder.columns())
    unusable = f", {words.count(broken)} of them broken" if broken else ""
    which = "the newest of" if received >= PAGE else "all of"
    return f"{server_of(settings)}, {which} {words.plural(settings.days, 'day')}{unusable}"


def _ago(newest: int) -> str:
    passed = datetime.now(UTC) - (_EPOCH + timedelta(microseconds=newest))
    if not newest:
        return "none with a time"
    return f"newest changed {words.age(passed)} ago" if passed > timedelta(0) else "newest is in the future"
