"""Events without secrets: what is journaled, and so what later steps, the API and every reader see."""

from collections.abc import Collection
from dataclasses import replace
from typing import Any, Final, TypeVar

from callsheet.runs.events import Event, RunError
from callsheet.runs.redaction.redactor import Redactor

AnyEvent = TypeVar("AnyEvent", bound=Event)

FOREIGN: Final = ("input", "env", "output", "message", "error", "errors", "waits_for", "logger", "data", "by")
"""The fields of events that hold what tools, callers and people say. The others are names and numbers of ours."""


def clean(event: AnyEvent, redactor: Redactor, known: Collection[int] = ()) -> AnyEvent:
    """`event` with every secret replaced by its name; the event itself when there is none in it.

    Args:
        event: is not changed.
        redactor: has the secrets.
        known: the identities of values that hold none, as far as `redactor` knows; they are not looked through.
    """
    if not redactor or not may_need_cleaning(event, redactor, known):
        return event
    # `Any`: which of the fields an event has depends on its type, and the value has the type that it had.
    changed: dict[str, Any] = {name: clean_value(value, redactor) for name, value in _foreign(event, known)}
    return replace(event, **changed)


def may_need_cleaning(event: Event, redactor: Redactor, known: Collection[int] = ()) -> bool:
    """Whether a secret may be in `event`: one look at all of it, for most hold nothing and cost nothing else."""
    return redactor.may_hold([value for _, value in _foreign(event, known)])


def clean_error(error: RunError, redactor: Redactor) -> RunError:
    """The same for an error."""
    return replace(error, message=redactor.text(error.message), data=redactor.json(error.data))


def _foreign(event: Event, known: Collection[int]) -> list[tuple[str, Any]]:
    found = [(name, getattr(event, name, None)) for name in FOREIGN]
    return [(name, value) for name, value in found if value is not None and id(value) not in known]


def clean_value(value: Any, redactor: Redactor) -> Any:
    """The same for one of the values of an event, which keeps its type."""
    return clean_error(value, redactor) if isinstance(value, RunError) else redactor.json(value)
