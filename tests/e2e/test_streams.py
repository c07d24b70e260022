"""Event streams of a real process: every subscriber sees the journal, and one that does not read costs nothing."""

import asyncio
import random
import select
import signal
import socket
from collections import defaultdict
from collections.abc import AsyncGenerator, Generator
from contextlib import ExitStack, asynccontextmanager
from pathlib import Path

import httpx2
import pytest

from callsheet.scenario.json import JsonObject
from tests.e2e.load import report
from tests.e2e.subscriber import Subscriber, journal
from tests.support.scenarios import from_, scenario, step
from tests.support.service import ROOT, Service, program, serving

ECHO = ROOT / "tests" / "support" / "servers" / "echo.py"
MIB = 2**20

SUBSCRIBERS = 200
RUNS = 5
STEPS = 30
EVENTS = 2 * STEPS + 2

STALLED = 40
LARGE = "x" * 60_000
"""Just small enough to stand in events."""
LARGE_STEPS = 60
MEMORY = 96 * MIB
"""What the service may grow by; 40 unread streams of 7 MB each would be 280 MB."""
SEND_TIMEOUT = 10


def paced(delay: float, steps: int) -> JsonObject:
    """A scenario whose steps take `delay` seconds each."""
    names = [f"step_{index}" for index in range(steps)]
    calls = [step(name, tool="effect", input={"value": from_("input.text"), "delay": delay}) for name in names]
    return scenario(*calls, scenario_id="paced")


@asynccontextmanager
async def clients() -> AsyncGenerator[httpx2.AsyncClient]:
    """A client without a limit of connections."""
    limits = httpx2.Limits(max_connections=None, max_keepalive_connections=0)
    async with httpx2.AsyncClient(timeout=60, limits=limits) as client:
        yield client


@pytest.fixture
def service(tmp_path: Path, request: pytest.FixtureRequest) -> Generator[Service]:
    """A service with the scenario that the test is parametrised with."""
    with serving(tmp_path, scenarios=[request.param], servers={"tools": program(ECHO)}) as running:
        yield running


async def submit(client: httpx2.AsyncClient, service: Service, text: str = "") -> str:
    """Start the scenario; the run's id."""
    answer = await client.post(f"{service.url}/api/runs", json={"scenario_id": "paced", "input": {"text": text}})
    assert answer.status_code == 202, answer.text
    return answer.json()["run_id"]


class Leader:
    """Follows a run from its beginning, and tells others how far it is."""

    def __init__(self, run_id: str) -> None:
        self.run_id = run_id
        self._reached: dict[int, asyncio.Event] = defaultdict(asyncio.Event)

    async def reached(self, seq: int) -> None:
        """Return when the run has so many events."""
        await self._reached[seq].wait()

    async def lead(self, client: httpx2.AsyncClient, url: str) -> None:
        """Follow the run to its end."""
        async with client.stream("GET", f"{url}/api/runs/{self.run_id}/events") as stream:
            async for line in stream.aiter_lines():
                if line.startswith("id: "):
                    self._reached[int(line.removeprefix("id: "))].set()


@pytest.mark.timeout(120)
@pytest.mark.parametrize("service", [paced(0.03, STEPS)], indirect=True, ids=["paced"])
async def test_200_subscribers_with_cuts_see_exactly_the_journal(service: Service, seed: int) -> None:
    dice = random.Random(seed)
    cuts = 0

    async def subscribe(leader: Leader, client: httpx2.AsyncClient) -> Subscriber:
        nonlocal cuts
        subscriber = Subscriber(leader.run_id)
        await leader.reached(dice.randint(1, EVENTS))
        for _ in range(dice.randint(0, 4)):
            cuts += not subscriber.finished
            await subscriber.listen(
                client, service.url, cut_after=dice.randint(1, 12_000), by_header=dice.random() < 0.5
            )
        if not subscriber.finished:
            await subscriber.listen(client, service.url)
        assert await subscriber.listen(client, service.url) == 204  # there is nothing more, and never will be
        return subscriber

    async with clients() as client, asyncio.TaskGroup() as tasks:
        leaders = [Leader(await submit(client, service)) for _ in range(RUNS)]
        joined = [tasks.create_task(subscribe(leaders[n % RUNS], client)) for n in range(SUBSCRIBERS)]
        for leader in leaders:
            tasks.create_task(leader.lead(client, service.url))

    stored = {leader.run_id: await journal(service.folder, leader.run_id) for leader in leaders}
    subscribers = [task.result() for task in joined]
    report(f"{len(subscribers)} subscribers, {cuts} cuts, {sum(len(one.seen) for one in subscribers)} events")
    assert all(len(events) == EVENTS for events in stored.values())
    for subscriber in subscribers:
        assert subscriber.seen == stored[subscriber.run_id]
    assert cuts > SUBSCRIBERS  # two each, on average


