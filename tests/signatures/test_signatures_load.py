from __future__ import annotations

import os
from datetime import date
from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from generator.errors import GatepostError
from generator.signatures.load import Loaded, SignatureError, load_folder, load_signature
from generator.signatures.yaml_file import Scalar, YamlFile


def write(folder: Path, name: str, content: str | bytes) -> Path:
    path = folder / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def refused(folder: Path, content: str | bytes, name: str = "1.yaml") -> SignatureError:
    with pytest.raises(SignatureError) as caught:
        load_signature(write(folder, name, content))
    assert caught.value.hint, "every refusal says what to do"
    return caught.value


def where(error: SignatureError) -> tuple[int, int]:
    return error.line, error.column


@pytest.mark.data
@pytest.mark.parametrize(("folder", "number"), [("queries", 86), ("queries-history", 507)])
def test_all_real_signatures_load(shared_data: Path, folder: str, number: int) -> None:
    loaded = load_folder(shared_data / "elastic-recheck" / folder)
    assert len(loaded.signatures) == number
    assert loaded.problems == ()
    assert [s.id for s in loaded.signatures] == sorted(s.id for s in loaded.signatures)


@pytest.mark.data
def test_real_keys_are_read(shared_data: Path) -> None:
    now = {s.id: s for s in load_folder(shared_data / "elastic-recheck" / "queries").signatures}
    then = {s.id: s for s in load_folder(shared_data / "elastic-recheck" / "queries-history").signatures}
    assert sum(s.suppress_graph for s in now.values()) == 7
    assert [s.id for s in now.values() if s.suppress_notification] == ["1410969"]
    assert [s.id for s in now.values() if s.allow_nonvoting] == ["1708704"]
    assert now["1775947"].test_ids == (
        "tempest.api.compute.servers.test_device_tagging.TaggedAttachmentsTest.test_tagged_attachment",
    )
    assert sum(s.resolved_at is not None for s in then.values()) == 12
    assert then["1191960"].resolved_at == date(2013, 12, 10)
    assert then["1239856"].resolved_at == date(2014, 1, 6)
    assert then["1261253"].resolved_at == date(2014, 2, 8), "17:06 in California is the next day in UTC"


def test_every_key(tmp_path: Path) -> None:
    path = write(
        tmp_path,
        "2091874.yaml",
        'query: >-\n  message:"a"\n  AND message:b\ntitle: Volume detach times out\n'
        "bug: https://bugs.launchpad.net/bugs/2091874\nowner: cinder\nsuppress-graph: yes\n"
        "suppress-notification: false\nallow-nonvoting: True\ntest_ids: [a.b, c.d]\nresolved_at: 2026-11-17\n"
        "examples:\n  - a b\n  - |\n    b a\ncounterexamples: only a\n",
    )
    signature = load_signature(path)
    assert signature.id == "2091874"
    assert signature.query == 'message:"a" AND message:b'
    assert (signature.title, signature.owner) == ("Volume detach times out", "cinder")
    assert signature.bug == "https://bugs.launchpad.net/bugs/2091874"
    assert (signature.suppress_graph, signature.suppress_notification, signature.allow_nonvoting) == (
        True,
        False,
        True,
    )
    assert signature.test_ids == ("a.b", "c.d")
    assert signature.resolved_at == date(2026, 11, 17)
    assert signature.examples == ("a b", "b a")
    assert signature.counterexamples == ("only a",)


