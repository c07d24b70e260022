"""What the MCP endpoint is built from."""

from collections.abc import AsyncGenerator, Callable, Collection
from contextlib import AbstractContextManager, asynccontextmanager, nullcontext
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Final, NoReturn

from callsheet.access.acts import Acts, Intent
from callsheet.access.principal import LOCAL, Principal
from callsheet.errors.access import Forbidden
from callsheet.runs.answers import Answer, Answers, GivenAnswer
from callsheet.runs.deeds import answer_details
from callsheet.runs.events import RunId, RunSummary, StepPath
from callsheet.runs.ports import Catalog, Cipher
from callsheet.runs.service import RunService
from callsheet.runs.tools import Tools
from callsheet.scenario.json import JsonObject

MAX_BODY: Final = 1024 * 1024

STDIO: Final = "stdio"
"""Where calls come from that come over standard input."""


class OnDisconnect(StrEnum):
    """What becomes of a run whose client went away, or cancelled the call that began it."""

    CONTINUE = "continue"
    CANCEL = "cancel"


@dataclass(frozen=True, slots=True, kw_only=True)
class EndpointOptions:
    """Settings of the endpoint; seconds and bytes.

    Attributes:
        version: of the product.
        on_disconnect: see there.
        trusted: the tool servers whose annotations are believed.
        task_grace: how long a call waits for its run before a client that knows tasks gets one.
        watch_interval: how often the catalog is looked at while somebody listens for its changes.
        patience: how long a session may take to be told of a change, before it is told no more.
        listing_patience: how long tool servers may take to say what their tools do; after that, what they said counts.
        session_idle: after how long a session of the `initialize` era without a request ends.
        max_sessions: how many of these there may be.
        max_body: the largest request body.
        page: how many tools one page of the list has.
    """

    version: str = "0"
    on_disconnect: OnDisconnect = OnDisconnect.CONTINUE
    trusted: Collection[str] = field(default_factory=frozenset[str])
    task_grace: float = 1.0
    watch_interval: float = 3.0
    patience: float = 5.0
    listing_patience: float = 5.0
    session_idle: float = 30 * 60.0
    max_sessions: int = 1_000
    max_body: int = MAX_BODY
    page: int = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class EndpointParts:
    """The parts of the system that the endpoint works with; whoever made them starts and stops them.

    Attributes:
        acts: writes the audit log; None where nobody keeps one.
        caller: whose acts they are.
        source: from where they come.
        traceparent: what the request says in `_meta` of the span on whose account it comes; anything, or empty.
        caused_by: links the runs that are accepted within the block to the span that such a text names.
    """

    runs: RunService
    answers: Answers
    catalog: Catalog
    tools: Tools
    cipher: Cipher
    options: EndpointOptions
    acts: Acts | None = None
    caller: Principal = LOCAL
    source: str = STDIO
    traceparent: str = ""
    caused_by: Callable[[str], AbstractContextManager[None]] = lambda _: nullcontext()

    def seen_by(self, caller: Principal, source: str = STDIO, traceparent: str = "") -> "EndpointParts":
        """The parts as a caller sees them."""
        runs, answers = self.runs.seen_by(caller), self.answers.seen_by(caller)
        return replace(self, runs=runs, answers=answers, caller=caller, source=source, traceparent=traceparent)

    async def submit(self, scenario_id: str, run_input: JsonObject, idempotency_key: str | None) -> RunSummary:
        """See `RunService.submit`; written into the audit log."""
        async with self._doing("run.start", scenario_id) as made:
            with self.caused_by(self.traceparent):
                run = await self.runs.submit(scenario_id, run_input, idempotency_key)
            made(run.run_id)
            return run

    async def cancel(self, run_id: RunId, *, reason: str = "") -> RunSummary:
        """See `RunService.cancel`; written into the audit log, with the `reason` if nobody asked for it in words."""
        async with self._doing("run.cancel", run_id, **({"reason": reason} if reason else {})):
            return await self.runs.cancel(run_id)

    async def answer(self, run_id: RunId, path: StepPath, answer: Answer) -> GivenAnswer:
        """See `Answers.answer`; written into the audit log."""
        async with self._doing("run.answer", run_id, step_path=path, **answer_details(answer)):
            return await self.answers.answer(run_id, path, answer)

    async def refuse(self, error: Forbidden, target: str, **details: str) -> NoReturn:
        """Write into the audit log that the caller may not call `target`, and raise `error`."""
        async with self._doing("mcp.call", target, **details):
            raise error

    @asynccontextmanager
    async def _doing(self, action: str, target: str = "", **details: str) -> AsyncGenerator[Callable[[str], None]]:
        if self.acts is None:
            yield lambda _: None
            return
        intent = Intent(action=action, source=self.source, target=target, details=details)
        async with self.acts.doing(self.caller, intent) as deed:
            yield deed.made
