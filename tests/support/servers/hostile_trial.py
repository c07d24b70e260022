"""Meets hostile servers in a process of its own, whose memory and event loop are measured.

    python -m tests.support.servers.hostile_trial TRANSPORT ERA GROUP

Prints one `Finding` per fault as a line of JSON. Beside every fault a healthy server is called without a pause, another
call of the hostile server is at work, and a scenario runs; afterwards the hostile server must work again.
"""

import asyncio
import contextlib
import gc
import logging
import os
import socket
import sys
import tempfile
import time
from collections.abc import AsyncGenerator, Generator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Final, cast

import orjson
from loguru import logger

from callsheet.errors.tools import RateLimited, ServerUnavailable, ToolCallFailed, TransportLost
from callsheet.runs.state import RunState
from callsheet.runs.tools import ToolCall, ToolResult
from callsheet.scenario.json import Json, JsonObject
from callsheet.testing import memory_system
from callsheet.tools.pool import ToolPool
from callsheet.tools.servers import HttpServer, ServerConfig, ServerOptions, StdioServer
from tests.support.footing import Footing, Heart
from tests.support.scenarios import scenario, step
from tests.support.servers.hostile import CATALOGUE, DEADLINE, HANGING, MEBIBYTES, Fault, Transport

HEALTHY: Final = "healthy"
ROOT: Final = Path(__file__).parents[3]
PROGRAM: Final = ("-S", "-m", "tests.support.servers.hostile_program")

NOISE: Final = 10.0
"""How many times slower than the design says a busy machine may be before a wait is given up."""

PACE: Final = 0.005
SETTLING: Final = 10.0
RECOVERY: Final = 15.0
LONGEST_TEXT: Final = 8_000

SCENARIO: Final = scenario(
    *(step(name, tool="echo", server=HEALTHY, input={"x": name}) for name in ("one", "two", "three")),
)


class Listener:
    """Hears progress and logs, and keeps nothing."""

    def progress(self, progress: float, total: float | None, message: str) -> None: ...

    def log(self, level: str, logger: str, data: Json) -> None: ...


