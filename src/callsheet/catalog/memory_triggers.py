"""Schedules and hooks as files in memory: for tests."""

from collections.abc import Sequence
from typing import Final

import orjson

from callsheet.catalog.candidates import is_document, trigger_kind
from callsheet.catalog.trigger_documents import TriggerCandidate, index, read_file
from callsheet.runs.events import TriggerKind
from callsheet.runs.triggers.entries import TriggerEntry
from callsheet.scenario.json import JsonObject

_FOLDER: Final = "memory"


class MemoryTriggerFiles:
    """The `TriggerFiles` port over documents that the program holds."""

    def __init__(self) -> None:
        self._candidates: dict[str, TriggerCandidate] = {}

    def put(self, name: str, document: JsonObject | bytes) -> None:
        """Add or replace a file of that name, given as JSON or as its text.

        Raises:
            ValueError: no file of this name is a schedule or a hook.
        """
        kind = trigger_kind(name)
        if kind is None or not is_document(name):
            raise ValueError(f"'{name}' does not end as in 'nightly.schedule.yaml' or 'push.hook.json'.")
        data = document if isinstance(document, bytes) else orjson.dumps(document)
        self._candidates[name] = read_file(kind, name, _FOLDER, data)

    def remove(self, name: str) -> None:
        """Forget the file of that name, if there is one."""
        self._candidates.pop(name, None)

    async def list(self, kind: TriggerKind) -> Sequence[TriggerEntry]:
        """See `TriggerFiles.list`."""
        return index(each for each in self._candidates.values() if each.entry.kind is kind)
