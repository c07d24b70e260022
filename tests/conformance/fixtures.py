"""A folder with a scenario for each tool that the conformance suite wants, and the tool server behind them."""

import json
import sys
from pathlib import Path
from typing import Any, Final

from tests.conformance.tools import PLAIN, QUESTIONS

HERE: Final = Path(__file__).parent

SCHEMAS: Final[dict[str, dict[str, Any]]] = {
    "test_elicitation": {"type": "object", "properties": {"message": {"type": "string"}}, "required": ["message"]},
    "slow_compute": {
        "type": "object",
        "properties": {"seconds": {"type": "number"}, "label": {"type": "string"}},
    },
    "test_x_mcp_header": {
        "type": "object",
        "properties": {"region": {"type": "string", "x-mcp-header": "Region"}},
    },
    "greet": {"type": "object", "properties": {"name": {"type": "string"}}},
    "confirm_delete": {"type": "object", "properties": {"filename": {"type": "string"}}},
    "json_schema_2020_12_tool": {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "type": "object",
        "$defs": {
            "address": {
                "$anchor": "addressDef",
                "type": "object",
                "properties": {"street": {"type": "string"}, "city": {"type": "string"}},
            }
        },
        "properties": {
            "name": {"type": "string"},
            "address": {"$ref": "#/$defs/address"},
            "contactMethod": {"type": "string", "enum": ["phone", "email"]},
            "phone": {"type": "string"},
            "email": {"type": "string"},
        },
        "allOf": [{"anyOf": [{"required": ["phone"]}, {"required": ["email"]}]}],
        "if": {"properties": {"contactMethod": {"const": "phone"}}, "required": ["contactMethod"]},
        "then": {"required": ["phone"]},
        "else": {"required": ["email"]},
        "additionalProperties": False,
    },
}


def write_folder(folder: Path) -> None:
    """Write `mcp.json` and `scenarios/`."""
    entry = {
        "command": sys.executable,
        "args": [str(HERE / "tools.py")],
        "env": {"SCENARIOS": str(folder / "scenarios")},
    }
    (folder / "mcp.json").write_text(json.dumps({"mcpServers": {"suite": entry}}), encoding="utf-8")
    (folder / "scenarios").mkdir()
    documents = [*(scenario(name) for name in (*PLAIN, *QUESTIONS)), multi_input()]
    for document in documents:
        name = document["scenario_id"]
        (folder / "scenarios" / f"{name}.json").write_text(json.dumps(document), encoding="utf-8")


def multi_input() -> dict[str, Any]:
    """A scenario that asks two things at the same time."""
    step: dict[str, Any] = {"type": "tool", "tool": "test_input_required_result_elicitation", "input": {}}
    branches = {side: [{"name": side, **step}] for side in ("left", "right")}
    return {**scenario("multi_input"), "steps": [{"name": "both", "type": "parallel", "branches": branches}]}


def scenario(name: str) -> dict[str, Any]:
    """A scenario that calls the tool of its name."""
    schema = SCHEMAS.get(name, {"type": "object", "properties": {}})
    passed = {
        key: {"from": f"input.{key}", "default": None}
        for key in schema["properties"]
        if name not in {"json_schema_2020_12_tool"}
    }
    return {
        "schema_version": "1",
        "scenario_id": name,
        "name": name,
        "description": f"Calls the tool {name}.",
        "input_schema": schema,
        "steps": [{"name": "call", "type": "tool", "tool": name, "input": passed}],
    }
