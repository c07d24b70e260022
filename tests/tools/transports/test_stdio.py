"""What is written to a stdio server that has just ended."""

import asyncio
import os
from typing import Any

import anyio
import pytest
from mcp import MCPError
from mcp.shared.message import SessionMessage
from mcp_types import JSONRPCNotification, JSONRPCRequest, JSONRPCResponse

from callsheet.tools.faults import FaultKind, FaultMark
from callsheet.tools.transports.orphans import Children
from callsheet.tools.transports.stdio import Answers, StdioLink
from tests.support.processes import kill_unnoticed
from tests.support.servers.starting import raw


def request(number: int, **params: Any) -> SessionMessage:
    return SessionMessage(JSONRPCRequest(jsonrpc="2.0", id=number, method="tools/call", params=params))


def link() -> StdioLink:
    return StdioLink(raw(), os.environ, FaultMark(), lambda: None, Children(None))


async def process_of(answers: Answers) -> int:
    """The process id that the server has just answered with."""
    answer = await answers.receive()
    assert isinstance(answer, SessionMessage)
    assert isinstance(answer.message, JSONRPCResponse)
    return answer.message.result["structuredContent"]["pid"]


async def test_requests_that_wait_to_be_written_together_tell_that_their_server_never_saw_them() -> None:
    opened = link()
    async with opened as (answers, requests):
        await requests.send(request(1, name="pid"))
        pid = await process_of(answers)
        sending = [asyncio.create_task(requests.send(request(number, name="nap"))) for number in (2, 3, 4)]
        asyncio.get_running_loop().call_soon(kill_unnoticed, pid)  # after the first was written, before the others are
        first, *together = await asyncio.gather(*sending, return_exceptions=True)
    assert first is None
    for error in together:
        assert isinstance(error, MCPError)
        fault = opened.mark.read(error.error.data)
        assert fault is not None
        assert fault.kind is FaultKind.SESSION_GONE
    assert "was ended by SIGKILL" in opened.epitaph()


async def test_a_notification_to_a_server_that_has_ended_is_not_waited_for() -> None:
    async with link() as (answers, requests):
        await requests.send(request(1, name="pid"))
        kill_unnoticed(await process_of(answers))
        with pytest.raises(anyio.BrokenResourceError):
            await requests.send(SessionMessage(JSONRPCNotification(jsonrpc="2.0", method="notifications/cancelled")))
