"""Runs playbooks as Zuul's executor does, but without it: Ansible, Zuul's zuul_return, Zuul's variables."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from conftest import ROOT, require
from engines import zuul_api
from engines.distributions import CannotRunError

BUILD = "0a1b2c3d4e5f60718293a4b5c6d7e8f9"
INVENTORY = {
    "all": {"hosts": {}, "vars": {"zuul": {"build": BUILD, "job": "unit", "tenant": "t", "pipeline": "gate"}}}
}


def ansible() -> Path:
    """The command that runs playbooks; skips where it is not installed."""
    command = zuul_api.cache() / "ansible-2.18" / "bin" / "ansible-playbook"
    if not command.exists():
        where = command.parent.parent
        require(
            "zuul", f"needs Ansible: pip install ansible-core==2.18.* voluptuous in an environment at {where}"
        )
    return command


def zuul_return() -> Path:
    """Zuul's own action plugin; skips where Zuul is not installed."""
    try:
        environment = zuul_api.python().parent.parent
    except CannotRunError as error:
        require("zuul", str(error))
    (found,) = environment.glob("lib/python3*/site-packages/zuul/ansible/11/action/zuul_return.py")
    return found


class Job:
    """The folders of one build on an executor, with the project `community` checked out."""

    def __init__(self, folder: Path) -> None:
        self.work, self.logs = folder / "work", folder / "work" / "logs"
        self.project = self.work / "src" / "git.test" / "community"
        self.inventory, self.plugins = folder / "ansible" / "inventory.yaml", folder / "plugins"
        for made in (self.logs, self.project, self.inventory.parent, self.plugins / "action"):
            made.mkdir(parents=True)
        self.inventory.write_text(json.dumps(INVENTORY))
        plugin = zuul_return()
        (self.plugins / "action" / plugin.name).symlink_to(plugin)
        # of that environment only Zuul itself: its other packages are not those of Ansible's
        (self.plugins / "zuul").symlink_to(plugin.parents[3])
        (self.work / "results.json").touch()

    def run(self, playbook: Path, **variables: Any) -> subprocess.CompletedProcess[str]:
        """Run a playbook as the executor does, with Gatepost as it is here."""
        project = {"src_dir": str(self.project.relative_to(self.work)), "short_name": "community"}
        executor = {"work_root": self.work, "log_root": self.logs, "inventory_file": self.inventory}
        zuul = {"build": BUILD, "project": project, "projects": {"git.test/community": project},
                "executor": {key: str(path) for key, path in executor.items()}}  # fmt: skip
        given = {"zuul": zuul, "zuul_user_dir": str(self.work), "zuul_success": False,
                 "gatepost_command": str(Path(sys.executable).parent / "gatepost"), **variables}  # fmt: skip
        command = [str(ansible()), str(playbook), "-e", json.dumps(given)]
        return subprocess.run(
            command, capture_output=True, text=True, env=self.environment, cwd=self.work, check=False
        )

    @property
    def environment(self) -> dict[str, str]:
        """What Ansible finds in its environment."""
        return {
            "PATH": os.environ["PATH"], "HOME": str(self.work), "LANG": "C.UTF-8",
            "ZUUL_JOBDIR": str(self.work.parent), "PYTHONPATH": str(self.plugins),
            "ANSIBLE_ROLES_PATH": str(ROOT / "roles"),
            "ANSIBLE_ACTION_PLUGINS": str(self.plugins / "action"),
            "ANSIBLE_LOCALHOST_WARNING": "false", "ANSIBLE_INVENTORY_UNPARSED_WARNING": "false",
        }  # fmt: skip

    @property
    def returned(self) -> dict[str, Any]:
        """What Zuul was told by zuul_return."""
        text = (self.work / "results.json").read_text()
        told: dict[str, Any] = json.loads(text)["data"]["zuul"] if text else {}
        return told
