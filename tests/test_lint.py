from __future__ import annotations

import json
from itertools import product
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from generator.errors import GatepostError
from generator.lint import Finding, as_json, as_table, exit_code, lint_folder, meaning
from generator.lint.compare import relations
from generator.matching.evaluate import matches
from generator.signatures.parse import parse


def lint(folder: Path, *queries: str) -> list[Finding]:
    """Findings about queries, in files 1.yaml, 2.yaml …; each starts at line 2, column 3."""
    for number, query in enumerate(queries, 1):
        (folder / f"{number}.yaml").write_text(f"query: >-\n  {query}\n", "utf-8")
    return lint_folder(folder)


def checks(findings: list[Finding]) -> list[str]:
    return [finding.check for finding in findings]


def named(findings: list[Finding], check: str) -> list[str]:
    return sorted({finding.signature for finding in findings if finding.check == check})


@pytest.mark.parametrize(
    "query",
    [
        'message:"Connection timed out" AND tags:"console"',
        '(message:"no route" OR message:"lost carrier") AND NOT build_queue:"check"',
        "message:timeout*ed AND build_name.keyword:gate-tempest-*",
        "message:/time.*out/ AND voting:>=1",
        'message:"a word" AND voting:[0 TO 1]',
        "message:nova.comp* AND message:0.1?",
        "connection",
        'message:"foo bar"~2 AND _exists_:project',
        'message:"C:\\\\new \\"x\\"" AND message:\\u0041bc',
    ],
)
def test_a_sound_query_has_no_findings(tmp_path: Path, query: str) -> None:
    assert lint(tmp_path, query) == []


@pytest.mark.parametrize(
    ("query", "check", "column"),
    [
        ('message:"lost carrier" AND module:nova', "unknown-field", 30),
        ('message:"lost carrier" AND voting.keyword:1', "unknown-field", 30),
        ('message:"lost carrier" AND tags:screen-n-cpu.txt', "unquoted-hyphen", 35),
        ('message:"lost carrier" AND (tags:a b-c)', "unquoted-hyphen", 38),
        ("message:nova-compute*", "never-matches", 3),
        ("message:nova\\ compute*", "never-matches", 3),
        ("message:a.1*", "never-matches", 3),
        ("message:/^timeout$/", "never-matches", 3),
        ("message:/time out/", "never-matches", 3),
        ('message:"lost carrier" AND voting:x', "never-matches", 30),
        ('message:"lost carrier" AND voting:(0 1)', "never-matches", 38),
        ('message:"lost carrier" AND voting:1*', "never-matches", 30),
        ('message:"lost carrier" AND message:"---"', "no-words", 30),
        ('message:"lost carrier" AND tags:"console" OR project:"x"', "swallowed", 48),
        ('message:"lost carrier" AND tags:"console" project:"x"', "swallowed", 45),
        ('message:"lost carrier" AND (tags:"a" AND tags:"b" OR tags:"c")', "swallowed", 56),
        ('message:"lost carrier" tags:"console"', "no-message", 3),
        ('NOT message:"lost carrier"', "no-message", 7),
        ("message:* AND tags:console", "no-message", 3),
        ("message:** AND tags:console", "no-message", 3),
        ('message:"ERROR"', "common-word", 3),
        ('(message:"lost carrier" OR message:error) AND tags:"console"', "common-word", 4),
        ("message:(carrier error)", "common-word", 12),
        ('message:"lost\\ncarrier"', "escaped-letter", 16),
        ("foo/bar/baz", "slash", 6),
    ],
)
def test_what_does_not_do_what_it_seems_to(tmp_path: Path, query: str, check: str, column: int) -> None:
    found = [f for f in lint(tmp_path, query) if f.check == check]
    assert [(f.severity, f.line, f.column, f.signature) for f in found] == [("warning", 2, column, "1")]
    assert found[0].hint


