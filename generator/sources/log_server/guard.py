"""Which addresses logs are fetched from: the host by its name, then each address that the name resolves to.

An address in a build comes from whoever runs its CI, a redirect from whoever runs a server: neither may make
Gatepost ask a machine that only we can reach. So what is connected to is the very address that was checked.
"""

from __future__ import annotations

import re
import socket
from collections.abc import Iterable, Iterator
from functools import lru_cache
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from typing import NamedTuple
from urllib.parse import urljoin, urlsplit

from generator.sources.log_server.faults import ADDRESS, HOST, REDIRECT, SERVER, FetchError

_PORTS = {"http": 80, "https": 443}
_NAME = re.compile(r"[a-z0-9_]([a-z0-9_-]*[a-z0-9])?(\.[a-z0-9_]([a-z0-9_-]*[a-z0-9])?)*")
# A URL has no others; a space, a backslash or a control character is read differently by each library.
_URL = re.compile(r"[!-\[\]-~]{1,8000}")
# The IPv4 address within is judged by itself.
_NAT64 = ip_network("64:ff9b::/96")
# All else of IPv6 is local, not given out, or an obsolete spelling of something else.
_UNICAST = ip_network("2000::/3")


class Place(NamedTuple):
    """A URL that may be asked for, in parts; `target` is the path, with the query if there is one."""

    scheme: str
    host: str
    port: int
    target: str

    @property
    def origin(self) -> tuple[str, str, int]:
        """What one connection serves."""
        return self.scheme, self.host, self.port

    @property
    def url(self) -> str:
        """The whole of it again."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        port = "" if self.port == _PORTS[self.scheme] else f":{self.port}"
        return f"{self.scheme}://{host}{port}{self.target}"


class Guard:
    """Holds the patterns of hosts (`logs.example.org`, `*.example.org`, with `:port`) and networks (CIDR)."""

    def __init__(self, hosts: Iterable[str], networks: Iterable[str]) -> None:
        self._hosts = [_pattern(host) for host in hosts]
        self._networks = [ip_network(network) for network in networks]

    def place(self, url: str) -> Place:
        """The URL in parts; raises FetchError unless its host is allowed."""
        place = _parsed(url)
        usual = _PORTS[place.scheme]
        if not any(_fits(place.host, host) and place.port == (port or usual) for host, port in self._hosts):
            shown = place.host if place.port == usual else f"{place.host}:{place.port}"
            raise FetchError(HOST, f"{shown} is not among the `hosts` of the configuration")
        return place

    def redirected(self, place: Place, location: str) -> Place:
        """Where a redirect leads; raises FetchError if it may not be followed."""
        try:
            to = self.place(urljoin(place.url, location))
        except (FetchError, ValueError) as error:
            raise FetchError(REDIRECT, f"to what may not be asked: {error}") from None
        if place.scheme == "https" and to.scheme != "https":
            raise FetchError(REDIRECT, "from https to http")
        return to

    def addresses(self, place: Place) -> list[tuple[int, str]]:
        """Families and addresses of a host; FetchError if there is none, or one of them is not allowed."""
        try:
            found = socket.getaddrinfo(place.host, place.port, type=socket.SOCK_STREAM)
        except (OSError, UnicodeError) as error:
            detail = f"{place.host}: the name cannot be resolved"
            raise FetchError(SERVER, detail, transient=True) from error
        pairs = list(dict.fromkeys((int(family), str(address[0])) for family, *_, address in found))
        for _, address in pairs:
            if not self._allowed(address):
                detail = f"{place.host} is {address}, which is not public and in none of the `networks`"
                raise FetchError(ADDRESS, detail)
        return pairs

    def _allowed(self, text: str) -> bool:
        try:
            address = ip_address(text)
        except ValueError:
            return False
        return all(
            _public(one) or any(one in network for network in self._networks) for one in _meant(address)
        )


def _pattern(text: str) -> tuple[str, int | None]:
    """A pattern's host and port."""
    parts = urlsplit(f"//{text.lower()}")
    return (parts.hostname or "").rstrip("."), parts.port


def _fits(host: str, pattern: str) -> bool:
    if pattern.startswith("*."):
        return host.endswith(pattern[1:]) and len(host) > len(pattern) - 1 and not _is_address(host)
    return host == pattern


@lru_cache(1000)
def _is_address(host: str) -> bool:
    try:
        return "%" not in str(ip_address(host))
    except ValueError:
        return False


def _parsed(url: str) -> Place:
    """The parts of a plain http or https URL without userinfo; FetchError for anything else."""
    if not _URL.fullmatch(url):
        raise FetchError(HOST, "the URL is empty, too long or has characters that no URL has")
    try:
        parts = urlsplit(url)
        scheme, host, port = parts.scheme.lower(), (parts.hostname or "").rstrip("."), parts.port
    except ValueError:
        raise FetchError(HOST, "it is no URL") from None
    if scheme not in _PORTS:
        raise FetchError(HOST, "only http and https are fetched")
    if "@" in parts.netloc:
        raise FetchError(HOST, "the URL holds a user name")
    if len(host) > 253 or not (_is_address(host) or _NAME.fullmatch(host)):
        raise FetchError(HOST, "the URL names no host")
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return Place(scheme, host, _PORTS[scheme] if port is None else port, target)


def _meant(address: IPv4Address | IPv6Address) -> Iterator[IPv4Address | IPv6Address]:
    """The address, and the IPv4 address that is asked by way of it."""
    if isinstance(address, IPv4Address):
        yield address
        return
    inner = address.ipv4_mapped
    if inner is not None:  # it is nothing but another spelling
        yield inner
        return
    yield address
    if address in _NAT64:
        yield IPv4Address(int(address) & 0xFFFFFFFF)
    if address.sixtofour is not None:
        yield address.sixtofour
    if address.teredo is not None:
        yield from address.teredo


def _public(address: IPv4Address | IPv6Address) -> bool:
    """Whether it is one that anybody on the internet reaches as well."""
    if isinstance(address, IPv4Address):
        return address.is_global and not address.is_multicast
    return (address in _UNICAST and address.is_global) or address in _NAT64
