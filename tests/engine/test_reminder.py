"""One timer, whatever was asked for, and never a long one."""

from callsheet.engine.reminder import Reminder
from tests.support.clocks import TwoFacedClock
from tests.support.events import after_noon


class Bell:
    def __init__(self) -> None:
        self.clock = TwoFacedClock()
        self.rung = 0
        self.reminder = Reminder(self.clock, self.ring)

    def ring(self) -> None:
        self.rung += 1


def test_it_rings_once_for_the_earliest_moment() -> None:
    bell = Bell()
    for seconds in (20, 5, 10, 5, 29):
        bell.reminder.at(after_noon(seconds))
    assert bell.clock.left == [5]
    bell.clock.advance(4.5)
    assert bell.rung == 0
    bell.clock.advance(0.5)
    assert (bell.rung, bell.clock.left) == (1, [])


def test_a_moment_that_is_over_rings_at_once_and_leaves_no_timer() -> None:
    bell = Bell()
    bell.reminder.at(after_noon(10))
    bell.reminder.at(after_noon(0))
    assert (bell.rung, bell.clock.left) == (1, [])


def test_it_rings_early_rather_than_trust_a_long_timer() -> None:
    bell = Bell()
    bell.reminder.at(after_noon(86_400))
    assert bell.clock.left == [30]
    bell.reminder.at(after_noon(3_600))
    assert bell.clock.left == [30]
    bell.reminder.at(after_noon(29))
    assert bell.clock.left == [29]


def test_it_can_be_asked_again_while_it_rings() -> None:
    clock = TwoFacedClock()
    reminder = Reminder(clock, lambda: reminder.at(after_noon(100)))
    reminder.at(after_noon(1))
    clock.advance(1)
    assert clock.left == [30]


def test_it_never_rings_after_it_was_stopped() -> None:
    bell = Bell()
    bell.reminder.at(after_noon(1))
    bell.reminder.stop()
    bell.reminder.at(after_noon(2))
    bell.reminder.at(after_noon(0))
    bell.clock.advance(100)
    assert (bell.rung, bell.clock.left) == (0, [])
