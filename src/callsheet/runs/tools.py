"""The Tools port: what a run needs of tool servers, and what it gives and takes."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Literal, Protocol, TypeAlias

from callsheet.access.patterns import ALL, Patterns
from callsheet.lint.drift import Drift
from callsheet.lint.signatures import ToolSignature, Use
from callsheet.runs.events import RunId, StepPath
from callsheet.scenario.json import Json, JsonObject


class ElicitationAction(StrEnum):
    """What a person does with a question of a tool (MCP, elicitation)."""

    ACCEPT = "accept"
    DECLINE = "decline"
    CANCEL = "cancel"


@dataclass(frozen=True, slots=True, kw_only=True)
class Elicitation:
    """One question that a tool asks a person in the middle of a call.

    Attributes:
        key: names the question among those of one `InputRequired`.
        message: the question, in the tool's words.
        form_schema: what the answer must fit; None when the person is sent to `url` instead.
        url: where the person shall go; None for a form.
    """

    key: str
    message: str
    form_schema: JsonObject | None = None
    url: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ElicitationAnswer:
    """What a person answered; `content` fits the question's `form_schema` when it was accepted."""

    action: ElicitationAction
    content: JsonObject | None = None


class CallListener(Protocol):
    """Hears what a tool says while it is at work. Both methods return at once and never raise."""

    def progress(self, progress: float, total: float | None, message: str) -> None:
        """How far the tool is: `progress` of `total`, where that is known, and a sentence that may be empty."""
        ...

    def log(self, level: str, logger: str, data: Json) -> None:
        """A line of the tool's log; `level` is one of MCP's, `logger` may be empty."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class ToolCall:
    """One call of a tool, or the next leg of one that was interrupted by a question.

    Attributes:
        server: the tool server's name; None means the only configured server that offers the tool.
        timeout: seconds until `ToolTimeout`; None means the server's own setting.
        idempotency_key: the same for every attempt of one step execution; passed to the server in `_meta`.
        attempt: counted from 1.
        run_id: the run that calls, for servers whose connections belong to one run; None outside of runs.
        scenario_id: of that run, for servers that not every scenario may call; None outside of runs.
        allowed: the tools that the caller may call, each as `server/tool`.
        step_path: the step of that run that calls, for traces and the log.
        listener: hears progress and logs.
        continuation: what `InputRequired` or `TaskCreated` gave; None for a call from its beginning.
        answers: to the questions of the last `InputRequired`, by their keys.
    """

    server: str | None
    tool: str
    arguments: JsonObject
    timeout: float | None
    idempotency_key: str
    attempt: int
    run_id: RunId | None = None
    scenario_id: str | None = None
    allowed: Patterns = ALL
    step_path: StepPath | None = None
    listener: CallListener | None = None
    continuation: str | None = None
    answers: Mapping[str, ElicitationAnswer] = field(default_factory=dict[str, ElicitationAnswer])


@dataclass(frozen=True, slots=True, kw_only=True)
class TextBlock:
    """A block of text in a tool's result."""

    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OtherBlock:
    """An image, audio or resource in a tool's result, as its MCP JSON."""

    value: JsonObject


@dataclass(frozen=True, slots=True, kw_only=True)
class ToolResult:
    """What a tool gave back: `structured` holds `structuredContent` where `has_structured`, `content` the blocks."""

    content: tuple[TextBlock | OtherBlock, ...] = ()
    structured: Json = None
    has_structured: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class InputRequired:
    """The tool asks something before it goes on.

    Attributes:
        requests: its questions, at least one.
        continuation: what the next leg of the call needs beside the answers. Opaque, durable, and a secret of the tool
            server: it is stored encrypted and shown to nobody.
    """

    requests: tuple[Elicitation, ...]
    continuation: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskCreated:
    """The tool works on as a task of its server (MCP, tasks extension).

    A call with `continuation` waits for its result, in any process; what `InputRequired` says of it holds here too.
    """

    continuation: str


