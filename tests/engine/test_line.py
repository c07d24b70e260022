"""Who gets the next free place."""

import random

import pytest

from callsheet.engine.line import Line, Place
from callsheet.runs.events import RunId


def enter(line: Line, *names: str, priority: int = 0, of: str | None = None) -> None:
    for name in names:
        line.append(RunId(name), priority, of)


def begin(line: Line) -> list[Place]:
    """Everybody who may begin now."""
    begun: list[Place] = []
    while (place := line.pop()) is not None:
        begun.append(place)
    return begun


def names(places: list[Place]) -> list[str]:
    return [place.run_id for place in places]


def test_a_higher_priority_comes_first_and_among_equals_the_first_come() -> None:
    line = Line()
    for name, priority in (("a", 0), ("b", 5), ("c", 0), ("d", -1), ("e", 5)):
        line.append(RunId(name), priority)
    assert names(begin(line)) == ["b", "e", "a", "c", "d"]


def test_nobody_is_taken_from_an_empty_line() -> None:
    line = Line()
    enter(line, "a")
    line.clear()
    assert (len(line), line.pop()) == (0, None)


def test_runs_over_the_limit_of_their_scenario_let_others_pass() -> None:
    line = Line()
    line.limit("slow", 2)
    enter(line, "s1", "s2", "s3", "s4", of="slow")
    enter(line, "a", "b", of="other")
    first = begin(line)
    assert names(first) == ["s1", "s2", "a", "b"]
    assert len(line) == 2
    line.done(first[2])
    assert begin(line) == []
    line.done(first[1])
    assert names(begin(line)) == ["s3"]


def test_of_one_scenario_the_highest_priority_comes_first_though_it_came_last() -> None:
    line = Line()
    line.limit("slow", 1)
    enter(line, "low", of="slow")
    enter(line, "high", priority=3, of="slow")
    enter(line, "other", priority=1)
    (high, other) = begin(line)
    assert names([high, other]) == ["high", "other"]
    line.done(high)
    assert names(begin(line)) == ["low"]


def test_a_limit_that_is_raised_lets_the_next_ones_begin_and_one_that_is_lowered_lets_them_wait() -> None:
    line = Line()
    line.limit("slow", 1)
    enter(line, "a", "b", "c", "d", of="slow")
    begun = begin(line)
    line.limit("slow", 3)
    begun += begin(line)
    assert names(begun) == ["a", "b", "c"]
    line.limit("slow", 1)
    for place in begun[:2]:
        line.done(place)
        assert begin(line) == []
    line.done(begun[2])
    assert names(begin(line)) == ["d"]


def test_without_its_limit_everybody_may_begin_and_in_the_old_order() -> None:
    line = Line()
    line.limit("slow", 1)
    enter(line, "a", "b", of="slow")
    (a,) = begin(line)
    enter(line, "c")
    line.limit("slow", None)
    assert names(begin(line)) == ["b", "c"]
    line.done(a)
    assert (len(line), line.pop()) == (0, None)


def test_a_run_that_is_exempt_waits_for_no_limit() -> None:
    line = Line()
    line.limit("slow", 1)
    enter(line, "a", "b", "c", of="slow")
    (a,) = begin(line)
    line.exempt(RunId("b"))
    line.exempt(RunId("nobody"))
    (b,) = begin(line)
    assert (names([b]), len(line)) == (["b"], 1)
    line.done(b)
    assert begin(line) == []
    line.done(a)
    assert names(begin(line)) == ["c"]


def test_a_limit_is_forgotten_with_the_last_run_of_its_scenario() -> None:
    line = Line()
    line.limit("slow", 1)
    enter(line, "a", of="slow")
    (a,) = begin(line)
    line.done(a)
    enter(line, "b", "c", of="slow")
    assert names(begin(line)) == ["b", "c"]


def test_ten_thousand_runs_of_one_scenario_cost_no_more_than_as_many_of_many() -> None:
    line = Line()
    line.limit("slow", 1)
    for number in range(10_000):
        line.append(RunId(f"s{number}"), number % 3, "slow")
    for number in range(1_000):
        line.append(RunId(f"o{number}"), 0, "other")
    begun = begin(line)
    assert len(begun) == 1_001
    ended = 0
    while begun:  # in the time of one test, which has an end
        line.done(begun.pop())
        begun += begin(line)
        ended += 1
    assert (ended, len(line)) == (11_000, 0)


@pytest.mark.parametrize("seed", range(5))
def test_no_limit_is_ever_passed_and_nobody_is_forgotten(seed: int) -> None:
    choose = random.Random(seed)
    line, at_work = Line(), list[Place]()
    limits = {"one": 1, "three": 3}
    for scenario_id, limit in limits.items():
        line.limit(scenario_id, limit)
    of = {RunId(f"r{number}"): choose.choice(["one", "three", None]) for number in range(300)}
    waiting = list(of)
    counted = dict.fromkeys(limits, 0)
    ended: set[RunId] = set()
    exempt: set[RunId] = set()
    while len(ended) < len(of):
        if waiting and choose.random() < 0.5:
            run_id = waiting.pop()
            if (scenario_id := of[run_id]) is not None:
                line.limit(scenario_id, limits[scenario_id])
            line.append(run_id, choose.randrange(3), scenario_id)
            if choose.random() < 0.1:
                line.exempt(run_id)
                exempt.add(run_id)
        elif at_work and choose.random() < 0.7:
            place = at_work.pop(choose.randrange(len(at_work)))
            line.done(place)
            ended.add(place.run_id)
            if (scenario_id := of[place.run_id]) is not None and place.run_id not in exempt:
                counted[scenario_id] -= 1
        elif (place := line.pop()) is not None:
            at_work.append(place)
            if (scenario_id := of[place.run_id]) is not None and place.run_id not in exempt:
                counted[scenario_id] += 1
        assert all(counted[each] <= limits[each] for each in limits)
    assert len(line) == 0


def test_who_is_taken_out_leaves_the_line_and_the_others_their_turns() -> None:
    line = Line()
    line.limit("slow", 1)
    enter(line, "s1", "s2", "s3", of="slow")
    begun = begin(line)
    taken = line.take(RunId("s2"))
    assert taken is not None
    assert (taken.run_id, line.take(RunId("s2")), len(line)) == ("s2", None, 1)
    line.done(taken)
    assert begin(line) == []
    line.done(begun[0])
    assert names(begin(line)) == ["s3"]
