"""Runs tests as a session of their own, with the fixtures for servers."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path


def run_tests(folder: Path, *options: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run the tests of a folder; `environment` is added to ours, which is without what is set for us."""
    inherited = {
        name: value for name, value in os.environ.items() if not name.startswith(("GATEPOST", "PYTEST"))
    }
    return subprocess.run(
        [sys.executable, "-m", "pytest", "-p", "engines_plugin", "-p", "no:cacheprovider", *options, "."],
        cwd=folder,
        env=inherited | {"PYTHONPATH": str(Path(__file__).parent.parent)} | environment,
        capture_output=True,
        text=True,
    )