ToolOutcome: TypeAlias = ToolResult | InputRequired | TaskCreated
"""How a leg of a call ends, when it does not fail."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ToolInfo:
    """A tool as its server describes it; the schemas and annotations are the server's own JSON."""

    server: str
    name: str
    description: str
    input_schema: JsonObject
    output_schema: JsonObject | None = None
    annotations: JsonObject | None = None


LockPolicy: TypeAlias = Literal["strict", "warn", "off"]
"""What happens to a tool that is not as it was locked: it is refused, it is said, or nobody looks."""

Circuit: TypeAlias = Literal["closed", "open", "half_open"]
"""Of a circuit breaker: calls go through; calls fail at once; one call finds out whether the server works again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ToolServerState:
    """What is known of one tool server.

    Attributes:
        connected: whether a session is open now.
        protocol: the negotiated protocol revision; None before the first session.
        last_seen: when it last answered a call or listed its tools; None before the first time.
        error: why the last attempt failed, as a sentence; None when it did not.
        circuit: of its circuit breaker.
        retry_in: seconds until an open circuit lets one call through; None when it is not open.
        needs_auth: whether a person has to sign in first (`callsheet tools login`).
        lock: what happens to its tools when they are not as they were locked.
        in_flight: calls at work.
        waiting: calls that wait for their turn.
    """

    name: str
    transport: str
    connected: bool
    protocol: str | None = None
    last_seen: datetime | None = None
    error: str | None = None
    circuit: Circuit = "closed"
    retry_in: float | None = None
    needs_auth: bool = False
    lock: LockPolicy = "off"
    in_flight: int = 0
    waiting: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class ToolListing:
    """The tools of all servers that answered, and the others with the reason of each.

    Attributes:
        drifts: what is not as it was locked, of the servers whose lock is looked at.
    """

    tools: tuple[ToolInfo, ...]
    unavailable: dict[str, str]
    drifts: tuple[Drift, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ToolDescription:
    """One tool, now and when somebody looked at it.

    Attributes:
        tool: as its server describes it now.
        locked: as it was locked; None when it was not.
        drift: what is not as it was locked; None when nothing is, or the server's lock is not looked at.
    """

    tool: ToolInfo
    locked: ToolSignature | None = None
    drift: Drift | None = None


class Tools(Protocol):
    """The pool of connections to tool servers."""

    async def call(self, call: ToolCall) -> ToolOutcome:
        """Call a tool, within the call's deadline. A cancelled caller leaves at once; the server is told.

        Raises:
            ContinuationExpired: the continuation is not accepted any more; the tool did nothing since.
            ToolForbidden: the caller, or its scenario, may not call it; no server heard of it.
            HeldCallLost: the continuation belonged to a call that was lost; what the tool did is not known.
            ToolCallFailed: one of its subclasses says what happened and whether the tool ran.
        """
        ...

    async def list(self) -> ToolListing:
        """Ask every configured server for its tools, all pages, concurrently."""
        ...

    async def recent(self) -> ToolListing:
        """The tools as they were listed last, without drifts. A server is asked only when that is over or has changed.

        How long a list lasts, the server says; while one that is over is read again, the old one counts.
        """
        ...

    async def describe(self, server: str, tool: str) -> ToolDescription:
        """One tool; its server is asked, and no other.

        Raises:
            ToolMissing: there is no such server, or it offers no such tool; the sentence has a similar name.
            ServerUnavailable: the server cannot be asked.
        """
        ...

    def servers(self) -> Sequence[ToolServerState]:
        """The state of every configured server, in the order of the configuration."""
        ...

    def refused(self, uses: Iterable[Use]) -> Sequence[Drift]:
        """The tools among `uses` that would be refused, as far as that is known without asking any server."""
        ...

    def holds(self, run_id: RunId) -> bool:
        """Whether this process holds something open for a run that no other process can go on with.

        That is a call with a question, or a connection of the run's own; nothing is held longer than `heldFor`.
        """
        ...

    def release(self, run_id: RunId) -> None:
        """Let go of everything that is held for a run, which has ended: its connections, its calls with questions."""
        ...
