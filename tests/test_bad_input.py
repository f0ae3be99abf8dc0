"""The whole chain on what strangers, full disks and impatient people do to it."""

from __future__ import annotations

import gzip
import hashlib
import json
import os
import resource
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd
import pytest

from generator.store.atomic import locked
from generator.store.files import Store

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Dialog

NOW = "2026-11-21T00:00Z"
INVENTORY = """\
all:
  hosts: {{controller: {{nodepool: {{provider: ovh, region: BHS1}}}}}}
  vars:
    zuul: {{build: {uuid}, job: {name}, tenant: {name}, pipeline: {name}, branch: {name},
      voting: true, change: '901234', patchset: '3', project: {{name: {name}}}, buildset: bs1}}
"""
NAMES = [
    "../../x", "<script>alert(1)</script>", "</script><img src=x onerror=alert(1)>", "A" * 10_000,
    "a\nb\r\nc", "\u202egpj.exe", "\U0001f600", "", " ", "{{ 7*7 }}", "[x](javascript:alert(1))", "..",
    "index", "\x1b[31mred", "javascript:alert(1)", "' onmouseover='alert(1)",
]  # fmt: skip
SECRETS = ["SuperSecret123", "SECRETSECRETSECRET", "secretsecretsecret", "hunter22", "ghp_abcdefghij"]
SECRET_LINES = [
    "ERROR: login failed, password=SuperSecret123!",
    "ERROR: failed, X-Auth-Token: gAAAAABhSECRETSECRETSECRETSECRETSECRET",
    "ERROR: -----BEGIN RSA PRIVATE KEY-----",
    "MIIEpAIBAAKCAQEAsecretsecretsecretsecretsecretsecretsecretsecretAB",
    "ERROR: -----END RSA PRIVATE KEY-----",
    "ERROR: failed to open mysql://root:hunter22@127.0.0.1/x",
    "ERROR: failed with ghp_abcdefghijklmnopqrstuvwxyz0123456789",
]


def gatepost(
    folder: Path, *words: str, limit: Callable[[], None] | None = None
) -> subprocess.CompletedProcess[str]:
    """Run a command in a folder; whatever happens, nobody is shown a traceback."""
    done = subprocess.run(
        command(*words), cwd=folder, env=environment(folder), capture_output=True, text=True, check=False,
        preexec_fn=limit, timeout=120,
    )  # fmt: skip
    assert "Traceback" not in done.stderr, done.stderr
    return done


def command(*words: str) -> list[str]:
    timed = (
        ["--now", NOW] if "--now" not in words and words[0] in ("collect", "build", "digest", "tsc") else []
    )
    return [sys.executable, "-m", "generator", *words, *timed]


def environment(folder: Path) -> dict[str, str]:
    root = str(Path(__file__).resolve().parent.parent)
    return {**os.environ, "PYTHONPATH": root, "XDG_CACHE_HOME": str(folder / "cache")}


def community(folder: Path) -> Path:
    """A configuration with one signature and an empty tree of logs."""
    (folder / "logs").mkdir(parents=True)
    (folder / "queries").mkdir()
    (folder / "queries/1001.yaml").write_text('query: message:"known failure alpha"\n')
    (folder / "gatepost.yaml").write_text(
        "workers: 2\nmax_file_bytes: 4000000\nsources:\n- {type: logs, path: logs}\n"
    )
    return folder


def build(folder: Path, name: str, lines: list[str], day: str = "2026-11-20", **metadata: str) -> Path:
    """A failed build as Zuul publishes it."""
    build = folder / "logs" / name
    (build / "zuul-info").mkdir(parents=True)
    uuid = metadata.get("uuid") or hashlib.md5(name.encode()).hexdigest()
    text = INVENTORY.format(uuid=uuid, name=json.dumps(metadata.get("called", "tempest")))
    (build / "zuul-info/inventory.yaml").write_text(text)
    ending = [
        "PLAY RECAP", "controller | ok: 3 changed: 1 unreachable: 0 failed: 1 skipped: 2 rescued: 0", "",
        "RUN END RESULT_NORMAL: [untrusted : opendev.org/x/run.yaml@master]",
    ]  # fmt: skip
    said = [*(f"controller | {line}" for line in lines), *ending]
    stamped = (f"{day} 10:00:{n % 60:02}.000000 | {line}\n" for n, line in enumerate(said))
    (build / "job-output.txt").write_text("".join(stamped), "utf-8", "surrogatepass")
    return build


