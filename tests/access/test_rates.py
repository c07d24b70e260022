import pytest
from hypothesis import given
from hypothesis import strategies as st

from callsheet.access.rates import Limiter, Rate
from callsheet.errors.kinds import Invalid


@pytest.mark.parametrize(
    ("text", "count", "seconds"), [("5/second", 5, 1.0), ("1200/minute", 1200, 60.0), ("7/hour", 7, 3600.0)]
)
def test_a_rate_is_read(text: str, count: int, seconds: float) -> None:
    assert Rate.parse(text) == Rate(count, seconds)


@pytest.mark.parametrize("text", ["", "0/second", "5", "5/day", "-1/minute", "1.5/second", "٣/second", "5/second "])
def test_what_is_no_rate_is_refused(text: str) -> None:
    with pytest.raises(Invalid, match="is no rate"):
        Rate.parse(text)


def test_all_may_come_at_once_and_then_one_after_the_other() -> None:
    limiter = Limiter(Rate(3, 60.0))
    assert [limiter.take("a", 100.0) for _ in range(4)] == [0, 0, 0, pytest.approx(20.0)]
    assert limiter.take("a", 119.0) == pytest.approx(1.0)
    assert limiter.take("a", 120.0) == 0
    assert limiter.take("a", 120.0) > 0


def test_who_is_refused_does_not_wait_longer_for_having_asked() -> None:
    limiter = Limiter(Rate(1, 10.0))
    limiter.take("a", 0.0)
    assert [limiter.take("a", 5.0) for _ in range(100)] == [pytest.approx(5.0)] * 100
    assert limiter.take("a", 10.0) == 0


def test_each_name_is_counted_for_itself() -> None:
    limiter = Limiter(Rate(1, 60.0))
    assert limiter.take("a", 0.0) == limiter.take("b", 0.0) == 0
    assert limiter.wait("a", 0.0) == pytest.approx(60.0)
    assert limiter.wait("c", 0.0) == 0


def test_with_too_many_names_those_are_forgotten_that_came_longest_ago() -> None:
    limiter = Limiter(Rate(1, 60.0), max_names=2)
    for name in "abac":
        limiter.take(name, 0.0)
    limiter.take("b", 0.0)
    assert len(limiter) == 2
    assert limiter.take("b", 1.0) > 0


@given(
    count=st.integers(1, 20),
    gaps=st.lists(st.floats(0, 3, allow_nan=False), min_size=1, max_size=200),
)
def test_no_window_ever_has_twice_the_rate(count: int, gaps: list[float]) -> None:
    limiter, now, taken = Limiter(Rate(count, 10.0)), 0.0, list[float]()
    for gap in gaps:
        now += gap
        if limiter.take("a", now) == 0:
            taken.append(now)
    for start in taken:
        assert sum(start <= moment < start + 10.0 for moment in taken) <= 2 * count


@given(gaps=st.lists(st.floats(0, 5, allow_nan=False), max_size=100))
def test_whoever_waits_as_long_as_told_is_served(gaps: list[float]) -> None:
    limiter, now = Limiter(Rate(2, 4.0)), 0.0
    for gap in gaps:
        now += gap
        wait = limiter.take("a", now)
        if wait > 0:
            now += wait
            assert limiter.take("a", now) == 0
