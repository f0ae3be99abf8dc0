from __future__ import annotations

from dataclasses import fields
from datetime import date
from pathlib import Path

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from generator.errors import GatepostError
from generator.roster import Contact, Example, Pattern, Pause, Roster, ThirdPartyCI, load

LEAST = {"name": "Example Storage CI", "account": "example-ci", "projects": "openstack/cinder"}


def roster(folder: Path, *entries: object) -> Roster:
    return written(folder, yaml.safe_dump({"cis": list(entries)}, allow_unicode=True))


def written(folder: Path, text: str) -> Roster:
    path = folder / "thirdparty.yaml"
    path.write_text(text, "utf-8")
    return load(path)


def test_an_entry_with_all_keys(tmp_path: Path) -> None:
    (ci,) = roster(
        tmp_path,
        {
            "name": "Example Storage CI",
            "id": "storage",
            "account": ["example-ci", "Example * CI"],
            "owner": "Example Systems",
            "projects": ["openstack/cinder", "openstack/manila*"],
            "branches": "master",
            "paths": ["cinder/volume/**", "!cinder/volume/doc/"],
            "driver": "example.Driver",
            "contacts": [{"name": "Jo", "how": "IRC jo", "confirmed": date(2026, 8, 1)}, {"name": "Al"}],
            "voting": True,
            "since": date(2026, 1, 2),
            "pauses": [{"start": date(2026, 12, 20), "end": date(2027, 1, 3), "reason": "holidays"}],
            "deadline_hours": 48,
            "patterns": [r"^(?P<job>\S+) (?P<result>\w+)$"],
            "words": {"build failed": "failure"},
            "recheck": "run example",
            "examples": [{"text": "a b\n", "results": {"a": "build failed"}}],
            "url": "https://ci.example.org/",
            "retired": "2027-06-30",
        },
    ).cis
    assert (ci.id, ci.account, ci.branches) == ("storage", ("example-ci", "Example * CI"), ("master",))
    assert ci.contacts == (Contact("Jo", "IRC jo", date(2026, 8, 1)), Contact("Al"))
    assert ci.pauses == (Pause(date(2026, 12, 20), date(2027, 1, 3), "holidays"),)
    assert ci.patterns == (Pattern(r"^(?P<job>\S+) (?P<result>\w+)$"),)
    assert ci.words == {"BUILD_FAILED": "failure"}
    assert ci.examples == (Example("a b\n", (("a", "BUILD_FAILED"),)),)
    assert (ci.voting, ci.since, ci.retired) == (True, date(2026, 1, 2), date(2027, 6, 30))
    assert (ci.deadline_hours, ci.recheck, ci.url) == (48, ("run example",), "https://ci.example.org/")


def test_the_example_of_a_long_comment_is_whole(tmp_path: Path) -> None:
    text = "\n".join(f"job-{number} came out OK" for number in range(500))
    (ci,) = roster(tmp_path, {**LEAST, "examples": [{"text": text}]}).cis
    assert ci.examples == (Example(text),)


def test_what_is_left_out_or_empty_is_nothing(tmp_path: Path) -> None:
    (ci,) = roster(tmp_path, {**LEAST, "since": None, "contacts": []}).cis
    assert (ci.id, ci.contacts, ci.since, ci.voting) == ("example-storage-ci", (), None, False)


def test_entries_are_in_alphabetical_order(tmp_path: Path) -> None:
    found = roster(tmp_path, *({**LEAST, "name": name, "account": name} for name in ("b CI", "C CI", "A CI")))
    assert [ci.name for ci in found.cis] == ["A CI", "b CI", "C CI"]
    assert found.by_id["b-ci"].name == "b CI"


def test_accounts_are_known_by_username_number_or_name(tmp_path: Path) -> None:
    found = roster(tmp_path, {**LEAST, "account": ["example-ci", "#123", "Example [x] * CI"]})
    (ci,) = found.cis
    assert found.of("Example-CI") is ci
    assert found.of("#123", "whatever") is ci
    assert found.of("other", "Example [X] San CI") is ci
    for account, name in (("example-ci2", None), ("#1234", None), ("other", "Example x San CI"), ("e", "e")):
        assert found.of(account, name) is None