def state(folder: Path) -> str:
    """A hash of all that is in a folder, but for the lock and the compiled signatures."""
    files = sorted(
        p for p in folder.rglob("*") if p.is_file() and p.name != ".lock" and "cache" not in p.parts
    )
    return hashlib.sha256(b"".join(str(p).encode() + p.read_bytes() for p in files)).hexdigest()


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A community after collect and build, whose tree of logs holds whatever can go wrong."""
    folder = community(tmp_path_factory.mktemp("hostile"))
    for n in range(10):
        build(folder, f"good{n}", ["known failure alpha" if n % 2 else "fatal: out of memory"])
    for n, name in enumerate(NAMES):
        build(folder, f"name{n}", [f"known failure alpha {name!r}"], called=name)
    _inventories(folder)
    _odd_files(folder)
    _contents(folder)
    for done in (gatepost(folder, "collect"), gatepost(folder, "build")):
        assert done.returncode == 0, done.stderr
    return folder


def _inventories(folder: Path) -> None:
    bomb = "a0: &a0 [x]\n" + "".join(f"a{n + 1}: &a{n + 1} [{f'*a{n}, ' * 9}]\n" for n in range(20))
    for name, text in {
        "anchors": "all: &a {vars: *a}\n", "bomb": bomb, "empty": "", "nul": "all:\0\n",
        "deep": "[" * 100_000, "tags": "all: !!python/object/apply:os.system ['touch executed']\n",
        "binary": "\xff\xfe",
        "types": "all: {vars: {zuul: {build: [1], job: {a: b}, voting: yes, change: x, branch: null}}}\n",
    }.items():  # fmt: skip
        path = build(folder, f"inventory-{name}", ["fatal: broken"]) / "zuul-info/inventory.yaml"
        path.write_bytes(text.encode("latin-1"))


def _odd_files(folder: Path) -> None:
    (build(folder, "missing", ["fatal: x"]) / "zuul-info/inventory.yaml").unlink()
    for name in ("pipe", "device", "dangling", "loop", "folder", "socket"):
        path = build(folder, name, ["fatal: x"]) / "job-output.txt"
        path.unlink()
        if name == "pipe":
            os.mkfifo(path)
        elif name == "folder":
            path.mkdir()
        elif name == "socket":
            here = Path.cwd()
            os.chdir(path.parent)  # the whole path may be too long for a socket
            with socket.socket(socket.AF_UNIX) as made:
                made.bind(path.name)
            os.chdir(here)
        else:
            path.symlink_to({"device": "/dev/zero", "dangling": "nowhere", "loop": path.name}[name])
    (folder / "logs/buildinfo").mkdir()  # named like what marks a build
    (folder / "logs/buildinfo/a.txt").write_text("known failure alpha\n")
    (folder / "logs/loose.txt").write_text("x")
    (folder / "logs/nothing").mkdir()


def _contents(folder: Path) -> None:
    logs = build(folder, "packed", ["fatal: x"])
    packed = gzip.compress(os.urandom(100_000))
    (logs / "short.log.gz").write_bytes(packed[:5000])
    (logs / "damaged.log.gz").write_bytes(packed[:-6] + b"XXXXXX")
    (logs / "bomb.log.gz").write_bytes(gzip.compress(bytes(8_000_000)))
    (logs / os.fsdecode(b"\xff<script>\n.txt")).write_bytes(b"\xff\xfe\0\0 known failure alpha \xc3\x28\n")
    build(folder, "long", ["x" * 2_000_000 + " known failure alpha"])
    for day in ("0001-01-01", "1970-01-01", "2999-12-31", "9999-12-31"):
        build(folder, f"clock{day}", ["known failure alpha"], day=day)
    for name in ("twice", "twice-again"):
        build(folder, name, ["known failure alpha"], uuid="c" * 32)
    build(folder, "secrets", SECRET_LINES)
    build(folder, "secrets-known", [f"{line} known failure alpha" for line in SECRET_LINES])
    odd = build(folder, "result", ["fatal: x"])
    record = {"uuid": "b" * 32, "job_name": "<b>", "result": "<script>", "log_url": "javascript:alert(1)"}
    (odd / "buildinfo").write_text(json.dumps({**record, "end_time": 99, "voting": "maybe"}))


def test_every_bad_build_is_counted_and_the_good_ones_are_in_the_report(hostile: Path) -> None:
    tables = Store(hostile / "state").read()
    folders = [path for path in (hostile / "logs").iterdir() if path.is_dir() and path.name != "nothing"]
    assert len(tables.builds) == len(folders) - 1  # one is there twice
    skipped = {str(reason): set(rows["path"]) for reason, rows in tables.skipped.groupby("reason")}
    for reason, path in {
        "broken metadata": "inventory-deep/zuul-info/inventory.yaml", "no metadata": "missing",
        "no regular file": "pipe/job-output.txt", "link out of the build": "device/job-output.txt",
        "dangling link": "loop/job-output.txt", "in no build": "loose.txt", "empty folder": "nothing",
        "truncated": "packed/short.log.gz", "corrupt": "packed/damaged.log.gz",
        "too large": "packed/bomb.log.gz", "long line": "long/job-output.txt",
        "duplicate build": "twice-again", "unknown result": "result",
    }.items():  # fmt: skip
        assert path in skipped[reason], reason
    assert not (hostile / "executed").exists()
    home = (hostile / "public/index.html").read_text()
    assert "1001" in home
    data = (hostile / "public/data/index.html").read_text()
    assert all(reason in data for reason in skipped)


def test_no_secret_of_a_log_gets_out(hostile: Path) -> None:
    texts = [gatepost(hostile, kind).stdout for kind in ("digest", "tsc")]
    texts += [path.read_text() for path in (hostile / "public").rglob("*") if path.suffix in _TEXT]
    texts += [pd.read_parquet(path).to_csv() for path in (hostile / "state").rglob("*.parquet")]
    texts.append(gatepost(hostile, "explain", "--signatures", "queries", "logs/secrets").stdout)
    assert "[redacted]" in "".join(texts)
    for text in texts:
        assert not [secret for secret in SECRETS if secret in text]


_TEXT = (".html", ".csv", ".json", ".js", ".txt", ".md")


@pytest.mark.browser
def test_hostile_text_is_shown_inert(hostile: Path, browser: Browser) -> None:
    seen: list[str] = []
    page = browser.new_page(viewport={"width": 1200, "height": 800})
    asked: list[str] = []

    def alerted(dialog: Dialog) -> None:
        seen.append(dialog.message)
        dialog.dismiss()

    page.on("dialog", alerted)
    page.on("console", lambda message: seen.append(message.text))
    page.on("pageerror", lambda error: seen.append(str(error)))
    page.on("request", lambda request: asked.append(request.url))
    site = hostile / "public"
    pages = [
        site / "index.html",
        *(f for kind in ("jobs", "cis", "signatures", "data") for f in site.glob(f"{kind}/*.html")),
    ]
    for path in pages:
        page.goto(f"file://{path}")
        found = page.evaluate(_LOOK)
        assert found == {"wide": False, "images": 0, "links": []}, path
    assert len(pages) > 2 * len(NAMES) - 8
    assert not seen
    assert not [url for url in asked if not url.startswith(("file:", "data:"))]
    page.close()


_LOOK = """() => ({
    wide: document.documentElement.scrollWidth > 1200,
    images: document.images.length,
    links: [...document.links].map(a => a.protocol).filter(p => !["file:", "https:", "http:"].includes(p)),
})"""


def test_documents_that_are_none_are_counted(tmp_path: Path) -> None:
    folder = community(tmp_path)
    good = {"message": "known failure alpha", "build_name": "j", "@timestamp": "2026-11-20T10:00:00Z"}
    odd: list[dict[str, Any]] = [
        {"build_uuid": ["l1", "x"]}, {"build_uuid": 5}, {"build_uuid": None}, {"build_uuid": {"a": 1}},
        {"build_uuid": "v1", "voting": "yes"}, {"build_uuid": "v2", "voting": [1, 2]},
        {"build_uuid": "t1", "@timestamp": "garbage"}, {"build_uuid": "t2", "@timestamp": 1e300},
        {"build_uuid": "t3", "@timestamp": "9999-12-31T23:59:59-14:00"}, {"build_uuid": "\ud800<script>"},
        {"build_uuid": "m1", "message": {"a": 1}},
        {"build_uuid": "m2", "message": "\ud800 known failure alpha"},
    ]  # fmt: skip
    lines = [json.dumps(good | document) for document in odd]
    lines += ["{broken", "[]", "5", "[" * 100_000, '{"build_uuid": "b", "build_change": ' + "9" * 5000 + "}"]
    (folder / "all.ndjson").write_text("\n".join(lines) + "\n")
    (folder / "short.ndjson.gz").write_bytes(gzip.compress("\n".join(lines * 50).encode())[:-20])
    (folder / "gatepost.yaml").write_text("sources: [{type: documents, path: '.'}]\n")
    for command in ("check", "collect", "build"):
        assert gatepost(folder, command).returncode == 0
    tables = Store(folder / "state").read()
    assert set(tables.builds["build_uuid"]) == {
        "l1",
        "5",
        "v1",
        "v2",
        "t1",
        "t2",
        "t3",
        "?<script>",
        "m1",
        "m2",
    }
    assert set(tables.skipped["reason"]) == {"no document", "no build_uuid", "truncated"}
    explained = json.loads(
        gatepost(folder, "explain", "--signatures", "queries", "--format", "json", "all.ndjson").stdout
    )
    assert explained["signatures"]["1001"]["lines"] == len(odd) - 1
    assert len(explained["skipped"]) >= 4


def test_a_site_with_builds_is_not_replaced_by_an_empty_one(tmp_path: Path) -> None:
    folder = community(tmp_path)
    done = gatepost(folder, "collect")
    assert done.returncode == 0
    assert "No build with an end time yet" in done.stderr
    assert gatepost(folder, "check").returncode == 1
    assert gatepost(folder, "build").returncode == 0
    before = state(folder / "public")
    done = gatepost(folder, "build")
    assert (done.returncode, state(folder / "public")) == (1, before)
    assert "holds no builds; the site in" in done.stderr
    (folder / "logs").rmdir()
    done = gatepost(folder, "collect")
    assert (done.returncode, "no such folder" in done.stderr) == (1, True)


@pytest.fixture(scope="module")
def reported(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A community after collect and build, and with new builds that keep two processes busy for seconds."""
    folder = community(tmp_path_factory.mktemp("reported"))
    for n in range(5):
        build(folder, f"old{n}", ["known failure alpha"])
    assert gatepost(folder, "collect").returncode == 0
    assert gatepost(folder, "build").returncode == 0
    for n in range(12):
        build(folder, f"new{n}", [f"ERROR something failed at step {n} {i}" for i in range(8_000)])
    return folder


