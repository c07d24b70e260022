"""What a stdio server can do wrong, and what its caller then sees."""

import asyncio
import json
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from callsheet.errors.tools import BadOutput, OutputTooLarge, ToolFailed, ToolTimeout, TransportLost
from callsheet.runs.fairness import give_way
from callsheet.runs.tools import OtherBlock, TextBlock
from callsheet.tools.calls.server_calls import SILENT_TIMEOUTS
from callsheet.tools.pool import ToolPool
from callsheet.tools.servers import ServerOptions
from tests.support.servers.starting import call, echo, pool, raw, result_of


@pytest.fixture(params=["modern", "legacy"])
async def tools(request: pytest.FixtureRequest) -> AsyncIterator[ToolPool]:
    async with pool(raw("raw", *(["--legacy"] if request.param == "legacy" else []))) as made:
        yield made


@pytest.fixture
async def modern() -> AsyncIterator[ToolPool]:
    async with pool(raw()) as made:
        yield made


@pytest.mark.parametrize("how", ["chatter", "bad_utf8_line", "twice", "changed"])
async def test_what_is_not_an_answer_harms_nobody(tools: ToolPool, how: str) -> None:
    result = await result_of(tools, call("misbehave", how=how))
    assert result.structured == {"ok": True}


@pytest.mark.parametrize("how", ["bad_utf8", "surrogate", "nul", "nan", "deep", "structure", "content"])
async def test_an_answer_that_is_not_sound_is_refused_at_once(tools: ToolPool, how: str) -> None:
    with pytest.raises(BadOutput) as refused:
        await result_of(tools, call("misbehave", how=how))
    assert (refused.value.server, refused.value.tool, refused.value.step_code) == ("raw", "misbehave", "OutputInvalid")
    assert (await result_of(tools, call("echo", x=1))).structured == {"x": 1}


@pytest.mark.parametrize("how", ["huge", "huge_id_last"])
async def test_an_answer_over_the_cap_fails_its_own_call_only(tools: ToolPool, how: str) -> None:
    beside = asyncio.create_task(result_of(tools, call("nap")))
    with pytest.raises(OutputTooLarge, match=r"larger than 4194304 bytes.*maxMessageBytes"):
        await result_of(tools, call("misbehave", how=how, size=20))
    assert (await result_of(tools, call("echo", x=1))).structured == {"x": 1}
    assert not beside.done()
    beside.cancel()
    await asyncio.wait({beside})


async def test_a_long_line_of_nothing_is_read_past(modern: ToolPool) -> None:
    result = await result_of(modern, call("misbehave", how="flood", size=20))
    assert result.structured == {"flooded": True}


async def test_a_line_without_an_end_ends_the_server() -> None:
    async with pool(raw(options=ServerOptions(max_message_bytes=2**16))) as tools:
        with pytest.raises(TransportLost, match=r"ended by SIGKILL") as lost:
            await result_of(tools, call("misbehave", how="flood", size=-1))
        assert "bytes without a newline" in str(lost.value)
        assert (await result_of(tools, call("echo", x=1))).structured == {"x": 1}


async def test_a_crash_is_told_with_status_and_last_words(tools: ToolPool) -> None:
    await result_of(tools, call("echo"))
    others = [asyncio.create_task(result_of(tools, call("nap"))) for _ in range(3)]
    await result_of(tools, call("echo"))  # connected before, so that by its answer the others were sent, too
    with pytest.raises(TransportLost, match="exit status 7") as lost:
        await result_of(tools, call("misbehave", how="crash"))
    assert "the sky fell" in str(lost.value)
    assert lost.value.ran is None
    for outcome in await asyncio.gather(*others, return_exceptions=True):
        assert isinstance(outcome, TransportLost)


async def test_the_call_after_a_crash_starts_the_server_again(tools: ToolPool) -> None:
    with pytest.raises(TransportLost):
        await result_of(tools, call("misbehave", how="crash"))
    assert (await result_of(tools, call("echo", x=1))).structured == {"x": 1}


async def test_errors_of_the_server_are_the_tools(tools: ToolPool) -> None:
    with pytest.raises(ToolFailed, match="no such argument") as failed:
        await result_of(tools, call("misbehave", how="error"))
    assert failed.value.data == {"code": -32602, "data": None}


async def test_a_session_that_a_tool_lost_is_not_ours(tmp_path: Path) -> None:
    ledger = tmp_path / "ledger"
    async with pool(raw("raw", "--ledger", str(ledger))) as tools:
        beside = asyncio.create_task(result_of(tools, call("nap")))
        with pytest.raises(ToolFailed, match="session of the shop"):
            await result_of(tools, call("misbehave", how="own_session"))
        await result_of(tools, call("echo"))
        assert not beside.done()
        beside.cancel()
        await asyncio.wait({beside})
    assert ledger.read_text(encoding="utf-8").count("own_session") == 1


async def test_an_error_result_carries_its_structured_content(tools: ToolPool) -> None:
    with pytest.raises(ToolFailed, match="tired") as failed:
        await result_of(tools, call("misbehave", how="is_error"))
    assert failed.value.data == {"reason": "tired"}


@pytest.mark.parametrize("how", ["hang", "wrong_id", "glued"])
async def test_an_answer_that_does_not_come_is_waited_for_until_the_deadline(tools: ToolPool, how: str) -> None:
    with pytest.raises(ToolTimeout) as late:
        await result_of(tools, call("misbehave", timeout=0.2, how=how))
    assert late.value.ran is None
    assert (await result_of(tools, call("echo", x=1))).structured == {"x": 1}


