"""What clients are told of the endpoint's own tools."""

from typing import Any, Final

from mcp_types import Tool, ToolAnnotations

_RUN_ID: Final[dict[str, Any]] = {"type": "string", "description": "The run, as callsheet_start gave it."}
_STATUS: Final[dict[str, Any]] = {
    "type": "string",
    "enum": ["queued", "running", "waiting", "success", "failed", "cancelled"],
}


def _object(required: tuple[str, ...], **properties: Any) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": properties,
        "required": list(required),
        "additionalProperties": False,
    }


def _output(required: tuple[str, ...], **properties: Any) -> dict[str, Any]:
    return {"type": "object", "properties": properties, "required": list(required)}


_RUN: Final = _output(("run_id", "status"), run_id=_RUN_ID, scenario_id={"type": "string"}, status=_STATUS)

HANDLES: Final[tuple[Tool, ...]] = (
    Tool(
        name="callsheet_start",
        title="Start a scenario",
        description="Starts a scenario and returns its run_id at once. Ask callsheet_status for the result.",
        input_schema=_object(
            ("scenario_id",),
            scenario_id={"type": "string", "description": "The name of a tool that is a scenario."},
            input={"type": "object", "description": "The arguments of that tool."},
            idempotency_key={
                "type": "string",
                "description": "The same key with the same input gives the same run, however often it is sent.",
            },
        ),
        output_schema=_RUN,
        annotations=ToolAnnotations(
            read_only_hint=False, destructive_hint=True, idempotent_hint=False, open_world_hint=True
        ),
    ),
    Tool(
        name="callsheet_status",
        title="Look at a run",
        description="Returns where a run stands: its steps, its output or error, and what it waits for from a person.",
        input_schema=_object(("run_id",), run_id=_RUN_ID),
        output_schema=_output(
            ("run_id", "status"),
            run_id=_RUN_ID,
            status=_STATUS,
            output={"description": "The run's output, once it has ended."},
            waiting_for={"type": "array", "items": {"type": "object"}},
        ),
        annotations=ToolAnnotations(
            read_only_hint=True, destructive_hint=False, idempotent_hint=True, open_world_hint=False
        ),
    ),
    Tool(
        name="callsheet_events",
        title="Read the events of a run",
        description="Returns the events of a run after a number; pass next_after as after for what comes later.",
        input_schema=_object(
            ("run_id",),
            run_id=_RUN_ID,
            after={"type": "integer", "minimum": 0, "default": 0},
            limit={"type": "integer", "minimum": 1, "maximum": 500, "default": 100},
        ),
        output_schema=_output(
            ("events", "next_after"),
            events={"type": "array", "items": {"type": "object"}},
            next_after={"type": "integer"},
            status=_STATUS,
        ),
        annotations=ToolAnnotations(
            read_only_hint=True, destructive_hint=False, idempotent_hint=True, open_world_hint=False
        ),
    ),
    Tool(
        name="callsheet_answer",
        title="Answer a step that waits",
        description=(
            "Answers a step that waits for a person, with that person's decision. Say either approved or action. "
            "The first answer counts."
        ),
        input_schema=_object(
            ("run_id", "step_path"),
            run_id=_RUN_ID,
            step_path={"type": "string", "description": "As callsheet_status says it in waiting_for."},
            approved={"type": "boolean"},
            action={"enum": ["accept", "decline", "cancel"]},
            comment={"type": "string", "maxLength": 10_000},
            data={"description": "What the form_schema asks for."},
            by={"type": "string", "maxLength": 256, "description": "Who decided."},
        ),
        output_schema=_output(
            ("run_id", "step_path", "action"),
            run_id=_RUN_ID,
            step_path={"type": "string"},
            action={"type": "string"},
            at={"type": "string"},
        ),
        annotations=ToolAnnotations(
            read_only_hint=False, destructive_hint=False, idempotent_hint=True, open_world_hint=True
        ),
    ),
    Tool(
        name="callsheet_cancel",
        title="Cancel a run",
        description="Asks for the end of a run. A run that has ended stays as it is.",
        input_schema=_object(("run_id",), run_id=_RUN_ID),
        output_schema=_RUN,
        annotations=ToolAnnotations(
            read_only_hint=False, destructive_hint=True, idempotent_hint=True, open_world_hint=False
        ),
    ),
)
"""In the order in which they are listed, before the scenarios."""
