"""MCP over streamable HTTP: the SDK's transport on an HTTP client of ours, in which one bad answer costs one request.

The SDK ends the whole session when a request meets a network error, reads answers without a limit, unpacks what is
compressed, and does not tell 401 from 502. `GuardedTransport` answers in the server's place in each of these cases,
with a JSON-RPC error that carries a `Fault`.
"""

import asyncio
import contextlib
import re
import ssl
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from http import HTTPStatus
from types import TracebackType
from typing import Final, cast

import httpx2
import orjson
from mcp.client.streamable_http import streamable_http_client
from mcp.shared._stream_protocols import ReadStream, WriteStream
from mcp.shared.message import SessionMessage

from callsheet.tools.faults import FAULT_CODE, Fault, FaultKind, FaultMark, plain, seconds_of
from callsheet.tools.link import Link
from callsheet.tools.oauth.sign_in import SignIn
from callsheet.tools.origins import origin_of
from callsheet.tools.servers import HttpServer
from callsheet.tools.transports.amplification import excess
from callsheet.tools.transports.bodies import CappedEvents, TooLarge, is_plain, read_body
from callsheet.tools.transports.http_client import http_client
from callsheet.tools.transports.open_requests import OpenRequest, OpenRequests, OpenStream

EVENTS: Final = "text/event-stream"
ERROR_BODY_BYTES: Final = 64 * 2**10
MAX_REDIRECTS: Final = 3
GOODBYE_SECONDS: Final = 2.0
ASIDE_SECONDS: Final = 10.0
MOST_ASIDES: Final = 256
"""Answers and notifications on their way; a server that asks for more than it takes in gets no answer to the rest."""

NEVER_SENT: Final = (httpx2.ConnectError, httpx2.ConnectTimeout, httpx2.PoolTimeout, httpx2.LocalProtocolError)

OLD_SERVER: Final = {HTTPStatus.BAD_REQUEST, HTTPStatus.NOT_FOUND, HTTPStatus.METHOD_NOT_ALLOWED}
"""How a server of 2024-11-05 answers a POST to the address of its stream (MCP 2025-11-25, transports)."""

_SESSION: Final = re.compile(r"[!-~]{0,4096}", re.ASCII)
"""What a server may call a session (MCP 2025-11-25, transports), and no more of it: every request repeats it."""

STATUS_SAYS_IT_ALL: Final = {HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN, HTTPStatus.TOO_MANY_REQUESTS}


