"""What a tool server repeats of the secrets that it was given."""

from collections.abc import Iterator
from dataclasses import replace

import pytest
from loguru import logger
from mcp_types import ElicitRequestFormParams

from callsheet.errors.tools import ServerUnavailable, ToolFailed
from callsheet.runs.tools import InputRequired
from callsheet.scenario.json import Json
from callsheet.tools.redaction import Redaction
from callsheet.tools.servers import StdioServer
from callsheet.tools.session.in_flight import InFlight, OpenCall
from tests.support.servers.starting import asking, call, pool, raw

SECRETS = {"KEY": "hush-hush"}


async def test_the_last_words_of_a_server_are_without_its_secrets() -> None:
    words = "echo bad key $KEY >&2; exit 3"
    server = StdioServer(name="raw", command="sh", args=("-c", words), env={"KEY": "hush-hush"}, secrets=SECRETS)
    async with pool(server) as tools:
        with pytest.raises(ServerUnavailable, match=r"bad key \[secret KEY\]"):
            await tools.call(call("echo"))
        assert "bad key [secret KEY]" in (tools.servers()[0].error or "")
        assert "hush" not in (await tools.list()).unavailable["raw"]


async def test_the_last_words_of_a_server_do_not_begin_in_the_middle_of_a_secret() -> None:
    words = "for _ in $(seq 300); do echo 'xkey hush-hush' >&2; done; exit 3"
    server = StdioServer(name="raw", command="sh", args=("-c", words), secrets=SECRETS)
    async with pool(server) as tools:
        with pytest.raises(ServerUnavailable, match=r"xkey \[secret KEY\]") as failed:
            await tools.call(call("echo"))
    assert "hush" not in failed.value.message


async def test_an_error_of_a_tool_is_without_the_secrets_of_its_server() -> None:
    async with pool(replace(raw(), secrets=SECRETS)) as tools:
        with pytest.raises(ToolFailed, match=r"bad \[secret KEY\]") as failed:
            await tools.call(call("fail", message="bad hush-hush"))
    assert "hush" not in repr(failed.value.data)


class Heard:
    """A `CallListener` that remembers."""

    def __init__(self) -> None:
        self.words: list[Json] = []

    def progress(self, progress: float, total: float | None, message: str) -> None:
        self.words.append(message)

    def log(self, level: str, logger: str, data: Json) -> None:
        self.words.append([logger, data])


def test_what_a_tool_says_while_it_works_is_without_the_secrets_of_its_server() -> None:
    heard = Heard()
    listener = Redaction(SECRETS).call(replace(call("echo"), listener=heard)).listener
    assert listener is not None
    listener.progress(1, None, "with hush-hush")
    listener.log("info", "hush-hush", {"key": "hush-hush"})
    assert heard.words == ["with [secret KEY]", ["[secret KEY]", {"key": "[secret KEY]"}]]


@pytest.mark.parametrize("era", [[], ["--legacy"]])
async def test_a_question_is_without_the_secrets_of_its_server(era: list[str]) -> None:
    server = replace(asking("asking", *era), secrets={"KEY": "Where", "FIELD": "city"})
    async with pool(server) as tools:
        outcome = await tools.call(call("book", server="asking"))
    assert isinstance(outcome, InputRequired)
    (question,) = outcome.requests
    assert question.message == "[secret KEY] to? (1)"
    assert "city" not in str(question.form_schema)


async def test_the_description_of_a_tool_is_without_the_secrets_of_its_server() -> None:
    async with pool(replace(raw(), secrets={"KEY": "tool echo"})) as tools:
        for listing in (await tools.list(), await tools.recent()):
            described = {tool.name: tool.description for tool in listing.tools}
            assert (described["echo"], described["meta"]) == ("The [secret KEY].", "The tool meta.")


@pytest.fixture
def logged() -> Iterator[list[str]]:
    lines: list[str] = []
    handler = logger.add(lines.append, format="{message}")
    yield lines
    logger.remove(handler)


async def test_the_log_of_a_question_that_is_refused_is_without_the_secrets_of_its_server(logged: list[str]) -> None:
    in_flight = InFlight("asking", Redaction(SECRETS))
    in_flight.add(OpenCall(None))
    form = {"type": "object", "properties": {"a": {"pattern": "(hush-hush"}}}
    params = ElicitRequestFormParams(message="?", requested_schema=form)
    answer = await in_flight.on_elicit(None, params)  # pyright: ignore[reportArgumentType]: it is not looked at
    assert getattr(answer, "action", None) == "cancel"
    (line,) = logged
    assert "[secret KEY]" in line
    assert "hush" not in line
