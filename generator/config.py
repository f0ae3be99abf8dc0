"""gatepost.yaml → frozen, validated settings; an error names file, key and what was expected."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from reprlib import Repr
from typing import Annotated, Any, Literal, TypeVar, get_args

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError

from generator.errors import GatepostError
from generator.gerrit_settings import GerritSettings
from generator.index_settings import SAID, ElasticSettings, IndexSettings, OpensearchSettings, checked_url
from generator.mail_settings import MailSettings
from generator.third_party_settings import ThirdPartySettings
from generator.yaml_input import read_data
from generator.zuul_settings import ZuulSettings

M = TypeVar("M", bound=BaseModel)
S = TypeVar("S", bound="SourceSettings")

OUTCOME = Literal["success", "failure", "infra", "neutral"]


# The whole of a nested value may be huge.
_BRIEF = Repr()
_BRIEF.maxlevel = 2


class _Settings(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", arbitrary_types_allowed=True)


class LogsSettings(_Settings):
    """A tree of build folders, as Zuul or logscraper leaves them; `log_url`: where it is published.

    `ci` is the name of the system that ran the builds; left out, it is each build's tenant. `buildsets` is a
    file of Zuul's records of buildsets, as its API answers them.
    """

    type: Literal["logs"] = "logs"
    name: str = "logs"
    path: Path
    ci: str | None = None
    log_url: str | None = None
    buildsets: Path | None = None


class DocumentsSettings(_Settings):
    """NDJSON documents of an index export; `fields` maps its names to ours, e.g. `"@message": message`."""

    type: Literal["documents"] = "documents"
    name: str = "documents"
    path: Path
    ci: str | None = None
    fields: dict[str, str] = {}


_Source = (
    LogsSettings | DocumentsSettings | ElasticSettings | OpensearchSettings | ZuulSettings | GerritSettings
)
SourceSettings = Annotated[_Source, Field(discriminator="type")]
_KINDS = " or ".join(repr(model.model_fields["type"].default) for model in get_args(_Source))


def _site_url(value: str) -> str:
    checked_url(value, "https://gatepost.example.org/", "the address alone", "the address of the first page")
    return value


class Settings(_Settings):
    """The whole of gatepost.yaml; relative paths are relative to the file."""

    community: str = "Our community"
    site_url: Annotated[str, AfterValidator(_site_url)] | None = None
    signatures: Path = Path("queries")
    files: Path | None = None
    state: Path = Path("state")
    output: Path = Path("public")
    bug_url: str | None = None
    repository_url: str | None = None
    main_pipeline: str | None = None
    period_hours: Annotated[float, Field(gt=0, le=8_784)] = 24
    coverage_threshold: Annotated[float, Field(ge=0, le=1)] = 0.7
    keep_days: Annotated[int, Field(ge=57, le=36_500)] = 90
    outcomes: dict[str, OUTCOME] = {}
    workers: Annotated[int, Field(ge=1, le=1024)] | None = None
    max_file_bytes: Annotated[int, Field(ge=1)] = 8 << 30
    mail: MailSettings | None = None
    third_party: ThirdPartySettings | None = None
    sources: Annotated[tuple[SourceSettings, ...], Field(min_length=1)]


def load(path: Path) -> Settings:
    """The settings of a file, with absolute paths; GatepostError with file, key and hint."""
    data = read_data(path, "name one with --config FILE; `gatepost init .` writes one with comments")
    if not isinstance(data, dict):
        raise GatepostError(f"{path}: expected keys and values", "`gatepost init DIR` writes an example")
    try:
        settings = Settings.model_validate(data)
    except ValidationError as error:
        raise GatepostError(f"{path}: {_first(error)}", _hint(error)) from None
    return _resolved(settings, path.resolve().parent, path)


def _first(error: ValidationError) -> str:
    """All complaints, each as `key: what was expected`."""
    found = error.errors()
    if len(found) > 1:  # a source that is refused is missing from the list, which was not what was wrong
        found = [e for e in found if e["loc"] != ("sources",)]
    return "; ".join(f"{_key(e['loc'])}: {_expected(e)}" for e in found)


def _key(location: tuple[int | str, ...]) -> str:
    # pydantic puts the tag of a discriminated union into the path; a user never wrote it there
    parts = [p for i, p in enumerate(location) if not (i == 2 and location[0] == "sources")]
    return ".".join(str(p) for p in parts) or "the file"


def _expected(error: Any) -> str:
    if error["type"] == "extra_forbidden":
        return "no such key"
    if error["type"] == "missing":
        return "is required"
    if error["type"] == "too_short":
        return "at least one is needed"
    if error["type"] == "union_tag_invalid":
        return f"type: must be {_KINDS}, found {_BRIEF.repr(error['ctx']['tag'])}"
    if error["type"] == "union_tag_not_found":
        return f"type: is required, {_KINDS}"
    if error["type"] == SAID:
        return str(error["msg"])
    return f"{error['msg'][0].lower()}{error['msg'][1:]}, found {_BRIEF.repr(error['input'])}"


def _hint(error: ValidationError) -> str:
    known = ", ".join(Settings.model_fields)
    if any(e["type"] == "extra_forbidden" and len(e["loc"]) == 1 for e in error.errors()):
        return f"known keys: {known}"
    return "`gatepost init DIR` writes an example with every key explained"


def _resolved(settings: Settings, base: Path, path: Path) -> Settings:
    """Paths made absolute, names of sources checked to be unique."""
    names = [source.name for source in settings.sources]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise GatepostError(
            f"{path}: sources: the name {twice[0]!r} is used twice", "give each source a `name` of its own"
        )
    sources = tuple(_completed(_absolute(source, base, path), settings) for source in settings.sources)
    sections = {
        key: section and _absolute(section, base, path)
        for key, section in (("mail", settings.mail), ("third_party", settings.third_party))
    }
    return _absolute(settings.model_copy(update={"sources": sources, **sections}), base, path)


def _completed(source: M, settings: Settings) -> M:
    """An index is asked no further back than what it answers is kept; others are told whose site asks."""
    if isinstance(source, IndexSettings) and source.days is None:
        return source.model_copy(update={"days": settings.keep_days})
    if getattr(source, "contact", "") is None:
        return source.model_copy(update={"contact": settings.site_url})
    return source


def _absolute(model: M, base: Path, path: Path) -> M:
    """With all its paths made absolute."""
    paths = {key: base / _home(value, path) for key, value in model if isinstance(value, Path)}
    return model.model_copy(update=paths)


def _home(value: Path, path: Path) -> Path:
    """With `~` as the home folder that it stands for."""
    try:
        return value.expanduser()
    except RuntimeError:
        raise GatepostError(f"{path}: {value}: there is no such user", "write the whole path") from None


def holds_lines(source: SourceSettings) -> bool:
    """Whether lines of log can be searched in it: Zuul, its own reporter and Gerrit hold results only."""
    if isinstance(source, IndexSettings):
        return source.preset != "zuul"
    return not isinstance(source, ZuulSettings | GerritSettings)


def named(settings: Settings, able: Sequence[S], name: str | None, what: str) -> list[S]:
    """Of the sources that are `able`, each of them a `what`, all or the one named; else GatepostError."""
    chosen = [one for one in able if name in (None, one.name)]
    if not chosen:
        dry = any(one.name == name and not holds_lines(one) for one in settings.sources)
        why = "holds results only, no lines of log" if dry else f"no such {what}"
        names = ", ".join(one.name for one in able)
        raise GatepostError(f"--source {name}: {why}", f"those that can be asked: {names}")
    return chosen
