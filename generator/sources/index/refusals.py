"""Errors of the configuration that only the cluster can tell: address, product, certificates, credentials."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from generator.errors import GatepostError
from generator.sources.index.client import TIMEOUT, Reply
from generator.sources.index.faults import reason_of

if TYPE_CHECKING:
    from generator.index_settings import IndexSettings

_NAMES = {"elastic": "Elasticsearch", "opensearch": "OpenSearch"}


def refused(reply: Reply, url: str, settings: IndexSettings, hide: Callable[[str], str]) -> None:
    """Raises GatepostError if the status says that one may not ask, or not there."""
    if 300 <= reply.status < 400:
        to = hide(reply.headers.get("location", "another address"))
        raise GatepostError(
            f"{url}: answers that it moved to {to}", "write that address as `url`, if you trust it"
        )
    if reply.status in (401, 403):
        error = reply.data.get("error")
        raise no_right(url, settings, hide(reason_of(error)) if error else "", reply.status)


def no_right(url: str, settings: IndexSettings, said: str, status: int = 403) -> GatepostError:
    """The error of one who may not ask."""
    what = "the credentials were not accepted" if status == 401 else "this account may not do that"
    return GatepostError(
        f"{url}: {what} (HTTP {status}{f': {said}' if said else ''})", _who(status, settings)
    )


def _who(status: int, settings: IndexSettings) -> str:
    if status == 403:
        patterns = ", ".join(settings.index)
        return f"give the account the rights `read` and `view_index_metadata` on {patterns}"
    ways = {
        "password_env": settings.password_env,
        "password_file": settings.password_file,
        "api_key_env": settings.api_key_env,
        "api_key_file": settings.api_key_file,
        "token_env": settings.token_env,
        "token_file": settings.token_file,
        "client_cert": settings.client_cert,
    }
    used = next((f"{key}: {value}" for key, value in ways.items() if value), None)
    if used is None:
        return "write `username` and `password_env`, or `api_key_env`, or `token_env` to the source"
    return f"is what {used} holds still valid (it may have expired), and meant for this cluster?"


def untrusted(url: str, said: str, settings: IndexSettings) -> GatepostError:
    """The error of a TLS connection that failed."""
    low = said.lower()
    if "wrong version number" in low or "wrong_version_number" in low or "record layer" in low:
        return GatepostError(
            f"{url}: does not speak TLS there", f"write http:{url.partition(':')[2]}, or another port"
        )
    if "certificate required" in low or "certificate_required" in low or "handshake failure" in low:
        return GatepostError(
            f"{url}: wants a certificate from who asks", "write `client_cert` and `client_key` to the source"
        )
    if "hostname mismatch" in low or "doesn't match" in low or "not valid for" in low:
        return GatepostError(f"{url}: its certificate is for another host", "write the name that it is for")
    if "expired" in low:
        return GatepostError(f"{url}: its certificate has expired", "tell those who run the cluster")
    if "certificate verify failed" in low or "certificate_verify_failed" in low:
        hint = "write `ca_file`: the certificate of the authority that signed the cluster's"
        if settings.ca_file:
            hint = f"{settings.ca_file} does not hold the authority that signed it"
        return GatepostError(f"{url}: its certificate is not signed by an authority that is known here", hint)
    return GatepostError(f"{url}: no TLS connection: {said}", "are the address and the certificates right?")


def unreachable_hint(url: str, reason: str, settings: IndexSettings) -> str:
    """What to do about a cluster that does not answer."""
    if reason == TIMEOUT:
        waited = f"waited {settings.timeout_s:g} s for each answer"
        return f"{waited}: raise `timeout_s` if the cluster is slow, or ask later"
    if "blocked by" in reason:
        return "lift the block of that index, or leave it out: `index: [pattern-*, -name]`"
    if reason.startswith("HTTP"):
        return "the cluster, or what is in front of it, is overloaded or broken: ask later"
    if (url.startswith("http:") and "closed" in reason) or "no HTTP" in reason or "reset" in reason:
        return "are host and port right? If the server speaks TLS there, the URL begins with https"
    return "are host and port of `url` right, and can this machine reach them?"


def product(root: Reply, seen: str | None) -> tuple[str | None, str]:
    """Type and version of the product that answers; None if it cannot be told.

    `root` is the reply to `GET /`, which may be refused; `seen` the header that Elasticsearch sends with all.
    """
    version = root.data.get("version")
    version = version if isinstance(version, dict) else {}
    number = str(version.get("number", ""))
    if version.get("distribution") == "opensearch" or "OpenSearch" in str(root.data.get("tagline")):
        return "opensearch", number
    if seen == "Elasticsearch" or number:
        return "elastic", number
    return None, ""


def check_product(root: Reply, url: str, settings: IndexSettings) -> str:
    """The product's name and version; GatepostError if it is another one than the configuration says."""
    kind, number = product(root, root.headers.get("x-elastic-product"))
    if kind is None and root.status not in (401, 403):
        if "osd-name" in root.headers or "kbn-name" in root.headers:
            raise GatepostError(
                f"{url}: is the dashboards, not the index behind them",
                "ask for the address of the index itself",
            )
        raise GatepostError(
            f"{url}: answers, but is no {_NAMES[settings.type]} (HTTP {root.status})",
            "are port and path of `url` right?",
        )
    if kind not in (None, settings.type):
        raise GatepostError(
            f"{url}: is {_NAMES[kind]} {number}".rstrip(), f"write `type: {kind}` to the source"
        )
    return f"{_NAMES[settings.type]} {number}".rstrip()
