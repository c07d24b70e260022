"""Every act of the API: what the audit log tells of it when it was done. A route that is missing here fails."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import pytest
from fastapi import APIRouter

from callsheet.access.audit import AuditFilter
from callsheet.access.scopes import Scope
from callsheet.api.access import GuardedRoute, needs, served
from callsheet.api.auditing import TheDeed
from callsheet.scenario.json import Json
from tests.api.credentials import bearer, key_of
from tests.api.house import ARTICLE, NEWS, House, news_document
from tests.api.test_answers import asking
from tests.api.test_triggers import HOOK, SCHEDULE, SECRET, signature
from tests.support.events import new_id, run_finished

RUN_ID: Final = r"[0-9a-f]{8}-[0-9a-f-]{27}"
REVISION: Final = r"[0-9a-f]{16,64}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What stands in the log of one act.

    Attributes:
        made: a pattern of what came to be.
    """

    target: str = "{run_id}"
    details: Mapping[str, str] = field(default_factory=dict[str, str])
    made: str = ""


DONE: Final[dict[str, tuple[str, Json, Told]]] = {
    "run.start": ("POST /api/runs", {"scenario_id": NEWS, "input": ARTICLE}, Told(target=NEWS, made=RUN_ID)),
    "run.cancel": ("POST /api/runs/{run_id}/cancel", None, Told()),
    "run.resume": ("POST /api/runs/{run_id}/resume", None, Told()),
    "run.delete": ("DELETE /api/runs/{ended}", None, Told(target="{ended}")),
    "run.fork": (
        "POST /api/runs/{run_id}/fork",
        {"input": ARTICLE, "revision": "latest"},
        Told(details={"revision": "latest", "input": "changed"}, made=RUN_ID),
    ),
    "run.answer": (
        "POST /api/runs/{run_id}/steps/ask/answer",
        {"approved": False, "comment": "hunter2", "data": "hunter2"},
        Told(details={"step_path": "ask", "answer": "decline"}),
    ),
    "run.bulk": (
        "POST /api/runs/bulk",
        {"action": "cancel", "filter": {"scenario_id": NEWS, "status": ["waiting", "queued"]}},
        Told(
            target="",
            details={"action": "cancel", "filter": f"scenario={NEWS} status=queued,waiting"},
            made="1 of 1 runs",
        ),
    ),
    "scenario.save": (
        "PUT /api/scenarios/mine",
        {**news_document(), "scenario_id": "mine"},
        Told(target="mine", made=REVISION),
    ),
    "key.create": (
        "POST /api/keys",
        {"name": "ci", "role": "viewer"},
        Told(target="", details={"name": "ci", "role": "viewer"}, made=r"[0-9a-f]{12}"),
    ),
    "key.revoke": ("DELETE /api/keys/{key_id}", None, Told(target="{key_id}")),
    "secret.set": ("PUT /api/secrets/TOKEN", {"value": "hunter22"}, Told(target="TOKEN")),
    "secret.remove": ("DELETE /api/secrets/KEPT", None, Told(target="KEPT")),
    "schedule.save": ("PUT /api/schedules/mine", {**SCHEDULE, "name": "mine"}, Told(target="mine", made=REVISION)),
    "schedule.delete": ("DELETE /api/schedules/nightly", None, Told(target="nightly")),
    "schedule.pause": ("POST /api/schedules/nightly/pause", None, Told(target="nightly")),
    "schedule.resume": ("POST /api/schedules/nightly/resume", None, Told(target="nightly")),
    "schedule.trigger": ("POST /api/schedules/nightly/trigger", None, Told(target="nightly", made=RUN_ID)),
    "hook.save": ("PUT /api/hooks/mine", {**HOOK, "name": "mine"}, Told(target="mine", made=REVISION)),
    "hook.delete": ("DELETE /api/hooks/push", None, Told(target="push")),
    "hook.receive": ("POST /api/hooks/push", ARTICLE, Told(target="push", made=RUN_ID)),
}
"""By action: a request that is done, and what is told of it."""

ELSEWHERE: Final = {"session.begin", "session.end", "tool.call"}
"""What needs a browser or a tool server: see `test_session.py`, `test_openid.py` and `test_playground.py`."""


def test_every_act_of_the_app_is_here(house: House) -> None:
    actions = {access.action for _, access in served(house.app) if access.action}
    assert actions == {*DONE, *ELSEWHERE}


def test_the_page_on_security_lists_every_act(house: House) -> None:
    page = (Path(__file__).parents[2] / "docs/security.md").read_text(encoding="utf-8")
    rows = [line.split("|")[1] for line in page.splitlines() if re.match(r"\| `\w+\.\w+`", line)]
    listed = {action for row in rows for action in re.findall(r"`(\w+\.\w+)`", row)}
    assert listed == {*DONE, *ELSEWHERE, "mcp.call"}


@pytest.mark.parametrize("action", DONE)
async def test_what_was_done_is_told(action: str) -> None:
    house = House(asks=True, secrets={"CALLSHEET_SECRET_PUSH": SECRET})
    admin = bearer(await key_of(house))
    request, body, told = DONE[action]
    async with house.client() as client:
        for kind, document in (("schedules/nightly", SCHEDULE), ("hooks/push", HOOK)):
            assert (await client.put(f"/api/{kind}", json=document, headers=admin)).status_code == 201
        await house.secret_desk.set("KEPT", "hunter22")
        end = run_finished(new_id())
        names = {
            "run_id": await asking(house),
            "ended": await house.run(end),
            "key_id": (await house.gate.keys.list())[0].key_id,
        }
        method, _, path = request.format(**names).partition(" ")
        sent = b"" if body is None else json.dumps(body).encode()
        more = {} if body is None else {"Content-Type": "application/json", **signature(sent)}
        answer = await client.request(method, path, content=sent, headers={**admin, **more})
        assert answer.status_code < 300, answer.text
    await house.gate.acts.settle()
    entry, *_ = await house.access.audit.list(AuditFilter(), 1)

    who = ("hook:push", "") if action == "hook.receive" else ("key:admin", "admin")
    assert (entry.act.action, entry.act.subject, entry.act.role) == (action, *who)
    assert entry.act.target == told.target.format(**names)
    assert entry.act.details == told.details
    assert entry.outcome is not None
    assert (entry.outcome.result, bool(told.made)) == ("done", bool(entry.outcome.target))
    assert re.fullmatch(told.made, entry.outcome.target)


async def test_an_endpoint_that_forgets_to_begin_its_act_fails(house: House) -> None:
    router = APIRouter(route_class=GuardedRoute)

    @router.post("/forgetful")
    @needs(Scope.RUNS_WRITE, action="run.forgotten", begins=True)
    async def forgetful(deed: TheDeed) -> None:
        """Has it, and does not begin it."""

    house.app.include_router(router)
    async with house.client() as client:
        answer = await client.post("/forgetful")

    assert (answer.status_code, answer.json()["code"]) == (500, "internal")


def test_an_endpoint_that_cannot_begin_its_act_cannot_be_made() -> None:
    router = APIRouter(route_class=GuardedRoute)

    @needs(Scope.RUNS_WRITE, action="run.forgotten", begins=True)
    async def unable() -> None:
        """Has none to begin."""

    with pytest.raises(TypeError, match="unable begins its act, and has no parameter TheDeed"):
        router.post("/unable")(unable)
