"""Whose runs a caller sees over HTTP: those of others are as if they were not there."""

import re
from collections.abc import AsyncGenerator
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import UTC, datetime
from typing import Any

import httpx2
import pytest

from callsheet.access.patterns import ALL, Patterns
from callsheet.access.principal import Principal
from callsheet.access.scopes import Role
from callsheet.api.access import served
from callsheet.runs.events import RunId, RunStatus, TriggerKind
from callsheet.runs.ports import RunFilter
from callsheet.runs.tools import ToolInfo
from callsheet.runs.triggers.slots import Decision, Slot
from callsheet.scenario.json import JsonObject
from tests.api.asgi import exchange
from tests.api.house import ARTICLE, NEWS, House, Shelf, SomeTools, entry_of, news_document
from tests.api.overviews import Overview
from tests.api.test_triggers import HOOK, SCHEDULE
from tests.support.events import new_id, run_finished, step_started

BILLS = "billing"


def document(scenario_id: str, **fields: Any) -> JsonObject:
    return {**news_document(), "scenario_id": scenario_id, **fields}


def caller(
    name: str,
    role: Role = Role.AUTHOR,
    *,
    every_run: bool = False,
    scenarios: Patterns = ALL,
    tools: Patterns = ALL,
) -> Principal:
    return Principal(subject=f"key:{name}", name=name, role=role, every_run=every_run, scenarios=scenarios, tools=tools)


@pytest.fixture
def house() -> House:
    """Ada and Bob see their own runs, Root sees all; Nora sees news alone, Tom may call `news/*` alone."""
    tools = [
        ToolInfo(server=server, name=name, description="", input_schema={"type": "object"})
        for server, name in [("news", "search_news_sources"), ("news", "read"), ("bank", "pay")]
    ]
    return House(
        catalog=Shelf(entry_of(NEWS, document(NEWS)), entry_of(BILLS, document(BILLS))),
        tools=SomeTools(*tools, alive=["news", "bank"]),
        secrets={"CALLSHEET_SECRET_PUSH": "x"},
        people={
            "ada": caller("ada"),
            "bob": caller("bob"),
            "root": caller("root", Role.ADMIN, every_run=True),
            "nora": caller("nora", every_run=True, scenarios=Patterns(("news_*",))),
            "tom": caller("tom", every_run=True, tools=Patterns(("news/*",))),
        },
    )


@pytest.fixture
async def clients(house: House) -> AsyncGenerator[dict[str, httpx2.AsyncClient]]:
    async with AsyncExitStack() as stack:
        yield {name: await stack.enter_async_context(house.client(name)) for name in house.people}


Clients = dict[str, httpx2.AsyncClient]


async def start(client: httpx2.AsyncClient, scenario_id: str = NEWS, **headers: str) -> RunId:
    body = {"scenario_id": scenario_id, "input": ARTICLE}
    response = await client.post("/api/runs", json=body, headers={k.replace("_", "-"): v for k, v in headers.items()})
    assert response.status_code == 202, response.content
    return RunId(response.json()["run_id"])


async def listed(client: httpx2.AsyncClient, query: str = "") -> list[str]:
    return [row["run_id"] for row in (await client.get(f"/api/runs{query}")).json()["runs"]]


def routes_of_a_run(house: House) -> list[tuple[str, str]]:
    found: list[tuple[str, str]] = []
    for context, _ in served(house.app):
        if context.path is not None and "{run_id}" in context.path:
            found += [(method, context.path) for method in sorted(getattr(context.original_route, "methods", ()))]
    assert len(found) >= 9
    return found


async def test_a_run_belongs_to_who_started_it(house: House, clients: Clients) -> None:
    run_id = await start(clients["ada"])
    assert (await house.journal.summary(run_id)).owner == "key:ada"
    assert await listed(clients["ada"]) == await listed(clients["root"]) == [run_id]
    assert await listed(clients["bob"]) == []


