"""When schedules fire on days when the clocks change."""

from contextlib import suppress
from datetime import UTC, datetime, timedelta
from itertools import islice, pairwise
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from callsheet.runs.triggers.cron import Cron, check_cron, zone_of

HOUR = timedelta(hours=1)

SWITCHES = {
    "Europe/Berlin": (datetime(2026, 3, 29, 1, tzinfo=UTC), datetime(2026, 10, 25, 1, tzinfo=UTC)),
    "America/New_York": (datetime(2026, 3, 8, 7, tzinfo=UTC), datetime(2026, 11, 1, 6, tzinfo=UTC)),
    "Australia/Lord_Howe": (datetime(2026, 10, 3, 15, 30, tzinfo=UTC), datetime(2026, 4, 4, 15, tzinfo=UTC)),
}
"""When the clocks are put forward, and when back."""


def local(cron: str, zone: str, start: datetime, end: datetime) -> list[str]:
    """The slots after `start` and until `end`, as the clocks of the zone show them, with their offset in hours."""
    found: list[str] = []
    for slot in Cron(fields=cron, timezone=zone).after(start):
        if slot > end:
            break
        shown = slot.astimezone(ZoneInfo(zone))
        offset = shown.utcoffset()
        assert offset is not None
        found.append(f"{shown:%d %H:%M} {offset / HOUR:g}")
    return found


def around(cron: str, zone: str, switch: datetime, before: float = 26, after: float = 24) -> list[str]:
    return local(cron, zone, switch - before * HOUR, switch + after * HOUR)


FIXED: list[Any] = [
    # cron, zone, 0 for forward and 1 for back, slots of the days around
    ("30 2 * * *", "Europe/Berlin", 0, ["28 02:30 1", "29 03:00 2", "30 02:30 2"]),
    ("30 2 * * *", "Europe/Berlin", 1, ["24 02:30 2", "25 02:30 2"]),
    ("30 2 * * *", "America/New_York", 0, ["07 02:30 -5", "08 03:00 -4", "09 02:30 -4"]),
    ("30 1 * * *", "America/New_York", 1, ["31 01:30 -4", "01 01:30 -4"]),
    ("15 2 * * *", "Australia/Lord_Howe", 0, ["03 02:15 10.5", "04 02:30 11", "05 02:15 11"]),
    ("45 1 * * *", "Australia/Lord_Howe", 1, ["04 01:45 11", "05 01:45 11"]),
    (
        "0,30 2-3 * * *",
        "Europe/Berlin",
        0,
        [
            "28 02:00 1",
            "28 02:30 1",
            "28 03:00 1",
            "28 03:30 1",
            "29 03:00 2",
            "29 03:30 2",
            "30 02:00 2",
            "30 02:30 2",
            "30 03:00 2",
        ],
    ),
]


@pytest.mark.parametrize(("cron", "zone", "which", "expected"), FIXED)
def test_a_fixed_time_fires_once_a_day_also_when_the_clocks_change(
    cron: str, zone: str, which: int, expected: list[str]
) -> None:
    assert around(cron, zone, SWITCHES[zone][which]) == expected


STEADY: list[Any] = [
    ("*/30 * * * *", "Europe/Berlin", 0, ["29 01:00 1", "29 01:30 1", "29 03:00 2", "29 03:30 2", "29 04:00 2"]),
    ("*/30 * * * *", "Europe/Berlin", 1, ["25 02:00 2", "25 02:30 2", "25 02:00 1", "25 02:30 1", "25 03:00 1"]),
    (
        "*/30 * * * *",
        "America/New_York",
        0,
        ["08 01:00 -5", "08 01:30 -5", "08 03:00 -4", "08 03:30 -4", "08 04:00 -4"],
    ),
    (
        "*/30 * * * *",
        "America/New_York",
        1,
        ["01 01:00 -4", "01 01:30 -4", "01 01:00 -5", "01 01:30 -5", "01 02:00 -5"],
    ),
    (
        "*/30 * * * *",
        "Australia/Lord_Howe",
        0,
        ["04 01:00 10.5", "04 01:30 10.5", "04 02:30 11", "04 03:00 11", "04 03:30 11"],
    ),
    (
        "*/30 * * * *",
        "Australia/Lord_Howe",
        1,
        ["05 01:00 11", "05 01:30 11", "05 01:30 10.5", "05 02:00 10.5", "05 02:30 10.5"],
    ),
]


