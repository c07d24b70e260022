"""Builders of documents: `scenario(step("a", tool="echo"))` is a valid one."""

from collections.abc import Mapping
from typing import TypeAlias

from callsheet.scenario.json import Json, JsonObject

Fields: TypeAlias = Mapping[str, Json]

SEED: JsonObject = {
    "schema_version": "1",
    "scenario_id": "news_source_discovery_v1",
    "name": "News Source Discovery V1",
    "description": "Find earliest news source using sequential MCP tools.",
    "input_schema": {
        "type": "object",
        "required": ["url"],
        "properties": {"url": {"type": "string", "description": "URL of source news article"}},
    },
    "steps": [
        {
            "name": "search_news_sources",
            "type": "tool",
            "tool": "search_news_sources",
            "input": {"url": {"from": "input.url"}},
            "required_input_fields": ["url"],
        }
    ],
}
"""The document of the seed, as it stands."""


def step(name: str = "a", /, *, tool: str = "echo", **fields: Json) -> JsonObject:
    """A tool step."""
    return {"name": name, "type": "tool", "tool": tool, **fields}


def scenario(*steps: JsonObject, **fields: Json) -> JsonObject:
    """The document `test` of these steps, or of one step `a`; `fields` are its other keys."""
    document: JsonObject = {"schema_version": "1", "scenario_id": "test", "name": "A scenario"}
    return {**document, "steps": list(steps) or [step()], **fields}


def from_(expression: str, **fields: Json) -> JsonObject:
    """The value form `{"from": expression}`."""
    return {"from": expression, **fields}
