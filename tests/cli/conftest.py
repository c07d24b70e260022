"""A folder with scenarios and a small tool server, and the command line on it, in this process."""

import json
import os
import sys
from collections.abc import Generator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from callsheet.cli.root import run_command_line
from callsheet.journal.sqlite.lock import DatabaseLock
from callsheet.scenario.json import Json, JsonObject
from tests.support.stand_in import StandIn, standing_in

RAW = Path(__file__).parents[1] / "support" / "servers" / "raw.py"


@dataclass(frozen=True, slots=True)
class Ended:
    """One command line that has ended."""

    status: int
    out: str
    err: str


class CommandLine:
    """`callsheet` in a folder of its own."""

    def __init__(self, folder: Path, capture: pytest.CaptureFixture[str]) -> None:
        self.folder = folder
        self._capture = capture

    def __call__(self, *arguments: str) -> Ended:
        """Run one command line."""
        self._capture.readouterr()
        status = run_command_line(arguments)
        read = self._capture.readouterr()
        return Ended(status, read.out, read.err)

    def scenario(self, scenario_id: str, *steps: JsonObject, **more: Json) -> Path:
        """Write a scenario; its file."""
        document = {
            "schema_version": "1",
            "scenario_id": scenario_id,
            "name": scenario_id.title(),
            "steps": list(steps),
            **more,
        }
        file = self.folder / "scenarios" / f"{scenario_id}.json"
        file.write_text(json.dumps(document), encoding="utf-8")
        return file

    def servers(self, **servers: Sequence[str]) -> None:
        """Write mcp.json: by name, the command and its arguments."""
        entries = {name: {"command": command[0], "args": command[1:]} for name, command in servers.items()}
        (self.folder / "mcp.json").write_text(json.dumps({"mcpServers": entries}), encoding="utf-8")


@contextmanager
def beside(callsheet: CommandLine, answers: Mapping[str, tuple[int, Json | bytes]]) -> Generator[StandIn]:
    """A stand-in that has the folder's journal open."""
    path = callsheet.folder / ".callsheet" / "journal.db"
    with standing_in(answers) as stand_in:
        lock = DatabaseLock(path, {"url": stand_in.url})
        try:
            yield stand_in
        finally:
            lock.release()


def tool(name: str, tool_name: str = "echo", **values: Json) -> JsonObject:
    """A tool step; `values` are its input."""
    return {"name": name, "type": "tool", "tool": tool_name, "input": dict(values)}


@pytest.fixture
def callsheet(tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> CommandLine:
    """The command line in an own folder, with the tool server `raw` and no scenario yet."""
    for name in [name for name in os.environ if name.startswith("CALLSHEET_")]:
        monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)
    (tmp_path / "scenarios").mkdir()
    made = CommandLine(tmp_path, capsys)
    made.servers(raw=[sys.executable, str(RAW)])
    return made
