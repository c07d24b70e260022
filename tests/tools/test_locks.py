"""A tool that is not what somebody looked at is refused, or said, as the operator wants."""

import asyncio
from collections.abc import AsyncGenerator, Callable
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from loguru import logger

from callsheet.errors.scenarios import ScenarioInvalid
from callsheet.errors.tools import DefinitionChanged, ServerUnavailable
from callsheet.lint.drift import DriftKind
from callsheet.lint.signatures import Signatures
from callsheet.runs.ports import RunFilter
from callsheet.runs.tools import LockPolicy, ToolInfo
from callsheet.scenario.json import JsonObject
from callsheet.testing import memory_system
from callsheet.tools.lockfile import signature_of, signatures_of, write_lockfile
from callsheet.tools.locks import Guard, Lock
from callsheet.tools.pool import ToolPool
from callsheet.tools.servers import ServerOptions
from tests.support.scenarios import scenario
from tests.support.servers.starting import call, raw, result_of


@pytest.fixture
def lockfile(tmp_path: Path) -> Path:
    return tmp_path / "callsheet.lock"


@asynccontextmanager
async def locked(lockfile: Path, policy: LockPolicy) -> AsyncGenerator[ToolPool]:
    server = raw(options=ServerOptions(lock=policy))
    async with ToolPool([server], environment={}, jitter=lambda: 1.0, lockfile=lockfile) as tools:
        yield tools


async def signatures() -> Signatures:
    async with ToolPool([raw()], environment={}, jitter=lambda: 1.0) as tools:
        return signatures_of(await tools.list())


async def write(lockfile: Path, *, changed: str = "", only: str = "") -> None:
    """Lock the tools as they are, or with another description of one, or one alone."""
    found = [each for each in await signatures() if only in {"", each.name}]
    write_lockfile(
        lockfile,
        Signatures(replace(each, description="It was harmless.") if each.name == changed else each for each in found),
    )


async def test_tools_that_are_as_they_were_locked_are_called(lockfile: Path) -> None:
    await write(lockfile)
    async with locked(lockfile, "strict") as tools:
        assert (await result_of(tools, call("echo", a=1))).structured == {"a": 1}
        assert (await tools.list()).drifts == ()


class Counting(ThreadPoolExecutor):
    """Threads for whatever blocks; counts how often somebody wants one."""

    times = 0

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        self.times += 1
        return super().submit(fn, *args, **kwargs)


async def test_many_first_calls_at_once_look_at_the_lock_once(lockfile: Path) -> None:
    tool = ToolInfo(server="here", name="echo", description="The tool echo.", input_schema={"type": "object"})
    write_lockfile(lockfile, Signatures([signature_of(tool)]))
    with Counting(2) as threads:
        asyncio.get_running_loop().set_default_executor(threads)
        guard = Guard("here", "strict", Lock(lockfile))
        await asyncio.gather(*(guard.admit(tool) for _ in range(100)))
        assert threads.times == 2  # one looks whether it has changed, one reads


async def test_a_changed_tool_is_refused_with_the_difference_and_others_are_called(lockfile: Path) -> None:
    await write(lockfile, changed="echo")
    async with locked(lockfile, "strict") as tools:
        with pytest.raises(DefinitionChanged, match="is not what was locked") as refused:
            await tools.call(call("echo"))
        assert "- description: It was harmless." in str(refused.value)
        assert "+ description: The tool echo." in str(refused.value)
        assert "callsheet lock" in str(refused.value)
        assert refused.value.step_code == "ToolNotFound"
        assert refused.value.ran is False
        assert (await result_of(tools, call("meta"))).has_structured
        (drift,) = (await tools.list()).drifts
        assert (drift.server, drift.tool, drift.kind) == ("raw", "echo", DriftKind.CHANGED)


async def test_a_tool_that_was_never_locked_is_refused_too(lockfile: Path) -> None:
    await write(lockfile, only="meta")
    async with locked(lockfile, "strict") as tools:
        with pytest.raises(DefinitionChanged, match=r"(?s)echo is not locked.*callsheet lock --all"):
            await tools.call(call("echo"))


async def test_without_a_lock_a_strict_server_is_not_used(lockfile: Path) -> None:
    async with locked(lockfile, "strict") as tools:
        with pytest.raises(DefinitionChanged, match="there is no lock"):
            await tools.call(call("echo"))


async def test_a_damaged_lock_locks_nothing_and_says_why(lockfile: Path) -> None:
    damage(lockfile)
    async with locked(lockfile, "strict") as tools:
        with pytest.raises(DefinitionChanged, match=r"callsheet\.lock: "):
            await tools.call(call("echo"))


async def test_a_damaged_lock_is_said_once_where_changes_are_only_said(lockfile: Path) -> None:
    damage(lockfile)
    said: list[str] = []
    sink = logger.add(said.append, level="WARNING", format="{message}")
    try:
        async with locked(lockfile, "warn") as tools:
            for _ in range(2):
                await tools.call(call("echo"))
            await tools.list()
    finally:
        logger.remove(sink)
    (line,) = said
    assert line.startswith("No tool is compared with its lock: ")
    assert "Write the lock anew" in line


