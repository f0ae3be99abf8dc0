"""Imports go one way, as the design says: cli, then pipeline and explain, then sources … down to model."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

LAYERS: list[set[str]] = [
    {"cli", "cli_ask", "cli_lint", "cli_mail", "cli_publish", "cli_options", "__main__"},
    {
        "pipeline",
        "gathering",
        "checking",
        "roster_draft",
        "explain",
        "explain_text",
        "explain_settings",
        "explain_index",
        "query",
        "query_text",
        "lint",
        "demo",
        "scaffold",
        "zuul_return",
        "mail",
    },
    {
        "sources",
        "stats",
        "editions",
        "takedown",
        "figures",
        "pages",
        "text",
        "site",
        "site_hooks",
        "site_search",
        "site_swap",
        "store",
        "publish",
        "render",
    },
    {"matching"},
    {"signatures"},
    {
        "model",
        "reviews_model",
        "schema",
        "tables",
        "config",
        "fetching",
        "index_settings",
        "zuul_settings",
        "gerrit_settings",
        "mail_settings",
        "third_party_settings",
        "roster",
        "problem",
        "resources",
        "errors",
        "words",
        "progress",
        "yaml_input",
    },
]
LEVEL = {name: level for level, names in enumerate(LAYERS) for name in names}
#: Within a layer only these may import those (design: pages and text may use stats and figures).
SIDEWAYS = {
    ("pages", "stats"),
    ("pages", "editions"),
    ("text", "editions"),
    ("editions", "stats"),
    ("editions", "store"),
    ("editions", "text"),
    ("takedown", "editions"),
    ("takedown", "publish"),
    ("takedown", "site"),
    ("takedown", "site_swap"),
    ("takedown", "store"),
    ("takedown", "text"),
    ("pages", "figures"),
    ("pages", "text"),
    ("pages", "site"),
    ("pages", "render"),
    ("text", "stats"),
    ("text", "figures"),
    ("text", "render"),
    ("site", "render"),
    ("site", "site_hooks"),
    ("site", "site_swap"),
    ("pages", "site_search"),
    ("publish", "store"),
    ("publish", "site_swap"),
    ("figures", "render"),
    ("pipeline", "gathering"),
    ("pipeline", "checking"),
    ("checking", "gathering"),
    ("roster_draft", "gathering"),
    ("explain", "explain_text"),
    ("explain", "explain_settings"),
    ("explain", "zuul_return"),
    ("lint", "zuul_return"),
    ("zuul_return", "lint"),
    ("explain_index", "explain"),
    ("explain_index", "explain_text"),
    ("query", "query_text"),
    ("query", "lint"),
    ("query_text", "lint"),
    ("__main__", "cli"),
    ("cli", "cli_ask"),
    ("cli", "cli_options"),
    ("cli", "cli_publish"),
    ("cli_publish", "cli_options"),
    ("cli_ask", "cli_options"),
    ("cli", "cli_lint"),
    ("cli_lint", "cli_options"),
    ("cli", "cli_mail"),
    ("cli_mail", "cli_options"),
}


def modules(root: Path) -> Iterator[tuple[str, Path]]:
    for path in sorted((root / "generator").rglob("*.py")):
        parts = path.relative_to(root / "generator").with_suffix("").parts
        yield parts[0], path


def imported(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.module and node.module.startswith("generator"):
            inner = node.module.split(".")[1:]
            yield from inner[:1] or (alias.name for alias in node.names if not alias.name.startswith("__"))
        elif isinstance(node, ast.Import):
            yield from (a.name.split(".")[1] for a in node.names if a.name.startswith("generator."))


def test_imports_go_one_way(root: Path) -> None:
    wrong = []
    for name, path in modules(root):
        if name == "__init__":
            continue
        assert name in LEVEL, f"{path}: give the module a layer in {Path(__file__).name} and in the design"
        for other in imported(path):
            base = LEVEL[name] == LEVEL[other] == len(LAYERS) - 1
            if other == name or base or LEVEL[other] > LEVEL[name] or (name, other) in SIDEWAYS:
                continue
            wrong.append(f"{path.relative_to(root)}: {name} imports {other}")
    assert wrong == []


@pytest.mark.parametrize("module", ["generator.cli", "generator.explain", "generator.matching.engine"])
def test_light_commands_do_not_pay_for_tables(module: str) -> None:
    heavy = (
        "pandas pyarrow scipy plotly pydantic mkdocs jinja2 detect_secrets elasticsearch opensearchpy "
        "urllib3 httpx feedgen"
    )
    code = f"import sys, {module}; print(*sorted(set({heavy!r}.split()) & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == ""