@pytest.mark.parametrize(("cron", "zone", "which", "expected"), STEADY)
def test_every_half_hour_is_every_half_hour_of_real_time(cron: str, zone: str, which: int, expected: list[str]) -> None:
    assert around(cron, zone, SWITCHES[zone][which], before=1.01, after=1) == expected


def test_minutes_of_a_fixed_hour_are_all_there_after_a_change_of_half_an_hour() -> None:
    switch = SWITCHES["Australia/Lord_Howe"][0]
    expected = ["04 05:00 11", "04 05:15 11", "04 05:30 11", "04 05:45 11"]
    assert around("*/15 5 * * *", "Australia/Lord_Howe", switch, before=3, after=20) == expected


def test_minutes_of_an_hour_that_is_skipped_do_not_fire() -> None:
    switch = SWITCHES["Europe/Berlin"][0]
    assert around("*/30 2 * * *", "Europe/Berlin", switch, before=3, after=20) == []


@given(
    zone=st.sampled_from(sorted(SWITCHES)),
    which=st.integers(0, 1),
    cron=st.sampled_from(
        ["*/7 * * * *", "30 2 * * *", "15 * * * *", "0,45 1,2,3 * * *", "*/20 2 * * *", "5 */2 * * SUN"]
    ),
    offset=st.integers(-4 * 3600, 4 * 3600),
)
@settings(max_examples=60, deadline=None)
def test_the_next_slot_does_not_depend_on_when_one_looks(zone: str, which: int, cron: str, offset: int) -> None:
    switch = SWITCHES[zone][which]
    found = Cron(fields=cron, timezone=zone)
    every = list(islice(found.after(switch - 30 * HOUR), 400))
    moment = switch + timedelta(seconds=offset)
    later = [slot for slot in every if slot > moment][:5]
    assert list(islice(found.after(moment), len(later))) == later
    assert all(one < two for one, two in pairwise(every))


@pytest.mark.parametrize(
    "fields",
    [
        "",
        "* * * *",
        "* * * * * *",
        "@daily",
        "60 * * * *",
        "* 24 * * *",
        "x * * * *",
        "0 0 30 2 *",
        "1//2 * * * *",
        "5L/2 * * * *",
        "* * L-3 * *",
        "* * * * 1#9",
        "9" * 300 + " * * * *",
    ],
)
def test_what_is_no_cron_is_refused_with_a_sentence(fields: str) -> None:
    with pytest.raises(ValueError, match=r"\w"):
        check_cron(fields)


@given(st.lists(st.text("0123456789*/-,L#WMONJA² ", max_size=6), min_size=5, max_size=5))
@settings(max_examples=200, deadline=None)
def test_any_text_is_a_cron_or_a_value_error(fields: list[str]) -> None:
    with suppress(ValueError):
        check_cron(" ".join(fields))


@pytest.mark.parametrize(
    "name", ["", "Mars/Olympus", "../etc/passwd", "/etc/passwd", "Europe", "Ümlaut", "x" * 100, "."]
)
def test_what_is_no_time_zone_is_refused_with_a_sentence(name: str) -> None:
    with pytest.raises(ValueError, match="is no time zone"):
        zone_of(name)


def test_a_leap_day_is_found_years_ahead() -> None:
    (slot,) = islice(Cron(fields="0 0 29 2 *", timezone="UTC").after(datetime(2025, 1, 1, tzinfo=UTC)), 1)
    assert slot == datetime(2028, 2, 29, tzinfo=UTC)
