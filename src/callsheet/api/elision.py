"""Values over 64 KiB are left out of snapshots and events, and named by their size."""

from dataclasses import replace
from typing import Any, Final

import orjson

from callsheet.runs.events import Record, RunError
from callsheet.scenario.json import Json

MAX_VALUE: Final = 64 * 1024
"""Bytes of JSON text; a larger value has to be asked for."""


class Elision:
    """Leaves large values out, and remembers what it left out.

    Attributes:
        omitted: the size in bytes of each value left out, by the name of its field.
    """

    def __init__(self) -> None:
        self.omitted: dict[str, int] = {}

    def value(self, field: str, value: Json) -> Any:
        """`value`, or None when it is too large. `Any`: for the field of a response model."""
        size = len(orjson.dumps(value))
        if size <= MAX_VALUE:
            return value
        self.omitted[field] = size
        return None

    def error(self, error: RunError | None) -> RunError | None:
        """`error`, its `data` left out when that is too large."""
        return None if error is None else replace(error, data=self.value("error.data", error.data))


def event_text(record: Record) -> bytes:
    """The JSON text of an event as the stream sends it: the stored bytes, unless a value in them is too large."""
    if len(record.data) <= MAX_VALUE:
        return record.data
    fields: dict[str, Any] = orjson.loads(record.data)
    elision = Elision()
    for name in ("input", "output"):
        if name in fields:
            fields[name] = elision.value(name, fields[name])
    if fields.get("error"):
        fields["error"]["data"] = elision.value("error.data", fields["error"]["data"])
    return orjson.dumps(fields | {"omitted": elision.omitted}) if elision.omitted else record.data
