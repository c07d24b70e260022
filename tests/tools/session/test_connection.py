"""Opening, losing and ending the connection to a server."""

import asyncio
import os
import signal
import sys
from pathlib import Path

import pytest

from callsheet.errors.tools import ServerUnavailable, ToolMissing, ToolTimeout, TransportLost
from callsheet.runs.tools import Tools
from callsheet.tools.servers import HttpServer, ServerOptions, StdioServer
from tests.support.processes import kill_unnoticed
from tests.support.servers.hostile_http import HostileHttp
from tests.support.servers.starting import FOLDER, call, http, pool, raw, result_of


def shell(script: str, options: ServerOptions | None = None, **env: str) -> StdioServer:
    return StdioServer(
        name="raw", command="sh", args=("-c", script), env=env, options=options or ServerOptions(connect_timeout=5)
    )


def count(ledger: Path, word: str) -> int:
    return ledger.read_text(encoding="utf-8").count(word)


async def ended(pid: int) -> None:
    """Return when the process has ended, whoever its parent is."""
    try:
        watched = os.pidfd_open(pid)
    except ProcessLookupError:
        return
    loop = asyncio.get_running_loop()
    end = loop.create_future()
    loop.add_reader(watched, lambda: None if end.done() else end.set_result(None))
    try:
        async with asyncio.timeout(5):
            await end
    finally:
        loop.remove_reader(watched)
        os.close(watched)


async def process_of(tools: Tools) -> int:
    """The process id of the server `raw`, which may be started for this."""
    result = await result_of(tools, call("pid"))
    assert isinstance(result.structured, dict)
    pid = result.structured["pid"]
    assert isinstance(pid, int)
    return pid


async def restarted(server: HostileHttp) -> None:
    """Return when it listens again on its port, without its sessions."""
    port = server.port
    await server.stop()
    server.sessions.clear()
    await server.start(port)


async def test_a_command_that_does_not_exist_is_named() -> None:
    async with pool(StdioServer(name="raw", command="no-such-program")) as tools:
        with pytest.raises(ServerUnavailable, match="'no-such-program' was not found on PATH") as refused:
            await result_of(tools, call("echo"))
        assert refused.value.ran is False
        (state,) = tools.servers()
        assert (state.connected, state.error) == (False, "the command 'no-such-program' was not found on PATH")


@pytest.mark.parametrize(
    ("server", "reason"),
    [
        (StdioServer(name="raw", command="/no/such/program"), "'/no/such/program' does not exist"),
        (StdioServer(name="raw", command=str(FOLDER / "raw.py")), r"raw\.py' is not executable"),
        (StdioServer(name="raw", command="sh", cwd=Path("/no/such/folder")), "'/no/such/folder' does not exist"),
        (StdioServer(name="raw", command="cat", args=("/etc/hostname",)), "closed during the handshake"),
        (StdioServer(name="raw", command="echo", args=('{"jsonrpc": 1}',)), "closed during the handshake"),
        (HttpServer(name="raw", url="http://127.0.0.1:9/mcp"), "ConnectError"),
    ],
)
async def test_what_cannot_be_reached_says_why(server: StdioServer | HttpServer, reason: str) -> None:
    async with pool(server) as tools:
        with pytest.raises(ServerUnavailable, match=reason):
            await result_of(tools, call("echo"))


async def test_an_early_exit_is_told_with_status_and_last_words() -> None:
    async with pool(raw("raw", "--start", "exit")) as tools:
        with pytest.raises(ServerUnavailable, match="exit status 3") as refused:
            await result_of(tools, call("echo"))
        assert "cannot open the database" in str(refused.value)


async def test_a_handshake_that_does_not_end_is_given_up() -> None:
    async with pool(raw("raw", "--start", "hang", options=ServerOptions(connect_timeout=0.3))) as tools:
        with pytest.raises(ServerUnavailable, match=r"did not finish the handshake within 0\.3 s"):
            await result_of(tools, call("echo"))


async def test_a_deadline_may_come_before_the_connection() -> None:
    async with pool(raw("raw", "--start", "hang")) as tools:
        with pytest.raises(ToolTimeout, match="still being connected"):
            await result_of(tools, call("echo", timeout=0.2))


