"""Who answers a step: whose credential says so, else whoever the caller says they are."""

from collections.abc import Sequence

from callsheet.access.principal import Principal
from callsheet.errors.access import Forbidden
from callsheet.errors.kinds import Problem
from callsheet.errors.runs import InputInvalid
from callsheet.scenario.json import JsonObject


def assignees_of(waits_for: JsonObject) -> Sequence[str]:
    """Who may answer; nobody means anybody."""
    named = waits_for.get("assignees")
    return [str(each) for each in named] if isinstance(named, list) else []


def may_answer(caller: Principal, waits_for: JsonObject) -> bool:
    """Whether it may be the caller who answers; who is not known may be anybody."""
    assignees = assignees_of(waits_for)
    return not (caller.is_known and assignees) or any(map(caller.is_called, assignees))


def answerer(caller: Principal, waits_for: JsonObject, said: str) -> str:
    """The name to write down for who answers.

    Args:
        caller: who calls.
        waits_for: what is asked, as in `StepWaiting`.
        said: who they say they are; may be empty.

    Raises:
        InputInvalid: a caller who is known says another name than theirs, or one who is not says none of the assignees.
        Forbidden: the caller is known, and none of the assignees.
    """
    assignees = assignees_of(waits_for)
    names = ", ".join(assignees)
    if not caller.is_known:
        if assignees and said not in assignees:
            who = f"'{said}' may not answer" if said else "It must be said who answers"
            raise _refused(f"{who}; those who may: {names}.")
        return said
    if said and not caller.is_called(said):
        raise _refused(f"You are '{caller.subject}', and not '{said}'; leave it out.")
    if not may_answer(caller, waits_for):
        raise Forbidden(f"'{caller.subject}' may not answer this; those who may: {names}.")
    return said or next(filter(caller.is_called, assignees), caller.subject)


def _refused(message: str) -> InputInvalid:
    return InputInvalid(f"The answer was not taken, at /by: {message}", [Problem(pointer="/by", message=message)])