async def test_every_route_treats_the_run_of_somebody_else_as_one_that_is_not_there(
    house: House, clients: Clients
) -> None:
    theirs, nobodys = await start(clients["ada"]), new_id()
    await house.journal.append(theirs, 1, [step_started(theirs, "search_news_sources")])
    before = await house.journal.summary(theirs)
    bodies: dict[str, Any] = {"answer": {"approved": True}}
    for method, path in routes_of_a_run(house):
        answers: list[tuple[int, str]] = []
        for run_id in (theirs, nobodys):
            url = re.sub(r"\{step_path[^}]*\}", "search_news_sources", path).replace("{run_id}", run_id)
            body = bodies.get(path.rpartition("/")[2])
            response = await clients["bob"].request(method, url, json=body)
            answers.append((response.status_code, response.text.replace(run_id, "…")))
        assert answers[0] == answers[1], (method, path)
        assert answers[0][0] == 404, (method, path, answers[0])
    assert await house.journal.summary(theirs) == before
    assert not await house.journal.cancel_requested(theirs)
    assert house.engine.cancelled == []
    for name in ("ada", "root"):
        assert (await clients[name].get(f"/api/runs/{theirs}")).status_code == 200


async def test_no_filter_shows_the_runs_of_others(clients: Clients) -> None:
    theirs = await start(clients["ada"])
    for query in (f"?q={theirs}", f"?scenario_id={NEWS}", "?status=queued", f"?parent_run_id={theirs}"):
        assert await listed(clients["bob"], query) == []


async def test_nobody_learns_with_which_codes_the_runs_of_others_ended(house: House, clients: Clients) -> None:
    theirs, own = await start(clients["ada"]), await start(clients["bob"])
    for run_id in (theirs, own):
        await house.journal.append(run_id, 1, [run_finished(run_id, RunStatus.FAILED, code="ToolError")])
    assert await listed(clients["bob"], "?error_code=ToolError") == [own]
    body = {"action": "retry", "filter": {"error_code": ["ToolError"]}, "dry_run": True}
    assert (await clients["bob"].post("/api/runs/bulk", json=body)).json()["done"] == [own]


async def test_whoever_sees_many_is_told_whose_each_is_and_finds_those_of_one(clients: Clients) -> None:
    ada, bob = await start(clients["ada"]), await start(clients["bob"])
    rows = (await clients["root"].get("/api/runs")).json()["runs"]
    assert {row["run_id"]: row["owner"] for row in rows} == {ada: "key:ada", bob: "key:bob"}
    assert (await clients["root"].get(f"/api/runs/{bob}")).json()["owner"] == "key:bob"
    assert await listed(clients["root"], "?owner=key:ada") == [ada]
    assert await listed(clients["root"], "?owner=key:nobody") == await listed(clients["bob"], "?owner=key:ada") == []
    body = {"action": "cancel", "filter": {"owner": "key:bob"}, "dry_run": True}
    assert (await clients["root"].post("/api/runs/bulk", json=body)).json()["done"] == [bob]


async def test_statistics_count_own_runs_alone(clients: Clients) -> None:
    await start(clients["ada"])
    await start(clients["ada"], BILLS)
    for name, runs in (("root", 2), ("ada", 2), ("nora", 1), ("bob", 0)):
        report = (await clients[name].get("/api/stats?since=2026-01-01T00:00:00Z")).json()
        assert (name, report["runs"]) == (name, runs)
    assert (await clients["nora"].get(f"/api/stats?scenario_id={BILLS}")).json()["scenarios"] == []


async def test_bulk_finds_own_runs_alone(house: House, clients: Clients) -> None:
    theirs, own = await start(clients["ada"]), await start(clients["bob"])
    answer = await clients["bob"].post("/api/runs/bulk", json={"action": "cancel", "filter": {"scenario_id": NEWS}})
    assert answer.json()["done"] == [own]
    assert house.engine.cancelled == [own]
    assert not await house.journal.cancel_requested(theirs)


async def test_a_fork_belongs_to_who_forked(house: House, clients: Clients) -> None:
    theirs = await start(clients["ada"])
    await house.journal.append(theirs, 1, [run_finished(theirs, RunStatus.FAILED)])
    fork = (await clients["root"].post(f"/api/runs/{theirs}/fork")).json()["run_id"]
    assert (await house.journal.summary(RunId(fork))).owner == "key:root"
    assert await listed(clients["ada"]) == [theirs]


