"""What a scenario's document says about its steps, for people who watch a run."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Self

from callsheet.scenario.json import Json, is_object


@dataclass(frozen=True, slots=True, kw_only=True)
class Labels:
    """The steps of one document.

    Attributes:
        planned: the names of the steps that a run goes through, in order; those of `on_error` are not among them.
        tools: by a step's name, what it calls: `server.tool`, or the tool alone.
    """

    planned: tuple[str, ...] = ()
    tools: Mapping[str, str] = field(default_factory=dict[str, str])

    @classmethod
    def of(cls, document: Json) -> Self:
        """Read a document, which may be broken."""
        steps = _steps(document, "steps")
        tools = {name: _tool(step) for name, step in (steps | _steps(document, "on_error")).items()}
        return cls(planned=tuple(steps), tools=tools)


def _steps(document: Json, key: str) -> dict[str, dict[str, Json]]:
    found = document.get(key) if is_object(document) else None
    steps = [step for step in found if is_object(step)] if isinstance(found, list) else []
    return {str(step.get("name")): step for step in steps}


def _tool(step: dict[str, Json]) -> str:
    tool, server = step.get("tool", step.get("type", "")), step.get("server")
    return f"{server}.{tool}" if server else str(tool)
