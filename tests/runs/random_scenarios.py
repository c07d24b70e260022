"""Scenarios that hypothesis makes up: every type of step, nested, with tools that do what their input says."""

from collections.abc import Callable
from dataclasses import dataclass, field

from hypothesis import strategies as st

from callsheet.scenario.json import Json, JsonObject
from tests.support.scenarios import scenario

Draw = Callable[[st.SearchStrategy[object]], object]

MAX_DEPTH = 3
MAX_STEPS = 9


@dataclass
class Sheet:
    """A scenario in the making.

    Attributes:
        depth: how deep the list stands that is being made.
        side_by_side: whether it runs beside others: then nothing in it may end the others, or what had happened by then
            would be a matter of luck.
        last: whether the run may end here by `return`.
    """

    draw: Callable[[st.SearchStrategy[str]], str]
    names: list[str] = field(default_factory=list[str])

    def steps(self, depth: int, *, side_by_side: bool, may_return: bool) -> list[Json]:
        """One to three steps."""
        count = int(self.draw(st.sampled_from("123")))
        return [self.step(depth, side_by_side=side_by_side, may_return=may_return) for _ in range(count)]

    def step(self, depth: int, *, side_by_side: bool, may_return: bool) -> JsonObject:
        """A step of any type that fits here."""
        kinds = ["tool", "tool", "transform", "wait", "approval"]
        if not side_by_side:
            kinds += ["fail"]
        if may_return:
            kinds += ["return"]
        if depth < MAX_DEPTH and len(self.names) < MAX_STEPS:
            kinds += ["sequence", "parallel", "foreach", "loop", "switch", "try"]
        kind = self.draw(st.sampled_from(kinds))
        name = f"s{len(self.names)}"
        self.names.append(name)
        made = getattr(self, f"_{kind}")(name, depth, side_by_side, may_return)
        step: JsonObject = {"name": name, "type": kind, **made}
        if self.draw(st.sampled_from("yyyyn")) == "n":
            step["when"] = self.draw(st.sampled_from(["`true`", "`false`", "input.wood == 'oak'", "input.nothing"]))
        if side_by_side or self.draw(st.sampled_from("fffc")) == "c":
            step["on_error"] = "continue"
        return step

    def _tool(self, name: str, depth: int, side_by_side: bool, may_return: bool) -> JsonObject:
        does = self.draw(st.sampled_from(["ok", "ok", "ok", "fail", "timeout", "down"]))
        step: JsonObject = {"tool": "act", "input": {"does": does, "name": name}}
        if self.draw(st.sampled_from("nnr")) == "r":
            step["retry"] = {"max_attempts": 2, "initial_interval": "1s"}
        return step

    def _transform(self, name: str, depth: int, side_by_side: bool, may_return: bool) -> JsonObject:
        return {"output": {"template": f"{name} ${{input.wood}}"}}

    def _wait(self, name: str, depth: int, side_by_side: bool, may_return: bool) -> JsonObject:
        return {"duration": self.draw(st.sampled_from(["1s", "90s"]))}

    def _approval(self, name: str, depth: int, side_by_side: bool, may_return: bool) -> JsonObject:
        return {"message": self.draw(st.sampled_from(["yes", "no", "late"])), "timeout": "10m"}

    def _fail(self, name: str, depth: int, side_by_side: bool, may_return: bool) -> JsonObject:
        return {"code": self.draw(st.sampled_from(["Own", "ScenarioFailed"])), "message": f"{name} gives up"}

    def _return(self, name: str, depth: int, side_by_side: bool, may_return: bool) -> JsonObject:
        return {"output": {"from": "input.wood"}}

    def _sequence(self, name: str, depth: int, side_by_side: bool, may_return: bool) -> JsonObject:
        step: JsonObject = {"steps": self.steps(depth + 1, side_by_side=side_by_side, may_return=may_return)}
        if self.draw(st.sampled_from("nnr")) == "r":
            step["retry"] = {"max_attempts": 2, "initial_interval": "1s", "errors": ["*"]}
        return step

    def _parallel(self, name: str, depth: int, side_by_side: bool, may_return: bool) -> JsonObject:
        branches: JsonObject = {
            label: self.steps(depth + 1, side_by_side=True, may_return=False) for label in ("left", "right")
        }
        return {"branches": branches}

    def _foreach(self, name: str, depth: int, side_by_side: bool, may_return: bool) -> JsonObject:
        width = int(self.draw(st.sampled_from("13")))
        alone = width == 1 and not side_by_side
        return {
            "items": ["a", "b", "c"],
            "max_concurrency": width,
            "tolerated_failure_percentage": int(self.draw(st.sampled_from(["0", "50"]))) if alone else 100,
            "steps": self.steps(depth + 1, side_by_side=not alone, may_return=False),
        }

    def _loop(self, name: str, depth: int, side_by_side: bool, may_return: bool) -> JsonObject:
        return {
            "max_iterations": 2,
            "until": self.draw(st.sampled_from(["`true`", "`false`"])),
            "delay": self.draw(st.sampled_from(["1s", "5m"])),
            "on_exhausted": "continue" if side_by_side else self.draw(st.sampled_from(["fail", "continue"])),
            "steps": self.steps(depth + 1, side_by_side=side_by_side, may_return=may_return),
        }

    def _switch(self, name: str, depth: int, side_by_side: bool, may_return: bool) -> JsonObject:
        when = self.draw(st.sampled_from(["input.wood == 'oak'", "`false`"]))
        return {
            "cases": [{"when": when, "steps": self.steps(depth + 1, side_by_side=side_by_side, may_return=may_return)}],
            "default": self.steps(depth + 1, side_by_side=side_by_side, may_return=may_return),
        }

    def _try(self, name: str, depth: int, side_by_side: bool, may_return: bool) -> JsonObject:
        errors = self.draw(st.sampled_from(["*", "ToolError", "Own"]))
        return {
            "steps": self.steps(depth + 1, side_by_side=side_by_side, may_return=may_return),
            "catch": [
                {
                    "errors": [errors],
                    "steps": self.steps(depth + 1, side_by_side=side_by_side, may_return=may_return),
                }
            ],
            "finally": self.steps(depth + 1, side_by_side=side_by_side, may_return=False),
        }


@st.composite
def random_scenarios(draw: st.DrawFn) -> JsonObject:
    """A scenario that lints clean, with steps of any type."""
    sheet = Sheet(draw)
    steps = sheet.steps(0, side_by_side=False, may_return=True)
    on_error = sheet.steps(MAX_DEPTH, side_by_side=False, may_return=False) if draw(st.booleans()) else []
    return scenario(*_objects(steps), on_error=on_error)


def _objects(steps: list[Json]) -> list[JsonObject]:
    return [step for step in steps if isinstance(step, dict)]