async def test_a_server_that_is_silent_three_times_is_started_again(tools: ToolPool) -> None:
    assert (await result_of(tools, call("echo"))).structured == {}
    for arguments in ({"how": "stall"}, {"how": "hang"}, {"how": "hang"}):
        with pytest.raises(ToolTimeout):
            await result_of(tools, call("misbehave", timeout=0.1, **arguments))
    assert (await result_of(tools, call("echo", x=1))).structured == {"x": 1}


async def test_calls_that_wait_behind_another_do_not_end_the_server_below_it() -> None:
    async with pool(raw("raw", "--legacy", options=ServerOptions(elicits=True))) as tools:
        await result_of(tools, call("echo"))
        at_work = asyncio.create_task(result_of(tools, call("nap")))
        async with asyncio.timeout(5):
            while not tools.servers()[0].in_flight:
                await give_way()
        for _ in range(SILENT_TIMEOUTS):
            with pytest.raises(ToolTimeout, match="did not get its turn"):
                await result_of(tools, call("echo", timeout=0.1))
        assert tools.servers()[0].connected
        assert not at_work.done()
        at_work.cancel()
        await asyncio.wait({at_work})


async def test_a_byte_between_timeouts_keeps_the_server(tmp_path: Path) -> None:
    ledger = tmp_path / "ledger"
    async with pool(raw("raw", "--ledger", str(ledger))) as tools:
        for _ in range(4):
            with pytest.raises(ToolTimeout):
                await result_of(tools, call("nap", timeout=0.05))
            await result_of(tools, call("echo"))
    assert ledger.read_text(encoding="utf-8").count("server/discover") == 1


async def test_a_cancelled_call_is_told_to_the_server(tmp_path: Path) -> None:
    ledger = tmp_path / "ledger"
    async with pool(raw("raw", "--ledger", str(ledger))) as tools:
        await result_of(tools, call("echo"))
        napping = asyncio.create_task(result_of(tools, call("nap")))
        await result_of(tools, call("echo"))
        napping.cancel()
        await asyncio.wait({napping})
        await result_of(tools, call("echo"))
    messages = [json.loads(line) for line in ledger.read_text(encoding="utf-8").splitlines()]
    (nap,) = [m["id"] for m in messages if m["method"] == "tools/call" and m["params"]["name"] == "nap"]
    assert [m["params"]["requestId"] for m in messages if m["method"] == "notifications/cancelled"] == [nap]


async def test_a_call_whose_time_is_up_is_told_to_the_server(tmp_path: Path) -> None:
    ledger = tmp_path / "ledger"
    async with pool(raw("raw", "--ledger", str(ledger))) as tools:
        await result_of(tools, call("echo"))
        with pytest.raises(ToolTimeout):
            await result_of(tools, call("nap", timeout=0.3))
        await result_of(tools, call("echo"))
    assert "notifications/cancelled" in ledger.read_text(encoding="utf-8")


async def test_many_notifications_and_much_stderr_do_not_hold_up_the_answer(modern: ToolPool) -> None:
    noisy, shouting, plain = await asyncio.gather(
        result_of(modern, call("misbehave", how="noise", size=3_000)),
        result_of(modern, call("misbehave", how="shout", size=8)),
        result_of(modern, call("echo", x=1)),
    )
    assert (noisy.structured, shouting.structured, plain.structured) == ({"noise": 3_000}, {"shouted": 8}, {"x": 1})


@pytest.mark.parametrize(
    ("tool", "reason"),
    [
        ("redos", "/text does not fit"),
        ("remote", "cannot be used"),
        ("mismatch", "/value does not fit"),
        ("silent", "sent none"),
    ],
)
async def test_a_result_must_fit_its_output_schema(modern: ToolPool, tool: str, reason: str) -> None:
    with pytest.raises(BadOutput, match=reason):
        await result_of(modern, call(tool))


@pytest.mark.parametrize("validation", ["warn", "off"])
async def test_a_result_that_does_not_fit_can_be_let_through(validation: str) -> None:
    options = ServerOptions(output_validation="warn" if validation == "warn" else "off")
    async with pool(raw(options=options)) as tools:
        assert (await result_of(tools, call("mismatch"))).structured == {"value": "seven"}


async def test_blocks_of_text_and_others_are_kept_apart(modern: ToolPool) -> None:
    result = await result_of(modern, call("misbehave", how="blocks"))
    assert result.content == (
        TextBlock(text="a"),
        OtherBlock(value={"type": "image", "data": "AA==", "mimeType": "image/png"}),
    )
    assert not result.has_structured


async def test_a_server_on_the_sdk_works_over_stdio(tmp_path: Path) -> None:
    ledger = tmp_path / "ledger"
    async with pool(echo("echo", "--ledger", str(ledger))) as tools:
        first = await result_of(tools, call("effect", server="echo", key="k", value=1))
        again = await result_of(tools, call("effect", server="echo", key="k", value=1))
        assert (await result_of(tools, call("add", server="echo", a=1, b=2))).structured == {"result": 3}
    assert (first.structured, again.structured) == ({"value": 1, "first": True}, {"value": 1, "first": False})
    events = [json.loads(line)["event"] for line in ledger.read_text(encoding="utf-8").splitlines()]
    assert events == ["call", "effect", "call"]
