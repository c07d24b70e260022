"""What only a process of its own can show: Ctrl-C, a reader that goes away, and the demo."""

import os
import re
import signal
import subprocess
import sys
from pathlib import Path

from callsheet.cli.failures import INTERRUPTED, NOBODY_READS
from tests.cli.conftest import CommandLine, tool

COMMAND = (sys.executable, "-m", "callsheet")
ROOT = Path(__file__).parents[2]


def started(*arguments: str) -> "subprocess.Popen[str]":
    """A command line in a process of its own."""
    return subprocess.Popen([*COMMAND, *arguments], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def test_ctrl_c_cancels_the_run_and_says_so(callsheet: CommandLine) -> None:
    callsheet.scenario("naps", tool("wait", "nap"))
    with started("run", "naps") as process:
        assert process.stderr is not None
        assert any("step started" in line for line in process.stderr)
        process.send_signal(signal.SIGINT)
        rest = process.stderr.read()
        assert process.wait() == INTERRUPTED
    assert "Cancelling the run. Ctrl-C again leaves it as it is." in rest
    assert "Traceback" not in rest
    assert "  cancelled  " in callsheet("runs", "list").out


def test_a_reader_that_goes_away_is_no_fault(callsheet: CommandLine) -> None:
    callsheet.scenario("hello", *(tool(f"step_{number}", text="x" * 25_000) for number in range(8)))
    assert callsheet("run", "hello").status == 0
    with started("runs", "events", "last", "--json") as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.readline()
        process.stdout.close()
        assert process.stderr.read() == ""
        assert process.wait() == NOBODY_READS


def test_the_demo_shows_the_earliest_source_and_ends(tmp_path: Path) -> None:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("CALLSHEET_")}
    done = subprocess.run(
        [sys.executable, str(ROOT / "examples" / "news" / "demo.py")],
        cwd=tmp_path,
        env={**environment, "CALLSHEET_DATA": str(tmp_path / "data"), "CALLSHEET_PORT": "0"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert "The earliest source: Our tide gauge reads low, says retired ferry mechanic" in done.stdout
    assert "Skerry Gazette, 2024-03-11, " in done.stdout
    assert "/docs" in done.stdout
    assert len(re.findall(r"in a browser:  http://127.0.0.1:\d+/runs/[0-9a-f-]{36}$", done.stdout, re.M)) == 2
    assert "curl -N " in done.stdout
    assert "run finished   success" in done.stderr
