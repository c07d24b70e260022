"""What a tool server repeats of the secrets that it was given."""

from dataclasses import replace

import pytest

from callsheet.errors import ServerUnavailable, ToolFailed
from callsheet.scenario.json import Json
from callsheet.tools.redaction import Redaction
from callsheet.tools.servers import StdioServer
from tests.support.servers.starting import call, pool, raw

SECRETS = {"KEY": "hush-hush"}


async def test_the_last_words_of_a_server_are_without_its_secrets() -> None:
    words = "echo bad key $KEY >&2; exit 3"
    server = StdioServer(name="raw", command="sh", args=("-c", words), env={"KEY": "hush-hush"}, secrets=SECRETS)
    async with pool(server) as tools:
        with pytest.raises(ServerUnavailable, match=r"bad key \[secret KEY\]"):
            await tools.call(call("echo"))
        assert "bad key [secret KEY]" in (tools.servers()[0].error or "")
        assert "hush" not in (await tools.list()).unavailable["raw"]


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
