"""The state as it travels with the site: its files, and the manifest that names them."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from generator.store import atomic, manifest

#: The folder of the site in which the state lies.
FOLDER = "state"
_TRIES = 3


def publish(state: Path, site: Path) -> None:
    """Put the state into the new folder `site`/state; a file that the state has lost is missing there too.

    Files are hard links where the system can: a path of the store holds the hash of its content, so no later
    change writes into such a file. The manifest is a copy.
    """
    for _ in range(_TRIES):
        known, target = manifest.load(state), site / FOLDER
        shutil.rmtree(target, ignore_errors=True)
        target.mkdir(parents=True)
        shared = [_share(state / entry.path, target / entry.path) for entry in known.files.values()]
        atomic.write(target / manifest.NAME, manifest.dump(known))
        # a collection may have removed files under our feet: then its state is the one to publish
        if all(shared) or manifest.load(state) == known:
            return


def _share(file: Path, target: Path) -> bool:
    """Make `target` the same file, else a copy; false if there is none."""
    target.parent.mkdir(parents=True, exist_ok=True)
    try:
        os.link(file, target)
    except FileNotFoundError:
        return False
    except OSError:
        shutil.copyfile(file, target)
    return True
