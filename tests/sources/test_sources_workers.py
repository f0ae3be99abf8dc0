"""Worker processes that die or are told to stop, while builds are examined."""

from __future__ import annotations

import os
from collections.abc import Iterator
from functools import partial
from multiprocessing import active_children
from pathlib import Path

import pytest
from source_samples import NOW, SIGNATURES, build_folder

from generator.errors import GatepostError
from generator.matching.reading import Limits
from generator.matching.tags import FileList
from generator.sources.examine import Examined, Setup, examine
from generator.sources.queries import query_set
from generator.sources.rows import Origin
from generator.sources.workers import each_build, each_piece

BUILDS = 24


@pytest.fixture
def answers(tmp_path: Path) -> Iterator[Iterator[Examined]]:
    """The builds of a tree, examined by two processes; each has enough lines to keep one busy for a while."""
    lines = [f"ERROR something failed at step {n}" for n in range(3000)]
    folders = [build_folder(tmp_path, f"{n:07x}" + "0" * 25, *lines) for n in range(BUILDS)]
    origin = Origin("logs", None, NOW, query_set(SIGNATURES), {})
    setup = Setup(tmp_path, origin, FileList.load(None), Limits(), {})
    builds = each_build(folders, partial(examine, setup), SIGNATURES, None, workers=2)
    yield builds
    builds.close()  # type: ignore[attr-defined]


def test_the_answers_come_in_the_order_of_the_builds(answers: Iterator[Examined]) -> None:
    assert [build.path for build in answers] == [f"{n:07x}" for n in range(BUILDS)]


def test_a_killed_process_is_an_error_that_says_so(answers: Iterator[Examined]) -> None:
    next(answers)
    for child in active_children():
        child.kill()
    with pytest.raises(GatepostError, match="was killed; this source was not read"):
        list(answers)


def test_ctrl_c_leaves_no_process_behind(answers: Iterator[Examined]) -> None:
    next(answers)
    children = active_children()
    assert children
    with pytest.raises(KeyboardInterrupt):
        answers.throw(KeyboardInterrupt)  # type: ignore[attr-defined]
    for child in children:
        child.join(30)
        assert child.exitcode is not None


def _nothing() -> None:
    """Each process is ready as it is."""


def test_pieces_are_taken_as_they_are_needed_and_answered_in_their_order() -> None:
    taken = []

    def pieces() -> Iterator[int]:
        for number in range(40):
            taken.append(number)
            yield -number

    answers = each_piece(pieces(), abs, _nothing, (), workers=2)
    assert next(answers) == 0
    assert len(taken) < 10
    assert list(answers) == list(range(1, 40))


def test_a_process_that_dies_of_a_piece_is_an_error_that_says_so() -> None:
    answers = each_piece([0] * 9, os._exit, _nothing, (), workers=2)
    with pytest.raises(GatepostError, match="a process that read files was killed"):
        list(answers)
