"""What scenarios and callers may not make a real service do: fetch, read files, start programs."""

import os
import socket
import threading
from collections.abc import Generator
from contextlib import suppress
from pathlib import Path

import pytest

from callsheet.scenario.json import Json, JsonObject
from tests.fuzz.bombs import routes
from tests.fuzz.house import Inhabited, inhabited
from tests.support.scenarios import scenario

pytestmark = pytest.mark.timeout(120)

CANARY = "canary-3f1e9a"


class Listener:
    """Counts who connects."""

    def __init__(self) -> None:
        self.hits = 0
        self.hit = threading.Event()
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._socket.getsockname()[1]}/schema.json"
        threading.Thread(target=self._count, daemon=True).start()

    def _count(self) -> None:
        with suppress(OSError):
            while True:
                self._socket.accept()[0].close()
                self.hits += 1
                self.hit.set()

    def close(self) -> None:
        self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Generator[Inhabited]:
    folder = tmp_path_factory.mktemp("hardened")
    (folder / "canary.json").write_text(f'{{"{CANARY}": 1}}', encoding="utf-8")
    with inhabited(folder / "service", "sqlite") as made:
        yield made


@pytest.fixture
def canary() -> Generator[Listener]:
    listener = Listener()
    with socket.create_connection(("127.0.0.1", int(listener.url.rpartition(":")[2].partition("/")[0]))):
        assert listener.hit.wait(10), "the canary does not count"
    yield listener
    listener.close()


def _documents(url: str) -> dict[str, JsonObject]:
    ref: JsonObject = {"$ref": url}
    say: JsonObject = {"name": "a", "type": "transform", "output": 1}
    form: JsonObject = {"name": "a", "type": "approval", "message": "?", "form_schema": ref}
    return {
        "input": scenario(say, input_schema=ref),
        "output": scenario(say, output_schema={"$dynamicRef": url}),
        "inside": scenario(say, input_schema={"properties": {"x": {"items": {"$ref": f"{url}#/x"}}}}),
        "dialect": scenario(say, input_schema={"$schema": url, "type": "object"}),
        "base": scenario(say, input_schema={"$id": url, "properties": {"x": {"$ref": "other.json"}}}),
        "form": scenario(form),
    }


@pytest.mark.parametrize("where", list(_documents("")))
def test_no_schema_makes_the_service_fetch_another(house: Inhabited, canary: Listener, where: str) -> None:
    document = {**_documents(canary.url)[where], "scenario_id": f"remote_{where}"}
    with house.client() as client:
        checked = client.post("/api/scenarios/validate", json={"document": document})
        saved = client.put(f"/api/scenarios/remote_{where}", json=document)
        client.post("/api/runs", json={"scenario_id": f"remote_{where}", "input": {"x": [1]}})
    assert (checked.status_code, checked.json()["valid"], saved.status_code) == (200, False, 422)
    assert canary.hits == 1, "one was ours, which showed that it counts"


@pytest.mark.parametrize("field", ["command", "args", "url", "env_file", "cwd", "headers", "transport"])
def test_no_scenario_says_where_a_tool_server_is(house: Inhabited, field: str) -> None:
    value: Json = ["/bin/sh"] if field == "args" else {"A": "b"} if field == "headers" else "http://127.0.0.1/x"
    places: list[JsonObject] = [
        scenario({"name": "a", "type": "tool", "tool": "echo", field: value}),
        scenario({"name": "a", "type": "tool", "tool": "echo", "server": {field: value}}),
        scenario({"name": "a", "type": "tool", "tool": "echo"}, defaults={field: value}),
        scenario({"name": "a", "type": "tool", "tool": "echo"}, mcpServers={"evil": {field: value}}),
    ]
    with house.client() as client:
        for document in places:
            assert client.put("/api/scenarios/test", json=document).status_code == 422, document


TRAVERSALS = (
    "../../canary", "..%2f..%2fcanary", "..%2F..%2Fcanary.json", "%2e%2e/%2e%2e/canary.json", "....//....//canary.json",
    "..%5c..%5ccanary.json", "%252e%252e%252fcanary.json", "..%c0%af..%c0%afcanary.json", "/etc/passwd",
    "%00canary.json",     "..;/canary.json", "scenarios/../../canary.json", "canary.json%00.html",
)  # fmt: skip


@pytest.mark.parametrize("path", TRAVERSALS)
def test_no_name_leads_out_of_where_it_belongs(house: Inhabited, path: str) -> None:
    run_id = house.known["run_id"][0]
    bases = (
        *("/", "/assets/", "/docs/", "/static/", "/api/scenarios/", "/api/schedules/", "/api/hooks/"),
        *(
            f"/api/runs/{run_id}/steps/",
            "/api/runs/",
            "/api/tools/echo/",
            "/api/scenarios/says/revisions/",
            "/schemas/",
        ),
    )
    port = int(house.service.url.rpartition(":")[2])
    for base in bases:
        # Over a socket: a client would take the dots out before it asks.
        with socket.create_connection(("127.0.0.1", port), timeout=10) as asked:
            request = f"GET {base}{path} HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n"
            asked.sendall(request.encode("latin-1"))
            answer = b"".join(iter(lambda: asked.recv(65536), b""))
        status = int(answer.split(b" ", 2)[1])
        assert status < 500, (base, answer[:300])
        assert CANARY.encode() not in answer, base
        assert b"root:" not in answer, base


@pytest.mark.parametrize("name", ["../evil", "..%2Fevil", "a%2F..%2F..%2Fevil", "%2Fetc%2Fevil", ".%2Fevil"])
def test_nothing_is_saved_outside_of_its_folder(house: Inhabited, name: str) -> None:
    before = _files(house.service.folder.parent)
    with house.client() as client:
        for kind in ("scenarios", "schedules", "hooks"):
            document = scenario({"name": "a", "type": "transform", "output": 1}, scenario_id=name.replace("%2F", "/"))
            assert 400 <= client.put(f"/api/{kind}/{name}", json=document).status_code < 500
    assert {path for path in _files(house.service.folder.parent) - before if "evil" in path.name} == set()


def _files(folder: Path) -> set[Path]:
    return set(folder.rglob("*"))


def test_no_call_of_the_api_starts_a_program_that_is_not_configured(house: Inhabited) -> None:
    bodies: list[JsonObject] = [
        {"command": "/bin/true", "args": ["x"], "url": "http://127.0.0.1:1/"},
        {"mcpServers": {"evil": {"command": "/bin/true"}}},
        {"scenario_id": "says", "input": {"value": "$(touch /tmp/evil); `id`"}},
        {"arguments": {"value": "; id"}, "server": {"command": "/bin/true"}},
    ]
    with house.client() as client:
        before = _commands(house.service.pid)
        for method, path in routes(house):
            for body in bodies:
                assert client.request(method, path, json=body).status_code < 500, (method, path)
                for command in _commands(house.service.pid) - before:
                    assert "echo.py" in command, f"{method} {path} started {command}"


def _commands(pid: int) -> set[str]:
    """The command lines of all processes that the service has started and that live."""
    found: set[str] = set()
    for entry in os.listdir("/proc"):
        with suppress(OSError, ValueError, IndexError):
            stat = Path(f"/proc/{int(entry)}/stat").read_text(encoding="ascii", errors="replace")
            if int(stat.rpartition(")")[2].split()[1]) == pid:
                found.add(Path(f"/proc/{entry}/cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace"))
    return found
