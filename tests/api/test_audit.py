"""The audit log: what gets into it, and how it is read."""

import csv
import io
import json
from collections.abc import Sequence
from datetime import timedelta

import httpx2
import pytest

from callsheet.access.acts import Intent
from callsheet.access.audit import Act, AuditEntry, AuditFilter
from callsheet.access.principal import LOCAL
from callsheet.access.scopes import Role
from callsheet.access.stores import AccessStores
from callsheet.errors.journal import JournalUnavailable
from callsheet.journal.memory_access import MemoryAuditLog, MemoryKeyStore, MemorySessionStore
from callsheet.runs.ports import RunFilter
from tests.api.credentials import asking_house, bearer, key_of
from tests.api.house import NEWS, House
from tests.support.events import NOON

RUN = {"scenario_id": NEWS, "input": {"url": "http://127.0.0.1:1/an-article.html"}}


class FullAuditLog(MemoryAuditLog):
    """A log that cannot be written."""

    async def begin(self, act: Act) -> None:
        raise JournalUnavailable("The journal cannot be written: no space left on device.")


async def log_of(house: House) -> Sequence[AuditEntry]:
    await house.gate.acts.settle()
    return await house.access.audit.list(AuditFilter(), 100)


@pytest.fixture
def house() -> House:
    return asking_house()


async def test_a_run_that_was_started_is_there_with_its_id(client: httpx2.AsyncClient, house: House) -> None:
    operator = bearer(await key_of(house, Role.OPERATOR))
    run_id = (await client.post("/api/runs", json=RUN, headers=operator)).json()["run_id"]
    (entry,) = await log_of(house)

    assert (entry.act.action, entry.act.subject, entry.act.role) == ("run.start", "key:operator", "operator")
    assert (entry.act.source, entry.outcome and entry.outcome.target) == ("127.0.0.1", run_id)
    assert entry.outcome is not None
    assert entry.outcome.result == "done"


async def test_what_was_refused_is_there_with_its_code(client: httpx2.AsyncClient, house: House) -> None:
    admin, viewer = bearer(await key_of(house)), bearer(await key_of(house, Role.VIEWER))
    await client.post("/api/runs", json={"scenario_id": "none", "input": {}}, headers=admin)
    await client.post("/api/runs", json={"scenario_id": 1}, headers=admin)
    await client.post("/api/runs", content=b"{", headers={"Content-Type": "application/json", **admin})
    await client.post("/api/runs", json=RUN, headers=viewer)
    run_id = "76d6903c-f520-4a40-b0fc-8fed3f7955d2"
    await client.post(f"/api/runs/{run_id}/cancel", headers=admin)

    told = [(entry.act.target, entry.outcome and entry.outcome.result) for entry in await log_of(house)]
    assert told == [
        (run_id, "run.not_found"),
        ("", "forbidden"),
        ("", "json.invalid"),
        ("", "request.invalid"),
        ("none", "scenario.not_found"),
    ]


async def test_what_changes_nothing_and_what_nobody_known_sent_is_not_there(
    client: httpx2.AsyncClient, house: House
) -> None:
    admin = bearer(await key_of(house))
    await client.get("/api/runs", headers=admin)
    await client.put("/api/runs", headers=admin)
    await client.post("/api/runs", json=RUN)
    await client.post("/api/runs", json=RUN, headers=bearer("cs_wrong"))

    assert await log_of(house) == []


async def test_what_cannot_be_written_down_is_not_done() -> None:
    keys = MemoryKeyStore()
    house = House(access=AccessStores(keys=keys, sessions=MemorySessionStore(keys), audit=FullAuditLog()))
    async with house.client() as client:
        answer = await client.post("/api/runs", json=RUN)

    assert (answer.status_code, answer.json()["code"]) == (503, "journal.unavailable")
    assert answer.headers["retry-after"] == "5"
    assert (await house.runs.list(RunFilter(), 10, None)).runs == ()
    assert house.engine.dispatched == []


async def test_the_log_is_read_a_page_at_a_time(client: httpx2.AsyncClient, house: House) -> None:
    admin = bearer(await key_of(house))
    for number in range(5):
        async with house.gate.acts.doing(LOCAL, Intent(action="run.start", source="x", target=f"t{number}")):
            pass
    await house.gate.acts.settle()
    first = (await client.get("/api/audit?limit=3", headers=admin)).json()
    rest = (await client.get(f"/api/audit?limit=3&cursor={first['next_cursor']}", headers=admin)).json()

    assert [entry["target"] for entry in first["entries"] + rest["entries"]] == ["t4", "t3", "t2", "t1", "t0"]
    assert rest["next_cursor"] is None


async def test_a_filter_narrows_the_page_and_the_file(client: httpx2.AsyncClient, house: House) -> None:
    admin = bearer(await key_of(house))
    for action in ("run.start", "run.cancel", "key.create"):
        async with house.gate.acts.doing(LOCAL, Intent(action=action, source="x")):
            pass
    await house.gate.acts.settle()
    page = (await client.get("/api/audit?action=run.&subject=local", headers=admin)).json()
    file = (await client.get("/api/audit/export?action=run.&target=", headers=admin)).text

    assert [entry["action"] for entry in page["entries"]] == ["run.cancel", "run.start"]
    assert [json.loads(line) for line in file.splitlines()] == page["entries"]


@pytest.mark.parametrize("cursor", ["x", "0", "-1", "٣", "9" * 30, "1.5"])
async def test_a_cursor_that_nobody_gave_out_is_refused(client: httpx2.AsyncClient, house: House, cursor: str) -> None:
    answer = await client.get("/api/audit", params={"cursor": cursor}, headers=bearer(await key_of(house)))

    assert answer.status_code == 422


async def test_the_file_has_every_entry(client: httpx2.AsyncClient, house: House) -> None:
    admin = bearer(await key_of(house))
    for number in range(1, 1202):
        act = Act(
            act_id=str(number),
            at=NOON + timedelta(seconds=number),
            subject="s",
            role="",
            source="",
            action="a.b",
            target="",
        )
        await house.access.audit.begin(act)
    answer = await client.get("/api/audit/export", headers=admin)

    assert answer.headers["content-disposition"] == 'attachment; filename="callsheet-audit.jsonl"'
    assert [json.loads(line)["number"] for line in answer.text.splitlines()] == list(range(1201, 0, -1))


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "  =1", "|x", "%x"])
async def test_no_text_in_the_file_is_a_formula(client: httpx2.AsyncClient, house: House, text: str) -> None:
    async with house.gate.acts.doing(LOCAL, Intent(action="x", source=text, target=f'{text}",\n', details={"a": text})):
        pass
    await house.gate.acts.settle()
    answer = await client.get("/api/audit/export?format=csv", headers=bearer(await key_of(house)))
    head, row = csv.reader(io.StringIO(answer.text, newline=""))
    cells = dict(zip(head, row, strict=True))

    assert answer.headers["content-type"].startswith("text/csv")
    assert (cells["source"], cells["target"]) == (f"'{text}", f"'{text}\",\n")
    assert json.loads(cells["details"]) == {"a": text}