class GuardedTransport(httpx2.AsyncBaseTransport):
    """Sends requests through `inner`; see the module for what it makes of the answers.

    Answers and notifications to the server are sent behind the caller's back: the SDK would let every later request
    wait for them, and a server that hangs on a cancellation would then hang them all.
    """

    def __init__(self, inner: httpx2.AsyncBaseTransport, *, cap: int, mark: FaultMark) -> None:
        self._inner = inner
        self._cap = cap
        self._mark = mark
        self._asides: set[asyncio.Task[None]] = set()
        self._requests = OpenRequests()
        self.refusal: int | None = None

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        """Send `request`; a POST never raises a network error."""
        if request.method == "DELETE":
            return await self._say_goodbye(request)
        if request.method != "POST":
            return await self._listen(request)
        message = cast("dict[str, object]", orjson.loads(await request.aread()))
        if _is_aside(message):
            return self._set_aside(request, message)
        opened = self._requests.begin(message.get("id"))
        try:
            return await opened.wait(self._ask(request, opened))
        except TooLarge:
            fault = Fault(kind=FaultKind.TOO_LARGE, detail=f"the answer is larger than {self._cap} bytes")
        except NEVER_SENT as error:
            fault = Fault(kind=FaultKind.REFUSED, detail=describe(error))
        except httpx2.TransportError as error:
            fault = Fault(kind=FaultKind.LOST, detail=describe(error))
        return self._instead(request, fault)

    async def aclose(self) -> None:
        """Close all connections."""
        for task in self._asides:
            task.cancel()
        if self._asides:
            await asyncio.wait(self._asides)
        await self._inner.aclose()

    def _set_aside(self, request: httpx2.Request, message: dict[str, object]) -> httpx2.Response:
        if len(self._asides) < MOST_ASIDES:
            task = asyncio.create_task(self._send_aside(request))
            self._asides.add(task)
            task.add_done_callback(self._asides.discard)
        match message:
            case {"method": "notifications/cancelled", "params": {"requestId": str() | int() as given_up}}:
                self._requests.give_up(given_up)
            case _:
                pass
        return httpx2.Response(HTTPStatus.ACCEPTED, request=request)

    async def _ask(self, request: httpx2.Request, opened: OpenRequest) -> httpx2.Response:
        response = await self._inner.handle_async_request(request)
        inner = OpenStream(_stream(response), opened)
        keep_open = False
        try:
            if (fault := await self._fault(request, response)) is not None:
                return self._instead(request, fault)
            if response.is_success and _media_type(response) == EVENTS:
                keep_open = True
                response.stream = CappedEvents(inner, self._cap, self._error_body)
            else:
                body = await read_body(_stream(response), self._cap)
                if (too_much := excess(body)) is not None:
                    fault = Fault(kind=FaultKind.UNREADABLE, detail=f"the answer {too_much}")
                    return self._instead(request, fault)
                response.stream = httpx2.ByteStream(body)
            return response
        finally:
            if not keep_open:
                await inner.aclose()

    async def _fault(self, request: httpx2.Request, response: httpx2.Response) -> Fault | None:
        status = response.status_code
        if not is_plain(response):
            return Fault(kind=FaultKind.UNREADABLE, detail="the answer is compressed, though we asked that it not be")
        if _SESSION.fullmatch(response.headers.get("mcp-session-id", "")) is None:
            return Fault(kind=FaultKind.UNREADABLE, detail="the name that it gives our session cannot be one")
        if status == HTTPStatus.NOT_FOUND and "mcp-session-id" in request.headers:
            return Fault(kind=FaultKind.SESSION_GONE, detail="it does not know our session any more", status=status)
        if response.is_error:
            fault = await _status_fault(response)
            if fault is not None and status in OLD_SERVER:
                self.refusal = status
            return fault
        if response.is_redirect and (not _followed(request, response) or _goes_round(request)):
            detail = f"it redirects to {_target_shown(request, response)}, which is not followed"
            return Fault(kind=FaultKind.STATUS, detail=detail, status=status)
        if status == HTTPStatus.ACCEPTED:
            return Fault(kind=FaultKind.LOST, detail="it accepted the request and then gave no answer", status=status)
        if status != HTTPStatus.OK and not response.is_redirect:
            return Fault(kind=FaultKind.LOST, detail=f"HTTP {status}, which is no answer", status=status)
        if status == HTTPStatus.OK and _media_type(response) not in {"application/json", EVENTS}:
            kind = response.headers.get("content-type", "none")
            return Fault(kind=FaultKind.UNREADABLE, detail=f"the answer has the content type {kind!r}")
        return None

    async def _listen(self, request: httpx2.Request) -> httpx2.Response:
        """Open the server's own stream, or take up an answer again that broke off."""
        opened = self._requests.resumed()
        await opened.wait(opened.pause())
        response = await opened.wait(self._inner.handle_async_request(request))
        inner = OpenStream(_stream(response), opened)
        if response.status_code == HTTPStatus.OK and _media_type(response) == EVENTS and is_plain(response):
            stream = CappedEvents(inner, self._cap, self._error_body, resumable=True)
            return httpx2.Response(HTTPStatus.OK, headers=response.headers, stream=stream, request=request)
        # Nobody wants to know what anything else says, and the SDK would unpack and read all of it.
        await inner.aclose()
        where = {name: value for name, value in response.headers.items() if name == "location"}
        status = HTTPStatus.BAD_GATEWAY if response.is_success else response.status_code
        return httpx2.Response(status, headers=where, request=request)

    async def _send_aside(self, request: httpx2.Request) -> None:
        # Nobody waits for it, and when it fails the next call will meet the same error.
        with contextlib.suppress(httpx2.TransportError, TimeoutError):
            await self._status_of(request, ASIDE_SECONDS)

    async def _say_goodbye(self, request: httpx2.Request) -> httpx2.Response:
        return httpx2.Response(await self._status_of(request, GOODBYE_SECONDS), request=request)

    async def _status_of(self, request: httpx2.Request, seconds: float) -> int:
        """Send what has no answer. A server may give it a body nevertheless, and an endless one; it is never read."""
        async with asyncio.timeout(seconds):
            response = await self._inner.handle_async_request(request)
            await response.aclose()
        return response.status_code

    def _instead(self, request: httpx2.Request, fault: Fault) -> httpx2.Response:
        # With an error status, because only then the SDK puts the request's id into the answer.
        return httpx2.Response(
            HTTPStatus.BAD_GATEWAY,
            headers={"content-type": "application/json"},
            content=self._error_body(fault),
            request=request,
        )

    def _error_body(self, fault: Fault) -> bytes:
        error = {"code": FAULT_CODE, "message": fault.detail, "data": self._mark.write(fault)}
        return orjson.dumps({"jsonrpc": "2.0", "id": 0, "error": error})