async def test_a_revision_of_a_scenario_that_is_not_seen_is_as_one_that_never_ran(
    house: House, clients: Clients
) -> None:
    own, hidden = (
        await start(clients["nora"]),
        (await house.journal.summary(await start(clients["ada"], BILLS))).revision,
    )
    answers = [
        await clients["nora"].post(f"/api/runs/{own}/fork", json={"revision": revision})
        for revision in (hidden, "0" * len(hidden))
    ]
    assert [answer.status_code for answer in answers] == [422, 422]
    assert answers[0].text.replace(hidden, "…") == answers[1].text.replace("0" * len(hidden), "…")


async def test_expressions_cannot_be_evaluated_on_the_run_of_somebody_else(clients: Clients) -> None:
    theirs = await start(clients["ada"])
    answers = [
        await clients[name].post("/api/expressions/evaluate", json={"expression": "input.url", "run_id": run_id})
        for name, run_id in (("bob", theirs), ("bob", new_id()), ("ada", theirs))
    ]
    assert [answer.status_code for answer in answers] == [404, 404, 200]
    assert {answer.json()["code"] for answer in answers[:2]} == {"run.not_found"}


async def test_one_idempotency_key_of_two_callers_means_two_runs(clients: Clients) -> None:
    mine = await start(clients["ada"], idempotency_key="k")
    theirs = await start(clients["bob"], idempotency_key="k")
    assert mine != theirs
    assert await start(clients["ada"], idempotency_key="k") == mine
    other = {"scenario_id": BILLS, "input": ARTICLE}
    reused = await clients["ada"].post("/api/runs", json=other, headers={"Idempotency-Key": "k"})
    assert (reused.status_code, "'k'" in reused.json()["detail"]) == (422, True)


async def test_children_that_are_not_seen_are_not_shown(house: House, clients: Clients) -> None:
    assert (await clients["nora"].get(f"/api/runs/{await house.run(scenario_id=BILLS)}")).status_code == 404
    run_id = await house.run(scenario_id=NEWS)
    assert (await clients["nora"].get(f"/api/runs/{run_id}")).json()["children"] == []


@asynccontextmanager
async def watching(house: House, name: str, query: str = "") -> AsyncGenerator[Overview]:
    more = [(b"x-test-caller", name.encode())]
    async with exchange(house.app, "GET", "/api/events", query=query.encode(), more=more) as stream:
        assert (await stream.start())[0] == 200
        overview = Overview(stream)
        assert (await overview.next()).data == {"type": "ready"}
        yield overview


async def test_the_stream_of_all_runs_tells_each_watcher_of_their_own(house: House, clients: Clients) -> None:
    async with watching(house, "bob") as bob, watching(house, "root") as root, watching(house, "nora") as nora:
        theirs = await start(clients["ada"], BILLS)
        created = (await root.next()).data
        assert (created["run_id"], created["owner"]) == (theirs, "key:ada")
        await house.journal.append(theirs, 1, [run_finished(theirs)])
        assert (await root.next()).data["status"] == "success"
        await clients["ada"].delete(f"/api/runs/{theirs}")
        assert (await root.next()).data == {"type": "run_deleted", "run_id": theirs}
        own = await start(clients["bob"])
        assert (await bob.next()).data["run_id"] == own
        assert (await nora.next()).data["run_id"] == own
        await house.journal.append(own, 1, [run_finished(own)])
        assert (await bob.next()).data["status"] == "success"
        await clients["bob"].delete(f"/api/runs/{own}")
        assert (await bob.next()).data == {"type": "run_deleted", "run_id": own}


async def test_a_removal_that_nobody_knows_the_owner_of_is_told_to_those_who_see_all(
    house: House, clients: Clients
) -> None:
    theirs = await start(clients["ada"])
    await house.journal.append(theirs, 1, [run_finished(theirs)])
    async with watching(house, "bob") as bob, watching(house, "root") as root:
        await clients["root"].delete(f"/api/runs/{theirs}")
        assert (await root.next()).data["type"] == "run_deleted"
        own = await start(clients["bob"])
        assert (await bob.next()).data["run_id"] == own


async def test_the_run_of_somebody_else_cannot_be_followed(clients: Clients) -> None:
    theirs, nobodys = await start(clients["ada"]), new_id()
    answers = [await clients["bob"].get(f"/api/events?follow={run_id}:0") for run_id in (theirs, nobodys)]
    bodies = {answer.text.replace(run_id, "…") for answer, run_id in zip(answers, (theirs, nobodys), strict=True)}
    assert [answer.status_code for answer in answers] == [404, 404]
    assert len(bodies) == 1


