"""Schedules and hooks over HTTP."""

import hashlib
import hmac
import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import httpx2
import pytest

from callsheet.runs.events import RunId, RunTrigger, TriggerKind
from callsheet.runs.ports import RunFilter
from callsheet.scenario.json import Json, JsonObject
from tests.api.house import ARTICLE, NEWS, House

SCHEDULE: JsonObject = {
    "schema_version": "1",
    "name": "nightly",
    "scenario_id": NEWS,
    "input": ARTICLE,
    "cron": "30 2 * * *",
    "timezone": "Europe/Berlin",
}
HOOK: JsonObject = {"schema_version": "1", "name": "push", "scenario_id": NEWS, "secret": "PUSH"}
SECRET = "correct horse"


def signature(body: bytes, *, secret: str = SECRET, age: float = 0, more: str = "") -> dict[str, str]:
    """The header as an independent sender makes it."""
    seconds = int(datetime.now(UTC).timestamp() - age)
    digest = hmac.new(secret.encode(), f"{seconds}.".encode() + body, hashlib.sha256).hexdigest()
    return {"Callsheet-Signature": f"t={seconds}{more},v1={digest}"}


async def send(
    client: httpx2.AsyncClient, body: bytes = json.dumps(ARTICLE).encode(), query: str = "", **headers: str
) -> httpx2.Response:
    given = headers.pop("signed", None)
    signed = signature(body) if given is None else json.loads(given)
    kind = {"Content-Type": "application/json"} if body else {}
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return await client.post(f"/api/hooks/push{query}", content=body, headers={**kind, **signed, **named})


async def with_hook(house: House, client: httpx2.AsyncClient, **change: Json) -> None:
    house.secrets["PUSH"] = SECRET
    put = await client.put("/api/hooks/push", json={**HOOK, **change})
    assert put.status_code == 201


@pytest.fixture
def house() -> House:
    return House(secrets={"CALLSHEET_SECRET_PUSH": SECRET, "CALLSHEET_SECRET_PUSH_PREVIOUS": "old battery"})


async def runs(house: House) -> int:
    return len((await house.journal.runs(RunFilter(), 100)).runs)


async def test_a_schedule_is_saved_shown_changed_and_removed(house: House, client: httpx2.AsyncClient) -> None:
    created = await client.put("/api/schedules/nightly", json=SCHEDULE)
    assert (created.status_code, created.headers["location"]) == (201, "/api/schedules/nightly")
    shown = await client.get("/api/schedules/nightly")
    body = shown.json()
    assert body["document"] == SCHEDULE
    assert (body["source"], body["read_only"], body["paused"], len(body["next_slots"])) == ("saved", False, False, 5)
    assert body["next"] == body["next_slots"][0]
    assert shown.headers["etag"] == created.headers["etag"] == f'"{created.json()["revision"]}"'
    changed = {**SCHEDULE, "cron": "0 3 * * *"}
    assert (await client.put("/api/schedules/nightly", json=changed)).json()["code"] == "trigger.revision_required"
    stale = await client.put("/api/schedules/nightly", json=changed, headers={"If-Match": '"old"'})
    assert (stale.status_code, stale.json()["code"]) == (409, "trigger.conflict")
    assert stale.json()["current"] == created.json()["revision"]
    headers = {"If-Match": created.headers["etag"]}
    assert (await client.put("/api/schedules/nightly", json=changed, headers=headers)).status_code == 200
    assert [row["cron"] for row in (await client.get("/api/schedules")).json()] == ["0 3 * * *"]
    assert (await client.delete("/api/schedules/nightly", headers=headers)).status_code == 409
    assert (await client.delete("/api/schedules/nightly")).status_code == 204
    assert (await client.get("/api/schedules/nightly")).json()["code"] == "schedule.not_found"
    assert house.rings == 3


FAULTS: list[Any] = [
    ({"cron": "61 * * * *"}, "/cron"),
    ({"scenario_id": "nowhere"}, "/scenario_id"),
    ({"name": "other"}, "/name"),
    ({"timezone": "Mars/Olympus"}, "/timezone"),
]


@pytest.mark.parametrize(("change", "pointer"), FAULTS)
async def test_a_schedule_with_an_error_is_not_saved(
    client: httpx2.AsyncClient, change: JsonObject, pointer: str
) -> None:
    answer = await client.put("/api/schedules/nightly", json={**SCHEDULE, **change})
    assert (answer.status_code, answer.json()["code"]) == (422, "trigger.invalid")
    assert [problem["pointer"] for problem in answer.json()["problems"]] == [pointer]
    assert (await client.get("/api/schedules")).json() == []


