"""A scenario as a Mermaid flowchart: the order of its steps, and on demand which step uses the output of which.

Blocks are nested subgraphs. A block with several lists of steps has a node of its own at the front, with an edge to
each list; ways that only a failure or the end takes (`catch`, `finally`, `on_error`) are dashed, data edges are thick.
Identifiers depend on the names of the steps alone, so a small change of a scenario is a small change of its chart.
"""

import re
from collections.abc import Iterator
from itertools import pairwise
from typing import Final

from callsheet.lint.data_edges import data_edges
from callsheet.lint.layout import Located
from callsheet.scenario.model import Scenario, Step
from callsheet.scenario.steps.base import StepList
from callsheet.scenario.steps.fail import FailStep
from callsheet.scenario.steps.foreach import ForeachStep
from callsheet.scenario.steps.loop import LoopStep
from callsheet.scenario.steps.return_ import ReturnStep
from callsheet.scenario.steps.scenario import ScenarioStep
from callsheet.scenario.steps.tool import ToolStep

_LONGEST: Final = 60
_PLAIN: Final = re.compile(r"[^A-Za-z0-9 _.,:/=+*?!'$@-]")
"""Everything else that is ASCII or does not print is written as an entity: it may mean something to Mermaid."""

_DASHED: Final = ("/catch", "/finally")


def flowchart(scenario: Scenario, *, data: bool = False) -> str:
    """The chart, in Mermaid's language, without a line break at the end; `data` adds the data edges."""
    return "\n".join(_Chart(scenario).lines(data=data))


def label(text: str) -> str:
    """`text` inside double quotes, shortened, so that Mermaid and a browser show it and nothing else."""
    flat = " ".join(text.split())
    return f'"{_PLAIN.sub(_entity, flat if len(flat) <= _LONGEST else f"{flat[: _LONGEST - 1]}…")}"'


def _entity(found: re.Match[str]) -> str:
    char = found[0]
    return f"#{ord(char)};" if char.isascii() or not char.isprintable() else char


class _Chart:
    def __init__(self, scenario: Scenario) -> None:
        self._scenario = scenario
        self._ids: dict[int, str] = {}
        taken: dict[str, int] = {}
        for step in scenario.all_steps:
            taken[step.name] = number = taken.get(step.name, 0) + 1
            self._ids[id(step)] = f"step_{step.name}{'' if number == 1 else f'__{number}'}"

    def lines(self, *, data: bool) -> Iterator[str]:
        scenario = self._scenario
        yield "flowchart TD"
        yield f"  begin([{label(scenario.name)}])"
        yield from self._list(scenario.steps, "  ")
        yield f"  finish([{label('end')}])"
        yield f"  begin --> {self._id(scenario.steps[0])}"
        if not _ends(scenario.steps[-1]):
            yield f"  {self._id(scenario.steps[-1])} --> finish"
        if scenario.on_error:
            yield f"  subgraph on_error [{label('on_error')}]"
            yield from self._list(scenario.on_error, "    ")
            yield "  end"
            yield "  begin -.-> on_error"
        if data:
            yield from (f"  {source} ==> {target}" for source, target in self._data())

    def _list(self, steps: tuple[Step, ...], indent: str) -> Iterator[str]:
        for step in steps:
            yield from self._step(step, indent)
        for step, following in pairwise(steps):
            if not _ends(step):
                yield f"{indent}{self._id(step)} --> {self._id(following)}"

    def _step(self, step: Step, indent: str) -> Iterator[str]:
        lists = step.lists()
        if not lists:
            left, right = ("([", "])") if isinstance(step, ReturnStep | FailStep) else ("[", "]")
            yield f"{indent}{self._id(step)}{left}{_title(step)}{right}"
            return
        yield f"{indent}subgraph {self._id(step)} [{_title(step)}]"
        inner = f"{indent}  "
        has_head = len(lists) > 1 or any(each.label for each in lists)
        head = f"at_{self._id(step)}"
        if has_head:
            yield f"{inner}{head}{{{label(step.type)}}}"
        for each in lists:
            yield from self._list(each.steps, inner)
            if has_head:
                yield f"{inner}{head} {_edge(each)} {self._id(each.steps[0])}"
        yield f"{indent}end"

    def _data(self) -> Iterator[tuple[str, str]]:
        """From the step whose output is used to the step that uses it, each pair once."""
        found: dict[tuple[str, str], None] = {}
        for edge in data_edges(self._scenario):
            source = self._id(edge.source.step)
            if edge.target is None:
                found[source, "finish"] = None
            elif not _nested(edge.source, edge.target):
                found[source, self._id(edge.target.step)] = None
        yield from found

    def _id(self, step: Step) -> str:
        return self._ids[id(step)]


def _nested(one: Located, other: Located) -> bool:
    """Whether one is the other or inside it: Mermaid cannot draw an edge between a subgraph and what is in it."""
    return one.pointer == other.pointer or _is_around(one, other) or _is_around(other, one)


def _is_around(block: Located, located: Located) -> bool:
    return any(each.pointer == block.pointer for each in located.around)


def _ends(step: Step) -> bool:
    """Whether nothing can follow the step."""
    return isinstance(step, ReturnStep | FailStep) and step.when is None


def _edge(each: StepList) -> str:
    arrow = "-.->" if each.pointer.startswith(_DASHED) else "-->"
    return f"{arrow}|{label(each.label)}|" if each.label else arrow


def _title(step: Step) -> str:
    lines = [step.name, f"{step.type} {_detail(step)}".rstrip()]
    if step.when is not None:
        lines.append(f"when {step.when.expression.source}")
    return f'"{"<br/>".join(label(line)[1:-1] for line in lines)}"'


def _detail(step: Step) -> str:
    match step:
        case ToolStep():
            return step.tool if step.server is None else f"{step.server}/{step.tool}"
        case ScenarioStep():
            return step.scenario_id
        case ForeachStep():
            return f"as {step.as_}"
        case LoopStep():
            return f"until {step.until.expression.source}"
        case FailStep():
            return step.code
        case _:
            return ""
