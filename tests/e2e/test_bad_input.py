"""What cannot be accepted gets a sentence, a place and a code; never a traceback or a 500, and nothing is recorded."""

import json
from collections.abc import Generator, Mapping
from contextlib import closing
from typing import Any

import httpx2
import pytest

from callsheet.scenario.json import Json, JsonObject
from tests.support.scenarios import SEED, scenario, step
from tests.support.service import ROOT, Service, program, serving

pytestmark = pytest.mark.timeout(90)

RAW = ROOT / "tests" / "support" / "servers" / "raw.py"
MIB = 2**20
MEMORY = 96 * MIB
NOBODY = "76d6903c-f520-4a40-b0fc-8fed3f7955d2"
JSON_BODY = {"Content-Type": "application/json"}


def fault(name: str, how: str, **fields: Json) -> JsonObject:
    """A scenario of one step, whose tool misbehaves: on a server of its own, so that faults do not mix."""
    return scenario(
        step("call", tool="misbehave", server=name, input={"how": how, "size": 50}, timeout="5s"),
        scenario_id=name,
        **fields,
    )


def call(name: str) -> JsonObject:
    """A scenario of one step, which calls `echo` of the server of this name."""
    return scenario(step("call", tool="echo", server=name, input={"value": 1}), scenario_id=name)


HANGS = scenario(step("call", tool="nap", server="hangs", timeout="500ms"), scenario_id="hangs")

FAULTS: Mapping[str, tuple[JsonObject, JsonObject, str, str]] = {
    "hangs": (program(RAW), HANGS, "Timeout", "gave no answer within 0.5 s"),
    "crashes": (program(RAW), fault("crashes", "crash"), "TransportError", "the sky fell"),
    "breaks_the_shape": (program(RAW), fault("breaks_the_shape", "structure"), "OutputInvalid", "not"),
    "nests": (program(RAW), fault("nests", "deep"), "OutputInvalid", "not a JSON-RPC message"),
    "sends_a_surrogate": (program(RAW), fault("sends_a_surrogate", "surrogate"), "OutputInvalid", "surrogate"),
    "sends_50_mb": (program(RAW), fault("sends_50_mb", "huge"), "LimitExceeded", "maxMessageBytes"),
    "says_error": (program(RAW), fault("says_error", "error"), "ToolError", "no such argument"),
    "never_existed": ({"command": "/nowhere/server"}, call("never_existed"), "ServerUnavailable", "does not exist"),
    "ends_at_once": (
        program(RAW, "--start", "exit"),
        call("ends_at_once"),
        "ServerUnavailable",
        "cannot open the database",
    ),
    "never_greets": (
        program(RAW, "--start", "hang", connectTimeout=1),
        call("never_greets"),
        "ServerUnavailable",
        "handshake",
    ),
}
"""Of each tool server: its entry, the scenario that calls it, the code and a word of the failure."""


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Generator[Service]:
    """A service with one good tool server and every bad one; at the end it must not have shown a traceback."""
    servers: dict[str, JsonObject] = {"good": program(RAW)} | {name: entry for name, (entry, *_) in FAULTS.items()}
    documents = [call("good"), SEED, *(document for _, document, *_ in FAULTS.values())]
    folder = tmp_path_factory.mktemp("service")
    with serving(folder, scenarios=documents, servers=servers) as running:
        yield running
        assert "Traceback" not in running.text, running.text


@pytest.fixture
def client(service: Service) -> Generator[httpx2.Client]:
    """A client of the service."""
    with closing(service.client()) as opened:
        yield opened


@pytest.fixture
def unchanged(client: httpx2.Client) -> Generator[None]:
    """After the test, the list of runs is what it was before."""
    before = client.get("/api/runs").json()
    yield
    assert client.get("/api/runs").json() == before


def submit(client: httpx2.Client, scenario_id: str, run_input: JsonObject | None = None) -> str:
    """The id of an accepted run."""
    answer = client.post("/api/runs", json={"scenario_id": scenario_id, "input": run_input or {}})
    assert answer.status_code == 202, answer.text
    return answer.json()["run_id"]


def ended(client: httpx2.Client, run_id: str) -> dict[str, Any]:
    """The snapshot of a run, once it has ended."""
    assert "event: run_finished" in client.get(f"/api/runs/{run_id}/events").text
    return client.get(f"/api/runs/{run_id}").json()


def is_refused(answer: httpx2.Response, status: int, code: str) -> str:
    """Check an error's shape; its sentence."""
    body = answer.json()
    assert (answer.status_code, body["code"]) == (status, code), body
    assert isinstance(body["detail"], str)
    assert body["detail"].endswith((".", ")")) or status == 404, body["detail"]
    return body["detail"]


BODIES = {
    "broken": (b'{"scenario_id": "good", "input": {', "line 1"),
    "NaN": (b'{"scenario_id": "good", "input": {"value": NaN}}', "NaN"),
    "NUL": (rb'{"scenario_id": "good", "input": {"value": "a\u0000b"}}', "/input/value"),
    "a lone surrogate": (rb'{"scenario_id": "good", "input": {"value": "\ud800"}}', "/input/value"),
    "duplicate keys": (b'{"scenario_id": "good", "input": {"value": 1, "value": 2}}', "value"),
    "depth": (b'{"scenario_id": "good", "input": {"value": ' + b"[" * 5000 + b"]" * 5000 + b"}}", "deep"),
}


