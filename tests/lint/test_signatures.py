"""What a step's tool turns out to be, among the tools that are known."""

import pytest

from callsheet.lint.signatures import (
    Ambiguous,
    Found,
    Lookup,
    Missing,
    Signatures,
    ToolSignature,
    UnknownServer,
    Unreachable,
)
from callsheet.scenario.json import JsonObject


def tool(server: str, name: str, annotations: JsonObject | None = None) -> ToolSignature:
    return ToolSignature(server=server, name=name, description="", input_schema={}, annotations=annotations)


KNOWN = (tool("news", "search"), tool("news", "fetch"), tool("web", "fetch"))


@pytest.mark.parametrize(
    ("server", "name", "answer"),
    [
        ("news", "search", Found(signature=KNOWN[0])),
        ("web", "fetch", Found(signature=KNOWN[2])),
        (None, "search", Found(signature=KNOWN[0])),
        (None, "fetch", Ambiguous(servers=("news", "web"))),
        ("news", "serch", Missing(similar=("search", "fetch"))),
        ("web", "search", Missing(similar=())),
        (None, "fetc", Missing(similar=("fetch",))),
        ("idle", "search", Missing(similar=())),
        ("nws", "search", UnknownServer(similar=("news",))),
    ],
)
def test_a_tool_is_found_or_it_is_said_why_not(server: str | None, name: str, answer: Lookup) -> None:
    assert Signatures(KNOWN, servers=["idle"]).find(server, name) == answer


def test_nothing_is_said_of_a_tool_that_an_unreachable_server_may_have() -> None:
    signatures = Signatures(KNOWN, servers=["down"], unavailable={"down": "not spawned", "away": "refused"})
    assert signatures.find("down", "x") == Unreachable(reason="'down': not spawned")
    assert signatures.find(None, "x") == Unreachable(reason="'away': refused; 'down': not spawned")
    assert signatures.find("news", "x") == Missing(similar=())
    assert signatures.find(None, "search") == Found(signature=KNOWN[0])
    assert signatures.find("awy", "x") == UnknownServer(similar=("away",))
    assert signatures.servers == ("news", "web")


def test_what_is_known_of_an_unreachable_server_counts() -> None:
    signatures = Signatures(KNOWN, unavailable={"news": "refused"})
    assert signatures.find("news", "search") == Found(signature=KNOWN[0])
    assert signatures.find("news", "gone") == Missing(similar=())
    assert signatures.unavailable == {}


def test_without_any_server_every_tool_is_missing() -> None:
    assert Signatures().find(None, "x") == Missing(similar=())
    assert Signatures().find("a", "x") == UnknownServer(similar=())


def test_a_very_long_name_is_like_no_other() -> None:
    assert Signatures([tool("a", "x" * 5000)]).find("a", "x" * 5001) == Missing(similar=())


def test_only_the_used_tools_are_kept_and_what_is_not_found_adds_none() -> None:
    used = [(None, "search"), ("news", "search"), (None, "fetch"), ("web", "fetch"), ("gone", "x")]
    assert list(Signatures(KNOWN).only(used)) == [KNOWN[0], KNOWN[2]]


def test_the_order_is_that_of_the_names_and_the_later_of_two_counts() -> None:
    newer = ToolSignature(server="news", name="search", description="newer", input_schema={})
    signatures = Signatures([*reversed(KNOWN), newer])
    assert list(signatures) == [KNOWN[1], newer, KNOWN[2]]
    assert len(signatures) == 3


@pytest.mark.parametrize(
    ("annotations", "read_only", "destructive", "idempotent"),
    [
        (None, False, False, False),
        ({}, False, False, False),
        ({"title": "Delete"}, False, False, False),
        ({"readOnlyHint": False}, False, False, False),
        ({"destructiveHint": True}, False, True, False),
        ({"destructiveHint": True, "idempotentHint": True}, False, True, True),
        ({"destructiveHint": True, "readOnlyHint": True}, True, False, False),
        ({"destructiveHint": "true", "idempotentHint": 1, "readOnlyHint": None}, False, False, False),
    ],
)
def test_only_hints_that_are_written_down_count(
    annotations: JsonObject | None, read_only: bool, destructive: bool, idempotent: bool
) -> None:
    signature = tool("a", "x", annotations)
    assert (signature.is_read_only, signature.is_destructive, signature.is_idempotent) == (
        read_only,
        destructive,
        idempotent,
    )
