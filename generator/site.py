"""Stages the pages, runs mkdocs over them, and puts the new site in the place of the old one in one step."""

from __future__ import annotations

import errno
import hashlib
import json
import logging
import os
import re
import shutil
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

import yaml
from markupsafe import Markup

from generator import site_hooks, site_swap
from generator.errors import GatepostError
from generator.resources import resource

#: Bytes of HTML (issue: home, any page).
HOME_BUDGET, PAGE_BUDGET = 150_000, 300_000
#: Sections in the order of the navigation: title and page.
NAV = {
    "Home": "index.md",
    "Signatures": "signatures/index.md",
    "Unclassified": "unclassified/index.md",
    "Jobs": "jobs/index.md",
    "CIs": "cis/index.md",
    "Third-party CIs": "third-party/index.md",
    "History": "history.md",
    "Editions": "editions/index.md",
    "Data": "data/index.md",
    "Method": "method.md",
    "About": "about.md",
}
_PLAIN = re.compile(r"[a-z0-9][a-z0-9._-]{0,99}")


@dataclass(frozen=True)
class Page:
    """`path` is relative to the site (`jobs/tempest-full.html`), `section` a title of NAV in lower case.

    `feed` is the path of a feed that is about what the page is about.
    """

    path: str
    title: str
    description: str
    body: Markup
    section: str
    feed: str = ""


@dataclass(frozen=True)
class SiteSettings:
    """What every page shows; `{root}` in its Markup stands for the way to the site's root."""

    community: str
    fresh: Markup = Markup("")  # noqa: RUF009 - immutable
    banner: Markup = Markup("")  # noqa: RUF009 - immutable
    foot: Markup = Markup("")  # noqa: RUF009
    site_url: str | None = None
    #: `write_files` writes a feed.xml at the root.
    feed: bool = False


def slug(name: str) -> str:
    """A file name for any name: itself if harmless, else what is readable of it and a hash after `~`."""
    if _PLAIN.fullmatch(name) and name != "index" and not name.endswith("."):
        return name
    digest = hashlib.sha256(name.encode("utf-8", "surrogatepass")).hexdigest()
    return f"{readable(name)[:60] or 'x'}~{digest[:16]}"


def readable(name: str) -> str:
    """What of a name its file name can show."""
    return re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")


def root(path: str) -> str:
    """From a page back to the site's root: `../` for `jobs/a.html`."""
    return "../" * (len(PurePosixPath(path).parts) - 1)


def build(
    pages: Iterable[Page],
    output: Path,
    settings: SiteSettings,
    write_files: Callable[[Path], object] | None = None,
) -> None:
    """Make `output` anew; it is replaced only when all is written, GatepostError (and the old one) otherwise.

    `write_files` gets the folder of the new site, to write what is no page: downloads, texts, search index.
    """
    output = output.resolve()
    with _understandable(output):
        _must_be_ours(output)
        with site_swap.workshop(output) as work:
            sections = _stage(pages, work / "docs")
            _run_mkdocs(_write_config(work, sections, settings))
            shutil.copyfile(_plotly(), work / "html" / "assets" / "plotly.min.js")
            if write_files is not None:
                write_files(work / "html")
            site_swap.swap(work / "html", output)


def _must_be_ours(output: Path) -> None:
    if output.is_dir() and any(output.iterdir()) and not (output / "assets" / "gatepost.css").is_file():
        raise GatepostError(
            f"{output}: holds something else than a site of Gatepost",
            "name a new folder: a build replaces all of it",
        )


def over_budget(folder: Path) -> list[tuple[str, int]]:
    """Pages with more bytes of HTML than they may have, with their size."""
    sizes = (
        (path.relative_to(folder).as_posix(), path.stat().st_size) for path in sorted(folder.rglob("*.html"))
    )
    return [
        (name, size) for name, size in sizes if size > (HOME_BUDGET if name == "index.html" else PAGE_BUDGET)
    ]


@contextmanager
def _understandable(output: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        # of a copied folder, shutil has all errors in one, as texts
        full = error.errno in (errno.ENOSPC, errno.EDQUOT) or os.strerror(errno.ENOSPC) in str(error)
        what = "the disk is full" if full else str(error)
        raise GatepostError(
            f"{output}: cannot be written: {what}; the old site stays",
            "make room and build again" if full else "check the folder and its permissions",
        ) from error


def _stage(pages: Iterable[Page], docs: Path) -> list[str]:
    """Hand-written and generated pages in one folder; returns the navigation's pages that exist."""
    shutil.copytree(resource("site"), docs)
    for page in pages:
        source = docs / PurePosixPath(page.path).with_suffix(".md")
        if ".." in source.relative_to(docs).parts:
            raise ValueError(f"{page.path}: leaves the site")
        source.parent.mkdir(parents=True, exist_ok=True)
        head = {
            "title": page.title,
            "description": page.description,
            "section": page.section,
            "feed": page.feed,
            "generated": True,
        }
        text = f"---\n{json.dumps(head)}\n---\n{site_hooks.MARK}\n{page.body}\n</div>\n"
        # Lone surrogates cannot be written; they are shown as what they are.
        source.write_bytes(text.encode("utf-8", "backslashreplace"))
    return [path for path in NAV.values() if (docs / path).is_file()]


def _write_config(work: Path, existing: list[str], settings: SiteSettings) -> Path:
    config = {
        "INHERIT": str(resource("mkdocs.yml")),
        "site_name": "Gatepost",
        "site_url": settings.site_url or "",
        "docs_dir": str(work / "docs"),
        "site_dir": str(work / "html"),
        "theme": {"name": None, "custom_dir": str(resource("templates/theme"))},
        "hooks": [site_hooks.__file__],
        "nav": [{title: path} for title, path in NAV.items() if path in existing],
        "extra": {
            "community": settings.community,
            "fresh": str(settings.fresh),
            "banner": str(settings.banner),
            "foot": str(settings.foot),
            "feed": settings.feed,
            "plotly_styles": _own_styles(_plotly()),
        },
    }
    path = work / "mkdocs.yml"
    path.write_text(yaml.safe_dump(config, sort_keys=False), "utf-8")
    return path


def _run_mkdocs(config_file: Path) -> None:
    """mkdocs, strict, in this process; what it complains about becomes the error."""
    from mkdocs.commands.build import build as mkdocs_build
    from mkdocs.config import load_config
    from mkdocs.exceptions import Abort, ConfigurationError

    complaints: list[str] = []
    handler = logging.Handler(logging.WARNING)
    handler.emit = lambda record: complaints.append(record.getMessage())  # type: ignore[method-assign]
    logger = logging.getLogger("mkdocs")
    logger.addHandler(handler)
    try:
        mkdocs_build(load_config(str(config_file), strict=True))
    except (Abort, ConfigurationError) as error:
        said = "; ".join(complaints) or str(error)
        raise GatepostError(
            f"mkdocs: {said}; the old site stays", "this is a fault of Gatepost: please report it"
        ) from error
    finally:
        logger.removeHandler(handler)


def _plotly() -> Path:
    """The script in the installed package: served by the site itself, no other host is asked for it."""
    import importlib.util

    package = importlib.util.find_spec("plotly")
    assert package is not None and package.origin is not None
    return Path(package.origin).parent / "package_data" / "plotly.min.js"


def _own_styles(script: Path) -> list[str]:
    """Ids of style elements that the script would add, were there no elements of these ids already."""
    return sorted(set(re.findall(r'getElementById\("([0-9a-f]{64})"\)', script.read_text("utf-8"))))