async def test_a_scenario_outside_of_the_patterns_is_as_if_it_were_not_there(clients: Clients) -> None:
    nora = clients["nora"]
    assert [row["scenario_id"] for row in (await nora.get("/api/scenarios")).json()] == [NEWS]
    for path in ("", "/source", "/revisions", "/revisions/1"):
        hidden, missing = [await nora.get(f"/api/scenarios/{name}{path}") for name in (BILLS, "bilking")]
        assert (hidden.status_code, missing.status_code) == (404, 404)
        assert hidden.text.replace(BILLS, "…") == missing.text.replace("bilking", "…")
    hidden, missing, near = [
        await nora.post("/api/runs", json={"scenario_id": name, "input": ARTICLE})
        for name in (BILLS, "bilking", "news_source_discovery_v2")
    ]
    assert (hidden.status_code, missing.status_code, near.status_code) == (404, 404, 404)
    assert hidden.text.replace(BILLS, "…") == missing.text.replace("bilking", "…")
    assert (await start(nora)) in await listed(nora)


async def test_a_scenario_outside_of_the_patterns_cannot_be_saved(clients: Clients) -> None:
    put = await clients["nora"].put("/api/scenarios/other", json=document("other"))
    assert (put.status_code, put.json()["code"]) == (403, "forbidden")
    put = await clients["nora"].put("/api/scenarios/news_x", json=document("news_x"))
    assert put.status_code == 201


async def test_who_may_not_start_a_scenario_may_not_save_one_that_does(clients: Clients) -> None:
    step: JsonObject = {"name": "pay", "type": "scenario", "scenario_id": BILLS, "input": {}}
    put = await clients["nora"].put("/api/scenarios/news_x", json=document("news_x", steps=[step]))
    assert (put.status_code, put.json()["code"]) in {(403, "forbidden"), (422, "scenario.invalid")}


async def test_a_scenario_with_other_tools_is_neither_run_nor_saved(house: House, clients: Clients) -> None:
    tom = clients["tom"]
    step: JsonObject = {"name": "pay", "type": "tool", "server": "bank", "tool": "pay", "input": {}}
    paying = document("paying", steps=[step])
    put = await tom.put("/api/scenarios/paying", json=paying)
    assert (put.status_code, put.json()["code"]) == (403, "forbidden")
    assert "bank/pay" in put.json()["detail"]
    assert (await tom.put("/api/scenarios/vague", json=document("vague"))).status_code == 403
    assert (await clients["root"].put("/api/scenarios/paying", json=paying)).status_code == 201
    run = await tom.post("/api/runs", json={"scenario_id": "paying", "input": ARTICLE})
    assert (run.status_code, run.json()["code"]) == (403, "forbidden")
    assert (await house.journal.runs(RunFilter(), 10)).runs == ()
    named = document("fine", steps=[{**step, "server": "news", "tool": "read"}])
    assert (await tom.put("/api/scenarios/fine", json=named)).status_code == 201
    assert await start(tom, "fine")


async def test_no_scenario_is_saved_that_starts_one_with_other_tools(clients: Clients) -> None:
    root, tom = clients["root"], clients["tom"]

    def starting(name: str, child: str, **more: str) -> JsonObject:
        return document(
            name, steps=[{"name": "go", "type": "scenario", "scenario_id": child, "input": ARTICLE, **more}]
        )

    pay: JsonObject = {"name": "pay", "type": "tool", "server": "bank", "tool": "pay", "input": {}}
    read: JsonObject = {**pay, "name": "read", "server": "news", "tool": "read"}
    first = document("child", steps=[pay])
    await root.put("/api/scenarios/child", json=first)
    await root.put("/api/scenarios/between", json=starting("between", "child"))
    for child in ("child", "between"):
        put = await tom.put("/api/scenarios/mine", json=starting("mine", child))
        assert (put.status_code, put.json()["code"]) == (403, "forbidden")
        assert "'child'" in put.json()["detail"]
        assert "bank/pay" in put.json()["detail"]
    earlier = (await root.get("/api/scenarios/child")).headers["etag"].strip('"')
    await root.put("/api/scenarios/child", json=document("child", steps=[read]), headers={"If-Match": "*"})
    put = await tom.put("/api/scenarios/mine", json=starting("mine", "child", revision=earlier))
    assert (put.status_code, put.json()["code"]) == (403, "forbidden")
    assert (await tom.put("/api/scenarios/mine", json=starting("mine", "between"))).status_code == 201


