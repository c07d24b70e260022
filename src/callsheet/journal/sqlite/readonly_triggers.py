"""The store of triggers beside the process that writes it."""

from typing import NoReturn

from callsheet.errors.journal import JournalUnavailable
from callsheet.journal.sqlite.readers import Readers
from callsheet.journal.sqlite.trigger_store import SqliteTriggers
from callsheet.journal.trigger_changes import TriggerAction


class ReadOnlyTriggers(SqliteTriggers):
    """The `TriggerStore` port without its writing half, which raises `JournalUnavailable`."""

    def __init__(self, readers: Readers) -> None:
        self._max_triggers = 0
        self._readers = readers

    async def _ask(self, action: TriggerAction, size: int = 0) -> NoReturn:
        raise JournalUnavailable(f"The journal {self._readers.path} was opened for reading only.")
