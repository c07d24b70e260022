"""What the next leg of a tool call needs: opaque to whoever keeps it, read again by the pool of any process."""

import secrets
from dataclasses import dataclass
from typing import Final, TypeAlias, assert_never

import orjson

LONGEST: Final = 256 * 2**10
"""Characters of a continuation; a server that wants more kept for it is refused."""


@dataclass(frozen=True, slots=True, kw_only=True)
class InputContinuation:
    """The call is made once more, with answers (MCP 2026-07-28, multi round-trip requests).

    Attributes:
        state: the server's `requestState`, given back as it came; None when it sent none.
        round: how often the call was answered with questions, this time included.
    """

    state: str | None
    round: int


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldContinuation:
    """The call is open on a connection of this process, and its server waits for the answer (before 2026-07-28)."""

    key: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskContinuation:
    """The call goes on as a task of its server (MCP, tasks extension).

    Attributes:
        task_id: the server's name for it; who knows it can read the result.
        poll_interval: seconds between two looks, as the server wishes.
        asked: the keys of questions that were answered already.
    """

    task_id: str
    poll_interval: float
    asked: tuple[str, ...] = ()


Continuation: TypeAlias = InputContinuation | HeldContinuation | TaskContinuation


def write(continuation: Continuation) -> str:
    """As a text that no other continuation has: servers may name two tasks alike, or send the same state twice."""
    match continuation:
        case InputContinuation():
            fields: dict[str, object] = {"input": continuation.state, "round": continuation.round}
        case HeldContinuation():
            fields = {"held": continuation.key}
        case TaskContinuation():
            fields = {
                "task": continuation.task_id,
                "poll": continuation.poll_interval,
                "asked": list(continuation.asked),
            }
        case _:
            assert_never(continuation)
    return orjson.dumps({**fields, "nonce": secrets.token_urlsafe(9)}).decode()


def read(text: str) -> Continuation:
    """What `write` wrote.

    Raises:
        ValueError: it was something else.
    """
    match orjson.loads(text):
        case {"input": str() | None as state, "round": int() as number}:
            return InputContinuation(state=state, round=number)
        case {"held": str() as key}:
            return HeldContinuation(key=key)
        case {"task": str() as task_id, "poll": float() | int() as interval, "asked": [*asked]}:
            return TaskContinuation(task_id=task_id, poll_interval=float(interval), asked=tuple(map(str, asked)))
        case _:
            raise ValueError("This is no continuation of a tool call.")
