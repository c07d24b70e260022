"""Every exception that Callsheet raises on purpose.

```
CallsheetError
├── NotFound                 RunNotFound, StepNotFound, ScenarioNotFound, TriggerNotFound (ScheduleNotFound,
│                            HookNotFound), KeyNotFound, SecretNotFound
├── Invalid                  InputInvalid, ScenarioInvalid, CursorInvalid, IdempotencyKeyReused, ExpressionRefused,
│                            ForkInvalid, TriggerInvalid
├── Conflict                 AlreadyAnswered, StepNotWaiting, RunNotFinished, RunIsFinished, NothingToRetry, RunIsChild,
│                            RevisionConflict (TriggerConflict), ScenarioReadOnly,
│                            RevisionRequired (TriggerRevisionRequired), TriggerReadOnly
├── Unavailable              JournalUnavailable (JournalLost), ToolsUnavailable, ShuttingDown, QueueFull, HookNotReady
├── TooManyRuns              the caller has as many runs as they may
├── SignatureRefused         SignatureExpired: a hook's request is not from who knows the secret, or not from now
├── Unauthenticated          CredentialInvalid, CredentialExpired: nobody knows who calls
├── TooManyGuesses           too many credentials from one address were wrong
├── Forbidden                the caller is known and may not do this
├── RunOwnershipLost         another worker writes this run
├── RunDamaged               the journal holds something else than was written
├── ConfigurationInvalid     callsheet.toml, the environment, mcp.json
└── StepFailure              what a scenario can see: a code, a message, data
    └── ToolCallFailed       ServerUnavailable, AuthRequired, RateLimited, TransportLost, ToolTimeout, ToolFailed,
                             ToolMissing, ToolForbidden, BadOutput, OutputTooLarge
```

Each class has a stable `code`; codes are public, wording is not. Nothing in here knows HTTP: `api/errors.py` has the
one table from code to status.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil
from typing import Any, ClassVar


class CallsheetError(Exception):
    """Something Callsheet can name went wrong."""

    code: ClassVar[str] = "internal"

    def __init__(self, message: str | None = None) -> None:
        super().__init__(message or (type(self).__doc__ or "").strip().splitlines()[0])

    @property
    def message(self) -> str:
        """The sentence for a person."""
        return str(self)


class NotFound(CallsheetError):
    """There is nothing with this name."""

    code = "not_found"


class RunNotFound(NotFound):
    """There is no run with this id."""

    code = "run.not_found"


class StepNotFound(NotFound):
    """The run has no step with this path."""

    code = "step.not_found"


class ScenarioNotFound(NotFound):
    """There is no scenario with this id."""

    code = "scenario.not_found"


class TriggerNotFound(NotFound):
    """There is no schedule or hook with this name."""

    code = "trigger.not_found"


class ScheduleNotFound(TriggerNotFound):
    """There is no schedule with this name."""

    code = "schedule.not_found"


class HookNotFound(TriggerNotFound):
    """There is no hook with this name."""

    code = "hook.not_found"


class KeyNotFound(NotFound):
    """There is no API key with this id."""

    code = "key.not_found"


class SecretNotFound(NotFound):
    """There is no secret with this name in the store."""

    code = "secret.not_found"


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """One fault of a caller's value: where it is (RFC 6901 JSON pointer) and a sentence."""

    pointer: str
    message: str


class Invalid(CallsheetError):
    """What the caller sent cannot be accepted."""

    code = "invalid"

    def __init__(self, message: str | None = None, problems: Sequence[Problem] = ()) -> None:
        super().__init__(message)
        self.problems = tuple(problems)


class InputInvalid(Invalid):
    """The input does not fit the scenario's input_schema."""

    code = "input.invalid"


class ScenarioInvalid(Invalid):
    """The scenario has errors and cannot run."""

    code = "scenario.invalid"


class CursorInvalid(Invalid):
    """The cursor is not one that a list of runs gave out."""

    code = "cursor.invalid"


class IdempotencyKeyReused(Invalid):
    """This Idempotency-Key was already used with another request."""

    code = "idempotency_key.reused"


class ForkInvalid(Invalid):
    """The run cannot be forked like this."""

    code = "fork.invalid"


class ExpressionRefused(Invalid):
    """The expression cannot be read or evaluated."""

    code = "expression.invalid"


class TriggerInvalid(Invalid):
    """The schedule or hook has errors and cannot start anything."""

    code = "trigger.invalid"


class Conflict(CallsheetError):
    """What is there now does not allow this."""

    code = "conflict"


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


class RevisionConflict(Conflict):
    """Somebody else saved the scenario meanwhile.

    Args:
        message: a sentence.
        current: the revision that is there now; None when there is none.
    """

    code = "scenario.conflict"

    def __init__(self, message: str | None = None, current: str | None = None) -> None:
        super().__init__(message)
        self.current = current


class RevisionRequired(Conflict):
    """The scenario exists: say with If-Match which revision the change was made from."""

    code = "scenario.revision_required"


class ScenarioReadOnly(Conflict):
    """The scenario is a file of the operator's: it is changed there."""

    code = "scenario.read_only"


class TriggerConflict(RevisionConflict):
    """Somebody else saved the schedule or hook meanwhile."""

    code = "trigger.conflict"