async def test_text_before_the_handshake_is_read_past() -> None:
    async with pool(raw("raw", "--start", "chatter")) as tools:
        assert (await result_of(tools, call("echo", x=1))).structured == {"x": 1}


async def test_calls_during_the_pause_fail_at_once_without_another_attempt(tmp_path: Path) -> None:
    started = tmp_path / "started"
    async with pool(shell('echo x >> "$OUT"; exit 1', OUT=str(started)), jitter=100) as tools:
        with pytest.raises(ServerUnavailable, match="closed during the handshake"):
            await result_of(tools, call("echo"))
        for outcome in await asyncio.gather(
            *(result_of(tools, call("echo")) for _ in range(20)), return_exceptions=True
        ):
            assert isinstance(outcome, ServerUnavailable)
            assert "the next attempt is due" in str(outcome)
    assert count(started, "x") == 1


async def test_callers_share_one_attempt_and_a_cancelled_one_leaves_it_to_the_others(tmp_path: Path) -> None:
    ledger = tmp_path / "ledger"
    async with pool(raw("raw", "--start", "slow", "--ledger", str(ledger))) as tools:
        first = asyncio.create_task(result_of(tools, call("echo")))
        second = asyncio.create_task(result_of(tools, call("echo", x=2)))
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        first.cancel()
        assert (await second).structured == {"x": 2}
        assert first.cancelled()
    assert count(ledger, "server/discover") == 1


async def test_a_server_that_crashes_at_every_call_is_left_alone_for_a_while() -> None:
    async with pool(raw(), jitter=100) as tools:
        for _ in range(2):
            with pytest.raises(TransportLost):
                await result_of(tools, call("misbehave", how="crash"))
        with pytest.raises(ServerUnavailable, match=r"the next attempt is due.*ended again before it answered"):
            await result_of(tools, call("echo"))


async def test_a_server_that_was_killed_is_started_again(tmp_path: Path) -> None:
    ledger = tmp_path / "ledger"
    async with pool(raw("raw", "--ledger", str(ledger))) as tools:
        first = await process_of(tools)
        napping = asyncio.create_task(result_of(tools, call("nap")))
        async with asyncio.timeout(5):
            while not count(ledger, '"nap"'):
                await result_of(tools, call("echo"))
        os.kill(first, signal.SIGTERM)
        with pytest.raises(TransportLost, match="ended by SIGTERM"):
            await napping
        assert (await result_of(tools, call("echo", x=1))).structured == {"x": 1}
        assert await process_of(tools) != first


async def test_a_call_that_a_killed_server_never_saw_is_made_of_its_successor(tmp_path: Path) -> None:
    ledger = tmp_path / "ledger"
    async with pool(raw("raw", "--ledger", str(ledger))) as tools:
        first = await process_of(tools)
        kill_unnoticed(first)
        assert (await result_of(tools, call("echo", x=1))).structured == {"x": 1}
        assert await process_of(tools) != first
    assert count(ledger, '"echo"') == 1


async def test_a_call_of_a_server_that_closed_its_stdin_is_made_of_its_successor(tmp_path: Path) -> None:
    ledger = tmp_path / "ledger"
    async with pool(raw("raw", "--ledger", str(ledger))) as tools:
        first = await process_of(tools)
        assert (await result_of(tools, call("misbehave", how="deaf"))).structured == {}
        assert (await result_of(tools, call("echo", x=1))).structured == {"x": 1}
        assert await process_of(tools) != first
    assert count(ledger, '"echo"') == 1


async def test_a_web_server_that_was_restarted_between_calls_is_not_noticed() -> None:
    for legacy in (False, True):
        async with HostileHttp(legacy=legacy) as server, pool(http(server.url)) as tools:
            await result_of(tools, call("echo", server="web"))
            await restarted(server)
            assert (await result_of(tools, call("echo", server="web", x=1))).structured == {"x": 1}
            assert server.methods().count("initialize") == (2 if legacy else 0)


async def test_the_tools_of_a_web_server_that_was_restarted_are_listed() -> None:
    for legacy in (False, True):
        async with HostileHttp(legacy=legacy) as server, pool(http(server.url)) as tools:
            await result_of(tools, call("echo", server="web"))
            await restarted(server)
            listing = await tools.list()
            assert not listing.unavailable
            assert "echo" in {tool.name for tool in listing.tools}


