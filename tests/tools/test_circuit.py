"""The circuit breaker: closed, open, half open, and nothing else."""

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from callsheet.tools.circuit import FAILURES, FIRST_PAUSE, LONGEST_PAUSE, PROBE_SECONDS, CircuitBreaker, Permit


class Time:
    """Seconds that a test moves."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def permit(breaker: CircuitBreaker) -> Permit:
    given = breaker.admit()
    assert given is not None
    return given


def opened(time: Time) -> CircuitBreaker:
    breaker = CircuitBreaker(time, lambda: 1.0)
    for _ in range(FAILURES):
        breaker.failed(permit(breaker))
    return breaker


def test_it_opens_after_failures_in_a_row_and_says_for_how_long() -> None:
    breaker = opened(Time())
    assert (breaker.state, breaker.retry_in, breaker.admit()) == ("open", FIRST_PAUSE, None)


def test_one_success_in_between_keeps_it_closed() -> None:
    breaker = CircuitBreaker(Time(), lambda: 1.0)
    for _ in range(10 * FAILURES):
        breaker.failed(permit(breaker))
        breaker.succeeded()
    assert breaker.state == "closed"


def test_one_call_finds_out_and_the_others_fail_meanwhile() -> None:
    time = Time()
    breaker = opened(time)
    time.now += FIRST_PAUSE
    assert breaker.state == "half_open"
    assert permit(breaker)
    assert breaker.admit() is None
    breaker.succeeded()
    assert breaker.state == "closed"
    assert permit(breaker)


def test_the_pause_grows_while_probes_fail_and_has_an_end() -> None:
    time = Time()
    breaker = opened(time)
    pauses: list[float] = []
    for _ in range(12):
        pauses.append(breaker.retry_in)
        time.now += breaker.retry_in
        breaker.failed(permit(breaker))
    assert pauses[:4] == [0.5, 1, 2, 4]
    assert pauses[-1] == LONGEST_PAUSE


def test_a_probe_that_was_abandoned_lets_another_one_through() -> None:
    time = Time()
    breaker = opened(time)
    time.now += FIRST_PAUSE
    breaker.abandoned(permit(breaker))
    assert permit(breaker)


def test_a_call_from_before_it_opened_neither_ends_the_probe_nor_opens_it_again() -> None:
    time = Time()
    breaker = CircuitBreaker(time, lambda: 1.0)
    early = permit(breaker)
    for _ in range(FAILURES):
        breaker.failed(permit(breaker))
    time.now += FIRST_PAUSE
    assert permit(breaker)
    breaker.abandoned(early)
    breaker.failed(early)
    assert (breaker.state, breaker.admit()) == ("half_open", None)


def test_a_probe_that_takes_an_hour_keeps_nobody_waiting_for_an_hour() -> None:
    time = Time()
    breaker = opened(time)
    time.now += FIRST_PAUSE
    assert permit(breaker)
    time.now += PROBE_SECONDS
    assert permit(breaker)


class AnyOrder(RuleBasedStateMachine):
    """Calls begin and end in any order, at any time."""

    @initialize()
    def begin(self) -> None:
        self.time = Time()
        self.breaker = CircuitBreaker(self.time, lambda: 0.5)
        self.at_work: list[Permit] = []
        self.failures_in_a_row = 0

    @rule()
    def call(self) -> None:
        was = self.breaker.state
        given = self.breaker.admit()
        assert (given is not None) or was != "closed"
        assert given is None or was != "open"
        if given is not None:
            self.at_work.append(given)
            assert was == "closed" or self.breaker.admit() is None  # one probe

    @rule(number=st.integers(0, 50), end=st.sampled_from(["succeeded", "failed", "abandoned"]))
    def end(self, number: int, end: str) -> None:
        if not self.at_work:
            return
        done = self.at_work.pop(number % len(self.at_work))
        was = self.breaker.state
        match end:
            case "succeeded":
                self.breaker.succeeded()
                self.failures_in_a_row = 0
                assert self.breaker.state == "closed"
            case "failed":
                self.breaker.failed(done)
                self.failures_in_a_row += 1
                opens = was == "closed" and self.failures_in_a_row >= FAILURES
                assert not opens or self.breaker.state == "open"
                assert self.failures_in_a_row >= FAILURES or self.breaker.state == "closed"
            case _:
                self.breaker.abandoned(done)
                assert self.breaker.state == was

    @rule(seconds=st.floats(0, 40))
    def wait(self, seconds: float) -> None:
        self.time.now += seconds

    @invariant()
    def never_locked_for_longer_than_the_longest_pause(self) -> None:
        assert 0 <= self.breaker.retry_in <= LONGEST_PAUSE
        assert (self.breaker.state == "open") == (self.breaker.retry_in > 0)


TestAnyOrder = AnyOrder.TestCase
