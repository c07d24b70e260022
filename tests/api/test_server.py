"""The app behind a real uvicorn, on real sockets of the loopback."""

import asyncio
import os
import select
import signal
import socket
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager

import httpx2
import pytest

from callsheet.api.binding import listen, url_of
from callsheet.api.options import ApiOptions
from callsheet.api.server import serve
from callsheet.errors.service import ConfigurationInvalid
from callsheet.runs.events import RunId
from tests.api.house import ARTICLE, NEWS, House
from tests.api.readers import read_strictly
from tests.support.events import new_id, run_finished, step_finished, step_started


@asynccontextmanager
async def served(house: House, *, head_seconds: float = 10) -> AsyncGenerator[tuple[str, asyncio.Task[None]]]:
    """The house at its URL, and the task that serves it; stopped at the end of the block."""
    listener = listen("127.0.0.1", 0)
    ready = asyncio.Event()
    serving = serve(
        house.app, listener=listener, draining=house.draining, on_ready=ready.set, head_seconds=head_seconds
    )
    task = asyncio.create_task(serving)
    try:
        async with asyncio.timeout(10):
            await ready.wait()
            yield url_of(listener), task
    finally:
        house.draining.start()
        async with asyncio.timeout(10):
            await task


@asynccontextmanager
async def connected(url: str) -> AsyncGenerator[socket.socket]:
    """A socket that takes in very little on its own."""
    host, port = url.removeprefix("http://").split(":")
    with socket.socket() as raw:
        raw.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        raw.setblocking(False)
        await asyncio.get_running_loop().sock_connect(raw, (host, int(port)))
        yield raw


@asynccontextmanager
async def stream_of(url: str, run_id: RunId) -> AsyncGenerator[AsyncIterator[bytes]]:
    """The chunks of a run's event stream."""
    events = f"/api/runs/{run_id}/events"
    async with httpx2.AsyncClient(base_url=url) as client, client.stream("GET", events) as stream:
        yield stream.aiter_bytes()


async def answer_to(url: str, request: bytes) -> bytes:
    """What the server sends until it closes."""
    async with connected(url) as raw:
        await asyncio.get_running_loop().sock_sendall(raw, request)
        return await read_all(raw)


async def read_all(raw: socket.socket) -> bytes:
    """Everything up to the end of the connection."""
    parts: list[bytes] = []
    while part := await asyncio.get_running_loop().sock_recv(raw, 65_536):
        parts.append(part)
    return b"".join(parts)


async def test_a_run_is_submitted_and_followed_over_real_http(house: House) -> None:
    async with served(house) as (url, _), httpx2.AsyncClient(base_url=url) as client:
        accepted = await client.post("/api/runs", json={"scenario_id": NEWS, "input": ARTICLE})
        run_id = accepted.json()["run_id"]
        async with client.stream("GET", f"/api/runs/{run_id}/events") as stream:
            chunks = stream.aiter_bytes()
            received = await anext(chunks)
            await house.journal.append(run_id, 1, [step_started(run_id), step_finished(run_id), run_finished(run_id)])
            received += b"".join([chunk async for chunk in chunks])

    assert [event.id for event in read_strictly(received).events] == ["1", "2", "3", "4"]
    assert "server" not in accepted.headers


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
async def test_a_signal_starts_draining_ends_streams_and_lets_serve_return(
    house: House, number: signal.Signals
) -> None:
    run_id = await house.run()
    called: list[str] = []
    house.draining.call(lambda: called.append("drain"))
    before = signal.getsignal(number)
    async with served(house) as (url, task):
        async with stream_of(url, run_id) as chunks:
            await anext(chunks)
            os.kill(os.getpid(), number)
            assert [chunk async for chunk in chunks] == []  # a clean end: anything else raises
        await task

    assert called == ["drain"]
    assert house.draining.started
    assert signal.getsignal(number) == before


async def test_a_service_that_is_to_stop_before_it_began_stops(house: House) -> None:
    called: list[str] = []
    house.draining.start()
    house.draining.call(lambda: called.append("late"))
    async with asyncio.timeout(10):
        await serve(house.app, listener=listen("127.0.0.1", 0), draining=house.draining)

    assert called == ["late"]


async def test_a_second_server_in_the_process_streams_like_the_first() -> None:
    for _ in range(2):
        house = House()
        run_id = await house.run()
        async with served(house) as (url, _), stream_of(url, run_id) as chunks:
            await anext(chunks)
            await house.journal.append(run_id, 1, [run_finished(run_id)])
            assert b"run_finished" in b"".join([chunk async for chunk in chunks])


@asynccontextmanager
async def stalled(house: House, url: str) -> AsyncGenerator[socket.socket]:
    """A subscriber that does not read the 12 MB which there are for it."""
    run_id = new_id()
    large = "x" * 60_000
    await house.run(*[step_started(run_id, f"s{index}", index=index, data=large) for index in range(200)])
    loop = asyncio.get_running_loop()
    async with connected(url) as raw:
        request = f"GET /api/runs/{run_id}/events HTTP/1.1\r\nHost: localhost\r\n\r\n"
        await loop.sock_sendall(raw, request.encode())
        assert (await loop.sock_recv(raw, 12)).startswith(b"HTTP/1.1 200")
        yield raw


async def test_a_subscriber_that_does_not_read_is_cut_off_at_the_socket() -> None:
    house = House(options=ApiOptions(send_timeout=0.2))
    async with served(house) as (url, _), stalled(house, url) as raw:
        await reset_of(raw)
        with pytest.raises(ConnectionResetError):
            await read_all(raw)


