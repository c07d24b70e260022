"""What checking costs grows as documents do, whatever is in them: counted in calls, for time depends on the machine."""

import sys
from collections.abc import Callable
from contextlib import suppress
from types import FrameType

import pytest

from callsheet.lint.document import read_scenario
from callsheet.scenario.formatting import FormattingFailed, format_document
from callsheet.scenario.source import Syntax
from tests.support.hostile_documents import AROUND, JSON_DOCUMENTS, YAML_DOCUMENTS

SIZE = 15_000
MOST = 3_000_000
"""Calls, of Python's functions and of C's, that a check may make for types and similar names, in any document."""

PER_BYTE = 30
"""Calls that may be made besides for each byte; without a bound, those that follow take a hundred times as many."""


def calls(work: Callable[[], object]) -> int:
    count = 0

    def hear(_: FrameType, event: str, __: object) -> None:
        nonlocal count
        count += event in {"call", "c_call"}

    before = sys.getprofile()
    sys.setprofile(hear)
    try:
        work()
    finally:
        sys.setprofile(before)
    return count


@pytest.mark.parametrize("name", JSON_DOCUMENTS)
def test_checking_a_hostile_document_makes_no_more_calls_than_its_size_allows(name: str) -> None:
    data = JSON_DOCUMENTS[name](SIZE)
    assert calls(lambda: read_scenario(data, Syntax.JSON, AROUND)) < MOST + PER_BYTE * SIZE


@pytest.mark.parametrize("name", YAML_DOCUMENTS)
def test_twice_as_many_comments_take_twice_as_many_calls(name: str) -> None:
    once, twice = (YAML_DOCUMENTS[name](size) for size in (1_500, 3_000))
    for work in (_check, _format):
        assert calls(lambda work=work: work(twice)) < 2.2 * calls(lambda work=work: work(once))


def _check(data: bytes) -> None:
    read_scenario(data, Syntax.YAML)


def _format(data: bytes) -> None:
    with suppress(FormattingFailed):
        format_document(data, Syntax.YAML)
