"""The first fields of an event, without its values: a report needs neither what a tool was given nor what it gave."""

from datetime import datetime
from typing import Any, Final, cast

import orjson

from callsheet.errors.runs import RunDamaged
from callsheet.runs.codec import STEP_FINISHED, STEP_RETRYING, STEP_STARTED
from callsheet.runs.events import Record

_VALUES: Final = {STEP_STARTED: b',"input":', STEP_FINISHED: b',"output":'}
"""Where the values begin. In a text of the fields before them the quotes would be escaped, so the first one is it."""

TOLD: Final = frozenset({STEP_STARTED, STEP_RETRYING, STEP_FINISHED})
"""The types of which a report needs the fields."""


class Head:
    """The fields that stand before the values of a record, which is one of `TOLD`.

    Raises:
        RunDamaged: when made, or by its methods: it was not written by `codec.encode`.
    """

    __slots__ = ("_fields", "type")

    def __init__(self, record: Record) -> None:
        self.type = record.type
        cut = record.data.find(mark) if (mark := _VALUES.get(record.type)) else -1
        try:
            # `Any`: JSON that `encode` wrote; a wrong shape ends in RunDamaged.
            fields: Any = orjson.loads(record.data[:cut] + b"}" if cut >= 0 else record.data)
        except ValueError as exc:
            raise RunDamaged(f"Event {record.seq} of the run is not what was written.") from exc
        self._fields = cast("dict[str, Any]", fields) if isinstance(fields, dict) else {}

    def text(self, name: str) -> str:
        """A field that is a text."""
        return self._of(name, str)

    def number(self, name: str) -> float:
        """A field that is a number."""
        return self._of(name, (int, float))

    def flag(self, name: str) -> bool:
        """A field that is true or false."""
        return self._of(name, bool)

    def moment(self, name: str) -> datetime:
        """A field that is a moment."""
        try:
            return datetime.fromisoformat(self.text(name))
        except ValueError as exc:
            raise RunDamaged(f"The field '{name}' of an event is no moment.") from exc

    def _of(self, name: str, kind: Any) -> Any:
        value = self._fields.get(name)
        if not isinstance(value, kind):
            raise RunDamaged(f"An event has no field '{name}' of the type that was written.")
        return value
