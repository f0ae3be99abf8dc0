"""What indices of a known kind hold: which query finds their builds, and their names for our fields."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import TYPE_CHECKING, NamedTuple

from generator.sources.metadata import METADATA, field_names

if TYPE_CHECKING:
    from generator.index_settings import IndexSettings

#: Our names for what it tells of a line.
LINE = ("message", "filename", "tags")
#: Our names for what else it may tell, which nothing but `gatepost query` asks for.
OTHERS = ("build_newrev", "build_node", "change_url", "hosts_id", "zuul_executor")


class Preset(NamedTuple):
    """`builds`: the query that a document of each build matches; `fields`: their names where ours differ.

    `lag_hours`: so long after a day its last documents may come.
    """

    lag_hours: float
    builds: str
    fields: Mapping[str, str]


PRESETS = {
    # elastic-recheck's "all failures"
    "openstack": Preset(
        6,
        'filename:"job-output.txt" AND message:"POST-RUN END" AND message:"playbooks/base/post.yaml" '
        'AND build_status:"FAILURE" AND build_queue:"gate" AND voting:1',
        {},
    ),
    # a document has the time at which its build began, and comes when all builds of its buildset have ended
    "zuul": Preset(
        24,
        "build_type:build",
        {
            "uuid": "build_uuid",
            "buildset_uuid": "build_set",
            "job_name": "build_name",
            "result": "build_status",
            "pipeline": "build_queue",
            "branch": "build_branch",
            "change": "build_change",
            "patchset": "build_patchset",
            "ref": "build_ref",
        },
    ),
}


def builds_query(settings: IndexSettings) -> str:
    """The query that a document of each build matches."""
    return settings.builds or PRESETS[settings.preset].builds


def lag(settings: IndexSettings) -> timedelta:
    """So long after a day it is asked again."""
    hours = settings.lag_hours
    return timedelta(hours=PRESETS[settings.preset].lag_hours if hours is None else hours)


def names(settings: IndexSettings) -> dict[str, list[str]]:
    """For each of our fields the names that the index may have for it, the likeliest first."""
    theirs = {**field_names(settings.fields), **PRESETS[settings.preset].fields}
    ours = (*METADATA, *LINE, *OTHERS)
    return {name: [*(t for t, o in theirs.items() if o == name), name] for name in ours}
