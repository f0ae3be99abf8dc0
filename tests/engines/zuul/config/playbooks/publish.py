"""Publishes a build's logs as log servers have them: publish.py LOG_ROOT INVENTORY FOLDER."""

import json
import shutil
import sys
from pathlib import Path

logs, inventory, folder = map(Path, sys.argv[1:])


def tree(directory):
    """The files and folders of a folder, as zuul-jobs' generate-zuul-manifest lists them."""
    return [
        {"name": path.name, "mimetype": "application/directory", "encoding": None, "children": tree(path)}
        if path.is_dir()
        else {
            "name": path.name,
            "mimetype": "text/plain",
            "encoding": None,
            "last_modified": int(path.stat().st_mtime),
            "size": path.stat().st_size,
        }
        for path in sorted(directory.iterdir())
    ]


(logs / "zuul-info").mkdir(exist_ok=True)
shutil.copy(inventory, logs / "zuul-info" / "inventory.yaml")
(logs / "zuul-manifest.json").write_text(json.dumps({"tree": tree(logs)}))
shutil.copytree(logs, folder)