@pytest.mark.timeout(60)
@pytest.mark.parametrize("service", [paced(0.1, 12)], indirect=True, ids=["paced"])
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGKILL])
async def test_a_subscriber_loses_nothing_when_the_service_is_ended_and_started_again(
    service: Service, number: signal.Signals
) -> None:
    async with clients() as client:
        subscriber = Subscriber(await submit(client, service))
        async with asyncio.TaskGroup() as tasks:
            listening = tasks.create_task(_listen(subscriber, client, service.url))
            await subscriber.reached(6)
            if number == signal.SIGTERM:
                assert await asyncio.to_thread(service.stop) in {0, 143}
            else:
                await asyncio.to_thread(service.kill)
        ended_cleanly = listening.result()
        before = len(subscriber.seen)
        await asyncio.to_thread(service.start)
        await subscriber.listen(client, service.url)

    assert ended_cleanly == (number == signal.SIGTERM)
    assert 6 <= before < len(subscriber.seen)
    assert subscriber.finished
    assert subscriber.seen == await journal(service.folder, subscriber.run_id)


async def _listen(subscriber: Subscriber, client: httpx2.AsyncClient, url: str) -> bool:
    """Whether the server ended the stream as HTTP wants it."""
    try:
        await subscriber.listen(client, url)
    except httpx2.TransportError:
        return False
    return True


@pytest.mark.timeout(90)
@pytest.mark.parametrize("service", [paced(0.0, LARGE_STEPS)], indirect=True, ids=["large"])
async def test_stalled_subscribers_are_cut_and_cost_no_memory_while_writers_go_on(service: Service) -> None:
    async with clients() as client:
        await Subscriber(await submit(client, service, LARGE)).listen(client, service.url)  # everything is warm now
        memory, descriptors = service.memory(), service.descriptors()
        run_id = await submit(client, service, LARGE)
        with ExitStack() as stack:
            stalled = [stack.enter_context(stall(service.url, run_id)) for _ in range(STALLED)]
            reader = Subscriber(run_id)
            await reader.listen(client, service.url)
            for _ in range(3):
                await Subscriber(await submit(client, service, LARGE)).listen(client, service.url)
            await asyncio.to_thread(cut_off, stalled, 3 * SEND_TIMEOUT)
        grown = service.memory("VmHWM") - memory
        left = service.descriptors() - descriptors

    report(f"{STALLED} stalled subscribers: {grown / MIB:.0f} MiB more at most, {left} descriptors more at the end")
    assert reader.seen == await journal(service.folder, run_id)
    assert grown < MEMORY
    assert left < STALLED // 4


def stall(url: str, run_id: str) -> socket.socket:
    """A subscriber that takes in next to nothing on its own, and never reads."""
    host, port = url.removeprefix("http://").split(":")
    stalled = socket.socket()
    stalled.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    stalled.connect((host, int(port)))
    stalled.sendall(f"GET /api/runs/{run_id}/events HTTP/1.1\r\nHost: localhost\r\n\r\n".encode())
    return stalled


def cut_off(sockets: list[socket.socket], seconds: float) -> None:
    """Return when the peer has reset every one; nothing is read from them."""
    waiting = select.poll()
    for one in sockets:
        waiting.register(one, 0)  # errors and hang-ups are reported without being asked for
    left = {one.fileno() for one in sockets}
    while left:
        gone = waiting.poll(seconds * 1000)
        assert gone, f"{len(left)} of {len(sockets)} stalled subscribers were not cut within {seconds:g} s"
        for descriptor, _ in gone:
            waiting.unregister(descriptor)
            left.discard(descriptor)
