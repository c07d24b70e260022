"""What the hostile server says: definitions of tools, answers to calls, and everything that is wrong with them.

A misdeed is a function of a `Call`. It says its worst through the call's `Wire`, which is the same for both transports;
those that begin with `http_` exist over HTTP alone, and write the response themselves.
"""

import gzip
import json
import os
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any, Protocol

Message = dict[str, Any]

MEGABYTE = 2**20
ANY: Message = {"type": "object"}
COMPLETE: Message = {"resultType": "complete", "ttlMs": 60_000, "cacheScope": "private"}
SAMPLE: Message = {"messages": [], "maxTokens": 1}
JSON_HEAD = b"HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-type: application/json\r\n"
EVENTS_HEAD = b"HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-type: text/event-stream\r\n"


class Wire(Protocol):
    """Where one answer goes. `path` is what was asked for over HTTP."""

    path: str

    def answer(self, message: bytes) -> None:
        """The one message of the answer: a line, or a JSON body."""
        ...

    def send(self, message: bytes) -> None:
        """One message of several: a line, or an event."""
        ...

    def pour(self, parts: Iterable[bytes], *, events: bool = False) -> None:
        """One message in parts: a line, a JSON body, or an event."""
        ...

    def raw(self, data: bytes) -> None:
        """Bytes as they are."""
        ...

    def cut(self) -> None:
        """Lose the connection; a stdio server closes its stdout and stays alive."""
        ...


@dataclass(frozen=True, slots=True)
class Call:
    """One request, nearly always a `tools/call`. `trap` is an address that nobody may visit."""

    message: Message
    wire: Wire
    trap: str
    arguments: Message = field(default_factory=dict[str, Any])

    @property
    def size(self) -> int:
        """How much of it."""
        return int(self.arguments.get("size", 1))

    @property
    def token(self) -> Any:
        """The progress token, if there is one."""
        return self.message["params"].get("_meta", {}).get("progressToken")


def encode(**message: Any) -> bytes:
    return json.dumps({"jsonrpc": "2.0", **message}).encode()


def result(call: Call, value: Any) -> bytes:
    return encode(id=call.message["id"], result=value)


def good(call: Call, structured: Any, **more: Any) -> bytes:
    text = {"type": "text", "text": "ok"}
    return result(call, {"content": [text], "structuredContent": structured, "resultType": "complete", **more})


def error(call: Call, **members: Any) -> bytes:
    return encode(id=call.message["id"], error=members)


def with_text(call: Call, text: bytes) -> bytes:
    """An answer whose text is `text`, already escaped or not escaped enough."""
    return good(call, {}).replace(b'"ok"', b'"' + text + b'"')


def with_value(call: Call, value: bytes) -> bytes:
    """An answer whose structured content is `value`, whatever that is."""
    return good(call, "HERE").replace(b'"HERE"', value)


def notification(method: str, **params: Any) -> bytes:
    return encode(method=method, params=params)


def answers(make: Callable[[Call], bytes]) -> "Misdeed":
    """The misdeed of one wrong message."""
    return lambda call: call.wire.answer(make(call))


def then_good(*before: Callable[[Call], bytes]) -> "Misdeed":
    """Messages that nobody asked for, and then the answer."""

    def misdeed(call: Call) -> None:
        for make in before:
            call.wire.send(make(call))
        call.wire.send(good(call, {"ok": True}))

    return misdeed


def flood_of(make: Callable[[Call, int], bytes]) -> "Misdeed":
    """`size` hundred messages that nobody asked for, and then the answer."""

    def misdeed(call: Call) -> None:
        for number in range(call.size * 100):
            call.wire.send(make(call, number))
        call.wire.send(good(call, {"ok": True}))

    return misdeed


def megabytes(call: Call) -> Iterable[bytes]:
    """An answer of so many megabytes, with another request's id in its middle."""
    yield b'{"jsonrpc":"2.0","id":' + json.dumps(call.message["id"]).encode() + b',"result":{"x":{"id":1},"content":"'
    for _ in range(call.size):
        yield b"x" * MEGABYTE
    yield b'"}}'


def under_the_cap(call: Call, unit: bytes, frame: bytes = b"[%b]") -> bytes:
    """An answer of almost 4 MiB whose structured content is nothing but `unit`, again and again."""
    count = (4 * MEGABYTE - 1000) // (len(unit) + 1)
    return with_value(call, b'{"x":' + frame % b",".join([unit] * count) + b"}")


