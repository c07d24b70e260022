"""The ledger of the tools: every call, as the tools themselves saw it."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import orjson

Attempt = tuple[str, int]
"""An idempotency key and the number of an attempt."""


@dataclass(slots=True, kw_only=True)
class Call:
    """One call. Mutable: it is answered later, or never.

    Attributes:
        process: who called.
        at: when it came, in seconds since the epoch; `answered` likewise, None while it was not.
    """

    key: str
    attempt: int
    value: str
    process: str
    at: float
    answered: float | None = None

    def was_open_at(self, moment: float) -> bool:
        """Whether the call had come and was not answered."""
        return self.at <= moment and (self.answered is None or self.answered > moment)


@dataclass(slots=True, kw_only=True)
class Calls:
    """What was read of the ledger so far.

    Attributes:
        all: in the order of their coming.
        effects: how many each key had.
    """

    path: Path
    all: list[Call] = field(default_factory=list[Call])
    effects: dict[str, int] = field(default_factory=dict[str, int])
    _open: dict[tuple[str, int, str], list[Call]] = field(default_factory=dict[tuple[str, int, str], list[Call]])
    _read: int = 0

    def read_on(self) -> None:
        """Take in the lines that came since."""
        for line in self._lines():
            entry = orjson.loads(line)
            key, process = entry["key"], entry["process"]
            match entry["event"]:
                case "call":
                    call = Call(
                        key=key, attempt=entry["attempt"], value=entry["value"], process=process, at=entry["at"]
                    )
                    self.all.append(call)
                    self._open.setdefault((key, call.attempt, process), []).append(call)
                case "effect":
                    self.effects[key] = self.effects.get(key, 0) + 1
                case _:
                    self._answered((key, entry["attempt"], process), entry["at"])

    def open_of(self, process: str) -> int:
        """How many calls of this process are at work."""
        return sum(len(calls) for (_, _, caller), calls in self._open.items() if caller == process)

    def forget(self, process: str) -> None:
        """The process is dead: none of its calls is at work any more."""
        for place in [place for place in self._open if place[2] == process]:
            del self._open[place]

    def _answered(self, place: tuple[str, int, str], at: float) -> None:
        calls = self._open.get(place)
        if calls:
            calls.pop(0).answered = at
            if not calls:
                del self._open[place]

    def _lines(self) -> Iterator[bytes]:
        if not self.path.exists():
            return
        with self.path.open("rb") as file:
            file.seek(self._read)
            for line in file:
                if not line.endswith(b"\n"):
                    return
                self._read += len(line)
                yield line
