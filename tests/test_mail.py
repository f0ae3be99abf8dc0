"""gatepost digest --send through a real SMTP server: TLS, users, refusals, and ends that nobody knows."""

from __future__ import annotations

import email
import email.policy
import json
import re
import socket
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import mail_server
import pytest
import yaml
from mail_server import PASSWORD, USER, Inbox, running
from typer.testing import CliRunner

from generator import config
from generator.cli import app
from generator.editions import shelf
from generator.editions.edition import EDITION_VERSION, Edition
from generator.errors import GatepostError
from generator.mail import notes
from generator.mail.sending import Sending, frozen
from generator.scaffold import scaffold
from generator.store import transaction
from generator.store.atomic import locked
from generator.store.files import Store

NOW = datetime(2026, 11, 23, 9, 30, tzinfo=UTC)
TEXT = "Subject: [gatepost] Gate: worse; Volume détach\n\nExample Community\n.a dot first\n\n-- \nThe end\n"
LISTS = ["ci@lists.example.org", "Other list <other@example.org>"]
ENVELOPE = ["ci@lists.example.org", "other@example.org"]


@pytest.fixture(scope="session")
def files(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    return mail_server.certificate(tmp_path_factory.mktemp("certificate"))


def edition(id: str = "2026-W47", text: str = TEXT) -> Edition:
    document = {
        "schema_version": EDITION_VERSION,
        "edition": id,
        "start": "2026-11-16T00:00:00Z",
        "community": "OpenStack",
        "pipeline": "gate",
        "remarks": [],
        "verdict": {"tone": "steady", "word": "no clear change", "sentences": []},
        "queries": [],
        "tables": {},
    }
    return Edition({**document, "made": "2026-11-23T06:10:00Z"}, text, "# report\n")


def configured(folder: Path, port: int, ca: Path | None = None, **mail: Any) -> Path:
    """A configuration whose state has the edition 2026-W47."""
    known: dict[str, Any] = {
        "host": "localhost", "port": port, "security": "starttls", "ca_file": str(ca) if ca else None,
        "from": "Gatepost <gatepost@example.org>", "to": LISTS, "timeout_s": 5, **mail,
    }  # fmt: skip
    whole = {
        "community": "Example Community",
        "mail": {key: value for key, value in known.items() if value is not None},
        "sources": [{"type": "logs", "path": "logs"}],
    }
    path = folder / "gatepost.yaml"
    path.write_text(yaml.safe_dump(whole), "utf-8")
    shelf.put(Store(folder / "state"), edition())
    return path


def run(path: Path, *options: str) -> tuple[int, str, str]:
    """Exit code (1 for an error with its hint), what was printed, what was said."""
    words = ["digest", "--config", str(path), "--now", NOW.isoformat(), *options]
    done = CliRunner().invoke(app, words)
    if isinstance(done.exception, GatepostError):
        return 1, done.stdout, f"{done.exception.message}\n{done.exception.hint}"
    assert done.exception is None or isinstance(done.exception, SystemExit), done.exception
    return done.exit_code, done.stdout, done.stderr


def state(path: Path) -> str | None:
    note = notes.read(path.parent / "state", "2026-W47")
    return note and note.state


@contextmanager
def plain(inbox: Inbox, folder: Path) -> Iterator[Path]:
    with running(inbox, "none") as port:
        yield configured(folder, port, security="none")


@pytest.mark.parametrize("security", ["starttls", "tls"])
def test_a_mail_arrives_once_encrypted_and_asked_for_its_user(
    tmp_path: Path, files: tuple[Path, Path], security: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MAIL_PASSWORD", PASSWORD)
    inbox = Inbox()
    with running(inbox, security, files, users=True) as port:
        path = configured(
            tmp_path, port, files[0], security=security, username=USER, password_env="MAIL_PASSWORD"
        )
        first, second = run(path, "--send"), run(path, "--send")
    (arrived,) = inbox.mails
    assert first[0] == second[0] == 0
    assert first[1].startswith("2026-W47 was sent to 2 recipients: <gatepost.2026-W47.")
    assert "not sent again" in second[1]
    assert (arrived.mail_from, arrived.rcpt_tos) == ("gatepost@example.org", ENVELOPE)
    assert USER in inbox.users
    kept = Store(tmp_path / "state").read_bytes("mail/2026-W47.json") or b""
    assert json.loads(kept)["state"] == "sent"
    assert b"@lists" not in kept and PASSWORD.encode() not in kept


def test_the_message_is_what_a_list_wants(tmp_path: Path) -> None:
    inbox = Inbox()
    with plain(inbox, tmp_path) as path:
        shown = run(path, "--send", "--dry-run")
        assert inbox.mails == [] and state(path) is None
        run(path, "--send")
    raw = inbox.mails[0].content or b""
    assert isinstance(raw, bytes)
    assert shown[1] == raw.decode("ascii").replace("\r\n", "\n")
    assert "not sent to 2 recipients through localhost:" in shown[2]
    got = email.message_from_bytes(raw, policy=email.policy.default)
    assert got["Subject"] == "[gatepost] Gate: worse; Volume détach"
    assert got["Date"].datetime == NOW
    assert got["Auto-Submitted"] == "auto-generated"
    assert got["Reply-To"] is None
    assert got.get_content_type() == "text/plain"
    assert got.get_content_charset() == "utf-8"
    assert got.get_content().replace("\r\n", "\n") == TEXT.partition("\n\n")[2]


def test_its_identity_is_that_of_community_and_edition(tmp_path: Path) -> None:
    settings = config.load(configured(tmp_path, 25))
    other = settings.model_copy(update={"community": "Another"})

    def identity(whose: config.Settings, id: str, day: int) -> str:
        return str(Sending(whose, edition(id), NOW.replace(day=day)).letter["Message-ID"])

    first = identity(settings, "2026-W47", 23)
    assert first == identity(settings, "2026-W47", 29)
    assert len({first, identity(other, "2026-W47", 23), identity(settings, "2026-W46", 23)}) == 3


def test_an_edition_that_was_corrected_says_so_above_all(tmp_path: Path) -> None:
    path = configured(tmp_path, 25)
    shelf.correct(Store(tmp_path / "state"), "2026-W47", "The rate of " + "gate " * 30 + "is wrong.", NOW)
    body = run(path, "--send", "--dry-run")[1].partition("\n\n")[2]
    assert body.startswith("Corrected on 23 Nov 2026: The rate of gate")
    assert max(map(len, body.split("\n"))) <= 72
    assert "\n\nExample Community\n" in body


def test_without_the_edition_of_the_week_nothing_is_sent(tmp_path: Path) -> None:
    with plain(inbox := Inbox(), tmp_path) as path:
        later = ["digest", "--config", str(path), "--now", "2026-11-30T03:00Z", "--send"]
        error = CliRunner().invoke(app, later).exception
        assert isinstance(error, GatepostError) and inbox.mails == []
        assert error.message == "there is no edition 2026-W48"
        assert "from 6 h after its end" in error.hint and "`--edition 2026-W47`" in error.hint
        assert CliRunner().invoke(app, [*later, "--edition", "2026-W47"]).exit_code == 0
    assert len(inbox.mails) == 1


def test_a_recipient_who_is_refused_stops_the_mail_to_all(tmp_path: Path) -> None:
    inbox = Inbox(refused={"other@example.org": "550 no such list"})
    with plain(inbox, tmp_path) as path:
        code, _, said = run(path, "--send")
        assert code == 1 and inbox.mails == [] and state(path) is None
        assert "refuses the recipient other@example.org: 550 no such list" in said
        assert "nothing was sent; correct `to`" in said
        inbox.refused = {"other@example.org": "451 greylisted"}
        assert "it asks to come back later" in run(path, "--send")[2]
        inbox.refused = {}
        assert run(path, "--send")[0] == 0
    assert len(inbox.mails) == 1


@pytest.mark.parametrize(
    ("answer", "hint"), [("554 looks like spam", "says why"), ("452 full", "half an hour")]
)
def test_a_mail_that_is_refused_may_be_sent_later(tmp_path: Path, answer: str, hint: str) -> None:
    inbox = Inbox(at_data=answer)
    with plain(inbox, tmp_path) as path:
        code, _, said = run(path, "--send")
        assert code == 1 and f"refuses the mail: {answer}" in said and hint in said
        assert state(path) is None
        inbox.at_data = ""
        assert run(path, "--send")[0] == 0
    assert len(inbox.mails) == 1


@pytest.mark.parametrize("fault", ["close", "silent", "399 hm"])
def test_where_the_end_is_not_known_it_is_neither_sent_nor_sent_again(tmp_path: Path, fault: str) -> None:
    inbox = Inbox(at_data=fault)
    with running(inbox, "none") as port:
        path = configured(tmp_path, port, security="none", timeout_s=0.5)
        code, said, error = run(path, "--send")
        assert code == 1 and said == ""
        assert "whether 2026-W47 was sent is not known (<gatepost.2026-W47." in error
        assert state(path) == "unknown"
        inbox.at_data, inbox.mails = "", []
        code, said, error = run(path, "--send")
        assert code == 1 and inbox.mails == []
        assert "`gatepost digest --arrived` notes that" in error
        assert run(path, "--send", "--again")[0] == 0
    (mail,) = inbox.mails
    assert state(path) == "sent"
    assert isinstance(mail.content, bytes) and error.split("<")[1].split(">")[0].encode() in mail.content


def test_who_finds_it_in_the_archive_can_say_so(tmp_path: Path) -> None:
    inbox = Inbox(at_data="close")
    with plain(inbox, tmp_path) as path:
        assert run(path, "--arrived")[2].startswith("2026-W47 was never handed to a server")
        run(path, "--send")
        assert run(path, "--arrived")[1] == "2026-W47 is noted as sent\n"
        inbox.at_data = ""
        assert "not sent again" in run(path, "--send")[1]
    assert inbox.mails == []


def test_a_refusal_of_the_second_try_leaves_the_doubt_of_the_first(tmp_path: Path) -> None:
    inbox = Inbox(at_data="close")
    with plain(inbox, tmp_path) as path:
        run(path, "--send")
        inbox.at_data = "554 no"
        run(path, "--send", "--again")
        assert state(path) == "unknown"


def test_a_damaged_note_is_a_doubt(tmp_path: Path) -> None:
    with plain(inbox := Inbox(), tmp_path) as path:
        run(path, "--send")
        (kept,) = (tmp_path / "state").rglob("2026-W47.*.json")
        kept.write_bytes(b"\0")
        code, _, said = run(path, "--send")
    assert code == 1 and "the note of it is damaged" in said
    assert len(inbox.mails) == 1


def test_two_runs_at_once_send_one_mail(tmp_path: Path) -> None:
    with plain(inbox := Inbox(), tmp_path) as path:
        settings = config.load(path)
        one, other = (Sending(settings, frozen(settings.state, None, NOW), NOW) for _ in range(2))
        started = threading.Barrier(2)
        said: list[str] = []

        def send(sending: Sending) -> None:
            started.wait()
            try:
                said.append(sending.send())
            except GatepostError as error:
                said.append(error.message)

        threads = [threading.Thread(target=send, args=(sending,)) for sending in (one, other)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert len(inbox.mails) == 1, said
    assert state(path) == "sent"


def test_a_state_that_cannot_be_written_stops_the_mail(tmp_path: Path) -> None:
    with plain(inbox := Inbox(), tmp_path) as path:
        (tmp_path / "state" / "files" / "mail").write_text("in the way")
        code, _, _ = run(path, "--send")
    assert code == 1 and inbox.mails == []


def test_what_was_sent_but_cannot_be_noted_is_told_and_not_sent_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(transaction, "PATIENCE_S", 0.01)
    with plain(inbox := Inbox(), tmp_path) as path, ExitStack() as held:
        inbox.then = lambda: held.enter_context(locked(tmp_path / "state"))
        code, _, said = run(path, "--send")
        assert code == 1 and "was sent to 2 recipients, but that could not be noted" in said
        assert "then `gatepost digest --arrived` notes it" in said
        held.close()
        assert "is not known" in run(path, "--send")[2]
        assert run(path, "--arrived")[0] == 0
    assert len(inbox.mails) == 1 and state(path) == "sent"


def test_who_finds_another_run_sending_takes_nothing_back(tmp_path: Path) -> None:
    slow, lost = Inbox(), Inbox(at_data="close")
    with running(slow, "none") as port, running(lost, "none") as other:
        path = configured(tmp_path, port, security="none")
        mine = Sending(config.load(path), edition(), NOW)
        theirs = Sending(config.load(configured(tmp_path, other, security="none")), edition(), NOW)

        def meanwhile() -> None:
            slow.at_recipient = None
            with pytest.raises(GatepostError, match="is not known"):
                theirs.send()

        slow.at_recipient = meanwhile
        with pytest.raises(GatepostError, match="another run sends 2026-W47 at this moment"):
            mine.send()
    assert slow.mails == [] and state(path) == "unknown"


def test_a_certificate_must_be_of_the_host_and_of_a_known_authority(
    tmp_path: Path, files: tuple[Path, Path]
) -> None:
    other = mail_server.certificate(tmp_path, "mail.example.org")
    with running(Inbox(), "starttls", files) as port:
        said = run(configured(tmp_path, port), "--send")[2]
        assert "its certificate is not accepted: self-signed certificate" in said
        assert "`ca_file` names an authority of your own" in said
        said = run(configured(tmp_path, port, tmp_path / "none.pem"), "--send")[2]
        assert "none.pem: cannot be used: No such file" in said
    with running(Inbox(), "starttls", other) as port:
        said = run(configured(tmp_path, port, other[0]), "--send")[2]
        assert "not valid for 'localhost'" in said and "nothing was sent" in said


def test_a_server_without_starttls_gets_no_mail(tmp_path: Path) -> None:
    with running(inbox := Inbox(), "none") as port:
        said = run(configured(tmp_path, port), "--send")[2]
    assert "STARTTLS extension not supported by server" in said
    assert "it is not sent unencrypted" in said and inbox.mails == []


def test_tls_and_starttls_mixed_up_are_told(tmp_path: Path, files: tuple[Path, Path]) -> None:
    with running(Inbox(), "starttls", files) as port:
        said = run(configured(tmp_path, port, files[0], security="tls"), "--send")[2]
    assert "no TLS could be agreed on" in said and "465 `security: tls`" in said


def test_a_wrong_password_is_told_and_never_shown(tmp_path: Path, files: tuple[Path, Path]) -> None:
    (tmp_path / "password").write_text("not the password\n")
    with running(inbox := Inbox(), "starttls", files, users=True) as port:
        path = configured(tmp_path, port, files[0], username=USER, password_file="password")
        said = run(path, "--send")[2]
    assert "refuses the user gatepost: 535" in said and "check `username` and the password" in said
    assert "not the password" not in said and inbox.mails == []


def test_a_password_that_is_not_there_is_told_before_anything(tmp_path: Path) -> None:
    path = configured(tmp_path, 9, username=USER, password_env="NO_SUCH_PASSWORD")
    assert "NO_SUCH_PASSWORD is not set" in run(path, "--send")[2]
    assert run(path, "--send", "--dry-run")[0] == 0
    (tmp_path / "password").write_text("schlüssel")
    path = configured(tmp_path, 9, username=USER, password_file="password")
    assert "other characters than ASCII" in run(path, "--send")[2]


def test_a_server_that_is_not_there_or_says_nothing_is_told(tmp_path: Path) -> None:
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        port = silent.getsockname()[1]
        said = run(configured(tmp_path, port, security="none"), "--send")[2]
        assert "does not answer: Connection refused" in said and "nothing was sent" in said
        silent.listen()
        said = run(configured(tmp_path, port, security="none", timeout_s=0.2), "--send")[2]
        assert "does not answer" in said and "timed out" in said
    assert state(tmp_path / "gatepost.yaml") is None


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ({"from": "a@example.org\nBcc: b@example.org"}, "mail.from: must be an address"),
        ({"to": ["a@example.org, b@example.org"]}, "mail.to.0: must be an address"),
        ({"to": ["a@example.org>\r\nDATA"]}, "mail.to.0: must be an address"),
        ({"to": []}, "mail.to: at least one is needed"),
        ({"subject_prefix": "x\nBcc: b@example.org"}, "mail.subject_prefix: must be"),
        ({"host": "smtp.example.org:25"}, "mail.host: must be a name or an address alone"),
        ({"security": "none", "host": "smtp.example.org"}, "none is only for a server on this machine"),
        ({"security": "none", "username": "u", "password_env": "P"}, "none goes with neither"),
        ({"username": "u"}, "go together"),
        ({"password_env": "P"}, "go together"),
        ({"password": "hunter2"}, "no secret belongs into this file"),
        ({"password_env": "hunter2", "username": "u"}, "name of an environment variable"),
        ({"username": "u", "password_env": "P", "password_file": "p"}, "not both"),
        ({"port": 0}, "mail.port"),
        ({"reply_to": "a@example.org"}, "mail.reply_to: no such key"),
    ],
)
def test_settings_that_cannot_be_are_told(tmp_path: Path, wrong: dict[str, Any], told: str) -> None:
    path = configured(tmp_path, 587)
    whole = yaml.safe_load(path.read_text())
    whole["mail"].update(wrong)
    path.write_text(yaml.safe_dump(whole))
    with pytest.raises(GatepostError) as error:
        config.load(path)
    assert told in error.value.message
    assert "hunter2" not in error.value.message


def test_the_mail_that_init_explains_is_valid(tmp_path: Path) -> None:
    scaffold(tmp_path)
    path = tmp_path / "gatepost.yaml"
    before, _, after = path.read_text("utf-8").partition("# mail:\n")
    told, _, rest = after.partition("\n\n")
    keys = [
        line[2:] for line in told.split("\n") if not line.startswith(("#   # password_file", "#   # ca_file"))
    ]
    lines = [line.replace("  # port", "  port") for line in keys]
    path.write_text(f"{before}mail:\n" + "\n".join(lines) + f"\n\n{rest}", "utf-8")
    mail = config.load(path).mail
    assert mail is not None
    explained = set(re.findall(r"^# {3}(?:# )?([a-z_]+): ", told, re.MULTILINE))
    assert explained == {field.alias or name for name, field in type(mail).model_fields.items()}
    assert mail.subject_prefix == type(mail).model_fields["subject_prefix"].default


def test_without_settings_it_says_what_to_write(tmp_path: Path) -> None:
    path = configured(tmp_path, 587)
    whole = yaml.safe_load(path.read_text())
    del whole["mail"]
    path.write_text(yaml.safe_dump(whole))
    assert "does not say whom to mail" in run(path, "--send")[2]
    assert run(path, "--edition", "2026-W47")[1] == TEXT


@pytest.mark.parametrize("options", [["--dry-run"], ["--again"], ["--send", "--arrived"]])
def test_options_that_do_not_go_together_are_told(tmp_path: Path, options: list[str]) -> None:
    assert "see gatepost digest --help" in run(configured(tmp_path, 587), *options)[2]
