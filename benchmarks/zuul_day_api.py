"""The answers of a Zuul's API for a made-up day, from memory: `python -m benchmarks.zuul_day_api FILE`.

It pages as Zuul does (`limit`, `idx_min`, `idx_max`, newest first) and answers no other question. It says
where it listens, and ends when its standard input does.
"""

from __future__ import annotations

import json
import random
import sys
import threading
from bisect import bisect_left
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

END = datetime(2026, 11, 20, tzinfo=UTC)
IN_SET = 10
_JOBS, _PROJECTS, _BRANCHES = 60, 40, ("master", "stable/2026.1", "stable/2025.2")

Record = dict[str, Any]


def day(count: int, failed: int, seed: int = 1) -> dict[str, list[Record]]:
    """Builds and buildsets of the 24 h before END as the API gives them, without `log_url`, oldest first."""
    rng = random.Random(seed)
    broken = set(rng.sample(range(count), failed))
    listed: dict[str, list[Record]] = {"builds": [], "buildsets": []}
    for first in range(0, count, IN_SET):
        ref = _ref(rng, first)
        began = END - timedelta(hours=23) + timedelta(hours=20) * (first / count)
        members = range(first, min(first + IN_SET, count))
        times = {"event_timestamp": _iso(began)}
        ended = began + timedelta(minutes=90)
        results = {n: "FAILURE" if n in broken else "SUCCESS" for n in members}
        buildset = {
            "_id": first // IN_SET + 1, "uuid": f"{rng.getrandbits(128):032x}", "pipeline": "gate", **times,
            "result": "FAILURE" if "FAILURE" in results.values() else "SUCCESS", "message": None,
            "event_id": f"{rng.getrandbits(128):032x}", "refs": [ref],
            "first_build_start_time": _iso(began), "last_build_end_time": _iso(ended),
        }  # fmt: skip
        listed["buildsets"].append(buildset)
        for number, result in results.items():
            listed["builds"].append({
                "_id": number + 1, "uuid": f"{rng.getrandbits(128):032x}", "result": result, "ref": ref,
                "job_name": f"job-{rng.randrange(_JOBS)}", "pipeline": "gate", "voting": True, "held": False,
                "event_id": buildset["event_id"], "buildset": {"uuid": buildset["uuid"]}, "nodeset": "n",
                "final": True, "error_detail": None, "artifacts": [], "provides": [], "duration": 5400,
                "start_time": _iso(began), "end_time": _iso(ended), "execute_time": _iso(began), **times,
            })  # fmt: skip
    return listed


def _ref(rng: random.Random, number: int) -> Record:
    change = 900_000 + number
    return {
        "project": f"openstack/project-{rng.randrange(_PROJECTS)}", "branch": rng.choice(_BRANCHES),
        "change": change, "patchset": "1", "ref": f"refs/changes/{change % 100:02}/{change}/1",
        "oldrev": None, "newrev": None, "ref_url": f"https://review.example.org/{change}",
    }  # fmt: skip


def _iso(moment: datetime) -> str:
    return f"{moment:%Y-%m-%dT%H:%M:%S}"


class _Listed:
    """Records as JSON by their number, made once: it is not Zuul's speed that is measured."""

    def __init__(self, records: list[Record]) -> None:
        self._numbers = [record["_id"] for record in records]
        self._texts = [json.dumps(record) for record in records]

    def page(self, limit: int, low: int, high: int) -> str:
        """The newest of those between two numbers, these included."""
        end = bisect_left(self._numbers, high + 1)
        start = max(bisect_left(self._numbers, low), end - limit)
        return f"[{', '.join(reversed(self._texts[start:end]))}]"


def serve(path: Path) -> None:
    """Answer until standard input ends."""
    listed = {name: _Listed(records) for name, records in json.loads(path.read_bytes()).items()}

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True
        wbufsize = 1 << 16

        def do_GET(self) -> None:
            parts = urlsplit(self.path)
            given = {name: values[0] for name, values in parse_qs(parts.query).items()}
            if given.keys() - {"limit", "idx_min", "idx_max"}:
                self.send_error(404)
                return
            low, high = int(given.get("idx_min", 0)), int(given.get("idx_max", sys.maxsize - 1))
            body = listed[parts.path.rpartition("/")[2]].page(int(given.get("limit", 50)), low, high).encode()
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    print(f"http://127.0.0.1:{server.server_port}", flush=True)
    sys.stdin.read()


if __name__ == "__main__":
    serve(Path(sys.argv[1]))