class HttpLink:
    """The `Link` to an HTTP server. `tls` gives the context for https, built when it is first wanted.

    Args:
        older: the way to the same server over the transport of 2024-11-05.
        sign_in: gives the tokens; None for a server without `auth`.
    """

    received: int | None = None
    has_sessions = True

    def __init__(
        self,
        server: HttpServer,
        mark: FaultMark,
        tls: Callable[[], Awaitable[ssl.SSLContext]],
        older: Callable[[], Link] | None = None,
        sign_in: SignIn | None = None,
    ) -> None:
        self._server = server
        self._tls = tls
        self._older = older
        self._sign_in = sign_in
        self._transport: GuardedTransport | None = None
        self._stack = AsyncExitStack()
        self.mark = mark

    def instead(self) -> Link | None:
        """See `Link`: a server that refused to be spoken to like this may be an old one."""
        refused = self._transport is not None and self._transport.refusal is not None
        return self._older() if refused and self._older is not None else None

    def epitaph(self) -> str:
        """See `Link`."""
        return ""

    async def __aenter__(self) -> tuple[ReadStream[SessionMessage | Exception], WriteStream[SessionMessage]]:
        client = await http_client(self._server, self._tls, self._sign_in, self._guarded)
        await self._stack.enter_async_context(client)
        cap = self._server.options.max_message_bytes
        transport = streamable_http_client(self._server.url, http_client=client, max_sse_event_size=2 * cap)
        return await self._stack.enter_async_context(transport)

    async def __aexit__(
        self, exc_type: type[BaseException] | None, exc_val: BaseException | None, exc_tb: TracebackType | None
    ) -> bool | None:
        return await self._stack.__aexit__(exc_type, exc_val, exc_tb)

    def _guarded(self, carrier: httpx2.AsyncBaseTransport) -> httpx2.AsyncBaseTransport:
        self._transport = GuardedTransport(carrier, cap=self._server.options.max_message_bytes, mark=self.mark)
        return self._transport


async def _status_fault(response: httpx2.Response) -> Fault | None:
    """What an error status means; None when the body is a JSON-RPC error that the SDK shall see."""
    status = response.status_code
    body = await read_body(_stream(response), ERROR_BODY_BYTES) if _media_type(response) == "application/json" else b""
    message = _error_message(body)
    if message is not None and status < HTTPStatus.INTERNAL_SERVER_ERROR and status not in STATUS_SAYS_IT_ALL:
        response.stream = httpx2.ByteStream(body)
        return None
    reason = f"HTTP {status} {response.reason_phrase}".rstrip()
    if status == HTTPStatus.UNAUTHORIZED and message is None:  # nobody signs in here, or the bearer had said what to do
        message = "it wants other credentials than mcp.json gives it under 'headers' or 'auth'"
    return Fault(
        kind=FaultKind.STATUS,
        detail=f"{reason}: {plain(message)}" if message else reason,
        status=status,
        retry_after=seconds_of(response.headers.get("retry-after")),
    )


def _error_message(body: bytes) -> str | None:
    """The message of a JSON-RPC error; None when `body` is something else."""
    try:
        document: object = orjson.loads(body)
    except ValueError:
        return None
    match document:
        case {"jsonrpc": "2.0", "error": {"message": str() as message}}:
            return message
        case _:
            return None


def _is_aside(message: dict[str, object]) -> bool:
    """Whether a message to the server is not a request, so that nobody waits for its outcome."""
    is_request = "id" in message and "method" in message
    # The handshake's last word must arrive before the first request does.
    return not is_request and message.get("method") != "notifications/initialized"


def _followed(request: httpx2.Request, response: httpx2.Response) -> bool:
    """Whether the SDK will follow the redirect: to the same origin, and with the same method."""
    target = _target(request, response)
    return (
        target is not None
        and origin_of(target) == origin_of(request.url)
        and response.status_code in {HTTPStatus.TEMPORARY_REDIRECT, HTTPStatus.PERMANENT_REDIRECT}
    )


def _target(request: httpx2.Request, response: httpx2.Response) -> httpx2.URL | None:
    """Where a redirect leads; None when that is no address."""
    try:
        return request.url.join(response.headers.get("location", ""))
    except httpx2.InvalidURL:
        return None


def _target_shown(request: httpx2.Request, response: httpx2.Response) -> str:
    target = _target(request, response)
    if target is None:
        return "what is no address"
    return str(target.copy_with(userinfo=b"", query=None, fragment=None))


def _goes_round(request: httpx2.Request) -> bool:
    """Whether this is one redirect too many; the request that follows one has the extensions of the first."""
    before = request.extensions.get("callsheet_redirects", 0)
    request.extensions["callsheet_redirects"] = before + 1
    return before >= MAX_REDIRECTS


def _stream(response: httpx2.Response) -> httpx2.AsyncByteStream:
    return cast("httpx2.AsyncByteStream", response.stream)


def _media_type(response: httpx2.Response) -> str:
    return response.headers.get("content-type", "").partition(";")[0].strip().lower()


def describe(error: Exception) -> str:
    """The kind of an error, and its words where it has any."""
    text = str(error).rstrip(".")
    return f"{type(error).__name__}: {text}" if text else type(error).__name__
