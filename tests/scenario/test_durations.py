"""Durations as documents write them."""

import math

import pytest

from callsheet.scenario.durations import parse_duration


@pytest.mark.parametrize(
    ("source", "seconds"),
    [("250ms", 0.25), ("20s", 20), ("1.5m", 90), ("1h", 3600), ("30d", 2_592_000), (5, 5), (0.001, 0.001)],
)
def test_a_duration_is_seconds(source: object, seconds: float) -> None:
    assert math.isclose(parse_duration(source), seconds)


@pytest.mark.parametrize(
    "source", ["", "5", "s", "-1s", "1 s", "1w", "1S", "1s ", "٣s", "1.s", "1e3s", True, None, [], math.nan]
)
def test_what_is_no_duration_is_refused(source: object) -> None:
    with pytest.raises(ValueError, match="a duration is"):
        parse_duration(source)


@pytest.mark.parametrize("source", ["0s", "31d", 0, -1, 1e300, math.inf])
def test_a_duration_is_more_than_nothing_and_at_most_thirty_days(source: object) -> None:
    with pytest.raises(ValueError, match="at most 30d"):
        parse_duration(source)
