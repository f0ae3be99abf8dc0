"""What `gatepost explain` takes from gatepost.yaml, without a check of the rest: that would take too long."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from generator.errors import GatepostError
from generator.yaml_input import read_data

CONFIG, QUERIES = "gatepost.yaml", "queries"


@dataclass(frozen=True)
class ExplainSettings:
    """The folder of signatures, the list of files, where bugs are; and sources of type documents."""

    signatures: Path
    files: Path | None
    bug_url: str | None
    documents: tuple[tuple[Path, dict[str, str]], ...]

    def fields(self, paths: Sequence[Path]) -> dict[str, str]:
        """Their field names for ours in these files of documents, by the sources that cover them."""
        if not (paths and self.documents):
            return {}
        from generator.sources.exports import export_files
        from generator.sources.metadata import field_names

        wanted = {path.resolve() for path in paths}
        mappings = (
            mapping
            for path, mapping in self.documents
            if wanted.intersection(found.resolve() for found in export_files(path))
        )
        return {theirs: ours for mapping in mappings for theirs, ours in field_names(mapping).items()}


def settings_of(config: Path, signatures: Path | None, files: Path | None) -> ExplainSettings:
    """As given, as the configuration says, or as usual; a configuration need not exist."""
    configured: dict[str, Any] = {}
    if config.is_file():
        read = read_data(config, "`gatepost check` says more")
        configured = read if isinstance(read, dict) else {}
    if signatures is None:
        signatures = _placed(config, configured.get("signatures", QUERIES))
        if not signatures.is_dir():
            raise GatepostError(
                f"no signatures: {signatures} is no folder",
                f"name the folder with --signatures DIR, or as `signatures` in {CONFIG}; "
                "`gatepost init .` writes both",
            )
    if files is None and configured.get("files"):
        files = _placed(config, configured["files"])
    bug_url = configured.get("bug_url")
    sources = configured.get("sources")
    documents = tuple(
        (_placed(config, source["path"]).absolute(), {str(k): str(v) for k, v in source["fields"].items()})
        for source in (sources if isinstance(sources, list) else ())
        if _maps_fields(source)
    )
    return ExplainSettings(signatures, files, str(bug_url) if bug_url else None, documents)


def _maps_fields(source: Any) -> bool:
    return (
        isinstance(source, dict)
        and source.get("type") == "documents"
        and isinstance(source.get("path"), str)
        and isinstance(source.get("fields"), dict)
    )


def _placed(config: Path, path: object) -> Path:
    """Where a path of the configuration leads: from its folder on."""
    with suppress(RuntimeError):  # there is no such user
        return config.parent / Path(str(path)).expanduser()
    return config.parent / str(path)
