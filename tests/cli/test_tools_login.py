"""`callsheet tools login` as a process of its own, with a browser that is a program too."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Generator
from pathlib import Path

import pytest

from tests.support.servers.starting import over_http

BROWSER = """
import pathlib, sys, urllib.request
with urllib.request.urlopen(sys.argv[1], timeout=20) as page:
    pathlib.Path("page.html").write_bytes(page.read())
"""


@pytest.fixture
def bank() -> Generator[str]:
    with over_http("protected.py") as url:
        yield url


@pytest.fixture
def folder(tmp_path: Path, bank: str) -> Path:
    """A folder whose only tool server wants a token, and a browser."""
    entry = {"url": bank, "callsheet": {"auth": {"type": "oauth"}}}
    (tmp_path / "mcp.json").write_text(json.dumps({"mcpServers": {"bank": entry}}), encoding="utf-8")
    (tmp_path / "browser.py").write_text(BROWSER, encoding="utf-8")
    return tmp_path


def callsheet(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    given = {name: value for name, value in os.environ.items() if not name.startswith("CALLSHEET_")}
    return subprocess.run(
        [sys.executable, "-m", "callsheet", *arguments],
        cwd=folder,
        env=given | {"BROWSER": f"{sys.executable} {folder / 'browser.py'} %s"},
        capture_output=True,
        text=True,
        timeout=50,
        check=False,
    )


def test_the_browser_is_opened_and_comes_back(folder: Path) -> None:
    ended = callsheet(folder, "tools", "login", "bank", "--timeout", "30")
    assert (ended.returncode, ended.stdout) == (0, "")
    assert "/authorize?response_type=code&client_id=" in ended.stderr
    assert "code_challenge_method=S256" in ended.stderr
    assert ended.stderr.endswith("Signed in to 'bank'.\n")
    assert "This window can be closed." in (folder / "page.html").read_text("utf-8")
    called = callsheet(folder, "tools", "call", "bank", "echo", "--arg", "n:=1")
    assert (called.returncode, json.loads(called.stdout)) == (0, {"n": 1})


def test_what_does_not_work_is_one_sentence_without_a_traceback(folder: Path, bank: str) -> None:
    (folder / "browser.py").write_text(BROWSER.replace("sys.argv[1]", "sys.argv[1] + '&deny=1'"), encoding="utf-8")
    ended = callsheet(folder, "tools", "login", "bank", "--timeout", "30")
    assert ended.returncode == 1
    assert ended.stderr.splitlines()[-1] == "Error: Signing in did not work: access_denied Not today."
    assert "Traceback" not in ended.stderr
    assert "OAuth flow error" not in ended.stderr
    assert "did not work" in (folder / "page.html").read_text("utf-8")


def test_a_browser_that_does_not_end_keeps_nobody(folder: Path) -> None:
    # It stays open, as one in a terminal does; without our pipes, on whose end whoever started us would wait.
    waits = "import os, time\nos.close(1)\nos.close(2)\nopen('pid', 'w').write(str(os.getpid()))\ntime.sleep(600)\n"
    (folder / "browser.py").write_text(waits, encoding="utf-8")
    ended = callsheet(folder, "tools", "login", "bank", "--timeout", "8")
    os.kill(int((folder / "pid").read_text("ascii")), signal.SIGKILL)
    assert (ended.returncode, ended.stderr.splitlines()[-1]) == (1, "Error: Nobody signed in within 8 s.")


def test_an_unknown_server_is_a_usage_error(folder: Path) -> None:
    ended = callsheet(folder, "tools", "login", "bnak")
    assert (ended.returncode, ended.stdout) == (2, "")
    assert "'bnak'" in ended.stderr
    assert "'bank'" in ended.stderr
