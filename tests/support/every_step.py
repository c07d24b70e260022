"""A document with every type of step and every form of a value."""

from typing import Final

from callsheet.scenario.json import JsonObject

EVERY_STEP: Final[JsonObject] = {
    "$schema": "scenario.v1.schema.json",
    "schema_version": "1",
    "scenario_id": "everything",
    "name": "Everything",
    "tags": ["a", "b"],
    "x-owner": {"team": "news"},
    "input_schema": {"type": "object", "properties": {"url": {"type": "string"}, "ids": {"type": "array"}}},
    "vars": {"limit": 3},
    "secrets": ["API_KEY"],
    "env": ["REGION"],
    "defaults": {"server": "news", "timeout": 20, "retry": {"max_attempts": 2}},
    "timeout": "1h",
    "steps": [
        {
            "name": "search",
            "type": "tool",
            "tool": "search",
            "when": "input.url",
            "x-note": "kept",
            "input": {
                "url": {"from": "input.url", "default": "https://example.org"},
                "token": {"secret": "API_KEY"},
                "region": {"env": "REGION"},
                "title": {"template": "About ${input.url}"},
                "as_is": {"const": {"from": "nowhere"}},
                "from": {"nested": [{"from": "vars.limit"}, None, 1.5, True]},
            },
            "required_input_fields": ["url"],
            "retry": {"max_attempts": 3, "initial_interval": "250ms", "errors": ["*"], "x-why": "slow"},
            "on_interrupt": "approve",
            "cache": "5m",
        },
        {"name": "all", "type": "sequence", "steps": [{"name": "one", "type": "transform", "output": 1}]},
        {
            "name": "both",
            "type": "parallel",
            "max_concurrency": 2,
            "branches": {
                "left": [{"name": "pause", "type": "wait", "duration": "1s"}],
                "right": [{"name": "moment", "type": "wait", "until": "2030-01-01T00:00:00Z"}],
            },
        },
        {
            "name": "each",
            "type": "foreach",
            "items": {"from": "input.ids"},
            "as": "id",
            "steps": [{"name": "fetch", "type": "tool", "tool": "fetch", "input": {"id": {"from": "id"}}}],
        },
        {
            "name": "poll",
            "type": "loop",
            "max_iterations": 5,
            "delay": "1s",
            "until": "steps.look.output.done",
            "steps": [{"name": "look", "type": "tool", "tool": "look", "input": {}}],
        },
        {
            "name": "which",
            "type": "switch",
            "cases": [{"when": "vars.limit > `2`", "steps": [{"name": "many", "type": "transform", "output": "many"}]}],
            "default": [{"name": "few", "type": "transform", "output": "few"}],
        },
        {"name": "child", "type": "scenario", "scenario_id": "other", "input": {"url": {"from": "input.url"}}},
        {"name": "ask", "type": "approval", "message": {"template": "Publish ${input.url}?"}, "assignees": ["editor"]},
        {
            "name": "guarded",
            "type": "try",
            "steps": [{"name": "risky", "type": "tool", "tool": "risky"}],
            "catch": [
                {"errors": ["ToolError"], "steps": [{"name": "caught", "type": "transform", "output": None}]},
                {"steps": [{"name": "rest", "type": "fail", "code": "Own", "message": {"from": "error.message"}}]},
            ],
            "finally": [{"name": "clean", "type": "tool", "tool": "clean"}],
        },
        {"name": "leave", "type": "return", "when": "steps.which.output == 'few'", "output": {"from": "vars"}},
    ],
    "output": {"url": {"from": "input.url"}},
    "on_error": [{"name": "tell", "type": "tool", "tool": "tell", "input": {"why": {"from": "error.message"}}}],
}
"""Every step type, every form, every key of the document but `description` and `output_schema`."""