async def test_a_tool_is_looked_for_anew_in_a_web_server_that_was_restarted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("callsheet.tools.calls.server_calls.UNLISTED_SECONDS", 0.0)
    async with HostileHttp(legacy=True) as server, pool(http(server.url)) as tools:
        await result_of(tools, call("echo", server="web"))
        await restarted(server)
        with pytest.raises(ToolMissing, match="'ecko'"):
            await result_of(tools, call("ecko", server="web"))
        assert server.methods().count("initialize") == 2


async def test_closing_ends_the_server_and_what_it_started(tmp_path: Path) -> None:
    pids = tmp_path / "pids"
    script = f'sleep 300 & echo $$ $! > "$OUT"; exec {sys.executable} {FOLDER / "raw.py"}'
    async with pool(shell(script, OUT=str(pids))) as tools:
        await result_of(tools, call("echo"))
        napping = asyncio.create_task(result_of(tools, call("nap")))
        await result_of(tools, call("echo"))
    for pid in pids.read_text(encoding="utf-8").split():
        await ended(int(pid))
    with pytest.raises(TransportLost):
        await napping
    with pytest.raises(ServerUnavailable, match="closed"):
        await result_of(tools, call("echo"))


async def test_closing_ends_a_server_that_ignores_everything(tmp_path: Path) -> None:
    pid_file = tmp_path / "pid"
    script = 'trap "" TERM; echo $$ > "$OUT"; while true; do sleep 1; done'
    async with pool(shell(script, ServerOptions(connect_timeout=0.3), OUT=str(pid_file))) as tools:
        with pytest.raises(ServerUnavailable):
            await result_of(tools, call("echo"))
    await ended(int(pid_file.read_text(encoding="utf-8")))


async def test_closing_ends_an_attempt_and_those_who_wait_for_it() -> None:
    tools = pool(raw("raw", "--start", "hang"))
    waiting = asyncio.create_task(result_of(tools, call("echo")))
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    await tools.close()
    with pytest.raises(ServerUnavailable, match="closed"):
        await waiting


async def test_a_server_sees_its_own_environment_and_six_variables_of_ours(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CALLSHEET_SECRET", "s3cret")
    seen = tmp_path / "env"
    async with pool(shell('env > "$OUT"; exit 1', OUT=str(seen))) as tools:
        with pytest.raises(ServerUnavailable):
            await result_of(tools, call("echo"))
    names = {line.partition("=")[0] for line in seen.read_text(encoding="utf-8").splitlines()}
    ours = {"HOME", "LOGNAME", "PATH", "SHELL", "TERM", "USER"}
    assert names <= {*ours, "OUT", "PWD", "SHLVL", "_", "OLDPWD"}  # the last four are the shell's own
    assert {"OUT", "PATH"} <= names


async def test_calls_beyond_the_limit_wait_and_beyond_the_queue_are_refused() -> None:
    options = ServerOptions(max_in_flight=1, max_queue=1)
    async with pool(raw(options=options)) as tools:
        await result_of(tools, call("echo"))
        napping = asyncio.create_task(result_of(tools, call("nap", timeout=0.3)))
        await asyncio.sleep(0)
        waiting = asyncio.create_task(result_of(tools, call("echo", x=1)))
        await asyncio.sleep(0)
        with pytest.raises(ServerUnavailable, match="maxQueue"):
            await result_of(tools, call("echo"))
        assert (await waiting).structured == {"x": 1}
        with pytest.raises(ToolTimeout):
            await napping


async def test_waiting_counts_against_the_deadline() -> None:
    async with pool(raw(options=ServerOptions(max_in_flight=1))) as tools:
        await result_of(tools, call("echo"))
        napping = asyncio.create_task(result_of(tools, call("nap")))
        await asyncio.sleep(0)
        with pytest.raises(ToolTimeout, match=r"did not get its turn within 0\.1 s .*'maxInFlight'"):
            await result_of(tools, call("echo", timeout=0.1))
        napping.cancel()
        await asyncio.wait({napping})
        assert (await result_of(tools, call("echo", x=1))).structured == {"x": 1}


async def test_without_a_timeout_the_servers_own_counts() -> None:
    async with pool(raw(options=ServerOptions(call_timeout=0.2))) as tools:
        with pytest.raises(ToolTimeout, match=r"within 0\.2 s"):
            await result_of(tools, call("nap", timeout=None))