async def test_a_subscriber_that_does_not_read_does_not_hold_up_the_end() -> None:
    house = House()
    async with served(house) as (url, task), stalled(house, url) as raw:
        house.draining.start()
        async with asyncio.timeout(8):  # the send timeout is 10 s, the graceful one 20 s
            await reset_of(raw)
            await task


async def reset_of(raw: socket.socket) -> None:
    """Return when the peer has reset the connection; reads nothing from it."""
    poll = select.poll()
    poll.register(raw, 0)  # POLLERR and POLLHUP come without being asked for
    async with asyncio.timeout(10):
        while not await asyncio.to_thread(poll.poll, 20):
            pass


async def test_a_body_over_the_limit_is_answered_before_the_connection_closes(house: House) -> None:
    async with served(house) as (url, _), httpx2.AsyncClient(base_url=url) as client:
        for size in (2, 8):
            response = await client.post(
                "/api/runs", content=b" " * size * 1024 * 1024, headers={"content-type": "application/json"}
            )
            assert (response.status_code, response.json()["code"]) == (413, "body.too_large")


@pytest.mark.parametrize("target", [b"/api/runs/%00", b"/api/runs/\xff", b"/api/runs?q=\xff", b"/api/runs?q=%ff"])
async def test_strange_targets_are_refused(house: House, target: bytes) -> None:
    async with served(house) as (url, _):
        answer = await answer_to(url, b"GET %b HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n" % target)

    assert answer.split(b" ")[1] in {b"400", b"404"}


async def test_a_request_without_a_host_is_refused(house: House) -> None:
    async with served(house) as (url, _):
        answer = await answer_to(url, b"GET /healthz HTTP/1.0\r\n\r\n")

    assert answer.split(b" ")[1] == b"421"


async def test_a_connection_whose_request_does_not_come_is_dropped(house: House) -> None:
    async with served(house, head_seconds=0.1) as (url, _):
        assert await answer_to(url, b"GET /healthz HTTP/1.1\r\nHost: loc") == b""


async def test_a_later_request_that_does_not_come_is_dropped_too(house: House) -> None:
    loop = asyncio.get_running_loop()
    async with served(house, head_seconds=0.1) as (url, _), connected(url) as raw:
        await loop.sock_sendall(raw, b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n")
        assert (await loop.sock_recv(raw, 65_536)).startswith(b"HTTP/1.1 200")
        await loop.sock_sendall(raw, b"GET /hea")
        assert await loop.sock_recv(raw, 65_536) == b""


async def test_a_slow_stream_is_no_slow_request(house: House) -> None:
    run_id = await house.run()
    async with served(house, head_seconds=0.1) as (url, _), stream_of(url, run_id) as chunks:
        await anext(chunks)
        assert await answer_to(url, b"GET") == b""  # dropped, and the stream was looked at too
        await house.journal.append(run_id, 1, [run_finished(run_id)])
        assert b"run_finished" in b"".join([chunk async for chunk in chunks])


async def test_endless_headers_are_refused(house: House) -> None:
    request = b"GET /healthz HTTP/1.1\r\nHost: localhost\r\nX: " + b"a" * 70_000
    async with served(house) as (url, _):
        answer = await answer_to(url, request)

    assert answer.split(b" ")[1] == b"400"


class TestListen:
    def test_port_0_takes_a_free_port_and_tells_which(self) -> None:
        with listen("127.0.0.1", 0) as listener:
            assert url_of(listener) == f"http://127.0.0.1:{listener.getsockname()[1]}"

    def test_small_answers_do_not_wait_for_acknowledgements(self) -> None:
        with listen("127.0.0.1", 0) as listener:
            assert listener.proto == socket.IPPROTO_TCP  # what asyncio looks at before it sets TCP_NODELAY

    def test_localhost_is_the_loopback(self) -> None:
        with listen("localhost", 0) as listener:
            assert url_of(listener).startswith("http://127.0.0.1:")

    @pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.0.2.1"])
    def test_an_address_that_others_can_reach_is_refused(self, host: str) -> None:
        asked, named = "callers are not asked who they are", "no name is known under which they call"
        with pytest.raises(ConfigurationInvalid, match=f"other machines, and {asked}, and {named}"):
            listen(host, 0)
        with pytest.raises(ConfigurationInvalid, match=f"other machines, and {named}"):
            listen(host, 0, asks=True)
        with pytest.raises(ConfigurationInvalid, match=f"other machines, and {asked}\\. "):
            listen(host, 0, allowed_hosts=["callsheet.example.org"])

    def test_an_address_that_others_can_reach_is_had_where_callers_are_asked(self) -> None:
        with listen("0.0.0.0", 0, asks=True, allowed_hosts=["callsheet.example.org"]) as listener:
            assert url_of(listener).startswith("http://127.0.0.1:")  # this machine's commands know no other host
        with listen("127.0.0.1", 0, asks=True) as listener:
            assert url_of(listener).startswith("http://127.0.0.1:")

    def test_a_port_in_use_is_named(self) -> None:
        with listen("127.0.0.1", 0) as first:
            port = first.getsockname()[1]
            with pytest.raises(ConfigurationInvalid, match=f"port {port}"):
                listen("127.0.0.1", port)

    @pytest.mark.parametrize(
        ("host", "port"), [("127.0.0.1", 70_000), ("127.0.0.1", -1), ("", 0), ("no such host", 0), ("a" * 300, 0)]
    )
    def test_what_is_no_address_is_refused_with_a_sentence(self, host: str, port: int) -> None:
        with pytest.raises(ConfigurationInvalid, match="Cannot listen"):
            listen(host, port)