async def test_a_file_is_listed_with_its_source_and_is_not_changed_here(
    house: House, client: httpx2.AsyncClient
) -> None:
    house.trigger_files.put("nightly.schedule.json", SCHEDULE)
    house.trigger_files.put("broken.schedule.yaml", b"cron: [")
    broken, fine = (await client.get("/api/schedules")).json()
    assert (fine["source"], fine["read_only"]) == ("memory/nightly.schedule.json", True)
    assert (broken["name"], broken["scenario_id"], broken["problems"][0]["code"]) == ("broken", None, "E100")
    for answer in (
        await client.put("/api/schedules/nightly", json=SCHEDULE),
        await client.delete("/api/schedules/nightly"),
    ):
        assert (answer.status_code, answer.json()["code"]) == (409, "trigger.read_only")
    assert (await client.post("/api/schedules/broken/trigger")).json()["code"] == "trigger.invalid"


async def test_a_saved_schedule_whose_name_a_file_has_is_listed_beside_it(
    house: House, client: httpx2.AsyncClient
) -> None:
    await client.put("/api/schedules/nightly", json=SCHEDULE)
    house.trigger_files.put("nightly.schedule.json", SCHEDULE)
    rows = (await client.get("/api/schedules")).json()
    assert [(row["name"], row["source"]) for row in rows] == [
        ("nightly", "memory/nightly.schedule.json"),
        ("nightly (saved)", "saved"),
    ]
    assert rows[1]["problems"][0]["code"] == "E101"


async def test_a_schedule_is_paused_and_resumed_whether_it_is_a_file_or_not(
    house: House, client: httpx2.AsyncClient
) -> None:
    house.trigger_files.put("nightly.schedule.json", SCHEDULE)
    assert (await client.post("/api/schedules/nightly/pause")).json() == {"name": "nightly", "paused": True}
    shown = (await client.get("/api/schedules/nightly")).json()
    assert (shown["paused"], shown["next"], len(shown["next_slots"])) == (True, None, 5)
    assert (await client.post("/api/schedules/nightly/resume")).json() == {"name": "nightly", "paused": False}
    assert (await client.post("/api/schedules/other/pause")).json()["code"] == "schedule.not_found"


async def test_a_schedule_can_be_started_now(house: House, client: httpx2.AsyncClient) -> None:
    await client.put("/api/schedules/nightly", json=SCHEDULE)
    answer = await client.post("/api/schedules/nightly/trigger")
    assert (answer.status_code, answer.json()["input"]) == (202, ARTICLE)
    state = await house.runs.state(RunId(answer.json()["run_id"]))
    assert state.trigger == RunTrigger(kind=TriggerKind.SCHEDULE, name="nightly")
    shown = await client.get(answer.headers["location"])
    assert shown.json()["trigger"] == {"kind": "schedule", "name": "nightly"}


async def test_a_signed_request_starts_a_run_and_the_same_one_again_does_not(
    house: House, client: httpx2.AsyncClient
) -> None:
    await with_hook(house, client)
    body = json.dumps(ARTICLE).encode()
    signed = json.dumps(signature(body))
    first = await send(client, body, signed=signed)
    again = await send(client, body, signed=signed)
    assert (first.status_code, first.json()["input"], first.json()["status"]) == (202, ARTICLE, "queued")
    assert list(first.json()) == ["run_id", "scenario_id", "status", "input", "started_at"]
    assert again.json() == first.json()
    assert await runs(house) == 1
    state = await house.runs.state(RunId(first.json()["run_id"]))
    assert state.trigger == RunTrigger(kind=TriggerKind.HOOK, name="push")


# Made when they are sent: a long time may pass between reading this file and that.
REFUSED: list[tuple[Callable[[], dict[str, str]], str]] = [
    (lambda: {}, "signature.invalid"),
    (lambda: {"Callsheet-Signature": ""}, "signature.invalid"),
    (lambda: {"Callsheet-Signature": "t=now,v1=00"}, "signature.invalid"),
    (lambda: {"Callsheet-Signature": "t=1,t=2,v1=" + "0" * 64}, "signature.invalid"),
    (lambda: {"Callsheet-Signature": "x" * 5000}, "signature.invalid"),
    (lambda: signature(json.dumps(ARTICLE).encode(), secret="wrong"), "signature.invalid"),
    (lambda: signature(b"another body"), "signature.invalid"),
    (lambda: signature(json.dumps(ARTICLE).encode(), age=400), "signature.expired"),
    (lambda: signature(json.dumps(ARTICLE).encode(), age=-400), "signature.expired"),
]