def test_where_it_is_expected(tmp_path: Path) -> None:
    entry = {**LEAST, "branches": ["master", "stable/*"], "paths": ["cinder/volume/**", "!*.rst"]}
    (ci,) = roster(tmp_path, entry).cis
    assert ci.watches("openstack/cinder", "stable/2026.2") and ci.watches("openstack/cinder", None)
    assert not ci.watches("openstack/cinder", "feature/x") and not ci.watches("openstack/cinder2", "master")
    assert ci.touches(["README", "cinder/volume/a/b.py"])
    assert not ci.touches(["cinder/volume/a/b.rst", "other/cinder/volume/a.py"])


def test_the_last_day_of_a_pause_is_one(tmp_path: Path) -> None:
    pause = {"start": "2026-12-20", "end": "2026-12-22"}
    (ci,) = roster(tmp_path, {**LEAST, "pauses": [pause]}).cis
    days = [date(2026, 12, day) for day in range(19, 24)]
    assert [ci.paused(day) is not None for day in days] == [False, True, True, True, False]


@pytest.mark.parametrize(
    ("change", "construct", "line"),
    [
        ({"account": None}, "account", 2),
        ({"account": []}, "account", 2),
        ({"projects": ["a", ""]}, "projects", 5),
        ({"name": "日本"}, "id", 3),
        ({"name": "Grid"}, "id", 3),
        ({"id": "A b"}, "id", 3),
        ({"voting": "perhaps"}, "voting", 5),
        ({"since": "soon"}, "since", 5),
        ({"deadline_hours": -1}, "deadline_hours", 3),
        ({"contacts": [{"how": "IRC"}]}, "contacts", 4),
        ({"contacts": "Jo"}, "contacts", 3),
        ({"pauses": [{"start": "2027-01-03", "end": "2026-12-20"}]}, "pauses", 5),
        ({"pauses": [{"start": "2027-01-03"}]}, "pauses", 5),
        ({"patterns": ["(?=x)(?P<result>x)"]}, "patterns", 5),
        ({"patterns": [r"(?P<result>a)\1"]}, "patterns", 5),
        ({"patterns": ["^(.*)$"]}, "patterns", 5),
        ({"driver": "x" * 1001}, "driver", 3),
        ({"examples": [{"text": "x" * 20_001}]}, "text", 4),
        ({"words": {"BROKE": "broken"}}, "words", 6),
        ({"words": ["BROKE"]}, "words", 6),
        ({"examples": [{"results": {}}]}, "examples", 4),
        ({"paths": ["a", "/" * 1001]}, "paths", 6),
        ({"paths": ["[z-a]"]}, "paths", 5),
        ({"paths": ["!"]}, "paths", 5),
        ({"paths": ["[[:alpha:]]"]}, "paths", 5),
    ],
    ids=lambda value: str(value)[:60],
)
def test_an_entry_that_cannot_be_used_is_told_with_its_line(
    tmp_path: Path, change: dict[str, object], construct: str, line: int
) -> None:
    other = {**LEAST, "name": "Other CI", "account": "other"}
    found = roster(tmp_path, {**LEAST, **change}, other)
    assert [ci.name for ci in found.cis] == ["Other CI"]
    (problem,) = found.errors
    assert (problem.construct, problem.line) == (construct, line), problem
    assert problem.hint and problem.column > 0


def test_all_errors_of_an_entry_are_told_at_once(tmp_path: Path) -> None:
    found = roster(tmp_path, {**LEAST, "voting": "perhaps", "since": "soon"})
    assert {problem.construct for problem in found.errors} == {"voting", "since"}


def test_the_second_of_one_id_is_refused(tmp_path: Path) -> None:
    found = roster(tmp_path, LEAST, {**LEAST, "name": "Example storage-CI", "account": "b"})
    assert [ci.name for ci in found.cis] == ["Example Storage CI"]
    assert [problem.construct for problem in found.errors] == ["duplicate id"]


def test_an_unknown_key_does_no_harm(tmp_path: Path) -> None:
    found = roster(tmp_path, {**LEAST, "votting": True})
    assert found.errors == () and len(found.cis) == 1
    (problem,) = found.problems
    assert (problem.construct, problem.severity, problem.hint) == (
        "unknown key",
        "warning",
        "did you mean voting?",
    )


