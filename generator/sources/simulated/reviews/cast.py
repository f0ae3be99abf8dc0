"""Who speaks in the made-up reviews: third-party CIs as they are known from stories, the gate, and people."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any

SERVER = "review.example.org"
URL = f"https://{SERVER}"

Span = tuple[datetime, datetime]


def _at(month: int, day: int, hour: int = 0, minute: int = 0) -> datetime:
    return datetime(2026, month, day, hour, minute, tzinfo=UTC)


_FOREVER = _at(12, 31)


@dataclass(frozen=True)
class Project:
    """A project with its patch sets a week, and the folder of its code."""

    name: str
    weekly: float
    code: str


KEEL = Project("example/keel", 70, "keel")
ANCHOR = Project("example/anchor", 90, "anchor")
BALLAST = Project("example/ballast", 50, "ballast")
GALLEY = Project("example/galley", 28, "galley")
TIDE = Project("example/tide", 8, "tide")
PROJECTS = (KEEL, ANCHOR, BALLAST, GALLEY, TIDE)

#: A driver in `BALLAST` that few patch sets touch.
OSPREY_DRIVER = "ballast/volume/drivers/osprey/"


@dataclass(frozen=True)
class Ci:
    """A system that reports on patch sets, and how it behaves.

    It answers a share of them after some `hours` (median, and sigma of the logarithm), and fails by itself
    at random, always in the spans `broken`, and is not there in the spans `silent`.
    """

    name: str
    username: str
    projects: tuple[Project, ...]
    style: str
    jobs: tuple[str, ...]
    answers: float = 0.985
    hours: float = 2.0
    sigma: float = 0.45
    flaky: float = 0.012
    infra: float = 0.01
    twice: float = 0.0
    listens: bool = True
    deadline_hours: int = 24
    broken: tuple[Span, ...] = ()
    silent: tuple[Span, ...] = ()
    path: str | None = None
    entry: dict[str, Any] = field(default_factory=dict)

    @property
    def id(self) -> str:
        """Its slug in the roster."""
        return self.name.lower().replace(" ", "-")

    @property
    def word(self) -> str:
        """What people write to have it run again, and it alone."""
        return f"run-{self.username.removesuffix('-ci')}"

    @property
    def votes(self) -> bool:
        """Whether it may vote."""
        return bool(self.entry.get("voting"))


def _contacts(*names: str, confirmed: date) -> list[dict[str, Any]]:
    return [
        {"name": name, "how": f"{name.split()[0].lower()} on the chat", "confirmed": confirmed}
        for name in names
    ]


LARKFIELD = Ci(
    "Larkfield Storage CI", "larkfield-ci", (BALLAST,), "zuul",
    ("larkfield-iscsi", "larkfield-iscsi-multipath"),
    hours=1.4, flaky=0.004,
    entry={
        "owner": "Larkfield Storage", "driver": "LarkfieldISCSIDriver", "voting": True,
        "since": date(2026, 1, 12), "url": "https://ci.larkfield.example.com/",
        "contacts": _contacts("Ada Larch", "Tomas Reed", "Noor Fell", confirmed=date(2026, 11, 2)),
    },
)  # fmt: skip
FERROUS = Ci(
    "Ferrous Power CI", "ferrous-power-ci", (KEEL,), "zuul",
    ("ferrous-power.integration", "ferrous-power-preview"),
    answers=0.96, hours=3.3, broken=((_at(10, 30, 9), _FOREVER),),
    entry={
        "owner": "Ferrous Systems", "voting": True, "since": date(2026, 2, 2),
        "contacts": _contacts("Ines Harrow", "Piet Ombler", confirmed=date(2026, 10, 5)),
    },
)  # fmt: skip
BRIGHTWATER = Ci(
    "Brightwater NFS CI", "brightwater-nfs-ci", (BALLAST, TIDE), "jenkins", ("brightwater-nfs-dsvm",),
    hours=2.6, silent=((_at(7, 21, 14, 20), _FOREVER),),
    entry={
        "owner": "Brightwater", "driver": "BrightwaterNFSDriver", "voting": True, "since": date(2026, 1, 5),
        "contacts": _contacts("Sanna Weir", "Okoro Banks", confirmed=date(2026, 3, 9)),
    },
)  # fmt: skip
QUAYSIDE = Ci(
    "Quayside SDN CI", "quayside-ci", (ANCHOR,), "star",
    ("quayside-sdn-functional", "quayside-sdn_v2.scenario"),
    hours=5.3, flaky=0.16,
    entry={
        "owner": "Quayside Networks", "voting": False, "since": date(2026, 3, 1),
        "contacts": _contacts("Lew Marsh", "Ida Stone", confirmed=date(2026, 11, 9)),
    },
)  # fmt: skip
TARN = Ci(
    "Tarn Networks CI", "tarn-ci", (ANCHOR,), "link", ("tarn-ovs-dsvm",),
    answers=0.86, hours=15.0, sigma=1.1, twice=0.05, listens=False, deadline_hours=48,
    entry={
        "owner": "Tarn", "voting": False, "since": date(2026, 2, 16),
        "contacts": _contacts("Rui Becks", "Mara Holm", confirmed=date(2026, 10, 19)),
    },
)  # fmt: skip
HALDEN = Ci(
    "Halden NVMe CI", "halden-ci", (BALLAST,), "zuul", ("halden-nvme-tcp",),
    hours=2.2, flaky=0.004, listens=False, broken=((_at(10, 13, 6), _at(10, 14, 10)),),
    entry={
        "owner": "Halden Flash", "driver": "HaldenNVMeDriver", "voting": True, "since": date(2026, 1, 19),
        "contacts": _contacts("Geir Lund", "Petra Voss", confirmed=date(2026, 11, 16)),
    },
)  # fmt: skip
MERIDIAN = Ci(
    "Meridian SAN CI", "meridian-san-ci", (BALLAST,), "jenkins", ("meridian-san-dsvm-full",),
    answers=0.70, hours=11.8, sigma=0.7, flaky=0.03,
    entry={
        "owner": "Meridian", "driver": "MeridianFCDriver", "voting": False, "since": date(2026, 2, 23),
        "contacts": [
            {"name": "Jo Carver", "how": "jo.carver@meridian.example.com", "confirmed": date(2026, 6, 8)}
        ],
    },
)  # fmt: skip
OSPREY = Ci(
    "Osprey FC CI", "osprey-ci", (BALLAST,), "zuul", ("osprey-fc",),
    hours=4.0, path=OSPREY_DRIVER,
    entry={
        "owner": "Osprey", "driver": "OspreyFCDriver", "voting": False, "since": date(2026, 3, 2),
        "paths": [f"{OSPREY_DRIVER}**"],
        "contacts": _contacts("Hana Dell", "Victor Sloane", confirmed=date(2026, 9, 7)),
    },
)  # fmt: skip
PENROSE = Ci(
    "Penrose Tape CI", "penrose-ci", (GALLEY,), "prose", ("tape suite",), hours=3.0, flaky=0.004, infra=0.0,
    silent=((_at(1, 1), _at(8, 3)),),
    entry={
        "owner": "Penrose", "driver": "PenroseTapeDriver", "voting": False, "since": date(2026, 8, 3),
        "contacts": _contacts("Ewa Stern", "Colm Tully", confirmed=date(2026, 11, 11)),
    },
)  # fmt: skip
SALTMARSH = Ci(
    "Saltmarsh Backup CI", "saltmarsh-ci", (GALLEY,), "star", ("saltmarsh-backup",),
    hours=2.4, flaky=0.004, silent=((_at(11, 2), _FOREVER), (_at(8, 10), _at(8, 24))),
    entry={
        "owner": "Saltmarsh", "voting": True, "since": date(2026, 1, 26),
        "contacts": _contacts("Bo Vance", "Lila Moor", confirmed=date(2026, 10, 26)),
        "pauses": [
            {"start": date(2026, 8, 10), "end": date(2026, 8, 23), "reason": "vacation of the whole team"},
            {"start": date(2026, 11, 2), "end": date(2026, 11, 29), "reason": "the lab moves house"},
        ],
    },
)  # fmt: skip
FOXGLOVE = Ci(
    "Foxglove iSCSI CI", "foxglove-ci", (BALLAST,), "zuul", ("foxglove-iscsi",),
    hours=2.0, silent=((_at(9, 1), _FOREVER),),
    entry={
        "owner": "Foxglove", "driver": "FoxgloveISCSIDriver", "voting": False, "since": date(2026, 1, 5),
        "retired": date(2026, 8, 31),
        "contacts": _contacts("Mina Thorne", "Aldo Peel", confirmed=date(2026, 2, 2)),
    },
)  # fmt: skip

ROSTER = (
    BRIGHTWATER, FERROUS, FOXGLOVE, HALDEN, LARKFIELD, MERIDIAN, OSPREY, PENROSE, QUAYSIDE, SALTMARSH, TARN,
)  # fmt: skip
#: In no roster: it began to report, and nobody has told.
STRANGER = Ci(
    "Graymoor Arrays CI", "graymoor-ci", (BALLAST,), "jenkins", ("graymoor-arrays-dsvm",),
    silent=((_at(1, 1), _at(11, 3)),),
)  # fmt: skip
#: Zuul itself, which decides what may be merged.
GATE = Ci(
    "Zuul", "zuul", PROJECTS, "zuul", ("unit-py311", "functional", "integration-full"),
    answers=1.0, hours=1.1, sigma=0.3, flaky=0.07, infra=0.006, entry={"voting": True},
)  # fmt: skip

#: People, none of whom a report may name; nor may it show any address.
PEOPLE = tuple(
    f"{first} {last}"
    for first in ("Adele", "Bram", "Carys", "Dmitri", "Elif", "Farid")
    for last in ("Quillfeather", "Ravensworth", "Stackpoole", "Thistlewood")
)


def address(name: str) -> str:
    """A made-up e-mail address."""
    return f"{name.lower().replace(' ', '.')}@people.example.org"