@pytest.mark.parametrize(("headers", "code"), REFUSED)
async def test_a_request_that_is_not_signed_now_starts_nothing(
    house: House, client: httpx2.AsyncClient, headers: Callable[[], dict[str, str]], code: str
) -> None:
    await with_hook(house, client)
    answer = await send(client, signed=json.dumps(headers()))
    assert (answer.status_code, answer.json()["code"]) == (401, code)
    assert answer.headers["www-authenticate"] == "Callsheet-Signature"
    assert await runs(house) == 0


async def test_while_keys_change_either_secret_and_either_signature_will_do(
    house: House, client: httpx2.AsyncClient
) -> None:
    await with_hook(house, client)
    body = json.dumps(ARTICLE).encode()
    old = signature(body, secret="old battery")
    both = signature(body, more=f",v1={'0' * 64}")
    assert (await send(client, body, signed=json.dumps(old))).status_code == 202
    assert (await send(client, body, signed=json.dumps(both))).status_code == 202


async def test_the_input_is_made_of_body_declared_headers_and_query(house: House, client: httpx2.AsyncClient) -> None:
    mapping: JsonObject = {
        "url": {"template": '${body.link}?event=${headers."x-event"}'},
        "all": {"from": "headers"},
        "page": {"from": "query.page"},
    }
    await with_hook(house, client, headers=["x-event"], input=mapping)
    answer = await send(client, b'{"link": "http://a"}', "?page=2&page=3", x_event="push", x_other="no")
    assert answer.json()["input"] == {"url": "http://a?event=push", "all": {"x-event": "push"}, "page": "3"}


MISFITS: list[Any] = [
    (b"[1]", 422),
    (b'{"link": 1}', 422),
    (b'"text"', 422),
    (b"", 422),
    (b"{", 400),
    (b'{"a":1,"a":2}', 400),
]


@pytest.mark.parametrize(("body", "status"), MISFITS)
async def test_a_body_that_gives_no_input_is_refused_and_nothing_is_recorded(
    house: House, client: httpx2.AsyncClient, body: bytes, status: int
) -> None:
    await with_hook(house, client)
    answer = await send(client, body)
    assert (answer.status_code, answer.json()["code"]) == (
        status,
        "input.invalid" if status == 422 else "json.invalid",
    )
    assert await runs(house) == 0


async def test_a_mapping_that_fails_on_a_request_says_so(house: House, client: httpx2.AsyncClient) -> None:
    await with_hook(house, client, input={"url": {"from": "sum(body.url)"}})
    answer = await send(client)
    assert (answer.status_code, answer.json()["code"]) == (422, "input.invalid")
    assert "cannot be made of this request" in answer.json()["detail"]


async def test_a_hook_that_does_not_exist_or_is_not_enabled_is_not_found(
    house: House, client: httpx2.AsyncClient
) -> None:
    assert (await send(client)).json()["code"] == "hook.not_found"
    await with_hook(house, client, enabled=False)
    assert (await send(client)).json()["code"] == "hook.not_found"


async def test_a_hook_without_its_secret_is_not_ready_and_does_not_say_which_it_is(client: httpx2.AsyncClient) -> None:
    await client.put("/api/hooks/push", json={**HOOK, "secret": "ABSENT"})
    answer = await send(client)
    assert (answer.status_code, answer.json()["code"]) == (503, "hook.not_ready")
    assert "ABSENT" not in answer.text
    (row,) = (await client.get("/api/hooks")).json()
    assert (row["ready"], row["secret"], row["url"]) == (False, "ABSENT", "/api/hooks/push")


async def test_a_hook_is_shown_and_removed(house: House, client: httpx2.AsyncClient) -> None:
    await with_hook(house, client)
    shown = (await client.get("/api/hooks/push")).json()
    assert (shown["document"], shown["ready"], shown["tolerance"]) == (HOOK, True, 300)
    assert (await client.delete("/api/hooks/push")).status_code == 204
    assert (await client.get("/api/hooks/push")).status_code == 404


async def test_a_request_to_a_hook_passes_the_check_of_hosts_and_types_as_every_other(
    house: House, client: httpx2.AsyncClient
) -> None:
    await with_hook(house, client)
    assert (await send(client, Host="evil.example")).status_code == 421
    assert (await send(client, Origin="http://evil.example")).status_code == 403
    assert (await send(client, content_type="text/plain")).status_code == 415
