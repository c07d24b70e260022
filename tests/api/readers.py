"""Readers of event streams: one as the WHATWG standard says, one as a newcomer writes it from the seed's example."""

import json
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Seen:
    """One event."""

    type: str
    data: dict[str, Any]
    id: str = ""


@dataclass(slots=True)
class Strict:
    """After https://html.spec.whatwg.org/multipage/server-sent-events.html#event-stream-interpretation."""

    events: list[Seen]
    retry: list[int]
    comments: int


def read_strictly(stream: bytes) -> Strict:
    """Every line must be a field that the standard knows, or a comment; an unfinished event at the end is dropped."""
    result = Strict([], [], 0)
    text = stream.decode()
    assert "\r" not in text
    kind, last_id = "", ""
    data: list[str] = []
    for line in text.split("\n")[:-1]:
        name, _, value = line.partition(":")
        value = value.removeprefix(" ")
        match name:
            case "event":
                kind = value
            case "data":
                data.append(value)
            case "id":
                last_id = value
            case "retry":
                result.retry.append(int(value))
            case "" if line:
                result.comments += 1
            case "":
                if data:
                    result.events.append(Seen(kind or "message", json.loads("\n".join(data)), last_id))
                kind, data = "", []
            case _:
                raise AssertionError(f"{line!r} is no field of an event stream")
    return result


def read_naively(stream: bytes) -> list[Seen]:
    """Blocks between empty lines, `event:` in the first line and `data:` in the second: all that the seed shows."""
    events: list[Seen] = []
    for block in stream.decode().split("\n\n"):
        if block:
            lines = block.split("\n")
            assert lines[0].startswith("event: ")
            assert lines[1].startswith("data: ")
            events.append(Seen(lines[0][7:], json.loads(lines[1][6:])))
    return events