@pytest.mark.parametrize(
    ("query", "dead"),
    [
        ("message:nova-compute*", True),
        ('message:"lost carrier" AND build_name:gate-*', True),
        ('message:"lost carrier" AND (build_name:gate-* OR build_name:check-*)', True),
        ('message:"lost carrier" AND (build_name:gate-* OR build_name:check)', False),
        ('message:"lost carrier" AND NOT build_name:gate-*', False),
        ('message:"lost carrier" AND tags:x OR build_name:gate-*', False),
        ('message:""', True),
    ],
)
def test_a_signature_that_can_never_match_is_an_error(tmp_path: Path, query: str, dead: bool) -> None:
    found = lint(tmp_path, query)
    assert ("dead" in checks(found)) is dead
    assert exit_code(found) == int(dead)


def test_an_empty_query_is_dead(tmp_path: Path) -> None:
    (tmp_path / "1.yaml").write_text('query: ""\n')
    assert [(f.severity, f.check) for f in lint_folder(tmp_path)] == [("error", "dead")]


def test_the_same_meaning_twice(tmp_path: Path) -> None:
    found = lint(
        tmp_path,
        'message:"Lost  carrier!" AND (tags:"console" AND NOT project:"x")',
        '(NOT project:X AND tags:console) AND message:"lost carrier" AND message:"lost carrier"',
        'message:"lost carrier" AND tags:"console"~0 AND NOT project.keyword:"x"',
    )
    assert [(f.check, f.signature, f.message) for f in found] == [("duplicate", "2", "means the same as 1")]


@pytest.mark.parametrize(
    ("narrow", "wide"),
    [
        ('message:"lost carrier" AND tags:"console"', 'message:"lost carrier"'),
        ('message:"we lost carrier now"', 'message:"lost carrier"'),
        ('message:"lost carrier"', 'message:"lost carrier" OR message:"no route"'),
        ('message:"lost carrier"', "message:carrier"),
        ("message:carrier", "message:(lost carrier)"),
        ('(message:"a b" OR message:"b c") AND tags:x', "message:b"),
        ('message:"a b" AND NOT (tags:x OR tags:y)', 'message:"a b" AND NOT tags:x'),
        ('message:"a b" AND NOT tags:x', 'message:"a b" AND NOT (tags:x AND tags:y)'),
        ('message:"a b"', 'message:"a b"~3'),
        ('"a b" AND message:c', '"a b"'),
    ],
)
def test_one_signature_contains_another(tmp_path: Path, narrow: str, wide: str) -> None:
    found = [f for f in lint(tmp_path, narrow, wide) if f.check == "contains"]
    assert [(f.severity, f.signature, f.message) for f in found] == [
        ("info", "2", "matches whatever 1 matches")
    ]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ('message:"lost the carrier"', 'message:"lost carrier"'),
        ('message:"lost carrier"', 'tags:"lost carrier"'),
        ('message:"a b" AND NOT tags:x', 'message:"a b" AND NOT tags:y'),
        ('message.keyword:"a b c"', 'message.keyword:"a b"'),
        ('message:"a b"~3', 'message:"a b"'),
        ('"we lost carrier"', '"lost carrier"'),
        ('message:"lost carrier" OR message:"x y"', 'message:"lost carrier" AND message:"x y" AND tags:"z"'),
    ],
)
def test_what_is_not_proved_to_be_contained(tmp_path: Path, one: str, other: str) -> None:
    found = [f for f in lint(tmp_path, one, other) if f.check in ("contains", "duplicate")]
    assert [f.signature for f in found if f.signature == "2"] == []


def test_examples_are_run_with_metadata_taken_as_met(tmp_path: Path) -> None:
    (tmp_path / "1.yaml").write_text(
        'query: message:"lost carrier" AND tags:"a" AND NOT build_queue:"check" AND NOT message:"again"\n'
        "examples:\n  - eth0 LOST carrier\n  - eth0 has no carrier\n"
        "counterexamples:\n  - lost carrier again\n  - we lost carrier\n",
        "utf-8",
    )
    assert [(f.severity, f.check, f.message) for f in lint_folder(tmp_path)] == [
        ("error", "counterexample", "the query matches its counterexample: we lost carrier"),
        ("error", "example", "the query does not match its example: eth0 has no carrier"),
    ]


