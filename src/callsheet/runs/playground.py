"""One call of a tool outside of any run: to see what it does, before a scenario depends on it."""

import math
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Final

from callsheet.access.principal import Principal
from callsheet.errors.tools import ToolFailed
from callsheet.runs.hearing import LONGEST_NAME, cleaned, shortened
from callsheet.runs.ports import Cipher, Clock
from callsheet.runs.seen import SeenTools
from callsheet.runs.tools import (
    ElicitationAnswer,
    InputRequired,
    TaskCreated,
    ToolCall,
    ToolOutcome,
    Tools,
)
from callsheet.scenario.json import Json, JsonObject

MOST_LINES: Final = 200
"""Lines of a tool's log that are shown, the last ones."""

_PURPOSE: Final = "playground"
_BETWEEN: Final = "\n"
"""Between the idempotency key of a call and the state with which it goes on."""


@dataclass(slots=True)
class Said:
    """What a tool says while it is at work: a `CallListener` that keeps the last of it."""

    last_progress: tuple[float, float | None, str] | None = None
    lines: deque[tuple[str, str, Json]] = field(default_factory=lambda: deque[tuple[str, str, Json]](maxlen=MOST_LINES))

    def progress(self, progress: float, total: float | None, message: str) -> None:
        """See `CallListener`."""
        if math.isfinite(progress):
            known = total if total is not None and math.isfinite(total) else None
            self.last_progress = (progress, known, cleaned(message))

    def log(self, level: str, logger: str, data: Json) -> None:
        """See `CallListener`."""
        self.lines.append((cleaned(level, LONGEST_NAME), cleaned(logger, LONGEST_NAME), shortened(data)))


@dataclass(frozen=True, slots=True, kw_only=True)
class Played:
    """How a call ended.

    Attributes:
        outcome: what the tool gave; `ToolFailed` when it says itself that it failed.
        continuation: with which the call goes on after a question or as a task, encrypted; None for a result.
    """

    outcome: ToolOutcome | ToolFailed
    said: Said
    took: timedelta
    continuation: str | None = None


class Playground:
    """Makes such calls. Nothing of them is journaled."""

    def __init__(self, *, tools: Tools, cipher: Cipher, clock: Clock) -> None:
        self._tools = tools
        self._cipher = cipher
        self._clock = clock

    def seen_by(self, caller: Principal) -> "Playground":
        """The same with the tools that a caller may call; `self` for one who may call all."""
        if caller.tools.allow_all:
            return self
        return Playground(tools=SeenTools(self._tools, caller.tools), cipher=self._cipher, clock=self._clock)

    async def call(
        self,
        server: str,
        tool: str,
        arguments: JsonObject,
        *,
        timeout: float | None = None,
        continuation: str | None = None,
        answers: Mapping[str, ElicitationAnswer] | None = None,
    ) -> Played:
        """Call a tool, or go on with a call.

        Args:
            server: the tool server's name.
            tool: the tool's name.
            arguments: its arguments; of a call that goes on, the same as before.
            timeout: seconds; the server's own by default.
            continuation: as the last `Played` of this call had it.
            answers: to the questions that it had.

        Raises:
            ToolCallFailed: the call failed, and not by the tool's own word; one of its subclasses says how.
            DecryptionFailed: the continuation is not one of this call.
        """
        said, began = Said(), self._clock.now()
        purpose = f"{_PURPOSE}:{server}:{tool}"
        key, held = f"{_PURPOSE}:{began.isoformat()}", None
        if continuation is not None:
            key, _, held = self._cipher.decrypt(continuation, purpose).partition(_BETWEEN)
        call = ToolCall(
            server=server,
            tool=tool,
            arguments=arguments,
            timeout=timeout,
            idempotency_key=key,
            attempt=1,
            listener=said,
            continuation=held,
            answers=answers or {},
        )
        outcome = await self._outcome(call)
        goes_on = isinstance(outcome, InputRequired | TaskCreated)
        return Played(
            outcome=outcome,
            said=said,
            took=self._clock.now() - began,
            continuation=self._cipher.encrypt(f"{key}{_BETWEEN}{outcome.continuation}", purpose) if goes_on else None,
        )

    async def _outcome(self, call: ToolCall) -> ToolOutcome | ToolFailed:
        try:
            return await self._tools.call(call)
        except ToolFailed as failed:
            return failed