def keys(call: Call) -> bytes:
    return with_value(call, b"{" + b",".join(b'"%d":1' % number for number in range(300_000)) + b"}")


def hang(call: Call) -> None:
    time.sleep(3600)


def slow(call: Call) -> None:
    time.sleep(call.size / 10)
    call.wire.answer(good(call, {"ok": True}))


def loris(call: Call) -> None:
    """Byte after byte, for one second."""

    def bytes_of_it() -> Iterable[bytes]:
        for _ in range(100):
            yield b" "
            time.sleep(0.01)
        yield good(call, {"ok": False})

    call.wire.pour(bytes_of_it())


def crash(call: Call) -> None:
    os.write(2, b"the sky fell\n")
    os._exit(7)


def half_and_crash(call: Call) -> None:
    call.wire.send(notification("notifications/message", level="info", data="so far so good"))
    call.wire.raw(b'{"jsonrpc":"2.0","id":')
    os._exit(7)


def garbage(call: Call) -> None:
    call.wire.answer(os.urandom(200).replace(b"\n", b"x"))


def shout(line: bytes) -> "Misdeed":
    """So many megabytes of `line` on stderr, and then the answer."""

    def misdeed(call: Call) -> None:
        for _ in range(call.size):
            os.write(2, line * (MEGABYTE // len(line)))
        call.wire.answer(good(call, {"ok": True}))

    return misdeed


def lines_then_good(line: bytes) -> "Misdeed":
    """So many megabytes of `line`, and then the answer."""

    def misdeed(call: Call) -> None:
        for _ in range(call.size):
            call.wire.raw(line * (MEGABYTE // len(line)))
        call.wire.answer(good(call, {"ok": True}))

    return misdeed


def flood_then_good(call: Call) -> None:
    for _ in range(call.size):
        call.wire.raw(b"y" * MEGABYTE)
    call.wire.raw(b"\n")
    call.wire.answer(good(call, {"ok": True}))


def endless_line(call: Call) -> None:
    while True:
        call.wire.raw(b"y" * MEGABYTE)


def changed(call: Call) -> None:
    call.wire.send(notification("notifications/tools/list_changed"))
    call.wire.send(good(call, {"ok": True}))


def foreign_progress(call: Call, number: int) -> bytes:
    token = (number, f"token-{number}", -number, 10**30)[number % 4]
    return notification("notifications/progress", progressToken=token, progress=number)


def progress(call: Call, number: int) -> bytes:
    return notification("notifications/progress", progressToken=call.token, progress=number, message="x" * 20)


def request(method: str, **params: Any) -> Callable[[Call, int], bytes]:
    return lambda call, number: encode(id=f"s{number}", method=method, params=params)


def http_status(call: Call) -> None:
    code, headers = call.arguments["status"], call.arguments.get("headers", {})
    lines = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    body = "" if code == 204 else "oops"
    call.wire.raw(f"HTTP/1.1 {code} Because\r\n{lines}content-length: {len(body)}\r\n\r\n{body}".encode())


def http_moved(call: Call) -> None:
    """Elsewhere on the same server, as those do that insist on a slash at the end."""
    if call.wire.path.endswith("/"):
        call.wire.answer(good(call, {"ok": True}))
    else:
        call.wire.raw(b"HTTP/1.1 307 Because\r\nlocation: /mcp/\r\ncontent-length: 0\r\n\r\n")


def http_raw(head: bytes, body: bytes = b"") -> "Misdeed":
    def misdeed(call: Call) -> None:
        call.wire.raw(head + body)
        call.wire.cut()

    return misdeed


def http_gzip(call: Call) -> None:
    bomb = gzip.compress(b" " * (call.size * MEGABYTE), compresslevel=1)
    call.wire.raw(JSON_HEAD + b"content-encoding: gzip\r\ncontent-length: %d\r\n\r\n" % len(bomb) + bomb)


def http_huge_event(call: Call) -> None:
    call.wire.pour(megabytes(call), events=True)


def http_endless_header(call: Call) -> None:
    call.wire.raw(b"HTTP/1.1 200 OK\r\nx-long: ")
    for _ in range(call.size):
        call.wire.raw(b"x" * MEGABYTE)
    call.wire.raw(b"\r\n\r\n")
    call.wire.cut()


def http_comments(call: Call) -> None:
    """An event stream that says nothing, as fast as it can."""
    call.wire.raw(EVENTS_HEAD + b"\r\n")
    while True:
        call.wire.raw(b": nothing\n\n" * 1000)


def http_lies(call: Call) -> None:
    call.wire.raw(JSON_HEAD + b"content-length: 1000000000000\r\n\r\n{")
    hang(call)


def http_continues(call: Call) -> None:
    for _ in range(2000):
        call.wire.raw(b"HTTP/1.1 100 Continue\r\n\r\n" * 10)
    call.wire.answer(good(call, {"ok": True}))


def http_resumable(call: Call) -> None:
    """An event with an id, and the end: the client shall come back at once, and again, and again."""
    call.wire.raw(EVENTS_HEAD + b"\r\nid: 1\nretry: 0\ndata:\n\n")
    call.wire.cut()


Misdeed = Callable[[Call], None]

MISDEEDS: dict[str, Misdeed] = {
    "hang": hang,
    "slow": slow,
    "late": slow,
    "loris": loris,
    "crash": crash,
    "half_and_crash": half_and_crash,
    "closes": lambda call: call.wire.cut(),
    "garbage": garbage,
    "bad_utf8": answers(lambda call: with_text(call, b"caf\xe9")),
    "surrogate": answers(lambda call: with_text(call, rb"\ud800")),
    "nul": answers(lambda call: with_text(call, rb"\u0000")),
    "nan": answers(lambda call: with_value(call, b'{"x":NaN}')),
    "big_integer": answers(lambda call: with_value(call, b'{"x":1' + b"0" * 5000 + b"}")),
    "deep": answers(lambda call: with_value(call, b"[" * 5000 + b"]" * 5000)),
    "deep_100": answers(lambda call: with_value(call, b'{"x":' + b"[" * 100 + b"]" * 100 + b"}")),
    "wrong_id": answers(lambda call: encode(id=999_999, result={"content": []})),
    "null_id": answers(lambda call: encode(id=None, result={"content": []})),
    "text_id": answers(lambda call: encode(id="one", result={"content": []})),
    "no_version": answers(lambda call: json.dumps({"id": call.message["id"], "result": {"content": []}}).encode()),
    "batch": answers(lambda call: b"[" + good(call, {"ok": True}) + b"]"),
    "both": answers(lambda call: good(call, {"ok": True})[:-1] + b',"error":{"code":1,"message":"no"}}'),
    "neither": answers(lambda call: encode(id=call.message["id"])),
    "twice": then_good(lambda call: good(call, {"ok": True})),
    "error": answers(lambda call: error(call, code=-32602, message="no such argument")),
    "long_error": answers(lambda call: error(call, code=1, message="\x1b[31mx" * 200_000, data=["y" * MEGABYTE])),
    "error_types": answers(lambda call: error(call, code="seven", message=None)),
    "is_error": answers(lambda call: good(call, {"why": "tired"}, isError=True)),
    "is_error_text": answers(lambda call: good(call, {}, isError="yes")),
    "result_number": answers(lambda call: result(call, 5)),
    "result_null": answers(lambda call: result(call, None)),
    "result_list": answers(lambda call: result(call, [])),
    "content_text": answers(lambda call: result(call, {"content": "text", "resultType": "complete"})),
    "content_number": answers(lambda call: result(call, {"content": [5], "resultType": "complete"})),
    "unknown_kind": answers(lambda call: good(call, {}, resultType="surprise")),
    "kind_number": answers(lambda call: good(call, {}, resultType=7)),
    "no_questions": answers(lambda call: result(call, {"resultType": "input_required"})),
    "bad_questions": answers(lambda call: result(call, {"resultType": "input_required", "inputRequests": {"a": 5}})),
    "sampling_asked": answers(
        lambda call: result(
            call,
            {
                "resultType": "input_required",
                "inputRequests": {
                    "a": {"method": "sampling/createMessage", "params": {"messages": [], "maxTokens": 1}}
                },
            },
        )
    ),
    "huge": lambda call: call.wire.pour(megabytes(call)),
    "text_4": answers(lambda call: under_the_cap(call, b"x" * 1000, b'"%b"')),
    "numbers_4": answers(lambda call: under_the_cap(call, b"0")),
    "lists_4": answers(lambda call: under_the_cap(call, b"[]")),
    "objects_4": answers(lambda call: under_the_cap(call, b'{"a":{}}')),
    "escapes_4": answers(lambda call: under_the_cap(call, rb"\u00e9\n", b'"%b"')),
    "keys_4": answers(keys),
    "strings_4": answers(lambda call: under_the_cap(call, b'""')),
    "values_90k": answers(lambda call: with_value(call, b'{"x":[' + b",".join([b'{"a":1}'] * 45_000) + b"]}")),
    "blocks_90k": answers(
        lambda call: result(call, {"content": [{"type": "text", "text": "a"}] * 30_000, "resultType": "complete"})
    ),
    "blocks_15k": answers(
        lambda call: result(call, {"content": [{"type": "text", "text": "a"}] * 5_000, "resultType": "complete"})
    ),
    "commas_4": answers(lambda call: under_the_cap(call, b",", b'"%b"')),
    "blocks_4": answers(
        lambda call: result(call, {"content": [{"type": "text", "text": ""}] * 100_000, "resultType": "complete"})
    ),
    "shout": shout(b"z"),
    "shout_lines": shout(b"\n"),
    "empty_lines": lines_then_good(b"\n"),
    "short_lines": lines_then_good(b"x\n"),
    "brace_lines": lines_then_good(b'{"id":987654321}\n'),
    "flood": flood_then_good,
    "endless_line": endless_line,
    "changed": changed,
    "notes": flood_of(lambda call, n: notification("notifications/message", level="info", data=f"note {n}")),
    "unknown_notes": flood_of(lambda call, n: notification("notifications/nonsense", number=n)),
    "progress": flood_of(progress),
    "foreign_progress": flood_of(foreign_progress),
    "list_changes": flood_of(lambda call, n: notification("notifications/tools/list_changed")),
    "cancels_us": then_good(
        lambda call: notification("notifications/cancelled", requestId=call.message["id"], reason="no"),
        lambda call: notification("notifications/cancelled", requestId="s1"),
    ),
    "bad_progress": then_good(
        lambda call: notification("notifications/progress", progressToken=call.token, progress="much"),
        lambda call: notification("notifications/message", level="loud", data=None),
        lambda call: notification("notifications/tools/list_changed", x="x" * MEGABYTE),
    ),
    "samples": flood_of(request("sampling/createMessage", **SAMPLE)),
    "roots": flood_of(request("roots/list")),
    "pings": flood_of(request("ping")),
    "nonsense_requests": flood_of(request("tools/call", name="echo", arguments={})),
    "our_ids": flood_of(lambda call, n: encode(id=call.message["id"], method="ping")),
    "http_status": http_status,
    "http_moved": http_moved,
    "http_html": http_raw(b"HTTP/1.1 200 OK\r\ncontent-type: text/html\r\ncontent-length: 3\r\n\r\n", b"<h>"),
    "http_no_status": http_raw(b"SMTP ready\r\n\r\n"),
    "http_cut": http_raw(JSON_HEAD + b"content-length: 5000\r\n\r\n", b"{"),
    "http_lies": http_lies,
    "http_two_lengths": http_raw(JSON_HEAD + b"content-length: 2\r\ncontent-length: 3\r\n\r\n", b"{}x"),
    "http_bad_chunk": http_raw(JSON_HEAD + b"transfer-encoding: chunked\r\n\r\n", b"zzz\r\n{}\r\n"),
    "http_events_cut": http_raw(EVENTS_HEAD + b"content-length: 5000\r\n\r\n", b": hello\n\n"),
    "http_events_ended": http_raw(EVENTS_HEAD + b"\r\n", b": hello\n\n"),
    "http_gzip": http_gzip,
    "http_huge_event": http_huge_event,
    "http_endless_header": http_endless_header,
    "http_many_headers": http_raw(JSON_HEAD + b"x-a: b\r\n" * 100_000 + b"content-length: 2\r\n\r\n", b"{}"),
    "http_comments": http_comments,
    "http_continues": http_continues,
    "http_resumable": http_resumable,
}
