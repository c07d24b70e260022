"""What is wrong with a run, with a step of it, or with the wish to have one."""

from typing import Any

from callsheet.errors.kinds import CallsheetError, Conflict, Invalid, NotFound, Unavailable


class RunNotFound(NotFound):
    """There is no run with this id."""

    code = "run.not_found"


class StepNotFound(NotFound):
    """The run has no step with this path."""

    code = "step.not_found"


class InputInvalid(Invalid):
    """The input does not fit the scenario's input_schema."""

    code = "input.invalid"


class CursorInvalid(Invalid):
    """The cursor is not one that a list of runs gave out."""

    code = "cursor.invalid"


class IdempotencyKeyReused(Invalid):
    """This Idempotency-Key was already used with another request."""

    code = "idempotency_key.reused"


class ForkInvalid(Invalid):
    """The run cannot be forked like this."""

    code = "fork.invalid"


class RunNotFinished(Conflict):
    """The run has not ended, so it cannot be removed. Cancel it first."""

    code = "run.not_finished"


class RunIsFinished(Conflict):
    """The run has ended, so there is nothing to go on with. Fork it instead."""

    code = "run.finished"


class NothingToRetry(Conflict):
    """The run has not failed, so there is nothing to retry."""

    code = "run.nothing_to_retry"


class RunIsChild(Conflict):
    """The run belongs to a step of another run, and is removed with that."""

    code = "run.is_child"


class StepNotWaiting(Conflict):
    """The step does not wait for an answer."""

    code = "step.not_waiting"


class AlreadyAnswered(Conflict):
    """The step got its answer already; the first one counts.

    Args:
        message: a sentence.
        first: the answer that counts, with `by` and `at`.
    """

    code = "step.already_answered"

    def __init__(self, message: str | None = None, first: Any = None) -> None:
        super().__init__(message)
        self.first = first


class QueueFull(Unavailable):
    """Too many runs wait for a free place."""

    code = "queue.full"


class TooManyRuns(CallsheetError):
    """The caller has as many unfinished runs as they may."""

    code = "runs.too_many"


class RunOwnershipLost(CallsheetError):
    """Another worker appended to this run: this one must stop."""

    code = "run.ownership_lost"


class RunDamaged(CallsheetError):
    """What the journal holds of this run is not what was written; other runs are not concerned."""

    code = "run.damaged"