def test_a_full_disk_leaves_state_and_site_as_they_were(reported: Path) -> None:
    def full() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (2000, 2000))

    before = state(reported / "state"), state(reported / "public")
    for command in ("collect", "build"):
        done = gatepost(reported, command, limit=full)
        assert done.returncode == 1
        assert "cannot be written" in done.stderr
    assert (state(reported / "state"), state(reported / "public")) == before
    assert not (reported / ".public.new").exists()


def test_two_collects_at_once(tmp_path: Path) -> None:
    folder = community(tmp_path)
    build(folder, "one", ["known failure alpha"])
    (folder / "state").mkdir()
    with locked(folder / "state"):
        done = gatepost(folder, "collect")
    assert done.returncode == 1
    assert f"is being written by process {os.getpid()}" in done.stderr
    assert gatepost(folder, "collect").returncode == 0


@pytest.mark.parametrize(("stop", "code"), [(signal.SIGINT, 130), (signal.SIGKILL, -signal.SIGKILL)])
@pytest.mark.parametrize(
    ("command_", "sign"), [("collect", "state/cache/*"), ("build", ".public.new/docs/*")]
)
def test_what_is_stopped_leaves_state_and_site_as_they_were(
    reported: Path, command_: str, sign: str, stop: signal.Signals, code: int
) -> None:
    before = state(reported / "state"), state(reported / "public")
    for path in reported.glob(sign):
        path.unlink()
    process = subprocess.Popen(
        command(command_), cwd=reported, env=environment(reported), stderr=subprocess.PIPE, text=True,
        start_new_session=True,
    )  # fmt: skip
    until = time.monotonic() + 60
    while not any(reported.glob(sign)) and time.monotonic() < until:
        time.sleep(0.01)
    os.killpg(process.pid, stop)  # as a terminal does
    _, errors = process.communicate(timeout=60)
    assert process.returncode == code
    assert "Traceback" not in errors
    assert (stop == signal.SIGKILL) or "stopped; what was stored and published before is kept" in errors
    assert (state(reported / "state"), state(reported / "public")) == before


