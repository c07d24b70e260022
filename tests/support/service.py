"""`callsheet serve` as a real process with a folder of its own, for tests of what only a process can show.

    with serving(tmp_path, scenarios=[...], servers={...}) as service:
        httpx2.get(service.url + "/api/runs")
        service.kill()
        service.start()

Whatever happens, no process is left behind: the tool servers that it starts work in its folder, and are found by that.
"""

import json
import os
import re
import select
import signal
import subprocess
import sys
import threading
from collections.abc import Generator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

import httpx2

from callsheet.scenario.json import Json, JsonObject

ROOT = Path(__file__).parents[2]
COMMAND = (sys.executable, "-m", "callsheet", "serve")

START_SECONDS = 60.0
"""Until it serves, on a machine that is busy with other tests; usually 1.5."""

STOP_SECONDS = 40.0
"""Until it ended after SIGTERM: longer than every limit of its own, so that those are what is seen."""

FAREWELL_SECONDS = 10.0
"""Until the tool servers of an ended process ended too."""

_READY = re.compile(r"listens on (http://127\.0\.0\.1:\d+)")


class Service:
    """One folder, and one process after the other that serves it, each on a port of its own.

    Attributes:
        folder: with `mcp.json`, `scenarios/`, `callsheet.toml`; the journal comes to be in `.callsheet/`.
        url: where the present process serves.
        output: what all processes so far wrote to standard output and standard error, line by line.
    """

    def __init__(self, folder: Path, *options: str, command: Sequence[str | Path] = COMMAND) -> None:
        self.folder = folder
        self._command = command
        self.output: list[str] = []
        self._url = ""
        self._options = options
        self._process: subprocess.Popen[str] | None = None
        self._reader: threading.Thread | None = None
        self._said_url = threading.Event()

    @property
    def url(self) -> str:
        """Such as `http://127.0.0.1:39871`."""
        return self._url

    @property
    def pid(self) -> int:
        """The process, which was started and not waited for yet."""
        assert self._process is not None, "the service was not started"
        return self._process.pid

    @property
    def text(self) -> str:
        """`output` as one text, for messages of assertions."""
        return "".join(self.output)

    def client(self) -> httpx2.Client:
        """An HTTP client for the present process."""
        return httpx2.Client(base_url=self.url, timeout=30)

    def start(self) -> None:
        """Start a process and return when it serves."""
        self.spawn()
        self.wait_ready()

    def spawn(self) -> None:
        """Start a process; it does not serve yet."""
        assert self._process is None, "the last process still runs"
        self._said_url.clear()
        environment = {name: value for name, value in os.environ.items() if not name.startswith("CALLSHEET_")}
        self._process = subprocess.Popen(
            [*self._command, "--folder", str(self.folder), "--port", "0", *self._options],
            cwd=self.folder,
            env={**environment, "PYTHONUNBUFFERED": "1"},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
        )
        self._reader = threading.Thread(target=self._read, args=(self._process,), daemon=True)
        self._reader.start()

    def wait_ready(self) -> None:
        """Return when the process says where it serves, and says that it is ready."""
        assert self._said_url.wait(START_SECONDS), f"`callsheet serve` did not say where it serves:\n{self.text}"
        assert self._url, f"`callsheet serve` ended at once:\n{self.text}"
        ready = httpx2.get(f"{self.url}/readyz", timeout=START_SECONDS)
        assert ready.status_code == 200, ready.text

    def kill(self) -> int | None:
        """SIGKILL, at any time; its tool servers end by themselves.

        Returns:
            the exit status: -9, unless the process had ended before. None when there was none.
        """
        if self._process is None:
            return None
        self._process.kill()
        return self._ended(STOP_SECONDS)

    def terminate(self) -> None:
        """Send SIGTERM and do not wait."""
        os.kill(self.pid, signal.SIGTERM)

    def wait(self, seconds: float = STOP_SECONDS) -> int:
        """The exit status, once the process has ended."""
        return self._ended(seconds)

    def stop(self) -> int:
        """SIGTERM, and the exit status."""
        self.terminate()
        return self.wait()

    def restart(self) -> None:
        """SIGKILL, and another process."""
        self.kill()
        self.start()

    def memory(self, field: str = "VmRSS") -> int:
        """Bytes of memory now (`VmRSS`), or at most so far (`VmHWM`)."""
        status = Path(f"/proc/{self.pid}/status").read_text(encoding="ascii", errors="replace")
        found = re.search(rf"^{field}:\s+(\d+) kB$", status, re.MULTILINE)
        assert found is not None
        return int(found[1]) * 1024

    def forget_peak(self) -> None:
        """Let `memory("VmHWM")` begin anew at what the process has now."""
        Path(f"/proc/{self.pid}/clear_refs").write_text("5", encoding="ascii")

    def descriptors(self) -> int:
        """How many files and sockets the process has open."""
        return len(os.listdir(f"/proc/{self.pid}/fd"))

    def close(self) -> None:
        """End whatever still runs, first kindly.

        Raises:
            AssertionError: tool servers stayed behind; they were killed.
        """
        if self._process is not None:
            self.terminate()
            with suppress(subprocess.TimeoutExpired):
                self._ended(STOP_SECONDS)
            self.kill()
        stayed = [pid for pid in self._family() if not _ends(pid, FAREWELL_SECONDS)]
        for pid in stayed:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        assert not stayed, f"processes {stayed} outlived the service:\n{self.text}"

    def _ended(self, seconds: float) -> int:
        assert self._process is not None, "the service was not started"
        assert self._reader is not None
        status = self._process.wait(seconds)
        self._process = None
        # A tool server may still hold standard error; what it says is not waited for.
        self._reader.join(0.2)
        return status

    def _read(self, process: subprocess.Popen[str]) -> None:
        assert process.stdout is not None
        url = ""
        with process.stdout as lines:
            for line in lines:
                self.output.append(line)
                if not url and (found := _READY.search(line)):
                    url = self._url = found[1]
                    self._said_url.set()
        if not url:
            self._url = ""
            self._said_url.set()

    def _family(self) -> list[int]:
        """The living processes that work in our folder."""
        here = str(self.folder.resolve())
        found: list[int] = []
        for entry in os.listdir("/proc"):
            with suppress(OSError, ValueError):
                if os.readlink(f"/proc/{entry}/cwd") == here and int(entry) != os.getpid():
                    found.append(int(entry))
        return found


