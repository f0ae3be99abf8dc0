"""A Zuul's API and its logs through the whole chain: collected twice, counted, made a site."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
import yaml
from engines.proxy import Proxy
from engines.zuul_api import ZuulApi
from log_server import LogServer, inventory
from zuul_kit import HOUR, NOW, Zuul, ended

from generator import pipeline
from generator.config import Settings, load
from generator.errors import GatepostError
from generator.progress import Progress
from generator.sources.log_server import examine
from generator.sources.zuul import collecting
from generator.store.files import Store

SIGNATURE = {"title": "No space", "query": 'message:"No space left on device" AND tags:"console"'}
SAID = "2026-11-20 10:00:00.000000 | controller | No space left on device\n"
OTHER = "2026-11-20 10:00:00.000000 | controller | ERROR: something nobody knows\n"


@pytest.fixture
def zuul(zuul_api: ZuulApi, proxy_to: Callable[[str], Proxy], tmp_path: Path) -> Zuul:
    return Zuul(zuul_api, proxy_to(zuul_api.url), tmp_path / "state")


def configured(folder: Path, zuul: Zuul, logs: LogServer, **more: Any) -> Settings:
    (folder / "queries").mkdir(exist_ok=True)
    (folder / "queries" / "1.yaml").write_text(yaml.safe_dump(SIGNATURE))
    read = {"hosts": [f"127.0.0.1:{logs.port}"], "networks": ["127.0.0.0/8"], "passed": 0, **more}
    source = {"type": "zuul", **zuul.settings, "logs": read}
    path = folder / "gatepost.yaml"
    path.write_text(yaml.safe_dump({"sources": [source], "workers": 1, "main_pipeline": "gate"}))
    return load(path)


def add(zuul: Zuul, logs: LogServer, hour: int, result: str, said: str | None) -> str:
    """A build, and its logs if it left any."""
    began, uuid = NOW - HOUR * hour, uuid4().hex
    url = f"{logs.url}{uuid}/"
    if said is not None:
        told = inventory(build=uuid, job="tox-py311")
        url = logs.build(uuid, {"job-output.txt": said}, inventory=told)
    build = ended(began, result, uuid=uuid, log_url=url)
    zuul.add(began, build, result=result, first_build_start_time=began)
    return uuid


def test_failed_builds_are_explained_by_their_logs_once(
    zuul: Zuul, log_server: LogServer, tmp_path: Path
) -> None:
    known = add(zuul, log_server, 9, "FAILURE", SAID)
    unknown = add(zuul, log_server, 8, "FAILURE", OTHER)
    gone = add(zuul, log_server, 7, "FAILURE", None)
    passed = add(zuul, log_server, 6, "SUCCESS", SAID)
    settings = configured(tmp_path, zuul, log_server)
    pipeline.collect(settings, NOW, Progress(0))
    tables = Store(settings.state).read()
    builds = tables.builds.set_index("build_uuid")
    assert builds["examined"].to_dict() == {known: True, unknown: True, gone: False, passed: False}
    assert tables.hits[["build_uuid", "signature"]].to_numpy().tolist() == [[known, "1"]]
    assert set(tables.failure_lines["build_uuid"]) == {unknown}
    # what Zuul said of them stays
    assert builds["duration_s"].eq(3600).all() and builds["result"].notna().all()
    assert builds["buildset"].notna().all() and builds["log_url"].notna().all()
    assert tables.skipped[["reason", "build_uuid"]].to_numpy().tolist() == [["logs gone", gone]]
    asked = len(log_server.requests)
    pipeline.collect(settings, NOW + HOUR, Progress(0))
    assert len(log_server.requests) == asked
    again = Store(settings.state).read()
    assert again.builds.equals(tables.builds) and again.hits.equals(tables.hits)


def test_a_site_of_a_zuul_alone(zuul: Zuul, log_server: LogServer, tmp_path: Path) -> None:
    for hour in range(1, 13):
        add(
            zuul, log_server, hour, "FAILURE" if hour % 3 == 0 else "SUCCESS", SAID if hour % 3 == 0 else None
        )
    settings = configured(tmp_path, zuul, log_server)
    pipeline.collect(settings, NOW, Progress(0))
    pipeline.build(settings, NOW + timedelta(minutes=5), Progress(0))
    home = (settings.output / "index.html").read_text()
    assert "No space" in home
    assert "partial" not in home.lower()


def test_days_that_broke_off_are_told(
    zuul: Zuul, log_server: LogServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("generator.sources.zuul.paging.PAGE", 5)
    for hour in range(1, 12):
        add(zuul, log_server, hour, "SUCCESS", None)
    settings = configured(tmp_path, zuul, log_server)
    zuul.proxy.answer(500, times=None, when=lambda request: "/builds?idx_max" in request.path)
    pipeline.collect(settings, NOW, Progress(0))
    digest = " ".join(pipeline.text("digest", settings, NOW).split())
    assert "The source zuul did not answer completely for 4 days" in digest and "(answers 500)" in digest


def test_what_was_read_before_it_was_stopped_is_kept(
    zuul: Zuul, log_server: LogServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    uuids = [add(zuul, log_server, hour, "FAILURE", SAID) for hour in range(1, 6)]
    settings = configured(tmp_path, zuul, log_server)
    real = examine.examine

    def stopped(*args: Any) -> Iterator[Any]:
        for number, one in enumerate(real(*args)):
            if number == 4:
                raise KeyboardInterrupt
            yield one

    monkeypatch.setattr(examine, "examine", stopped)
    monkeypatch.setattr(collecting, "_KEPT_EVERY_S", 0)
    with pytest.raises(KeyboardInterrupt):
        pipeline.collect(settings, NOW, Progress(0))
    kept = Store(settings.state).read()
    assert set(kept.builds["build_uuid"]) == set(uuids)
    assert kept.builds["examined"].sum() == len(kept.hits) == 4
    (left,) = kept.builds.loc[~kept.builds["examined"], "build_uuid"]
    monkeypatch.setattr(examine, "examine", real)
    asked = len(log_server.requests)
    pipeline.collect(settings, NOW + HOUR, Progress(0))
    assert Store(settings.state).read().builds["examined"].all()
    assert {path.split("/")[0] for path in log_server.paths()[asked:]} == {left}


def test_check_says_whose_logs_may_not_be_fetched(zuul: Zuul, log_server: LogServer) -> None:
    add(zuul, log_server, 9, "FAILURE", SAID)
    here = f"127.0.0.1:{log_server.port}"
    with pytest.raises(GatepostError, match=f"1 build may be fetched: {here} is not among the `hosts`"):
        zuul.check(logs={"hosts": ["127.0.0.1"]})
    with pytest.raises(GatepostError, match="not public and in none of the `networks`"):
        zuul.check(logs={"hosts": [here]})
    assert "logs are read" in zuul.check(logs={"hosts": [here], "networks": ["127.0.0.0/8"]})
    zuul.add(NOW - HOUR, ended(NOW - HOUR, log_url="http://logs.example.org/1/"))
    told = zuul.check(logs={"hosts": [here], "networks": ["127.0.0.0/8"]})
    assert "those of 1 of 2 may not be: logs.example.org is not among" in told


def test_collect_says_why_logs_could_not_be_read(
    zuul: Zuul, log_server: LogServer, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    add(zuul, log_server, 9, "FAILURE", SAID)
    pipeline.collect(configured(tmp_path, zuul, log_server, networks=[]), NOW, Progress())
    told = capsys.readouterr().err
    assert "logs of 0 of 1 builds could be read; address not allowed: 127.0.0.1 is 127.0.0.1" in told