@pytest.mark.parametrize(
    ("content", "construct", "line", "column"),
    [
        ("query: &x a\n", "anchor", 1, 8),
        ("a: &x b\nquery: *x\n", "anchor", 1, 4),
        ("query: *x\n", "alias", 1, 8),
        ("query: !!str a\n", "tag", 1, 8),
        ("query: !!python/object/apply:os.system [id]\n", "tag", 1, 8),
        ("query: a\nquery: b\n", "duplicate key", 2, 1),
        ("- a\n- b\n", "not a mapping", 1, 1),
        ("just text\n", "not a mapping", 1, 1),
        ("title: x\n", "no query", 1, 1),
        ("title: x\nquery:\n", "no query", 2, 1),
        ("query: [a, b]\n", "no query", 1, 1),
        ("query: {a: b}\n", "no query", 1, 1),
        ("query: a\n\0", "NUL byte", 2, 1),
        (b"query: a\n# caf\xe9\n", "invalid UTF-8", 2, 6),
        ("query: a\n---\nquery: b\n", "second document", 3, 1),
        ("query: a\ntitle: \x07\n", "control character", 2, 8),
        ("query: a\n\tb: c\n", "YAML", 2, 1),
        ("query: 'a\n", "YAML", 2, 1),
        ("? [a]\n: b\n", "key", 1, 3),
        ("query: a\nsuppress-graph: maybe\n", "suppress-graph", 2, 17),
        ("query: a\ntest_ids:\n  - {a: b}\n", "test_ids", 3, 3),
        ("query: a\ntitle: [a]\n", "title", 2, 8),
    ],
)
def test_bad_yaml_is_refused_where_it_stands(
    tmp_path: Path, content: str | bytes, construct: str, line: int, column: int
) -> None:
    error = refused(tmp_path, content)
    assert (error.construct, error.line, error.column) == (construct, line, column)
    assert error.path.endswith("1.yaml")


def test_an_empty_file_has_no_place(tmp_path: Path) -> None:
    assert refused(tmp_path, "# nothing\n").construct == "empty file"


@pytest.mark.parametrize(
    ("content", "line", "column"),
    [
        ("query: a AND fuzzy~\n", 1, 14),
        ('# comment\nquery: >-\n  message:"a" AND\n    fuzzy~\n', 4, 5),
        ('query: >\n\n  message:"a"\n\n  AND\n\n  fuzzy~\n', 7, 3),
        ("query: |2\n   a AND\n   fuzzy~ b\n", 3, 4),
        ("query: > # why\n  a AND fuzzy~\n", 2, 9),
        ("query: 'it''s AND ''x'' fuzzy~'\n", 1, 25),
        ('query: "\\"a\\" \\\n  AND \\u0061 \\x62 fuzzy~"\n', 2, 19),
        ("query: a\n  b\n  fuzzy~\n", 3, 3),
        ("title: ä€😀\nquery: ä€😀 fuzzy~\n", 2, 12),
        ("query: >-\r\n  a\r\n  fuzzy~\r\n", 3, 3),
        ("\ufeffquery: fuzzy~\n", 1, 8),
        ('query: "a\\tb\\nfuzzy~"\n', 1, 15),
    ],
)
def test_an_error_in_the_query_is_found_in_the_file(
    tmp_path: Path, content: str, line: int, column: int
) -> None:
    error = refused(tmp_path, content)
    assert error.construct == "fuzzy term"
    assert where(error) == (line, column)


def test_an_error_at_the_end_of_a_folded_query(tmp_path: Path) -> None:
    assert where(refused(tmp_path, "query: >\n  a AND\n  b OR\ntitle: x\n")) == (3, 7)


def test_what_does_not_hinder_is_a_warning(tmp_path: Path) -> None:
    write(
        tmp_path,
        "1.yaml",
        "query: a\nsupress-graph: true\nbug: 1234\nresolved_at: soon\nnotes: {a: [b, {c: d}]}\n",
    )
    loaded = load_folder(tmp_path)
    assert [s.id for s in loaded.signatures] == ["1"]
    assert [(p.construct, p.line, p.severity) for p in loaded.problems] == [
        ("unknown key", 2, "warning"),
        ("bug", 3, "warning"),
        ("resolved_at", 4, "warning"),
        ("unknown key", 5, "warning"),
    ]
    assert loaded.problems[0].hint == "did you mean suppress-graph?"
    assert loaded.errors == ()
    assert (loaded.signatures[0].bug, loaded.signatures[0].resolved_at) == (None, None)