@contextmanager
def serving(
    folder: Path,
    *,
    scenarios: Sequence[JsonObject] = (),
    servers: Mapping[str, JsonObject] | None = None,
    settings: Mapping[str, str | int | float | Sequence[str]] | None = None,
    start: bool = True,
    command: Sequence[str | Path] = COMMAND,
) -> Generator[Service]:
    """A service in `folder`, which gets the files that this names; ended at the end of the block."""
    furnish(folder, scenarios=scenarios, servers=servers or {}, settings=settings or {})
    service = Service(folder, command=command)
    try:
        if start:
            service.start()
        yield service
    finally:
        service.close()


def furnish(
    folder: Path,
    *,
    scenarios: Sequence[JsonObject],
    servers: Mapping[str, JsonObject],
    settings: Mapping[str, str | int | float | Sequence[str]],
) -> None:
    """Write `scenarios/`, `mcp.json` and `callsheet.toml` into `folder`."""
    catalog = folder / "scenarios"
    catalog.mkdir(parents=True)
    for document in scenarios:
        (catalog / f"{document['scenario_id']}.json").write_text(json.dumps(document), encoding="utf-8")
    (folder / "mcp.json").write_text(json.dumps({"mcpServers": dict(servers)}), encoding="utf-8")
    lines = [f"{name} = {json.dumps(value)}\n" for name, value in settings.items()]
    (folder / "callsheet.toml").write_text("".join(lines), encoding="utf-8")


def program(*command: str | Path, env: Mapping[str, str] | None = None, **options: Json) -> JsonObject:
    """An entry of `mcp.json`: a Python program over stdio; `options` are those under `callsheet`."""
    entry: JsonObject = {"command": sys.executable, "args": [str(part) for part in command], "env": dict(env or {})}
    return {**entry, "callsheet": options} if options else entry


@contextmanager
def printing(*command: str | Path, env: Mapping[str, str] | None = None) -> Generator[str]:
    """A Python program that runs until the block ends; the first line that it prints."""
    whole = [sys.executable, *map(str, command)]
    environment = {**os.environ, **(env or {})}
    with subprocess.Popen(whole, stdout=subprocess.PIPE, text=True, env=environment) as process:
        assert process.stdout is not None
        try:
            yield process.stdout.readline().strip()
        finally:
            process.kill()


def _ends(pid: int, seconds: float) -> bool:
    """Whether a process that is not a child of ours ends within `seconds`; a zombie counts as ended."""
    try:
        descriptor = os.pidfd_open(pid)
    except ProcessLookupError:
        return True
    try:
        return bool(select.select([descriptor], [], [], seconds)[0])
    finally:
        os.close(descriptor)
