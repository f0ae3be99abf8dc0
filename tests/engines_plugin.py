"""Fixtures for tests against real servers, and what the summary says about them."""

from __future__ import annotations

import contextlib
import secrets
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from engines import distributions, servers, sharing
from engines import zuul_api as zuul_api_server
from engines import zuul_stack as zuul_stack_server
from engines.proxy import Proxy
from engines.servers import OwnServer, Server
from engines.zuul_api import Seeder, ZuulApi, new_tenant
from engines.zuul_stack import ZuulStack

_used: dict[str, Server] = {}


def pytest_configure(config: pytest.Config) -> None:
    if not hasattr(config, "workerinput"):
        sharing.open_session()


def pytest_unconfigure(config: pytest.Config) -> None:
    if not hasattr(config, "workerinput"):
        sharing.close_session()


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    for state in sharing.states():
        ran = f"ran, started in {state.seconds:.0f} s" if state.seconds else f"ran at {state.url}"
        terminalreporter.write_line(f"engine {state.name}: {ran if state.url else 'not run: ' + state.why}")


@pytest.fixture(scope="session", params=sharing.names())
def engine(request: pytest.FixtureRequest) -> Server:
    """Each of the four servers in turn, shared by all tests of the session: keep to `index_prefix`."""
    return _shared(request.param)


@pytest.fixture(scope="session")
def elasticsearch() -> Server:
    """One Elasticsearch, shared by all tests of the session: keep to `index_prefix`."""
    return _shared(_first("elasticsearch"))


@pytest.fixture(scope="session")
def opensearch() -> Server:
    """One OpenSearch, shared by all tests of the session: keep to `index_prefix`."""
    return _shared(_first("opensearch"))


@pytest.fixture
def index_prefix() -> Iterator[str]:
    """How the names of this test's indices begin; they are deleted after it."""
    yield from _prefix()


@pytest.fixture(scope="module")
def module_index_prefix() -> Iterator[str]:
    """How the names of this module's indices begin; they are deleted after it."""
    yield from _prefix()


@pytest.fixture
def own_engine() -> Iterator[Callable[..., OwnServer]]:
    """Starts a server of the test's own: own_engine("elasticsearch", settings={…}, secured=True)."""
    with contextlib.ExitStack() as stack:

        def start(name: str, **options: Any) -> OwnServer:
            name = name if name in distributions.DISTRIBUTIONS else _first(name)
            try:
                folder, owner = sharing.folder_for_own(name)
                server = servers.start(name, folder, owner, **{"java_options": servers.QUICK, **options})
            except distributions.CannotRunError as error:
                _cannot("engines", name, str(error), error.expected)
                raise
            stack.callback(server.stop)
            return server

        yield start


@pytest.fixture(scope="session")
def zuul_python() -> Path:
    """The Python that has Zuul, where Zuul's templates and scripts are there too."""
    try:
        zuul_api_server.scripts()
        return zuul_api_server.python()
    except distributions.CannotRunError as error:
        _cannot("zuul", "Zuul", str(error), error.expected)
        raise


@pytest.fixture(scope="session")
def _zuul_seeder() -> Iterator[tuple[str, Seeder]]:
    url = _zuul(zuul_api_server.NAME, zuul_api_server.start)
    seeder = Seeder(zuul_api_server.database())
    yield url, seeder
    seeder.close()


@pytest.fixture
def zuul_api(_zuul_seeder: tuple[str, Seeder]) -> ZuulApi:
    """A new tenant, without builds, of Zuul's own API over PostgreSQL, which all tests share."""
    url, seeder = _zuul_seeder
    return ZuulApi(url, new_tenant(), seeder)


@pytest.fixture(scope="session")
def zuul_stack() -> ZuulStack:
    """A whole Zuul, with an executor, shared by all tests of the session; its projects are nearly empty."""
    url = _zuul(zuul_stack_server.NAME, zuul_stack_server.start)
    return ZuulStack(url, sharing.folder(zuul_stack_server.NAME) / "home")


@pytest.fixture
def proxy_to() -> Iterator[Callable[[str], Proxy]]:
    """Starts a proxy before a URL: proxy_to(engine.url)."""
    with contextlib.ExitStack() as stack:
        yield lambda url: stack.enter_context(Proxy(url))


def _shared(name: str) -> Server:
    if name not in _used:
        state = sharing.acquire_engine(name)
        if not state.url:
            _cannot("engines", name, state.why, state.expected)
        _used[name] = Server(name, state.url)
    return _used[name]


def _zuul(name: str, start: sharing.Start) -> str:
    state = sharing.acquire(name, start)
    if not state.url:
        _cannot("zuul", name, state.why, state.expected)
    return state.url


def _first(kind: str) -> str:
    """The first server of a kind that can run here, else the first."""
    names = sharing.names(kind)
    if sharing.given():
        return next((name for name in names if name in sharing.given()), names[0])
    for name in names:
        with contextlib.suppress(distributions.CannotRunError):
            distributions.check(name)
            return name
    return names[0]


def _cannot(kind: str, name: str, why: str, expected: bool) -> None:
    from conftest import require

    if expected:
        pytest.skip(f"{name}: {why}")
    require(kind, f"{name}: {why}")


def _prefix() -> Iterator[str]:
    prefix = f"test-{secrets.token_hex(4)}-"
    yield prefix
    for server in _used.values():
        server.forget(prefix)
