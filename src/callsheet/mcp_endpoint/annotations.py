"""The hints of a scenario as a tool (MCP, `ToolAnnotations`), from those of the tools that it calls."""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Final

from mcp_types import ToolAnnotations

from callsheet.runs.tools import ToolInfo
from callsheet.scenario.model import Scenario
from callsheet.scenario.steps.scenario import ScenarioStep
from callsheet.scenario.steps.tool import ToolStep

Find = Callable[[str], Scenario | None]
"""A scenario that can be run, by its id."""

_MOST: Final = 1_000
"""Scenarios that are looked at for one."""


def annotations_of(scenario: Scenario, find: Find, known: Mapping[str, tuple[ToolInfo, ...]]) -> ToolAnnotations:
    """What is promised of a scenario; whatever is not known for certain counts as the worse.

    Args:
        scenario: the scenario.
        find: finds the scenarios that it begins.
        known: the tools with annotations that are believed, by name.
    """
    used = [_hints(step, scenario, known) for scenario, step in _tool_steps(scenario, find)]
    return ToolAnnotations(
        read_only_hint=all(hint is not None and _says(hint, "readOnlyHint") for hint in used),
        destructive_hint=any(hint is None or _destroys(hint) for hint in used),
        idempotent_hint=all(
            hint is not None and (_says(hint, "idempotentHint") or _says(hint, "readOnlyHint")) for hint in used
        ),
        open_world_hint=True,
    )


def believed(tools: Iterable[ToolInfo], trusted: Collection[str]) -> Mapping[str, tuple[ToolInfo, ...]]:
    """The tools of all servers by name; those of servers that are not trusted without their annotations."""
    found: dict[str, tuple[ToolInfo, ...]] = {}
    for tool in tools:
        shown = tool if tool.server in trusted else replace(tool, annotations=None)
        found[tool.name] = (*found.get(tool.name, ()), shown)
    return found


def _tool_steps(first: Scenario, find: Find) -> Iterator[tuple[Scenario, ToolStep | None]]:
    """Every tool step, those of child scenarios too; None stands for a child that is not known."""
    waiting, seen = [first], {first.scenario_id}
    while waiting:
        scenario = waiting.pop()
        for step in scenario.all_steps:
            if isinstance(step, ToolStep):
                yield scenario, step
            elif isinstance(step, ScenarioStep) and step.scenario_id not in seen:
                seen.add(step.scenario_id)
                child = find(step.scenario_id)
                if child is None or len(seen) > _MOST:
                    yield scenario, None
                else:
                    waiting.append(child)


def _hints(
    step: ToolStep | None, scenario: Scenario, known: Mapping[str, tuple[ToolInfo, ...]]
) -> Mapping[str, object] | None:
    """The annotations of the tool that a step calls; None where they are not known or not believed."""
    if step is None:
        return None
    server = step.server or scenario.defaults.server
    tools = [tool for tool in known.get(step.tool, ()) if server in {None, tool.server}]
    return tools[0].annotations if len(tools) == 1 else None


def _says(hints: Mapping[str, object], name: str) -> bool:
    return hints.get(name) is True


def _destroys(hints: Mapping[str, object]) -> bool:
    """A tool that writes destroys unless it says otherwise (MCP: `destructiveHint` is true by default)."""
    return not _says(hints, "readOnlyHint") and hints.get("destructiveHint") is not False
