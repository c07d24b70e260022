"""Commands beside a server that wants to know who calls: the key goes along, a refusal says what to do."""

import pytest

from callsheet.journal.sqlite.journal import SqliteJournal
from callsheet.scenario.json import Json
from tests.cli.conftest import CommandLine, beside


@pytest.fixture
async def there(callsheet: CommandLine) -> CommandLine:
    """The command line in a folder that has a journal."""
    async with SqliteJournal.open(callsheet.folder / ".callsheet" / "journal.db"):
        return callsheet


def test_the_key_of_the_settings_goes_along(there: CommandLine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CALLSHEET_API_KEY", " cs_0123456789ab_secret\n")
    with beside(there, {"GET /api/schedules": (200, [])}) as server:
        assert there("schedules", "list").err == "There are no schedules yet.\n"
    assert [asked.authorization for asked in server.asked] == ["Bearer cs_0123456789ab_secret"]


def test_without_a_key_none_is_sent(there: CommandLine) -> None:
    with beside(there, {"GET /api/schedules": (200, [])}) as server:
        there("schedules", "list")
    assert [asked.authorization for asked in server.asked] == [None]


@pytest.mark.parametrize("key", ["clé", "two words", "a\x01b"])
def test_a_key_that_cannot_be_sent_is_refused_without_being_shown(
    there: CommandLine, monkeypatch: pytest.MonkeyPatch, key: str
) -> None:
    monkeypatch.setenv("CALLSHEET_API_KEY", key)
    with beside(there, {}) as server:
        ended = there("schedules", "list")
    assert (ended.status, ended.out, server.asked) == (2, "", [])
    assert "The setting 'api_key' is no API key" in ended.err
    assert key not in ended.err


@pytest.mark.parametrize(
    ("status", "code", "sentence"),
    [
        (401, "credential.missing", "Error: The server wants to know who calls: set CALLSHEET_API_KEY to one"),
        (401, "credential.expired", "Who are you? The server wants to know who calls: set CALLSHEET_API_KEY to one"),
        (403, "forbidden", "Who are you? Set CALLSHEET_API_KEY to an API key that may."),
    ],
)
@pytest.mark.parametrize(
    "command", [("schedules", "list"), ("schedules", "pause", "nightly"), ("run", "hello"), ("hooks", "list")]
)
def test_a_refusal_says_what_to_set(
    there: CommandLine, command: tuple[str, ...], status: int, code: str, sentence: str
) -> None:
    refused: tuple[int, Json | bytes] = (status, {"detail": "Who are you?", "code": code})
    asked = (
        "GET /api/schedules",
        "GET /api/hooks",
        "POST /api/schedules/nightly/pause",
        "GET /api/scenarios/hello",
        "POST /api/runs",
    )
    with beside(there, dict.fromkeys(asked, refused)) as server:
        ended = there(*command)
    assert server.asked
    assert (ended.status, ended.out) == (2, "")
    assert sentence in ended.err
