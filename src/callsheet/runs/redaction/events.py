"""Events without secrets: what is journaled, and so what later steps, the API and every reader see."""

from dataclasses import replace
from typing import Any, Final, TypeVar

from callsheet.runs.events import Event, RunError
from callsheet.runs.redaction.redactor import Redactor

AnyEvent = TypeVar("AnyEvent", bound=Event)

FOREIGN: Final = ("input", "env", "output", "message", "error", "errors", "waits_for", "logger", "data", "by")
"""The fields of events that hold what tools, callers and people say. The others are names and numbers of ours."""


def clean(event: AnyEvent, redactor: Redactor) -> AnyEvent:
    """`event` with every secret replaced by its name; the event itself when there is none in it."""
    if not redactor or not may_need_cleaning(event, redactor):
        return event
    # `Any`: which of the fields an event has depends on its type, and the value has the type that it had.
    changed: dict[str, Any] = {
        name: _clean(value, redactor) for name in FOREIGN if (value := getattr(event, name, None)) is not None
    }
    return replace(event, **changed)


def may_need_cleaning(event: Event, redactor: Redactor) -> bool:
    """Whether a secret may be in `event`: one look at all of it, for most hold nothing and cost nothing else."""
    return redactor.may_hold([getattr(event, name, None) for name in FOREIGN])


def _clean(value: Any, redactor: Redactor) -> Any:
    if isinstance(value, RunError):
        return replace(value, message=redactor.text(value.message), data=redactor.json(value.data))
    return redactor.json(value)