@dataclass(slots=True, kw_only=True)
class Finding:
    """What one fault did to us.

    Attributes:
        error: the class of the error; "success" without one.
        ms: until the caller knew.
        mebibytes: by which the resident memory of the process grew at most.
        loop_ms: the longest time for which the event loop's thread was at work without a turn for anybody else.
        gap_ms: the longest time without a turn, which includes what the machine did meanwhile.
        problems: what was not as it must be, as sentences.
    """

    fault: str
    error: str = "success"
    text: str = ""
    ms: float = 0.0
    mebibytes: float = 0.0
    loop_ms: float = 0.0
    gap_ms: float = 0.0
    problems: list[str] = field(default_factory=list[str])

    def row(self) -> str:
        """One line to look at."""
        figures = f"{self.ms:7.0f} ms {self.mebibytes:6.1f} MiB {self.loop_ms:5.0f} ms loop {self.gap_ms:5.0f} ms gap"
        return f"{self.fault!r:30} {self.error:18} {figures}  {'; '.join(self.problems)}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """What stays from fault to fault: where the servers are, and what tells them how to behave."""

    transport: Transport
    legacy: bool
    mood: Path
    trap: socket.socket
    url: str

    def say(self, mood: str) -> None:
        self.mood.write_text(mood, encoding="utf-8")

    def server(self, fault: Fault) -> ServerConfig:
        """The server of one fault, which has its name."""
        options = ServerOptions(
            max_message_bytes=fault.cap, connect_timeout=DEADLINE if fault.mood in HANGING else 10.0
        )
        if self.transport == "http":
            return HttpServer(name=fault.name, url=self.url, options=options)
        return _stdio(fault.name, options, *self.args())

    def args(self) -> tuple[str, ...]:
        trap = f"http://127.0.0.1:{self.trap.getsockname()[1]}"
        return "--mood", str(self.mood), "--trap", trap, *(["--legacy"] if self.legacy else [])


def _stdio(name: str, options: ServerOptions, *args: str) -> StdioServer:
    return StdioServer(name=name, command=sys.executable, args=(*PROGRAM, *args), cwd=ROOT, options=options)


class Trial:
    """One fault, and everything that must not notice it."""

    def __init__(self, stage: Stage, pool: ToolPool, fault: Fault) -> None:
        self.stage = stage
        self.fault = fault
        self.pool = pool
        self.finding = Finding(fault=fault.name)

    async def run(self) -> Finding:
        before, heart = Footing(), Heart()
        beating = asyncio.create_task(heart.beat())
        try:
            async with asyncio.timeout(60 + self.fault.within * NOISE):
                await self._call("echo", server=HEALTHY)
                async with self._company():
                    await self._meet()
                    await self._recover()
        except TimeoutError:
            self._problem("it did not end")
        finally:
            beating.cancel()
            await asyncio.wait({beating})
        self.finding.loop_ms, self.finding.gap_ms = heart.longest_work * 1e3, heart.longest_gap * 1e3
        self.finding.mebibytes = before.growth()
        with contextlib.suppress(BlockingIOError):
            self.stage.trap.accept()[0].close()
            self._problem("somebody visited the trap")
        return self.finding

    @asynccontextmanager
    async def _company(self) -> AsyncGenerator[None]:
        """A healthy server that is called all the time, a scenario on it, and a call beside ours."""
        held = None
        if self.fault.others is not None:
            await self._call("echo")
            held = asyncio.create_task(self._call("held", timeout=60.0))
            await self._call("holding")
        calling = asyncio.create_task(self._keep_calling())
        running = asyncio.create_task(self._run_a_scenario())
        try:
            yield
            if held is not None:
                await self._call("release")
                await self._judge(held)
            await running
        except ToolCallFailed as exc:
            self._problem(f"afterwards, it did not work: {exc}")
        finally:
            rest = [task for task in (held, calling, running) if task is not None]
            for task in rest:
                task.cancel()
            await asyncio.wait(rest)
        if not calling.cancelled() and (exc := calling.exception()) is not None:
            self._problem(f"the healthy server failed: {exc}")

    async def _keep_calling(self) -> None:
        number = 0
        while True:
            number += 1
            answered = await self._call("echo", {"number": number}, server=HEALTHY)
            if answered.structured != {"number": number}:
                self._problem(f"the healthy server answered {answered.structured} to {number}")
            await asyncio.sleep(PACE)

    async def _run_a_scenario(self) -> None:
        async with memory_system([SCENARIO], self.pool) as system:
            state: RunState = await system.run("test")
            if state.status != "success":
                self._problem(f"a run on the healthy server is {state.status}")

    async def _meet(self) -> None:
        """The fault itself."""
        fault, finding = self.fault, self.finding
        self.stage.say(fault.mood)
        start = time.perf_counter()
        error: Exception | None = None
        try:
            async with asyncio.timeout(fault.within * NOISE):
                await self._call(fault.tool, fault.arguments, timeout=fault.timeout)
        except Exception as exc:  # noqa: BLE001 - which one it is, is the question
            error = exc
            finding.error, finding.text = type(exc).__name__, str(exc)
        finding.ms = (time.perf_counter() - start) * 1e3
        if type(error) is not (fault.expected or type(None)):
            expected = fault.expected.__name__ if fault.expected else "success"
            self._problem(f"expected {expected}, got {finding.error} {finding.text[:300]!r}")
        if fault.says not in finding.text:
            self._problem(f"{fault.says!r} is not in {finding.text[:300]!r}")
        if len(finding.text) > LONGEST_TEXT or "\0" in finding.text:
            self._problem(f"a text that cannot be shown, {len(finding.text)} long: {finding.text[:200]!r}")

    async def _recover(self) -> None:
        """The server is good again."""
        self.stage.say("")
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(RECOVERY):
                while True:
                    try:
                        answered = await self._call("echo", {"x": 1})
                    except (ServerUnavailable, RateLimited):
                        if not self.fault.backs_off:
                            raise
                        await asyncio.sleep(0.02)
                        continue
                    if answered.structured != {"x": 1}:
                        self._problem(f"afterwards, it answered {answered.structured}")
                    return
        self._problem("afterwards, it was not called again in time")

    async def _judge(self, held: "asyncio.Task[ToolResult]") -> None:
        """The other call of the hostile server."""
        try:
            async with asyncio.timeout(5):
                untouched = (await asyncio.shield(held)).structured == {"held": True}
                what = "gave an answer"
        except TransportLost as exc:
            untouched, what = False, str(exc)
        except TimeoutError:
            return self._problem("the call beside it had no end")
        if untouched is not (self.fault.others == "untouched"):
            self._problem(f"the call beside it was not {self.fault.others}: {what}")

    async def _call(
        self, tool: str, arguments: JsonObject | None = None, *, server: str | None = None, timeout: float = 10.0
    ) -> ToolResult:
        call = ToolCall(
            server=server or self.fault.name,
            tool=tool,
            arguments=arguments or {},
            timeout=timeout,
            idempotency_key="key",
            attempt=1,
            listener=Listener(),
        )
        outcome = await self.pool.call(call)
        assert isinstance(outcome, ToolResult), outcome
        return outcome

    def _problem(self, sentence: str) -> None:
        self.finding.problems.append(sentence)


@contextmanager
def staged(transport: Transport, *, legacy: bool) -> Generator[Stage]:
    """The hostile server over HTTP where it is wanted, and the trap."""
    with tempfile.TemporaryDirectory() as folder, socket.create_server(("127.0.0.1", 0)) as trap:
        trap.setblocking(False)
        stage = Stage(transport=transport, legacy=legacy, mood=Path(folder) / "mood", trap=trap, url="")
        stage.say("")
        if transport == "stdio":
            yield stage
            return
        with _served(stage) as url:
            yield Stage(transport=transport, legacy=legacy, mood=stage.mood, trap=trap, url=url)


@contextmanager
def _served(stage: Stage) -> Generator[str]:
    reading, writing = os.pipe()
    port, told = os.pipe()
    command = [sys.executable, *PROGRAM, "--http", *stage.args()]
    actions = [(os.POSIX_SPAWN_DUP2, reading, 0), (os.POSIX_SPAWN_DUP2, told, 1)]
    pid = os.posix_spawn(sys.executable, command, os.environ, file_actions=actions)
    try:
        yield f"http://127.0.0.1:{int(os.read(port, 20))}/mcp"
    finally:
        for file in (reading, writing, port, told):
            os.close(file)
        os.waitpid(pid, 0)


NOTHING: Final = Fault(name="nothing", group="", how="slow", arguments={"how": "slow"}, expected=None)
"""What the others are compared with."""

END: Final = "the end of the pool"


def faults_of(transport: Transport, era: str, group: str) -> list[Fault]:
    """The faults that one process meets."""
    return [
        fault for fault in CATALOGUE if transport in fault.on and group in {fault.group, "all"} and era in fault.eras
    ]


async def meet(transport: Transport, era: str, group: str) -> None:
    """Meet a group of faults in one pool, and print what comes of it."""
    faults = [NOTHING, *faults_of(transport, era, group)]
    with staged(transport, legacy=era == "legacy") as stage:
        before = Footing()
        hostile = [stage.server(each) for fault in faults for each in (fault, *_again(fault))]
        servers = [_stdio(HEALTHY, ServerOptions()), *hostile]
        async with ToolPool(servers, environment=os.environ, jitter=lambda: 0.0) as pool:
            await Trial(stage, pool, NOTHING).run()
            gc.collect()
            gc.freeze()  # what was there before takes a collection 30 ms, whoever the servers are
            for fault in faults:
                _print(await _met(stage, pool, fault))
        _print(await _the_end(before))


async def _met(stage: Stage, pool: ToolPool, fault: Fault) -> Finding:
    finding = await Trial(stage, pool, fault).run()
    for again in _again(fault):
        if finding.loop_ms > fault.loop_ms:
            # A processor that is shared can be three times slower for a moment. What is our doing comes again.
            finding.loop_ms = min(finding.loop_ms, (await Trial(stage, pool, again).run()).loop_ms)
    if finding.loop_ms > fault.loop_ms:
        finding.problems.append(f"the event loop was blocked for {finding.loop_ms:.0f} ms")
    if finding.mebibytes > MEBIBYTES:
        finding.problems.append(f"the process grew by {finding.mebibytes:.0f} MiB")
    return finding


def _again(fault: Fault) -> list[Fault]:
    """The same twice more, by servers that were not met before."""
    return [replace(fault, name=f"{fault.name} {which}") for which in ("again", "and again")]


async def _the_end(before: Footing) -> Finding:
    """Nothing is left of a pool that is closed."""
    finding = Finding(fault=END, mebibytes=before.growth())
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(SETTLING):
            while before.left_over():  # noqa: ASYNC110 - no event tells that a file was closed
                await asyncio.sleep(PACE)
    if left := before.left_over():
        finding.problems.append(f"left over: {left}")
    return finding


def _print(finding: Finding) -> None:
    sys.stdout.buffer.write(orjson.dumps(asdict(finding)) + b"\n")
    sys.stdout.flush()


async def findings_of(transport: Transport, era: str, group: str) -> list[Finding]:
    """What a process finds that meets a group of faults, one for every fault."""
    command = [sys.executable, "-m", __spec__.name, transport, era, group]
    process = await asyncio.create_subprocess_exec(
        *command, cwd=ROOT, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE
    )
    try:
        out, err = await process.communicate()
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    findings = [Finding(**orjson.loads(line)) for line in out.splitlines()]
    assert process.returncode == 0, err.decode(errors="replace")[-2000:]
    names = [fault.name for fault in faults_of(transport, era, group)]
    assert [finding.fault for finding in findings] == [NOTHING.name, *names, END]
    return findings


if __name__ == "__main__":
    logging.disable()
    logger.remove()  # what is refused is the finding's business
    asyncio.run(meet(cast("Transport", sys.argv[1]), sys.argv[2], sys.argv[3]))