class TriggerRevisionRequired(RevisionRequired):
    """The schedule or hook exists: say with If-Match which revision the change was made from."""

    code = "trigger.revision_required"


class TriggerReadOnly(Conflict):
    """The schedule or hook is a file of the operator's: it is changed there."""

    code = "trigger.read_only"


class Unavailable(CallsheetError):
    """A part of the system cannot do its work now. Try again later."""

    code = "unavailable"


class JournalUnavailable(Unavailable):
    """The journal cannot be written or read now, so nothing was accepted."""

    code = "journal.unavailable"


class JournalLost(JournalUnavailable):
    """The journal's disk failed while it was written: what reached it is known only when the journal is opened anew."""


class ToolsUnavailable(Unavailable):
    """No tool server could be asked for its tools."""

    code = "tools.unavailable"


class ShuttingDown(Unavailable):
    """The service is stopping and takes no new runs."""

    code = "service.stopping"


class QueueFull(Unavailable):
    """Too many runs wait for a free place."""

    code = "queue.full"


class TooManyRuns(CallsheetError):
    """The caller has as many unfinished runs as they may."""

    code = "runs.too_many"


class HookNotReady(Unavailable):
    """The hook cannot check signatures now: its operator has something to do, and finds what in the log."""

    code = "hook.not_ready"


class SignatureRefused(CallsheetError):
    """The request is not signed with the hook's secret."""

    code = "signature.invalid"


class SignatureExpired(SignatureRefused):
    """The signature's moment is too far from now."""

    code = "signature.expired"


class Unauthenticated(CallsheetError):
    """Say who you are: send an API key as 'Authorization: Bearer …', or sign in."""

    code = "credential.missing"


class CredentialInvalid(Unauthenticated):
    """The API key is not one of this service, or was revoked."""

    code = "credential.invalid"


class CredentialExpired(Unauthenticated):
    """The API key or the session has expired."""

    code = "credential.expired"


class TooManyGuesses(CallsheetError):
    """Too many credentials from this address were wrong.

    Args:
        seconds: until the next one may come.
    """

    code = "rate.guesses"

    def __init__(self, seconds: float) -> None:
        self.seconds = max(ceil(seconds), 1)
        super().__init__(f"Too many credentials from this address were wrong. Send the next one in {self.seconds} s.")


class Forbidden(CallsheetError):
    """The caller may not do this."""

    code = "forbidden"


class RunOwnershipLost(CallsheetError):
    """Another worker appended to this run: this one must stop."""

    code = "run.ownership_lost"


class RunDamaged(CallsheetError):
    """What the journal holds of this run is not what was written; other runs are not concerned."""

    code = "run.damaged"


class DecryptionFailed(CallsheetError):
    """The token was not made here with the present key, or it was changed."""

    code = "token.invalid"


class ConfigurationInvalid(CallsheetError):
    """The configuration cannot be used."""

    code = "configuration.invalid"


class StepFailure(CallsheetError):
    """A step failed in a way that the scenario can see.

    Args:
        message: a sentence that names what failed and where.
        code: one of the error codes of the scenario language, such as `ToolError`; the class's own by default.
        data: what else is known, as JSON.
    """

    code = "Internal"

    def __init__(self, message: str, *, code: str | None = None, data: Any = None) -> None:
        super().__init__(message)
        self.step_code = code or type(self).code
        self.data = data


class ToolCallFailed(StepFailure):
    """A tool call gave no result. `ran` tells whether the tool did run: True, False, or None for unknown."""

    ran: ClassVar[bool | None] = None

    def __init__(self, message: str, *, server: str, tool: str, data: Any = None) -> None:
        super().__init__(message, data=data)
        self.server = server
        self.tool = tool


class ServerUnavailable(ToolCallFailed):
    """The tool server could not be reached; the tool did not run."""

    code = "ServerUnavailable"
    ran = False


class AuthRequired(ServerUnavailable):
    """The tool server wants credentials that it was not given."""


class RateLimited(ToolCallFailed):
    """The tool server refuses more calls for now."""

    code = "RateLimited"
    ran = False


class TransportLost(ToolCallFailed):
    """The connection broke after the call was sent; whether the tool ran is not known."""

    code = "TransportError"


class ContinuationExpired(ToolCallFailed):
    """The tool server does not accept the state of the interrupted call any more; the tool did nothing since."""

    code = "TransportError"
    ran = False


class HeldCallLost(TransportLost):
    """The call that waited for an answer was lost with its connection; what the tool did is not known."""


class ToolTimeout(ToolCallFailed):
    """No answer within the deadline; the tool may still be running."""

    code = "Timeout"


class ToolFailed(ToolCallFailed):
    """The tool itself answered with an error."""

    code = "ToolError"
    ran = True


class ToolMissing(ToolCallFailed):
    """No configured server offers this tool, or several do."""

    code = "ToolNotFound"
    ran = False


class ToolForbidden(ToolMissing):
    """The run, or its scenario, may not call this tool. The tool server did not hear of the call."""


class DefinitionChanged(ToolMissing):
    """The tool is not what was locked, and is refused. `data` has what changed, a line each."""


class BadOutput(ToolCallFailed):
    """The tool answered with something that is not what it promised."""

    code = "OutputInvalid"
    ran = True


class OutputTooLarge(ToolCallFailed):
    """The tool's answer is over the size limit."""

    code = "LimitExceeded"
    ran = True
