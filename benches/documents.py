"""The scenario of most benchmarks: ten steps, each of which calls `echo` with the output of the one before."""

from pathlib import Path
from typing import Final

import orjson

from callsheet.scenario.json import JsonObject

STEPS: Final = 10
SCENARIO_ID: Final = "chain"
INPUT: Final[JsonObject] = {"value": "a text of the length that a title or a URL has, more or less"}


def chain(*, tool: str = "echo", steps: int = STEPS) -> JsonObject:
    """The document."""
    sources = ["input.value", *(f"steps.s{number}.output.value" for number in range(steps - 1))]
    return {
        "schema_version": "1",
        "scenario_id": SCENARIO_ID,
        "name": "A chain of echoes",
        "input_schema": {"type": "object", "required": ["value"]},
        "steps": [
            {"name": f"s{number}", "type": "tool", "tool": tool, "input": {"value": {"from": source}}}
            for number, source in enumerate(sources)
        ],
    }


def write_folder(
    folder: Path, document: JsonObject, command: list[str], working_folder: Path | None = None, in_flight: int = 100
) -> None:
    """Write what `callsheet serve -C folder` needs: the scenario, and one stdio tool server `tools`."""
    (folder / "scenarios").mkdir()
    (folder / "scenarios" / "chain.json").write_bytes(orjson.dumps(document))
    # As many calls at a time as there are runs: the bare client, which this is compared with, has no limit either.
    server: JsonObject = {"command": command[0], "args": [*command[1:]], "callsheet": {"maxInFlight": in_flight}}
    if working_folder is not None:
        server["cwd"] = str(working_folder)
    (folder / "mcp.json").write_bytes(orjson.dumps({"mcpServers": {"tools": server}}))
