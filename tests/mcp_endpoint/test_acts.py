"""What the audit log tells of acts through the endpoint that no call asks for in words."""

import asyncio
from collections.abc import Mapping
from typing import Any

import pytest
from mcp.client.extension import advertise
from mcp.shared.exceptions import MCPError

from callsheet.access.acts import Acts
from callsheet.access.audit import AuditEntry, AuditFilter, AuditLog
from callsheet.engine.clock import SystemClock
from callsheet.engine.entropy import SystemEntropy
from callsheet.journal.memory_access import MemoryAuditLog
from callsheet.mcp_endpoint.parts import OnDisconnect
from callsheet.runs.events import RunStatus
from callsheet.runs.ports import RunFilter
from tests.mcp_endpoint.house import document, eras, house
from tests.mcp_endpoint.test_calls import Slow
from tests.mcp_endpoint.test_owners import reached
from tests.mcp_endpoint.test_tasks import TASKS, ask


def acts_in(log: AuditLog) -> Acts:
    return Acts(log=log, clock=SystemClock(), new_id=SystemEntropy().run_id, local="os:ada")


async def newest(acts: Acts, log: AuditLog) -> AuditEntry:
    await acts.settle()
    return (await log.list(AuditFilter(), 1))[0]


@eras
async def test_a_run_that_ends_with_its_client_is_cancelled_in_the_name_of_that_client(era: str) -> None:
    slow, log = Slow(), MemoryAuditLog()
    acts = acts_in(log)
    working = document("slow", {"name": "a", "type": "tool", "tool": "work"})
    async with (
        asyncio.timeout(20),
        house(working, tools={"t": {"work": slow.work}}, acts=acts, on_disconnect=OnDisconnect.CANCEL) as at,
        at.client(era) as client,
    ):
        call = asyncio.create_task(client.call_tool("slow", {}))
        await slow.begun.wait()
        call.cancel()
        await asyncio.gather(call, return_exceptions=True)
        (run,) = (await at.system.runs.list(RunFilter(), 1)).runs
        assert (await at.system.finished(run.run_id)).status is RunStatus.CANCELLED
    entry = await newest(acts, log)
    assert (entry.act.action, entry.act.target, entry.act.subject) == ("run.cancel", run.run_id, "os:ada")
    assert entry.act.details == {"reason": "disconnect"}


@pytest.mark.parametrize(("method", "more"), [("tasks/cancel", {}), ("tasks/update", {"inputResponses": {}})])
async def test_who_may_not_change_a_task_is_told_so_and_written_down(method: str, more: Mapping[str, Any]) -> None:
    log = MemoryAuditLog()
    acts = acts_in(log)
    knows: Any = {"extensions": [advertise(TASKS, {})]}
    async with asyncio.timeout(20), reached(acts=acts) as at:
        async with at.client("ada", **knows) as ada:
            task = await ask(ada, "tools/call", name="news_asks", arguments={})
        async with at.client("viv", **knows) as viv:
            with pytest.raises(MCPError):
                await ask(viv, method, taskId=task["taskId"], **more)
        (run,) = (await at.system.runs.list(RunFilter(), 1)).runs
        assert not await at.system.journal.cancel_requested(run.run_id)
    entry = await newest(acts, log)
    assert (entry.act.action, entry.act.target, entry.act.subject) == ("mcp.call", method, "key:viv")
    assert (entry.act.details, entry.outcome and entry.outcome.result) == ({"run_id": run.run_id}, "forbidden")
