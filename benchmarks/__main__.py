"""`make bench`: every benchmark, one JSON line each with `name` and `ratio`; arguments choose some."""

from __future__ import annotations

import importlib
import json
import sys
import time

MODULES = ("explain", "failure_lines", "report", "index", "restore_cost", "zuul_day", "third_party")


def main(chosen: list[str]) -> None:
    for name in chosen or MODULES:
        start = time.monotonic()
        for row in importlib.import_module(f"benchmarks.{name}").run():
            print(json.dumps(row), flush=True)
        print(f"{name}: {time.monotonic() - start:.0f} s", file=sys.stderr)


if __name__ == "__main__":
    main(sys.argv[1:])
