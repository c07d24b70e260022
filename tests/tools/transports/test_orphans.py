"""No process of a tool server outlives us: neither the server, nor what it started, however we end."""

import asyncio
import os
import signal
import subprocess
import sys
import threading
from pathlib import Path

import orjson
import pytest

from callsheet.tools.pool import ToolPool
from callsheet.tools.servers import StdioServer
from callsheet.tools.transports.orphans import Children
from tests.support.servers.starting import FOLDER, call, result_of

OWNER = """
import asyncio, os, sys
from pathlib import Path
from callsheet.tools.pool import ToolPool
from tests.support.servers.starting import call, result_of
from callsheet.tools.servers import StdioServer

async def main():
    server = StdioServer(name="raw", command=sys.executable, args=tuple(sys.argv[2:]))
    async with ToolPool([server], environment=os.environ, jitter=lambda: 1.0, children=Path(sys.argv[1])) as tools:
        print((await result_of(tools, call("pid"))).structured["pid"], flush=True)
        await tools.call(call("misbehave", how="stall", timeout=60))

asyncio.run(main())
"""
FAMILY = """
import os, signal, subprocess, sys
grown = subprocess.Popen([sys.executable, "-c",
    "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); signal.signal(signal.SIGHUP, signal.SIG_IGN); "
    "print('up', flush=True); time.sleep(600)"], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE)
grown.stdout.readline()
with open(sys.argv[1], "w") as file:
    file.write(str(grown.pid))
os.execv(sys.executable, [sys.executable, *sys.argv[2:]])
"""
RAW = str(FOLDER / "raw.py")


def is_dead(pid: int) -> bool:
    """Whether there is no such process, or one that only waits to be buried."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text("utf-8")
    except OSError:
        return True
    return stat.rpartition(")")[2].split()[0] in "ZX"


async def dies(pid: int) -> None:
    """Return when the process is dead; 10 s at most."""
    async with asyncio.timeout(10):
        while not is_dead(pid):
            await asyncio.to_thread(os.sched_yield)


class Owner:
    """A process with a pool whose server hangs in the middle of a call."""

    def __init__(self, folder: Path, *server: str) -> None:
        self.folder = folder
        command = [sys.executable, "-c", OWNER, str(folder), *server]
        root = FOLDER.parents[2]
        environment = {**os.environ, "PYTHONPATH": str(root)}
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=root, env=environment)
        assert self.process.stdout is not None
        self.server = int(self.process.stdout.readline())

    def kill(self) -> None:
        self.process.kill()
        self.process.wait(10)
        assert self.process.stdout is not None
        self.process.stdout.close()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "children"


def records(folder: Path) -> list[str]:
    """The names of the records that there are."""
    return sorted(os.listdir(folder))


def take_over(folder: Path, pid: int) -> "subprocess.Popen[bytes]":
    """Another process, which the record of `pid` means from now on."""
    other = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE, start_new_session=True)
    text = (folder / f"{pid}.json").read_text()
    (folder / f"{pid}.json").unlink()
    (folder / f"{other.pid}.json").write_text(text.replace(f'"pid":{pid}', f'"pid":{other.pid}'))
    return other


def damage(folder: Path, content: bytes) -> None:
    folder.mkdir()
    (folder / "1.json").write_bytes(content)


async def swept(folder: Path) -> None:
    """Open and close a pool over the folder, as the next process does."""
    async with ToolPool([], environment={}, jitter=lambda: 1.0, children=folder):
        pass


async def test_a_server_that_hangs_dies_with_us_by_itself(folder: Path) -> None:
    owner = Owner(folder, RAW)
    assert not is_dead(owner.server)
    owner.kill()
    await dies(owner.server)


async def test_what_a_server_started_is_ended_by_the_next_process(folder: Path, tmp_path: Path) -> None:
    owner = Owner(folder, "-c", FAMILY, str(tmp_path / "pid"), RAW)
    grandchild = int((tmp_path / "pid").read_text())
    owner.kill()
    await dies(owner.server)
    assert not is_dead(grandchild)
    await swept(folder)
    await dies(grandchild)
    assert records(folder) == []


async def test_the_servers_of_a_living_process_are_left_alone(folder: Path) -> None:
    owner = Owner(folder, RAW)
    try:
        await swept(folder)
        assert not is_dead(owner.server)
        assert len(records(folder)) == 1
    finally:
        owner.kill()
        await swept(folder)


async def test_a_number_that_another_process_has_now_is_not_touched(folder: Path) -> None:
    owner = Owner(folder, RAW)
    owner.kill()
    with take_over(folder, owner.server) as other:
        await swept(folder)
        assert other.poll() is None
        other.kill()
    assert records(folder) == []


async def test_records_of_another_container_that_shares_the_data_folder_are_left_alone(folder: Path) -> None:
    owner = Owner(folder, RAW)
    owner.kill()
    (name,) = records(folder)
    file = folder / name
    record = orjson.loads(file.read_bytes())
    file.write_bytes(orjson.dumps(record | {"boot": f"{record['boot'].split()[0]} pid:[1]"}))
    await swept(folder)
    assert records(folder) == [name]
    file.write_bytes(orjson.dumps(record))
    await swept(folder)
    assert records(folder) == []


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b'{"pid": 1}', b"\xff"])
async def test_a_record_that_is_damaged_is_thrown_away(folder: Path, content: bytes) -> None:
    damage(folder, content)
    await swept(folder)
    assert records(folder) == []


def test_a_record_is_never_seen_half_written(tmp_path: Path) -> None:
    children, written = Children(tmp_path / "servers"), threading.Event()

    def write() -> None:
        for _ in range(500):
            children.add(os.getpid())
        written.set()

    writer = threading.Thread(target=write)
    writer.start()
    seen: set[bytes] = set()
    while not written.is_set():
        seen |= {file.read_bytes() for file in (tmp_path / "servers").glob("*.json")}
    writer.join()
    assert len(seen) == 1


async def test_an_orderly_end_leaves_nothing(folder: Path, tmp_path: Path) -> None:
    args = ("-c", FAMILY, str(tmp_path / "pid"), RAW)
    server = StdioServer(name="raw", command=sys.executable, args=args)
    async with ToolPool([server], environment=os.environ, jitter=lambda: 1.0, children=folder) as tools:
        await result_of(tools, call("echo"))
        assert len(records(folder)) == 1
    await dies(int((tmp_path / "pid").read_text()))
    assert records(folder) == []


async def test_a_server_that_stops_reading_and_ignores_us_is_ended_too(folder: Path) -> None:
    owner = Owner(folder, RAW)
    os.kill(owner.server, signal.SIGSTOP)
    owner.kill()
    await dies(owner.server)