def test_no_text_keeps_an_e_mail_address(tmp_path: Path) -> None:
    address = "jo.doe+ci@mail.example.org"
    entry = {
        **LEAST,
        "owner": f"Example <{address}>",
        "driver": address,
        "contacts": [{"name": f"Jo ({address})", "how": f"mail {address}"}],
        "pauses": [{"start": "2026-12-20", "end": "2026-12-20", "reason": address}],
        "url": f"https://{address}/",
        "paths": ["driver/**", f"# ask {address}"],
    }
    found = roster(tmp_path, entry)
    assert "mail.example.org" not in repr(found.cis)
    assert (found.cis[0].owner, found.cis[0].contacts) == ("Example", (Contact("Jo", "mail"),))
    assert sum(problem.construct == "e-mail address" for problem in found.problems) == 6
    assert address not in str(found.problems)


def test_a_link_with_an_encoded_e_mail_address_is_left_out(tmp_path: Path) -> None:
    found = roster(tmp_path, {**LEAST, "url": "https://ci.example.org/?ask=jo%40mail.example.org"})
    assert found.cis[0].url is None and found.problems[0].severity == "warning"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "is empty"),
        ("- a", ":1: must be keys and values"),
        ("ci: []", ":1: there is no list `cis`"),
        ("cis: {a: b}", ":1: must be a list of entries"),
        ("cis: [", "not YAML"),
        ("cis: [!!python/name:os.system x]", "the tag"),
        ("cis: []\ncis: []", ":2: the key 'cis' stands here twice"),
        ("cis: [" + "{}," * 2001 + "]", "more than 2,000 entries"),
    ],
    ids=range(8),
)
def test_what_is_no_roster_is_an_error(tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(GatepostError) as caught:
        written(tmp_path, text)
    assert message in caught.value.message and caught.value.hint


def test_a_missing_roster_says_where_it_is_named(tmp_path: Path) -> None:
    with pytest.raises(GatepostError, match="no such file") as caught:
        load(tmp_path / "thirdparty.yaml")
    assert "third_party" in caught.value.hint


def test_a_roster_of_many_aliases_is_read_in_bounded_work(tmp_path: Path) -> None:
    long = ", ".join(f"p{number}" for number in range(1001))
    found = written(tmp_path, f"cis:\n- &a {{name: A, account: a, projects: [{long}]}}\n" + "- *a\n" * 1900)
    assert found.cis == () and found.errors[0].message.startswith("has more than 1,000 items")


_TEXT = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=8)
_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | _TEXT | st.dates(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_TEXT, inner, max_size=3),
    max_leaves=6,
)
_KEYS = [field.name for field in fields(ThirdPartyCI)]


@settings(deadline=None, max_examples=50)
@given(st.dictionaries(st.sampled_from(_KEYS), _VALUES, max_size=5))
def test_whatever_an_entry_holds_it_is_used_or_told(
    tmp_path_factory: pytest.TempPathFactory, change: dict[str, object]
) -> None:
    found = roster(tmp_path_factory.getbasetemp(), {**LEAST, **change})
    assert len(found.cis) == 1 or found.errors
    assert all(problem.line and problem.hint for problem in found.problems)


def test_patterns_that_are_too_large_together_are_refused(tmp_path: Path) -> None:
    found = roster(tmp_path, {**LEAST, "paths": [f"{number}" + "a/**/b" * 100 for number in range(90)]})
    (problem,) = found.errors
    assert problem.message.startswith("too much at once")


def test_all_that_is_wrong_in_a_list_is_told_at_once(tmp_path: Path) -> None:
    contacts = [{"name": name, "confirmed": day} for name, day in (("A", "2026-13-40"), ("B", "5/11/2026"))]
    found = roster(tmp_path, {**LEAST, "contacts": contacts, "patterns": ["(", r"(\\w+)"]})
    assert [problem.message.split(" is no ")[0][:12] for problem in found.errors] == [
        "'2026-13-40'", "'5/11/2026'", "RE2 refuses ", "the pattern ",
    ]  # fmt: skip