def damage(lockfile: Path) -> None:
    lockfile.write_text("{", encoding="utf-8")


async def test_a_lock_that_is_written_meanwhile_counts_at_the_next_call(lockfile: Path) -> None:
    async with locked(lockfile, "strict") as tools:
        with pytest.raises(DefinitionChanged):
            await tools.call(call("echo"))
        await write(lockfile)
        assert (await result_of(tools, call("echo", a=1))).structured == {"a": 1}


async def test_a_changed_tool_is_said_once_and_called_where_that_is_enough(lockfile: Path) -> None:
    await write(lockfile, changed="echo")
    said: list[str] = []
    sink = logger.add(said.append, level="WARNING", format="{message}")
    try:
        async with locked(lockfile, "warn") as tools:
            for _ in range(3):
                assert (await result_of(tools, call("echo", a=1))).structured == {"a": 1}
            assert [drift.tool for drift in (await tools.list()).drifts] == ["echo"]
    finally:
        logger.remove(sink)
    assert len(said) == 1
    assert "raw/echo changed since it was locked" in said[0]


@pytest.mark.parametrize("policy", ["warn", "off"])
async def test_who_locks_nothing_hears_nothing(lockfile: Path, policy: LockPolicy) -> None:
    said: list[str] = []
    sink = logger.add(said.append, level="WARNING", format="{message}")
    try:
        async with locked(lockfile, policy) as tools:
            await tools.call(call("echo"))
            assert (await tools.list()).drifts == ()
    finally:
        logger.remove(sink)
    assert said == []


async def test_a_tool_that_went_away_is_listed_as_a_drift(lockfile: Path) -> None:
    found = list(await signatures())
    write_lockfile(lockfile, Signatures([*found, replace(found[0], name="gone")]))
    async with locked(lockfile, "warn") as tools:
        (drift,) = (await tools.list()).drifts
        assert (drift.tool, drift.kind) == ("gone", DriftKind.REMOVED)


async def test_a_run_whose_tools_would_be_refused_is_not_accepted(lockfile: Path) -> None:
    await write(lockfile, changed="echo")
    step: JsonObject = {"name": "deep", "type": "sequence", "steps": [{"name": "say", "type": "tool", "tool": "echo"}]}
    document = scenario(step, scenario_id="talk")
    async with locked(lockfile, "strict") as tools, memory_system([document], tools) as system:
        await tools.list()
        with pytest.raises(ScenarioInvalid, match="not what was locked") as refused:
            await system.runs.submit("talk", {})
        assert [problem.pointer for problem in refused.value.problems] == ["/steps/0/steps/0/tool"]
        assert "It was harmless." in refused.value.problems[0].message
        assert (await system.journal.runs(RunFilter(), 10)).runs == ()


async def test_a_run_that_was_accepted_unknowingly_fails_at_the_call(lockfile: Path) -> None:
    await write(lockfile, changed="echo")
    document = scenario({"name": "say", "type": "tool", "tool": "echo"}, scenario_id="talk")
    async with locked(lockfile, "strict") as tools, memory_system([document], tools) as system:
        state = await system.run("talk")
    assert state.error is not None
    assert (state.error.code, state.error.step) == ("ToolNotFound", "say")
    assert isinstance(state.error.data, dict)
    assert "- description: It was harmless." in str(state.error.data["changes"])


@pytest.mark.parametrize("policy", ["strict", "warn", "off"])
async def test_a_tool_is_described_beside_what_was_locked_of_it(lockfile: Path, policy: LockPolicy) -> None:
    await write(lockfile, changed="echo")
    async with locked(lockfile, policy) as tools:
        changed, same = await tools.describe("raw", "echo"), await tools.describe("raw", "meta")
    assert changed.locked is not None
    assert (changed.tool.description, changed.locked.description) == ("The tool echo.", "It was harmless.")
    assert (changed.drift is None) == (policy == "off")
    assert same.locked == signature_of(same.tool)
    assert same.drift is None


async def test_a_tool_that_was_never_locked_is_described_without_a_lock(lockfile: Path) -> None:
    await write(lockfile, only="echo")
    async with locked(lockfile, "strict") as tools:
        found = await tools.describe("raw", "meta")
        await write(lockfile)
        again = await tools.describe("raw", "meta")
    assert found.locked is None
    assert found.drift is not None
    assert found.drift.kind is DriftKind.ADDED
    assert again.locked is not None
    assert again.drift is None


async def test_a_server_that_cannot_be_asked_is_named_with_the_reason() -> None:
    dead = replace(raw(), command="/nowhere/at/all")
    async with ToolPool([dead], environment={}, jitter=lambda: 1.0) as tools:
        with pytest.raises(ServerUnavailable, match="nowhere") as failed:
            await tools.describe("raw", "echo")
    assert (failed.value.server, failed.value.tool) == ("raw", "echo")