def test_memory_stays_flat_on_an_endless_line(tmp_path: Path) -> None:
    folder = community(tmp_path)
    with gzip.open(folder / "line.txt.gz", "wb", compresslevel=1) as file:
        for _ in range(300):
            file.write(b"known failure alph " * 55_188)
    words = command("explain", "--quiet", "--signatures", "queries", "line.txt.gz")
    done = subprocess.run(
        [sys.executable, "-c", _MEASURE, *words],
        cwd=folder,
        env=environment(folder),
        capture_output=True,
        text=True,
        check=True,
    )
    code, kibibytes = done.stderr.split()
    assert code == "3"
    assert "line.txt" in done.stdout
    assert int(kibibytes) < 150 << 10  # half of what was unpacked


# A process of its own: what a child used counts from what its parent had when it forked.
_MEASURE = """
import resource, subprocess, sys
code = subprocess.run(sys.argv[1:]).returncode
print(code, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss, file=sys.stderr)
"""


QUERIES = {
    "stars": "message:" + "*a" * 200 + "b",
    "marks": "message:" + "?*" * 400 + "b",
    "slop": 'message:"known alpha"~1000000000',
    "brackets": "(" * 5000 + "a" + ")" * 5000,
    "nots": "NOT " * 5000 + "a",
    "regexp": "message:/(a*)*(a*)*(a*)*b/",
    "repeats": "message:/(((a{1,1000}){1,1000}){1,1000})/",
    "phrase": 'message:"' + "a " * 2000 + '"',
    "mebibyte": "message:" + "x" * (1 << 20),
}


