"""A process that dies where it is told to; the same for every journal that has a `BatchWriter`."""

import os
import signal
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Protocol

from callsheet.journal.changes import Change, Outcome
from callsheet.journal.group_commit import BatchWriter
from tests.failpoints.points import Moment, Transition


class Database(Protocol):
    """Where a journal is."""

    def arm(self, failpoint: "Failpoint") -> None:
        """Give every journal that this process opens from now on a writer that dies."""
        ...

    def hurry(self) -> None:
        """Let this process find out sooner than usual that an earlier one died."""
        ...

    @property
    def url(self) -> str | None:
        """The setting `database_url` of a system that works on it."""
        ...

    def query(self, sql: str) -> Sequence[tuple[Any, ...]]:
        """What it answers by itself, left as the last process left it."""
        ...


class Failpoint:
    """Where a process dies; beside it, on disk before the process dies, a note that it did.

    Args:
        folder: where `fired` is written, or `doom`, at which the tool server is told whom to kill.
    """

    def __init__(self, folder: Path, transition: Transition, moment: Moment) -> None:
        self._folder = folder
        self.moment = moment
        self.is_in = transition.is_in

    def die(self) -> None:
        """SIGKILL to this very process."""
        descriptor = os.open(self._folder / "fired", os.O_CREAT | os.O_WRONLY)
        os.fsync(descriptor)
        os.kill(os.getpid(), signal.SIGKILL)

    def doom(self) -> None:
        """Have this process killed by the tool server, right after its next effect."""
        written = self._folder / "doom.new"
        written.write_text(str(os.getpid()), encoding="ascii")
        written.rename(self._folder / "doom")


class DyingWriter:
    """The real writer, until the failpoint.

    Args:
        dies_at_commit: says whether the next commit shall not happen, and the process die in its place.
    """

    def __init__(self, writer: BatchWriter, dies_at_commit: Callable[[bool], None], failpoint: Failpoint) -> None:
        self._writer = writer
        self._dies_at_commit = dies_at_commit
        self._failpoint = failpoint

    def commit(self, changes: Sequence[Change]) -> list[Outcome]:
        """See `BatchWriter.commit`."""
        reached = any(map(self._failpoint.is_in, changes))
        self._dies_at_commit(reached and self._failpoint.moment is Moment.BEFORE)
        outcomes = self._writer.commit(changes)
        if reached and self._failpoint.moment is Moment.AFTER:
            self._failpoint.die()
        if reached and self._failpoint.moment is Moment.EFFECT:
            self._failpoint.doom()
        return outcomes

    def tidy(self, *, idle: bool) -> None:
        """See `BatchWriter.tidy`."""
        self._writer.tidy(idle=idle)

    def close(self) -> None:
        """See `BatchWriter.close`."""
        self._writer.close()


class DyingConnection:
    """A connection that dies instead of a commit, when it is told to: every statement before it was made."""

    def __init__(self, connection: Any, die: Callable[[], None]) -> None:
        self._connection = connection
        self._die = die
        self._dies = False

    def dies_at_commit(self, dies: bool) -> None:
        """Say whether the next commit is the end."""
        self._dies = dies

    def execute(self, sql: str, *values: Any) -> Any:
        """Execute a statement; any but a commit that shall not happen."""
        if self._dies and sql == "COMMIT":
            self._die()
        return self._connection.execute(sql, *values)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._connection, name)
