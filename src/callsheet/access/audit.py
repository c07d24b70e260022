"""The audit log: who did what, and when. Entries are added, and never changed or removed.

An act is written down before it is done; what became of it follows. An entry without an outcome is one whose process
died in between, or that is at work.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final, Protocol

_DOT: Final = "."
_AFTER_DOT: Final = "/"
"""The next character in the order of texts."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Act:
    """What somebody is about to do.

    Attributes:
        act_id: a UUID; the outcome names it.
        subject: `Principal.subject` of who does it; empty for a caller who did not say who they are.
        role: theirs; empty likewise.
        source: from where, such as an IP address, or `cli`.
        action: such as `run.start`, `run.cancel`, `key.create`.
        target: what it is done to: a run, a scenario, a key; may be empty for what comes to be by it.
        details: what else matters, short; never a secret.
    """

    act_id: str
    at: datetime
    subject: str
    role: str
    source: str
    action: str
    target: str
    details: Mapping[str, str] = field(default_factory=dict[str, str])


@dataclass(frozen=True, slots=True, kw_only=True)
class ActOutcome:
    """What became of an act.

    Attributes:
        result: `done`, or the code of the error with which it was refused.
        target: what came to be, such as a run's id; empty when that is the act's own target.
    """

    act_id: str
    at: datetime
    result: str
    target: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditEntry:
    """An act with its outcome; `number` counts all acts from 1, in their order."""

    number: int
    act: Act
    outcome: ActOutcome | None


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditFilter:
    """Which entries a list shows; None does not restrict.

    Attributes:
        action: the whole name, or a family such as `run.`.
        target: what an act was done to, or what came to be by it.
        after: acts of this moment and later ones.
        before: acts that were earlier.
    """

    subject: str | None = None
    action: str | None = None
    target: str | None = None
    after: datetime | None = None
    before: datetime | None = None

    @property
    def family(self) -> tuple[str, str] | None:
        """The names of a family, as the first that belongs to it and the first after them; None for one whole name."""
        if self.action is None or not self.action.endswith(_DOT):
            return None
        return self.action, self.action.removesuffix(_DOT) + _AFTER_DOT

    def fits(self, entry: AuditEntry) -> bool:
        """Whether the list shows `entry`."""
        act, came_to_be = entry.act, "" if entry.outcome is None else entry.outcome.target
        return (
            (self.subject is None or act.subject == self.subject)
            and (self.action is None or _is_of(act.action, self.action))
            and (self.target is None or self.target in (act.target, came_to_be))
            and (self.after is None or act.at >= self.after)
            and (self.before is None or act.at < self.before)
        )


class AuditLog(Protocol):
    """The store. Every method raises `JournalUnavailable` when it cannot work."""

    async def begin(self, act: Act) -> None:
        """Write an act down; durable when this returns. A second act of one id is ignored."""
        ...

    async def end(self, outcome: ActOutcome) -> None:
        """Write down what became of an act; durable when this returns.

        A second outcome of one act is ignored, and so is one of an act that nobody began.
        """
        ...

    async def list(self, where: AuditFilter, limit: int, before_number: int | None = None) -> Sequence[AuditEntry]:
        """Entries, the newest first, with a smaller number than `before_number`."""
        ...


def _is_of(action: str, asked: str) -> bool:
    return action.startswith(asked) if asked.endswith(_DOT) else action == asked