def test_no_signature_holds_up_the_others(tmp_path: Path) -> None:
    folder = community(tmp_path)
    for name, query in QUERIES.items():
        (folder / f"queries/{name}.yaml").write_text(f"query: {json.dumps(query)}\n")
    for name, text in {"deep": "{a: " * 100_000, "alias": "query: &a x\ntitle: *a\n"}.items():
        (folder / f"queries/{name}.yaml").write_text(text)
    (folder / "a.txt").write_text("a" * 3000 + "\n" + "aab " * 5000 + "\nthe known failure alpha\n")
    done = gatepost(folder, "lint", "--format", "json", "queries")
    assert done.returncode == 1
    wrong = {Path(f["path"]).stem for f in json.loads(done.stdout) if f["severity"] == "error"}
    assert wrong == {"brackets", "marks", "nots", "repeats", "mebibyte", "deep", "alias"}
    done = gatepost(folder, "explain", "--signatures", "queries", "a.txt")
    assert done.returncode == 0
    assert "the known failure alpha" in done.stdout


def test_explain_says_what_it_cannot_read(tmp_path: Path) -> None:
    folder = community(tmp_path)
    os.mkfifo(folder / "logs/pipe.txt")
    (folder / "logs/zero.txt").symlink_to("/dev/zero")
    (folder / os.fsdecode(b"\xff.txt")).write_bytes(b"\0\xff known failure alpha\n")
    words = ("explain", "--signatures", "queries", "--format", "json")
    assert "no such file" in gatepost(folder, *words, "absent").stderr
    done = gatepost(folder, *words, os.fsdecode(b"\xff.txt"), "logs", "absent")
    assert done.returncode == 0
    reasons = {row["reason"] for row in json.loads(done.stdout)["skipped"]}
    assert {"no such file", "no regular file", "link out of the build"} <= reasons


@pytest.mark.parametrize("now", ["0001-01-01", "9999-12-31T23:59:59-12:00", "yesterday"])
def test_a_time_out_of_range_is_refused(tmp_path: Path, now: str) -> None:
    done = gatepost(community(tmp_path), "digest", "--now", now)
    assert done.returncode == 1
    assert f"--now {now}: " in done.stderr
