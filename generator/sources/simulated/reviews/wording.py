"""How what is said stands in a Gerrit: each CI writes in a format of its own."""

from __future__ import annotations

from collections.abc import Iterator
from random import Random

from generator.sources.simulated.hostile import SECRETS
from generator.sources.simulated.reviews.acting import Comment
from generator.sources.simulated.reviews.cast import address

#: What a CI says that tells no result: a reader must not guess one.
_PROSE = (
    "Our last run failed to upload its logs, sorry. The lab is looked at today.",
    "<script>alert(1)</script><img src=x onerror=alert(2)> **bold** [link](javascript:alert(3)) {{ 7*7 }}",
    f"debug: mysql --user=ci --password={SECRETS[0]} -e 'SHOW DATABASES'",
    f"Ask {address('Jo Carver')} when this fails. \u202e txt.exe \u2066",
    "long " + "x" * 120_000,
)
_HEADLINES = {"success": "Build succeeded", "failure": "Build failed", "infra": "Build failed"}
_TRIGGER = {"success": "Build Successful", "failure": "Build Failed", "infra": "Build Failed"}
_COLOURS = {"success": "all green", "failure": "errors"}


def message(comment: Comment, rng: Random) -> str:
    """The whole text of the comment, as Gerrit stores it."""
    head = f"Patch Set {comment.patchset.number}:"
    if comment.vote is not None:
        head += f" Verified{comment.vote:+d}"
    if comment.ci is None:
        return _of_person(comment, head)
    if comment.kind == "start":
        return f"{head}\n\nStarting {comment.pipeline} jobs."
    if comment.kind == "unread":
        return f"{head}\n\n{_PROSE[rng.randrange(len(_PROSE))]}"
    body = "\n".join(_STYLES[comment.ci.style](comment, rng))
    notes = "(1 comment)\n\n" if rng.random() < 0.02 else ""
    return f"{head}\n\n{notes}{body}"


def _of_person(comment: Comment, head: str) -> str:
    if comment.words == "upload":
        return f"Uploaded patch set {comment.patchset.number}."
    if comment.words == "review":
        asked = f"mail {address(comment.person)} where the tests failed"
        return f"{head} Code-Review+1\n\nLooks good; {asked}. A recheck is not needed."
    return f"{head}\n\n{comment.words}"


def _zuul(comment: Comment, rng: Random) -> Iterator[str]:
    """Zuul since version 4."""
    base = f"https://zuul.{_host(comment)}/t/ci"
    yield f"{_HEADLINES[comment.outcome or '']} ({comment.pipeline} pipeline)."
    yield f"{base}/buildset/{_hex(rng)}"
    yield ""
    for job, result, voting in comment.rows:
        aside = "" if voting else " (non-voting)"
        yield f"- {job} {base}/build/{_hex(rng)} : {result} in {_duration(rng)}{aside}"


def _jenkins(comment: Comment, rng: Random) -> Iterator[str]:
    """Jenkins with its Gerrit Trigger."""
    yield f"{_TRIGGER[comment.outcome or '']} "
    for job, result, _ in comment.rows:
        yield ""
        yield f"https://jenkins.{_host(comment)}/job/{job}/{rng.randrange(1_000, 9_000)}/ : {result}"


def _star(comment: Comment, rng: Random) -> Iterator[str]:
    yield f"{_HEADLINES[comment.outcome or '']}."
    yield ""
    for job, result, _ in comment.rows:
        yield f"* {job} http://logs.{_host(comment)}/{_hex(rng)[:9]}/ : {result} in {_duration(rng)}"


def _link(comment: Comment, rng: Random) -> Iterator[str]:
    """Links as they are written for a browser."""
    for job, result, _ in comment.rows:
        url = f"https://logs.{_host(comment)}/{_hex(rng)[:9]}/"
        yield f'- <a href="{url}">{job}</a> : {result} in {_duration(rng)}'


def _prose(comment: Comment, rng: Random) -> Iterator[str]:
    """Sentences, which the roster gives a pattern for."""
    yield "Hello, this is the Penrose lab."
    for job, _, _ in comment.rows:
        seen = f"https://{_host(comment)}/runs/{rng.randrange(1_000, 9_000)}"
        yield f"The {job} shows {_COLOURS[comment.outcome or '']}, see {seen}"
    yield "If you failed to reach us: we are on the chat."


_STYLES = {"zuul": _zuul, "jenkins": _jenkins, "star": _star, "link": _link, "prose": _prose}


def _host(comment: Comment) -> str:
    name = comment.ci.username.removesuffix("-ci") if comment.ci else ""
    return "example.org" if name == "zuul" else f"{name}.example.com"


def _hex(rng: Random) -> str:
    return f"{rng.getrandbits(128):032x}"


def _duration(rng: Random) -> str:
    return f"{rng.randrange(1, 3)}h {rng.randrange(60):02d}m {rng.randrange(60):02d}s"
