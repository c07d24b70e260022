"""The circuit breaker: closed, open, half open, and nothing else."""

from hypothesis import given
from hypothesis import strategies as st

from callsheet.tools.circuit import FAILURES, FIRST_PAUSE, LONGEST_PAUSE, CircuitBreaker


class Time:
    """Seconds that a test moves."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def opened(time: Time) -> CircuitBreaker:
    breaker = CircuitBreaker(time, lambda: 1.0)
    for _ in range(FAILURES):
        assert breaker.admits()
        breaker.failed()
    return breaker


def test_it_opens_after_failures_in_a_row_and_says_for_how_long() -> None:
    breaker = opened(Time())
    assert (breaker.state, breaker.retry_in, breaker.admits()) == ("open", FIRST_PAUSE, False)


def test_one_success_in_between_keeps_it_closed() -> None:
    breaker = CircuitBreaker(Time(), lambda: 1.0)
    for _ in range(10 * FAILURES):
        breaker.failed()
        breaker.succeeded()
    assert (breaker.state, breaker.admits()) == ("closed", True)


def test_one_call_finds_out_and_the_others_wait_for_it() -> None:
    time = Time()
    breaker = opened(time)
    time.now += FIRST_PAUSE
    assert (breaker.state, breaker.admits(), breaker.admits()) == ("half_open", True, False)
    breaker.succeeded()
    assert (breaker.state, breaker.admits(), breaker.admits()) == ("closed", True, True)


def test_the_pause_grows_while_probes_fail_and_has_an_end() -> None:
    time = Time()
    breaker = opened(time)
    pauses: list[float] = []
    for _ in range(12):
        pauses.append(breaker.retry_in)
        time.now += breaker.retry_in
        assert breaker.admits()
        breaker.failed()
    assert pauses[:4] == [0.5, 1, 2, 4]
    assert pauses[-1] == LONGEST_PAUSE


def test_a_probe_that_was_abandoned_lets_another_one_through() -> None:
    time = Time()
    breaker = opened(time)
    time.now += FIRST_PAUSE
    assert breaker.admits()
    breaker.abandoned()
    assert breaker.admits()


@given(st.lists(st.sampled_from(["call", "succeeded", "failed", "abandoned", "wait"]), max_size=60))
def test_whatever_happens_it_never_locks_for_ever(acts: list[str]) -> None:
    time = Time()
    breaker = CircuitBreaker(time, lambda: 0.5)
    for act in acts:
        if act == "wait":
            time.now += 1
        elif act == "call":
            breaker.admits()
        else:
            getattr(breaker, act)()
    breaker.abandoned()
    time.now += LONGEST_PAUSE
    assert breaker.admits()
    assert breaker.retry_in == 0
