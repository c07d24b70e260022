"""Who gets the next free place."""

import pytest

from callsheet.engine.line import Line
from callsheet.runs.events import RunId


def test_a_higher_priority_comes_first_and_among_equals_the_first_come() -> None:
    line = Line()
    for name, priority in (("a", 0), ("b", 5), ("c", 0), ("d", -1), ("e", 5)):
        line.append(RunId(name), priority)
    assert [line.pop() for _ in range(len(line))] == ["b", "e", "a", "c", "d"]


def test_nobody_is_taken_from_an_empty_line() -> None:
    line = Line()
    line.append(RunId("a"), 0)
    line.clear()
    assert len(line) == 0
    with pytest.raises(IndexError):
        line.pop()