@pytest.mark.usefixtures("unchanged")
@pytest.mark.parametrize("name", BODIES)
def test_a_body_that_is_not_good_json_is_refused_with_the_place(client: httpx2.Client, name: str) -> None:
    body, word = BODIES[name]
    answer = client.post("/api/runs", content=body, headers=JSON_BODY)

    assert word in is_refused(answer, 400, "json.invalid")


@pytest.mark.usefixtures("unchanged")
def test_a_body_over_the_limit_is_refused(client: httpx2.Client) -> None:
    body = json.dumps({"scenario_id": "good", "input": {"value": "x" * MIB}}).encode()

    assert str(MIB) in is_refused(client.post("/api/runs", content=body, headers=JSON_BODY), 413, "body.too_large")


@pytest.mark.usefixtures("unchanged")
def test_unknown_names_are_refused(client: httpx2.Client) -> None:
    answer = client.post("/api/runs", json={"scenario_id": "goood", "input": {}})

    assert "goood" in is_refused(answer, 404, "scenario.not_found")
    for path in ("", "/events", "/steps/call"):
        is_refused(client.get(f"/api/runs/{NOBODY}{path}"), 404, "run.not_found")
    is_refused(client.post(f"/api/runs/{NOBODY}/cancel"), 404, "run.not_found")
    is_refused(client.get("/api/nothing"), 404, "path.not_found")


@pytest.mark.usefixtures("unchanged")
@pytest.mark.parametrize(("run_input", "pointer"), [({}, ""), ({"url": 7}, "/url")])
def test_an_input_against_its_schema_is_refused_with_a_pointer(
    client: httpx2.Client, run_input: JsonObject, pointer: str
) -> None:
    answer = client.post("/api/runs", json={"scenario_id": SEED["scenario_id"], "input": run_input})

    assert str(SEED["scenario_id"]) in is_refused(answer, 422, "input.invalid")
    assert [problem["pointer"] for problem in answer.json()["problems"]] == [pointer]


HEAD = 'schema_version: "1"\nname: x\n'
STEPS = "steps:\n  - {name: a, type: tool, tool: echo}\n"
BROKEN = {
    "not_json": ("not_json.json", '{\n  "scenario_id": "not_json",\n  oops\n}', 3, "E100"),
    "not_yaml": ("not_yaml.yaml", "scenario_id: not_yaml\nsteps: [\n", 3, "E100"),
    "unknown_key": ("unknown_key.yaml", f"{HEAD}scenario_id: unknown_key\nstepz: []\n{STEPS}", 4, "E100"),
    "bad_reference": (
        "bad_reference.yaml",
        f"{HEAD}scenario_id: bad_reference\n{STEPS}output: {{from: steps.nobody.output}}\n",
        6,
        "E130",
    ),
}
"""Of each file: its name, its text, the line of its fault, the code."""


@pytest.mark.usefixtures("unchanged")
@pytest.mark.parametrize("scenario_id", BROKEN)
def test_a_broken_file_is_named_with_its_line_and_hides_no_other(
    service: Service, client: httpx2.Client, scenario_id: str
) -> None:
    name, text, line, code = BROKEN[scenario_id]
    before = client.get("/api/scenarios").json()
    file = service.folder / "scenarios" / name
    file.write_text(text, encoding="utf-8")
    try:
        listed = {entry["scenario_id"]: entry for entry in client.get("/api/scenarios").json()}
        answer = client.post("/api/runs", json={"scenario_id": scenario_id, "input": {}})
    finally:
        file.unlink()

    problem = listed[scenario_id]["problems"][0]
    assert (problem["severity"], problem["code"], problem["line"]) == ("error", code, line)
    assert [entry for entry in listed.values() if entry["scenario_id"] != scenario_id] == before
    detail = is_refused(answer, 422, "scenario.invalid")
    assert name in detail
    assert f"line {line}" in detail
    assert client.get("/api/scenarios").json() == before


def test_a_file_that_is_mended_runs_without_a_restart(service: Service, client: httpx2.Client) -> None:
    file = service.folder / "scenarios" / "mended.json"
    document = call("good") | {"scenario_id": "mended"}
    file.write_text(json.dumps(document)[:-1], encoding="utf-8")
    refused = client.post("/api/runs", json={"scenario_id": "mended", "input": {}})
    file.write_text(json.dumps(document), encoding="utf-8")
    try:
        assert ended(client, submit(client, "mended"))["status"] == "success"
    finally:
        file.unlink()

    is_refused(refused, 422, "scenario.invalid")


@pytest.mark.parametrize("name", FAULTS)
def test_a_bad_tool_server_fails_its_own_run_and_no_other(service: Service, client: httpx2.Client, name: str) -> None:
    _, _, code, cause = FAULTS[name]
    assert ended(client, submit(client, "good"))["status"] == "success"
    memory = service.memory()
    bad, good = submit(client, name), submit(client, "good")
    failed, done = ended(client, bad), ended(client, good)

    assert (done["status"], done["message"]) == ("success", "")
    assert (failed["status"], failed["error"]["code"]) == ("failed", code)
    assert failed["error"]["step"] == "call"
    for word in ("Step 'call'", name, cause):
        assert word in failed["message"]
    assert service.memory("VmHWM") - memory < MEMORY


def test_dead_tool_servers_do_not_hide_the_living(client: httpx2.Client) -> None:
    answer = client.get("/api/tools")

    assert answer.status_code == 200
    unavailable = answer.headers["Callsheet-Unavailable-Servers"].split(", ")
    assert set(unavailable) == {"never_existed", "ends_at_once", "never_greets"}
    assert {"good", "hangs"} <= {tool["server"] for tool in answer.json()}
