"""What wakes a run that another process wakes: a port beside the journal's, for engines of several processes."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from callsheet.runs.events import RunId


@dataclass(frozen=True, slots=True, kw_only=True)
class Stirred:
    """What somebody has stored for a run, beside its events.

    Attributes:
        messages_received: how many messages there are to its steps.
        cancel_requested: whether it shall be cancelled.
    """

    messages_received: int = 0
    cancel_requested: bool = False


class Signals(Protocol):
    """Says to which runs a message was delivered, or which shall be cancelled, whichever process did it."""

    def on_signal(self, callback: Callable[[RunId], None]) -> Callable[[], None]:
        """Call `callback` on the event loop for every such run, until the function returned here is called.

        Signals can be lost, and can come for nothing: whoever must not miss one asks `stirred` as well.
        """
        ...

    async def stirred(self, run_ids: Sequence[RunId]) -> Mapping[RunId, Stirred]:
        """What is stored for each of these runs, in one query; runs that are not there are left out.

        Raises:
            JournalUnavailable: the journal cannot be read.
        """
        ...