def test_a_link_that_is_no_web_link_never_reaches_a_page(tmp_path: Path) -> None:
    write(tmp_path, "1.yaml", "query: a\nbug: javascript:alert(1)\n")
    assert load_folder(tmp_path).signatures[0].bug is None


def test_a_folder_with_broken_files_gives_the_others(tmp_path: Path) -> None:
    write(tmp_path, "1.yaml", "query: a\n")
    write(tmp_path, "1.yml", "query: b\n")
    write(tmp_path, "2.yaml", "query: (\n")
    write(tmp_path, "big.yaml", "query: " + "a " * 2**20)
    write(tmp_path, "a b.yaml", "query: a\n")
    write(tmp_path, ".hidden.yaml", "query: (\n")
    write(tmp_path, "README.md", "not a signature")
    (tmp_path / "folder.yaml").mkdir()
    (tmp_path / "loop.yaml").symlink_to("loop.yaml")
    os.mkfifo(tmp_path / "pipe.yaml")
    loaded = load_folder(tmp_path)
    assert [s.query for s in loaded.signatures] == ["a"]
    assert {Path(p.path).name: p.construct for p in loaded.problems} == {
        "1.yml": "duplicate id",
        "2.yaml": "an unexpected end",
        "a b.yaml": "file name",
        "big.yaml": "large file",
        "folder.yaml": "unreadable file",
        "loop.yaml": "unreadable file",
        "pipe.yaml": "unreadable file",
    }
    assert all(p.hint for p in loaded.problems)
    assert loaded.errors == loaded.problems


def test_a_file_that_may_not_be_read_is_a_problem(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = write(tmp_path, "1.yaml", "query: a\n")
    path.chmod(0)
    if os.access(path, os.R_OK):  # root may read everything

        def denied(*_: object, **__: object) -> None:
            raise PermissionError(13, "Permission denied")

        monkeypatch.setattr(Path, "open", denied)
    assert [(p.construct, p.message) for p in load_folder(tmp_path).problems] == [
        ("unreadable file", "Permission denied")
    ]


def test_a_folder_without_signatures_is_an_error(tmp_path: Path) -> None:
    for folder in (tmp_path, tmp_path / "missing"):
        with pytest.raises(GatepostError) as caught:
            load_folder(folder)
        assert caught.value.hint


def test_deep_yaml_does_not_crash(tmp_path: Path) -> None:
    write(tmp_path, "1.yaml", "query: a\nnotes: " + "[" * 5000 + "]" * 5000 + "\n")
    write(tmp_path, "2.yaml", "query: a\nnotes: " + "[" * 5000)
    loaded: Loaded = load_folder(tmp_path)
    assert len(loaded.signatures) + len(loaded.errors) == 2
    assert loaded.errors


def test_places_point_into_the_file(tmp_path: Path) -> None:
    write(tmp_path, "1.yaml", 'query: >-\n  message:"a"\n  AND tags:b\n')
    loaded = load_folder(tmp_path)
    query = loaded.signatures[0].query
    assert loaded.places["1"].line_column(query.index("tags")) == (3, 7)
    assert loaded.places["1"].line_column(0) == (2, 3)


@given(
    st.lists(st.text("ab'\\\":#é😀(", min_size=1, max_size=12), min_size=1, max_size=12).map(" ".join),
    st.sampled_from([None, "'", '"', "|", ">"]),
    st.sampled_from([10, 25, 200]),
    st.booleans(),
)
def test_every_character_of_a_query_is_found_in_the_file(
    tmp_path_factory: pytest.TempPathFactory, query: str, style: str | None, width: int, allow_unicode: bool
) -> None:
    path = tmp_path_factory.getbasetemp() / "place.yaml"
    content = {"title": "x", "query": query}
    path.write_text(
        yaml.dump(content, default_style=style, width=width, allow_unicode=allow_unicode), "utf-8"
    )
    file = YamlFile(path)
    value = file.entries["query"].value
    assert isinstance(value, Scalar)
    assert value.text == query
    for offset, char in enumerate(query):
        found = file.text[file.offset_in(value, offset)]
        assert char == " " or found == char or found == "\\"
