"""The attempts of one execution of a step, as its events tell them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from callsheet.runs.events import RunError, StepRetrying
from callsheet.runs.state import StepState


@dataclass(frozen=True, slots=True, kw_only=True)
class StepAttempt:
    """One attempt.

    Attributes:
        number: counts from 1.
        started_at: when it began; for one that waits for its turn, when it will begin.
        finished_at: None while it is at work.
        error: why it failed; None for one that succeeded or is at work.
        interrupted: whether it was cut off with its process, so that what it did is not known.
    """

    number: int
    started_at: datetime
    finished_at: datetime | None
    error: RunError | None
    interrupted: bool = False


def attempts_of(step: StepState, retries: Iterable[StepRetrying]) -> Sequence[StepAttempt]:
    """The attempts of `step`; each of `retries` ended one and announced the next."""
    found: list[StepAttempt] = []
    begun = step.started_at
    for retry in retries:
        found.append(
            StepAttempt(
                number=retry.attempt - 1,
                started_at=begun,
                finished_at=retry.at,
                error=retry.error,
                interrupted=retry.interrupted,
            )
        )
        begun = retry.at + timedelta(seconds=retry.delay)
    last = StepAttempt(number=step.attempts, started_at=begun, finished_at=step.finished_at, error=step.error)
    return [*found, last]
