"""What pages and texts must know beside the tables: who the community is, and where its things are."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from pathlib import PurePath
from typing import TYPE_CHECKING
from urllib.parse import quote

from generator.editions.edition import Edition
from generator.signatures.model import Signature
from generator.text.removed import Removed

if TYPE_CHECKING:
    from generator.third_party_settings import ThirdParty

_WEB = re.compile(r"https?://[^\s\x00-\x1f\x7f\"<>]+", re.IGNORECASE)


def web_address(text: str | None) -> str | None:
    """The text if it is an http or https address, else None: nothing else becomes a link."""
    return text if text and _WEB.fullmatch(text) else None


@dataclass(frozen=True)
class PageContext:
    """Who and where; `{id}` in `bug_url`, `{path}` in `repository_url`, or their end, take id and file."""

    community: str
    generated: datetime
    signatures: tuple[Signature, ...] = ()
    removed: tuple[Removed, ...] = ()
    #: Hours from one report to the next.
    period_hours: float = 24
    site_url: str | None = None
    bug_url: str | None = None
    repository_url: str | None = None
    #: Sentences that the texts say at their head, and the page that they name at their end.
    remarks: tuple[str, ...] = ()
    permalink: str = ""
    editions: tuple[Edition, ...] = ()
    #: Sentences on what was removed on request, the newest first.
    takedowns: tuple[str, ...] = ()
    #: The roster of third-party CIs and what is asked of them; None where the community has none.
    third_party: ThirdParty | None = None
    #: Host names of Gerrits, each with the address under which it is read.
    reviews: tuple[tuple[str, str], ...] = ()

    @cached_property
    def by_id(self) -> dict[str, Signature]:
        """Signatures by id, also those that were removed."""
        every = (*(one.signature for one in self.removed), *self.signatures)
        return {signature.id: signature for signature in every}

    @cached_property
    def removed_by_id(self) -> dict[str, Removed]:
        """Signatures that are no longer looked for, by id."""
        return {one.signature.id: one for one in self.removed}

    def signature(self, id: str) -> Signature:
        """The signature of an id; one without query where nothing is known of it but its hits."""
        return self.by_id.get(id) or Signature(id=id, query="")

    def bug(self, id: str) -> str | None:
        """Address of a signature's bug: its own, else `bug_url` with its id where that is a number."""
        own = self.signature(id).bug
        if own:
            return web_address(own)
        return _filled(self.bug_url, "{id}", id) if id.isdigit() else None

    def file(self, id: str) -> str | None:
        """Address of a signature's file in `repository_url`."""
        path = self.signature(id).path
        return _filled(self.repository_url, "{path}", PurePath(path).name) if path else None

    def review_url(self, server: str, project: str, change: int, patchset: int | None = None) -> str | None:
        """Address of a change, or of one of its patch sets, in the Gerrit of this host name."""
        base = dict(self.reviews).get(server) or f"https://{quote(server)}"
        if not project:  # Gerrit finds the project of a change, but not of a patch set
            return web_address(f"{base.rstrip('/')}/c/{change}")
        where = f"{base.rstrip('/')}/c/{quote(project)}/+/{change}"
        return web_address(f"{where}/{patchset}" if patchset else where)

    def page(self, path: str) -> str:
        """Address of one of the site's pages; a bare path where the site has no known address."""
        return f"{self.site_url.rstrip('/')}/{path}" if self.site_url else path


def _filled(pattern: str | None, place: str, value: str) -> str | None:
    if not pattern:
        return None
    value = quote(value)
    return web_address(
        pattern.replace(place, value) if place in pattern else f"{pattern.rstrip('/')}/{value}"
    )
