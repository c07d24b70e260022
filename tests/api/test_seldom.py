"""What is said once in a while."""

from callsheet.api.seldom import Seldom
from callsheet.errors.journal import JournalUnavailable
from callsheet.errors.runs import QueueFull


def test_of_many_within_a_second_one_is_said_and_others_are_always_said() -> None:
    now = 0.0
    seldom = Seldom(QueueFull, seconds=1.0, now=lambda: now)
    first = [seldom.keeps_quiet(QueueFull()) for _ in range(3)]
    now = 1.0
    second = [seldom.keeps_quiet(QueueFull()) for _ in range(2)]

    assert (first, second) == ([False, True, True], [False, True])
    assert not any(seldom.keeps_quiet(JournalUnavailable()) for _ in range(3))
