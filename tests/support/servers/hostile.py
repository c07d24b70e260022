"""The catalogue of hostile tool servers: what each does, and what its caller must see."""

from dataclasses import dataclass, field
from typing import Final, Literal, TypeAlias

from callsheet.errors.tools import (
    AuthRequired,
    BadOutput,
    OutputTooLarge,
    RateLimited,
    ServerUnavailable,
    ToolCallFailed,
    ToolFailed,
    ToolMissing,
    ToolTimeout,
    TransportLost,
)
from callsheet.scenario.json import Json, JsonObject
from callsheet.tools.transports.child import SETTLE

Transport: TypeAlias = Literal["stdio", "http"]
Others: TypeAlias = Literal["untouched", "lost"]
"""What becomes of another call of the same server that is at work meanwhile."""

BOTH: Final[frozenset[Transport]] = frozenset({"stdio", "http"})
STDIO: Final[frozenset[Transport]] = frozenset({"stdio"})
HTTP: Final[frozenset[Transport]] = frozenset({"http"})

HANGING: Final = {"never", "list_hangs", "chatters", "floods", "loris", "garbage"}
"""Moods in which the handshake does not end."""

ERAS: Final = ("modern", "legacy")
DEADLINE: Final = 0.4
"""Seconds of a call that shall miss its deadline, and of a connection that shall."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """One way to be hostile.

    Attributes:
        eras: of the protocol, in which it is met.
        how: of `MISDEEDS`; None for a fault of handshake or list, which is `mood`.
        expected: the class of the error; None for success.
        says: part of the error's text.
        within: seconds until the caller knows, on a machine with nothing else to do.
        timeout: seconds that the call has.
        others: None where no other call can be at work.
        cap: `maxMessageBytes`.
        loop_ms: the longest time for which the event loop may be at work without a turn for anybody else.
        backs_off: whether the next call may have to wait for the pause before the next attempt.
    """

    name: str
    group: str
    on: frozenset[Transport] = BOTH
    eras: tuple[str, ...] = ERAS
    how: str | None = None
    mood: str = ""
    tool: str = "misbehave"
    arguments: JsonObject = field(default_factory=dict[str, Json])
    expected: type[ToolCallFailed] | None
    says: str = ""
    within: float = 1.0
    timeout: float = 10.0
    others: Others | None = "untouched"
    cap: int = 4 * 2**20
    loop_ms: float = 50.0
    backs_off: bool = False


def _call(
    group: str,
    expected: type[ToolCallFailed] | None,
    *hows: str,
    on: frozenset[Transport] = BOTH,
    says: str = "",
    within: float = 1.0,
    timeout: float = 10.0,
    others: Others = "untouched",
    cap: int = 4 * 2**20,
    loop_ms: float = 50.0,
    eras: tuple[str, ...] = ERAS,
    headers: JsonObject | None = None,
    **arguments: Json,
) -> list[Fault]:
    headers = headers or {}

    def fault(how: str) -> Fault:
        more = "".join(f" {value}" for value in arguments.values() if isinstance(value, int))
        more += "".join(f" {value}" for value in headers.values())
        return Fault(
            name=f"{group}: {how}{more}",
            group=group,
            on=on,
            how=how,
            arguments={"how": how, "headers": headers, **arguments},
            expected=expected,
            says=says,
            within=within,
            timeout=timeout,
            others=others,
            cap=cap,
            loop_ms=loop_ms,
            eras=eras,
        )

    return [fault(how) for how in hows]


def _mood(
    group: str,
    expected: type[ToolCallFailed] | None,
    *moods: str,
    on: frozenset[Transport] = BOTH,
    says: str = "",
    tool: str = "echo",
    within: float = 1.0,
    loop_ms: float = 50.0,
) -> list[Fault]:
    backs_off = expected is not None and issubclass(expected, ServerUnavailable | RateLimited)
    return [
        Fault(
            name=f"{group}: {mood}" + (f" {tool}" if tool != "echo" else ""),
            group=group,
            on=on,
            mood=mood,
            tool=tool,
            expected=expected,
            says=says,
            within=within,
            others=None,
            loop_ms=loop_ms,
            backs_off=backs_off,
        )
        for mood in moods
    ]


def _late(*hows: str, on: frozenset[Transport] = BOTH, size: int = 1) -> list[Fault]:
    return _call("time", ToolTimeout, *hows, on=on, timeout=DEADLINE, within=DEADLINE + 0.5, size=size)


_STATUSES: Final[dict[int, type[ToolCallFailed]]] = {
    202: TransportLost,
    204: TransportLost,
    302: ServerUnavailable,
    400: ServerUnavailable,
    401: AuthRequired,
    403: AuthRequired,
    404: ServerUnavailable,
    408: TransportLost,
    429: RateLimited,
    500: TransportLost,
    502: TransportLost,
    503: TransportLost,
    999: TransportLost,
}

_ELSEWHERE: Final[JsonObject] = {"location": "http://127.0.0.2:9/mcp?key=secret"}

CATALOGUE: Final[tuple[Fault, ...]] = (
    # Handshake and list.
    *_mood("start", ServerUnavailable, "dead", on=STDIO, says="cannot open the database"),
    *_mood("start", ServerUnavailable, "exits", "closes", within=SETTLE + 1.0),
    *_mood("start", ServerUnavailable, "never", "list_hangs", says="within", within=DEADLINE + 0.5),
    *_mood("start", ServerUnavailable, "chatters", "floods", on=STDIO, within=DEADLINE + 0.5),
    *_mood("start", ServerUnavailable, "loris", "garbage", within=DEADLINE + 0.5),
    *_mood("start", ServerUnavailable, "huge", "number", "refuses", "version", "version_number"),
    *_mood("start", ServerUnavailable, "html", "status_307", "status_404", "status_500", "status_502", on=HTTP),
    *_mood("start", AuthRequired, "status_401", "status_403", on=HTTP),
    *_mood("start", RateLimited, "status_429", on=HTTP),
    *_mood("start", None, "slow"),
    *_mood("list", ServerUnavailable, "endless", "circles", "list_refused", "list_huge", "list_number"),
    *_mood("list", ServerUnavailable, "too_many", loop_ms=100.0),  # the SDK makes models of a page in one go
    *_mood("list", ServerUnavailable, "bad_tool", "nul_name", "too_deep"),
    *_mood("list", None, "names", "twins", "forever", "never_fresh"),
    *_mood("list", ToolMissing, "names", tool="\x1b[2J\x1b[31mno such tool"),
    *_mood("list", None, "redos", "remote", "remote_id", "local_file", "invalid", "bomb", "many", "nested"),
    *_mood("list", BadOutput, "redos", tool="redos", says="does not fit"),
    *_mood("list", BadOutput, "remote", "remote_id", "local_file", "invalid", "bomb", "many", tool="odd"),
    *_mood("list", None, "endless_ref", "nested", tool="odd"),
    # No answer, or not in time.
    *_late("hang", "wrong_id", "text_id", "loris"),
    *_late("late", size=8),
    *_late("null_id", "garbage", "batch", on=STDIO),
    *_late("http_comments", "http_lies", on=HTTP),
    *_call("time", None, "slow", size=2),
    # The connection.
    *_call("lost", TransportLost, "crash", "half_and_crash", others="lost"),
    *_call("lost", TransportLost, "closes", on=STDIO, others="lost", within=SETTLE + 1.0),
    *_call("lost", TransportLost, "closes", on=HTTP),
    *_call("lost", TransportLost, "http_cut", "http_bad_chunk", "http_two_lengths", "http_no_status", on=HTTP),
    *_call("lost", TransportLost, "http_events_cut", "http_events_ended", on=HTTP),
    *_call("lost", TransportLost, "http_many_headers", on=HTTP),
    *_call("lost", TransportLost, "http_endless_header", on=HTTP, size=20),
    *_call("lost", TransportLost, "http_resumable", on=HTTP, within=3.0),
    # h11 reads all interim answers of a chunk of 64 KiB in one go, which is thousands of them.
    *_call("lost", None, "http_continues", on=HTTP, loop_ms=500.0),
    # Answers that are none.
    *_call("answers", BadOutput, "surrogate", "nul", "nan", "big_integer", "deep", "deep_100"),
    *_call("answers", BadOutput, "result_number", "result_null", "result_list", "content_text", "content_number"),
    *_call("answers", BadOutput, "is_error_text"),
    *_call("answers", BadOutput, "kind_number", "unknown_kind", eras=("modern",)),  # there is no such key before
    *_call("answers", BadOutput, "neither", "no_version", "error_types", "bad_utf8"),
    *_call("answers", BadOutput, "no_questions", "bad_questions", "sampling_asked"),
    *_call("answers", BadOutput, "garbage", "batch", "null_id", "http_html", on=HTTP),
    *_call("answers", ToolFailed, "error", says="no such argument"),
    *_call("answers", ToolFailed, "both", "is_error", "long_error"),
    *_call("answers", None, "twice", "changed", "cancels_us"),
    # Too much.
    *_call("size", OutputTooLarge, "huge", within=2.0, size=10),
    *_call("size", OutputTooLarge, "huge", within=3.0, size=50),
    *_call("size", OutputTooLarge, "huge", within=5.0, size=100),
    *_call("size", OutputTooLarge, "http_huge_event", on=HTTP, within=2.0, size=50),
    *_call("size", BadOutput, "http_gzip", on=HTTP, within=2.0, size=300),
    *_call("size", None, "flood", on=STDIO, within=3.0, size=50),
    *_call("size", TransportLost, "endless_line", on=STDIO, within=2.0, cap=2**17, others="lost"),
    *_call("size", None, "text_4", "commas_4", within=2.0),
    # pydantic parses these in one go, and the SDK makes a model of every block before anybody sees one.
    *_call("size", None, "escapes_4", within=2.0, loop_ms=100.0),
    *_call("size", None, "values_90k", within=2.0, loop_ms=100.0),
    *_call("size", BadOutput, "blocks_90k", says="more than 5000 blocks"),
    *_call("size", None, "blocks_15k", within=2.0, loop_ms=100.0),
    *_call("size", BadOutput, "numbers_4", "strings_4", "lists_4", "objects_4", "keys_4", "blocks_4", within=3.0),
    # Much that nobody asked for; it takes a shared processor seconds.
    *_call("noise", None, "shout", "shout_lines", on=STDIO, timeout=60.0, within=3.0, size=20),
    *_call("noise", None, "empty_lines", "short_lines", on=STDIO, timeout=60.0, within=3.0, size=20),
    *_call("noise", None, "brace_lines", on=STDIO, timeout=60.0, within=5.0, size=1),
    *_call("noise", None, "notes", "unknown_notes", "progress", "foreign_progress", timeout=60.0, within=5.0, size=10),
    *_call("noise", None, "list_changes", timeout=60.0, within=5.0, size=10),
    *_call("noise", None, "bad_progress", timeout=60.0, within=2.0),
    *_call(
        "noise", None, "samples", "roots", "pings", "nonsense_requests", "our_ids", timeout=60.0, within=5.0, size=3
    ),
    # Statuses.
    *_call("status", None, "http_moved", on=HTTP),
    *(
        fault
        for status, expected in _STATUSES.items()
        for fault in _call("status", expected, "http_status", on=HTTP, status=status)
    ),
    *_call("status", ServerUnavailable, "http_status", on=HTTP, status=307, headers=_ELSEWHERE),
    *_call("status", ServerUnavailable, "http_status", on=HTTP, status=308, headers={"location": "/mcp"}, within=3.0),
    *_call("status", RateLimited, "http_status", on=HTTP, status=429, headers={"retry-after": "-1"}),
    *_call("status", RateLimited, "http_status", on=HTTP, status=429, headers={"retry-after": "1e999"}),
)

MEBIBYTES: Final = 64.0
"""By which our process may grow."""

GROUPS: Final = tuple(dict.fromkeys(fault.group for fault in CATALOGUE))
