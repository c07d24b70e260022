"""What is known after the chaos, from outside of the product."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from tests.chaos.calls import Calls

Event = dict[str, Any]


class Kind(StrEnum):
    """What is done to a process."""

    KILL = "kill"
    FREEZE = "freeze"
    TERM = "term"
    DATABASE = "database"


@dataclass(frozen=True, slots=True, kw_only=True)
class Strike:
    """What was done.

    Attributes:
        process: the label of the process it was done to; empty for the database.
        at: when, in seconds since the epoch.
        until: when the process was dead, thawed, or had ended.
        lone: whether nobody else was there to go on with its work.
    """

    kind: Kind
    process: str
    at: float
    until: float
    lone: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Accepted:
    """A run that the client was told is accepted.

    Attributes:
        key: the client's idempotency key.
    """

    key: str
    run_id: str
    scenario_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Least:
    """What chaos must have done at least to prove something, and how long taking over may last.

    Attributes:
        hits: kills of a process with tool calls at work.
        takeover: seconds from a kill until the run of a step that was at work goes on; None where a busy machine may
            take as long as it likes.
    """

    kills: int
    hits: int
    freezes: int
    terms: int
    databases: int = 0
    takeover: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """All of it.

    Attributes:
        accepted: the client's ledger.
        answers: the acknowledged answer of each run that was asked, as the client's ledger has it: its comment.
        rows: the list of runs, as the API shows it.
        journals: the events of each run, as the API shows them.
        calls: the ledger of the tools.
        strikes: in their order.
        ready: when each process that executes runs said that it was ready.
        stored: what is wrong with the database itself, looked at without the product.
    """

    accepted: Sequence[Accepted]
    answers: Mapping[str, str]
    rows: Sequence[Event]
    journals: Mapping[str, Sequence[Event]]
    calls: Calls
    strikes: Sequence[Strike]
    ready: Mapping[str, float]
    stored: Sequence[str]
