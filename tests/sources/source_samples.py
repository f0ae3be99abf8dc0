"""What the tests of sources share: signatures, a context, settings, small build folders."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from generator.matching.tags import FileList
from generator.progress import Progress
from generator.signatures.model import Signature
from generator.sources import Context

NOW = datetime(2026, 11, 21, 8, tzinfo=UTC)
SIGNATURES = (
    Signature(
        "100", 'message:"Connection timed out" AND tags:"console"', title="Time-outs", bug="https://bugs/100"
    ),
    Signature("200", 'message:"No space left" AND tags:"screen-n-cpu.txt"'),
    Signature("300", 'message:"broken pipe" AND build_queue:"gate"'),
)


@dataclass(frozen=True)
class Logs:
    path: Path
    name: str = "logs"
    ci: str | None = None
    log_url: str | None = None
    buildsets: Path | None = None


@dataclass(frozen=True)
class Docs:
    path: Path
    name: str = "docs"
    ci: str | None = None
    fields: dict[str, str] = field(default_factory=dict)


def context(*signatures: Signature, **changes: Any) -> Context:
    return Context(signatures or SIGNATURES, FileList.load(None), NOW, Progress(0), **changes)


INVENTORY = """\
all:
  hosts: {{controller: {{nodepool: {{provider: ovh-bhs1, region: BHS1}}}}}}
  vars:
    zuul: {{build: {uuid}, job: tempest, tenant: openstack, pipeline: {pipeline}, branch: master,
      voting: true, change: '901234', patchset: '3', project: {{name: openstack/nova}}, buildset: bs1}}
"""


def build_folder(root: Path, uuid: str, *lines: str, failed: bool = True, pipeline: str = "gate") -> Path:
    """A build as Zuul publishes it: an inventory, and a console with these lines."""
    folder = root / uuid[:7]
    (folder / "zuul-info").mkdir(parents=True)
    (folder / "zuul-info/inventory.yaml").write_text(INVENTORY.format(uuid=uuid, pipeline=pipeline))
    texts = [
        "Job console starting...",
        *(f"controller | {line}" for line in lines),
        "PLAY RECAP",
        f"controller | ok: 3 changed: 1 unreachable: 0 failed: {int(failed)} skipped: 2 rescued: 0",
        "",
        "RUN END RESULT_NORMAL: [untrusted : opendev.org/x/run.yaml@master]",
    ]
    stamped = (f"2026-11-20 10:00:{i:02}.000000 | {text}\n" for i, text in enumerate(texts))
    (folder / "job-output.txt").write_text("".join(stamped))
    return folder
