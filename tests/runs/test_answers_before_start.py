"""Answers that came while no process was at work: every step that waits finds its own."""

import asyncio
from collections.abc import Mapping

from callsheet.journal.memory import MemoryJournal
from callsheet.runs.events import Message, RunId, RunStatus
from callsheet.scenario.json import Json, JsonObject
from callsheet.testing import memory_system
from tests.support.scenarios import scenario


class JournalOnDisk(MemoryJournal):
    """Lets others run while it looks for messages, as the journals on disk do."""

    async def messages(self, run_id: RunId) -> Mapping[int, Message]:
        await asyncio.sleep(0)
        return await super().messages(run_id)


def ask(name: str) -> Json:
    return {"name": name, "type": "approval", "message": "Publish?"}


async def test_two_branches_that_were_answered_while_nobody_was_at_work_both_go_on() -> None:
    both: JsonObject = {"name": "both", "type": "parallel", "branches": {"a": [ask("one")], "b": [ask("two")]}}
    journal = JournalOnDisk()
    async with memory_system([scenario(both)], {}, journal=journal) as first, asyncio.timeout(10):
        run_id = (await first.runs.submit("test", {})).run_id
        async for _ in first.runs.follow(run_id):
            if (await first.runs.state(run_id)).status is RunStatus.WAITING:
                break
        state = await first.runs.state(run_id)
    for step in state.steps.values():
        if step.waiting is not None:
            answer: JsonObject = {"kind": "answer", "approved": True, "comment": "", "data": None}
            await journal.deliver(run_id, step.waiting[0], Message(at=step.started_at, value=answer))
    async with memory_system([scenario(both)], {}, journal=journal) as second, asyncio.timeout(10):
        state = await second.finished(run_id)
    assert state.status is RunStatus.SUCCESS