def test_an_example_of_several_lines_is_no_line(tmp_path: Path) -> None:
    (tmp_path / "1.yaml").write_text('query: message:"lost carrier"\nexamples: "lost\\ncarrier"\n', "utf-8")
    assert checks(lint_folder(tmp_path)) == ["example"]


def test_broken_files_and_odd_keys_are_findings(tmp_path: Path) -> None:
    (tmp_path / "1.yaml").write_text('query: >-\n  message:"a b" AND\n  fuzzy~\n', "utf-8")
    (tmp_path / "2.yaml").write_text('query: message:"a b"\ntest_ids: [x.y]\nsuppres-graph: yes\n', "utf-8")
    (tmp_path / "2.yml").write_text("query: c\n", "utf-8")
    found = lint_folder(tmp_path)
    assert [(f.severity, f.check, Path(f.path).name, f.line, f.column, f.signature) for f in found] == [
        ("error", "syntax", "1.yaml", 3, 3, "1"),
        ("info", "test-ids", "2.yaml", 1, 8, "2"),
        ("warning", "unknown-key", "2.yaml", 3, 1, "2"),
        ("error", "syntax", "2.yml", 0, 0, "2"),
    ]
    assert found[0].message.startswith("fuzzy term: ")
    assert found[2].hint == "did you mean suppress-graph?"
    assert exit_code(found) == 1
    assert exit_code([f for f in found if f.severity != "error"]) == 0


def test_what_the_engine_cannot_answer_is_an_error(tmp_path: Path) -> None:
    found = lint(tmp_path, 'message:"a b a"~2')
    assert [(f.severity, f.check) for f in found] == [("error", "unsupported")]
    assert found[0].hint


def test_a_folder_without_signatures_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(GatepostError):
        lint_folder(tmp_path)


def test_the_table_is_for_people(tmp_path: Path) -> None:
    found = lint(tmp_path, "message:nova-compute*", 'message:"a\\nb c"')
    text = as_table(found)
    assert text.splitlines()[0].split()[:3] == [f"{tmp_path / '1.yaml'}:2:3", "error", "dead"]
    assert text.endswith("\n1 error, 2 warnings, 0 notes")
    assert text.count("→") == 3
    assert as_table([]) == "Nothing to find fault with."


def test_the_table_is_inert(tmp_path: Path) -> None:
    finding = Finding("error", "example", "1.yaml", 1, 1, "1", "\x1b[31mred\u202e", "")
    assert "\x1b" not in as_table([finding])
    assert "\u202e" not in as_table([finding])


def test_json_is_for_machines(tmp_path: Path) -> None:
    found = lint(tmp_path, 'message:"lost carrier" AND module:nova')
    assert json.loads(as_json(found)) == [
        {
            "severity": "warning",
            "check": "unknown-field",
            "path": str(tmp_path / "1.yaml"),
            "line": 2,
            "column": 30,
            "signature": "1",
            "message": "no line has the field module: the clause matches nothing, its negation everything",
            "hint": "ask the message, or a field such as tags, filename or build_name",
        }
    ]
    assert json.loads(as_json([])) == []


@pytest.fixture(scope="module")
def real(shared_data: Path) -> dict[str, list[Finding]]:
    return {
        name: lint_folder(shared_data / "elastic-recheck" / name) for name in ("queries", "queries-history")
    }


@pytest.mark.data
def test_the_signatures_of_2019_are_sound_but_for_two(real: dict[str, list[Finding]]) -> None:
    found = real["queries"]
    assert {f.check: named(found, f.check) for f in found} == {
        "escaped-letter": ["1449136"],
        "unknown-field": ["1739482"],
        "test-ids": ["1775947", "1798475"],
    }
    assert exit_code(found) == 0