async def test_tools_outside_of_the_patterns_are_as_if_they_were_not_there(clients: Clients) -> None:
    tom = clients["tom"]
    assert {row["server"] for row in (await tom.get("/api/tools")).json()} == {"news"}
    assert [row["name"] for row in (await tom.get("/api/tool-servers")).json()] == ["news"]
    assert (await tom.get("/api/tools/news/read")).status_code == 200
    calls: list[tuple[str, str, JsonObject | None]] = [("GET", "", None), ("POST", "/call", {"arguments": {}})]
    for method, path, body in calls:
        hidden, missing = [
            await tom.request(method, f"/api/tools/bank/{tool}{path}", json=body) for tool in ("pay", "x")
        ]
        assert (hidden.status_code, hidden.json()["code"]) == (404, "tool.not_found")
        assert hidden.text.replace("pay", "…") == missing.text.replace('"x"', '"…"').replace("'x'", "'…'")


async def test_schedules_and_hooks_of_other_scenarios_are_as_if_they_were_not_there(clients: Clients) -> None:
    nora, root = clients["nora"], clients["root"]
    for kind, body in (("schedules", SCHEDULE), ("hooks", HOOK)):
        await root.put(f"/api/{kind}/mine", json={**body, "name": "mine"})
        await root.put(f"/api/{kind}/bills", json={**body, "name": "bills", "scenario_id": BILLS})
        assert [row["name"] for row in (await nora.get(f"/api/{kind}")).json()] == ["mine"]
        hidden, missing = [await nora.get(f"/api/{kind}/{name}") for name in ("bills", "balls")]
        assert hidden.status_code == 404
        assert hidden.text.replace("bills", "…") == missing.text.replace("balls", "…")
        assert (await nora.delete(f"/api/{kind}/bills")).status_code == 404
        taken = await nora.put(f"/api/{kind}/bills", json={**body, "name": "bills"}, headers={"If-Match": "*"})
        assert taken.status_code == 403
        outside = {**body, "name": "new", "scenario_id": BILLS}
        assert (await nora.put(f"/api/{kind}/new", json=outside)).status_code == 403
    for act in ("pause", "resume", "trigger"):
        assert (await nora.post(f"/api/schedules/bills/{act}")).status_code == 404
    assert (await root.get("/api/schedules/bills")).status_code == 200


async def test_what_an_earlier_schedule_of_the_name_started_is_told_to_those_alone_who_see_all(
    house: House, clients: Clients
) -> None:
    root, nora = clients["root"], clients["nora"]
    await root.put("/api/schedules/nightly", json={**SCHEDULE, "scenario_id": BILLS})
    long_ago = datetime(2020, 1, 1, tzinfo=UTC)
    await house.triggers.claim(
        Slot(schedule="nightly", at=long_ago, decision=Decision.STARTED, run_id=new_id(), decided_at=long_ago)
    )
    assert (await root.delete("/api/schedules/nightly")).status_code == 204
    assert (await nora.put("/api/schedules/nightly", json=SCHEDULE)).status_code == 201
    told = [len((await who.get("/api/schedules/nightly")).json()["last_slots"]) for who in (root, nora)]
    assert told == [1, 0]


async def test_a_schedule_that_somebody_starts_gives_them_a_run(house: House, clients: Clients) -> None:
    await clients["root"].put("/api/schedules/nightly", json=SCHEDULE)
    run_id = (await clients["ada"].post("/api/schedules/nightly/trigger")).json()["run_id"]
    assert (await house.journal.summary(RunId(run_id))).owner == "key:ada"


async def test_what_is_saved_is_bound_as_its_author_is(house: House, clients: Clients) -> None:
    step: JsonObject = {"name": "read", "type": "tool", "server": "news", "tool": "read", "input": {}}
    await clients["root"].put("/api/scenarios/fine", json=document("fine", steps=[step]))
    await clients["tom"].put("/api/hooks/push", json={**HOOK, "scenario_id": "fine"})
    [saved] = (await house.triggers.saved(TriggerKind.HOOK)).values()
    assert saved.mandate.tools == Patterns(("news/*",))
