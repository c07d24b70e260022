"""The calls that are open on one session, so that what its server says in between finds the call that it belongs to.

Log lines and questions of the `initialize` era name no call. With one call at work it is that one's; with several
nobody knows, so a log line goes to our own log, and a question is answered with `cancel`.
"""

import asyncio
from collections.abc import Callable
from typing import Final

from loguru import logger
from mcp.client.session import ClientRequestContext
from mcp_types import ElicitRequestParams, ElicitResult, ErrorData, LoggingMessageNotificationParams

from callsheet.runs.tools import CallListener, Elicitation, ElicitationAnswer
from callsheet.scenario.json import NotJson, check_json
from callsheet.tools.faults import plain
from callsheet.tools.redaction import Redaction
from callsheet.tools.session.elicitation import QuestionUnusable, question_of, result_of

MOST_LINES: Final = 100
"""Lines of one session's server that go to our own log; a server can say anything, and for ever."""

_DISMISSED: Final = (
    "The tool server asked a question while several of its calls were at work. Nobody knows which of them asks, so it "
    "was answered with 'cancel'. With the server's option 'elicits' its tools are called one at a time."
)

_CANCEL: Final = ElicitResult(action="cancel")


class OpenCall:
    """One call at work.

    Attributes:
        asked: done when its server asks a question on the session.
        on_sign: called at every sign of life.
    """

    def __init__(self, listener: CallListener | None) -> None:
        self._listener = listener
        self.on_sign: Callable[[], None] | None = None
        self._reply: asyncio.Future[ElicitResult] | None = None
        self.asked: asyncio.Future[Elicitation] = asyncio.get_running_loop().create_future()

    @property
    def waits(self) -> bool:
        """Whether its server waits for an answer."""
        return self._reply is not None

    def listen(self, listener: CallListener | None) -> None:
        """Let somebody else hear what the call says from now on."""
        self._listener = listener

    async def on_progress(self, progress: float, total: float | None, message: str | None) -> None:
        """Hand on progress (called by the SDK, which waits for this)."""
        self._give_sign()
        if self._listener is not None:
            self._listener.progress(progress, total, message or "")

    def on_log(self, params: LoggingMessageNotificationParams) -> None:
        """Hand on a line of the log; what is not JSON is left out."""
        self._give_sign()
        if self._listener is None:
            return
        try:
            self._listener.log(params.level, params.logger or "", check_json(params.data))
        except NotJson as exc:
            self._listener.log(params.level, params.logger or "", f"(not JSON: {exc})")

    def note(self, words: str) -> None:
        """Tell whoever made the call something of ours."""
        if self._listener is not None:
            self._listener.log("warning", "callsheet", words)

    def _give_sign(self) -> None:
        if self.on_sign is not None:
            self.on_sign()

    async def ask(self, question: Elicitation) -> ElicitResult:
        """Have the question answered by whoever made the call, however long that takes."""
        self._reply = asyncio.get_running_loop().create_future()
        self.asked.set_result(question)
        return await self._reply

    def answer(self, answer: ElicitationAnswer | None) -> None:
        """Answer the question, None with `cancel`; the call goes on and may ask again.

        Raises:
            QuestionUnusable: MCP cannot carry the answer.
        """
        result = _CANCEL if answer is None else result_of(answer)
        reply, self._reply = self._reply, None
        if reply is not None and not reply.done():
            self.asked = asyncio.get_running_loop().create_future()
            reply.set_result(result)


class InFlight:
    """The open calls of one session, and the callbacks that the SDK has for it.

    Attributes:
        ambiguous: set when a question came amid several calls: from then on the server is called one at a time.
    """

    def __init__(self, server: str, redaction: Redaction) -> None:
        self._server = server
        self._redaction = redaction
        self._calls: set[OpenCall] = set()
        self._lines = 0
        self.ambiguous = False

    def add(self, call: OpenCall) -> None:
        """A call begins."""
        self._calls.add(call)

    def remove(self, call: OpenCall) -> None:
        """A call has ended."""
        self._calls.discard(call)

    async def on_log(self, params: LoggingMessageNotificationParams) -> None:
        """A line of the server's log (called by the SDK)."""
        call = self._only()
        if call is not None:
            call.on_log(params)
            return
        self._lines += 1
        if self._lines <= MOST_LINES:
            logger.debug("Tool server {!r} says: {}", self._server, plain(self._redaction.text(str(params.data)), 500))

    async def on_elicit(self, context: ClientRequestContext, params: ElicitRequestParams) -> ElicitResult | ErrorData:
        """A question of the `initialize` era (called by the SDK, in a task of its own)."""
        call = self._only()
        if call is None:
            self.ambiguous = self.ambiguous or bool(self._calls)
            for each in self._calls:
                each.note(_DISMISSED)
            logger.warning("Tool server {!r} asks a question, and it is not clear for which call.", self._server)
            return _CANCEL
        try:
            return await call.ask(question_of(params))
        except QuestionUnusable as exc:
            why = self._redaction.text(str(exc))
            logger.warning("Tool server {!r} asks a question that is refused: {}.", self._server, why)
            return _CANCEL

    def _only(self) -> OpenCall | None:
        """The one call that is at work; those that wait for an answer say and ask nothing."""
        at_work = [call for call in self._calls if not call.waits]
        return at_work[0] if len(at_work) == 1 else None