@pytest.mark.data
def test_lint_names_what_was_wrong_with_retired_signatures(real: dict[str, list[Finding]]) -> None:
    found = real["queries-history"]
    wildcards = [
        "1224208", "1239856", "1258682", "1270608", "1270654", "1270680", "1280072", "1280489",
        "1288916", "1315468", "1492249",
    ]  # fmt: skip
    assert named(found, "never-matches") == wildcards
    assert named(found, "dead") == wildcards
    assert named(found, "unquoted-hyphen") == [
        "1250168", "1260310", "1286818", "1299176", "1304184", "1312016", "1315668", "1316773",
        "1324359", "1334142", "1339735", "1506012", "1535799", "1617447", "1623576",
    ]  # fmt: skip
    assert named(found, "unknown-field") == [
        "1273556", "1350064", "1353131", "1353939", "1372422", "1380741", "1664727", "1807949",
    ]  # fmt: skip
    fields = {f.message.split()[5].rstrip(":") for f in found if f.check == "unknown-field"}
    assert fields == {"module", "loglevel", "syslog_program"}
    assert named(found, "no-message") == ["1304119"], "met by every console line"
    assert [(f.signature, f.message) for f in found if f.check == "duplicate"] == [
        ("1421895", "means the same as 1352498")
    ]
    assert named(found, "contains") == [
        "1254890",
        "1283522",
        "1304119",
        "1323524",
        "1339735",
        "1353939",
        "1526675",
    ]
    assert named(found, "no-words") == ["1426397"]
    assert exit_code(found) == 1


WORDS = st.sampled_from(["a", "b", "a b", "b a", "A-b", "a b c", "c", "---"])
FIELDS = st.sampled_from(["message", "message", "tags", "build_name", "build_name.keyword", "voting"])
CLAUSES = st.one_of(
    st.builds('{}:"{}"'.format, FIELDS, WORDS),
    st.builds('{}:"{}"~{}'.format, FIELDS, WORDS, st.integers(0, 3)),
    st.builds("{}:({})".format, FIELDS, st.sampled_from(["a", "b", "a b", "A-b", "1"])),
    st.builds('"{}"'.format, WORDS),
    st.builds("{}:{}".format, FIELDS, st.sampled_from(["a*", "a-*", "*", "?", "[a TO b]", ">0"])),
)


def joined(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    operators = st.sampled_from([" AND ", " AND ", " OR ", " ", " AND NOT "])
    return st.builds("({}{}{})".format, inner, operators, inner)


QUERIES = st.recursive(CLAUSES, joined, max_leaves=4)
VALUES = ["a", "b", "A b", "a b c", "b a", "a-b", "c", ""]
DOCUMENTS = [
    {"message": message, "tags": tags, "build_name": tags, "voting": i % 4}
    for i, (message, tags) in enumerate(product(VALUES, VALUES))
]


def answers(query: str) -> set[int]:
    tree = parse(query)
    return {number for number, document in enumerate(DOCUMENTS) if matches(tree, document)}


@given(QUERIES, QUERIES)
@settings(max_examples=300, deadline=None)
def test_what_lint_proves_holds_for_documents(one: str, other: str) -> None:
    for narrow, wide, same in relations({"1": parse(one), "2": parse(other)}):
        texts = {"1": one, "2": other}
        assert answers(texts[narrow]) <= answers(texts[wide])
        assert not same or answers(texts[narrow]) == answers(texts[wide])


@given(QUERIES)
@settings(max_examples=200, deadline=None)
def test_what_lint_calls_dead_matches_no_document(query: str) -> None:
    if any(remark.check == "dead" for remark in meaning.remarks(parse(query))):
        assert answers(query) == set()


def test_the_example_that_init_writes_is_sound(root: Path) -> None:
    assert lint_folder(root / "templates" / "init" / "queries") == []
