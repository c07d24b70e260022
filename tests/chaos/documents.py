"""The scenarios of the load, and what each must have done in the end."""

from collections.abc import Mapping
from dataclasses import dataclass

from callsheet.scenario.json import JsonObject
from tests.support.scenarios import scenario, step

DELAY = 0.12
"""Seconds that a tool takes: long enough to be killed in the middle."""

REST = "2500ms"
"""Longer than the pause for which a run stays in memory, so that it is parked."""

ITEMS = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Load:
    """A scenario.

    Attributes:
        calls: the paths of the tool steps that a run of it must have finished.
        asks: the path of the step that a person must approve.
        child: the path of the step that runs another scenario.
        weight: how many of all runs, relative to the others; 0 when only other scenarios run it.
    """

    document: JsonObject
    calls: frozenset[str]
    asks: str | None = None
    child: str | None = None
    weight: int = 1

    @property
    def scenario_id(self) -> str:
        """The document's."""
        return str(self.document["scenario_id"])


def effect(name: str, server: str = "outside") -> JsonObject:
    """A step that must have its effect once; its value names the run."""
    return step(name, tool="effect", server=server, input={"value": {"from": "run.id"}, "delay": DELAY})


def _load(*steps: JsonObject, name: str, calls: str, weight: int = 1, **more: str) -> Load:
    output: JsonObject = {"run": {"from": "run.id"}}
    document = scenario(*steps, scenario_id=name, output=output)
    return Load(document=document, calls=frozenset(calls.split()), weight=weight, **more)


LOADS: Mapping[str, Load] = {
    load.scenario_id: load
    for load in (
        _load(
            *(effect(name, server) for name, server in zip("abcd", ["outside", "child"] * 2, strict=True)),
            name="sequential",
            calls="a b c d",
            weight=4,
        ),
        _load(
            {
                "name": "both",
                "type": "parallel",
                "branches": {"left": [effect("a"), effect("b", "child")], "right": [effect("c")]},
            },
            effect("d"),
            name="branching",
            calls="both.left.a both.left.b both.right.c d",
            weight=2,
        ),
        _load(
            {
                "name": "each",
                "type": "foreach",
                "items": [1, 2, 3, 4],
                "max_concurrency": 3,
                "steps": [effect("call")],
            },
            name="repeated",
            calls=" ".join(f"each[{index}].call" for index in range(ITEMS)),
            weight=2,
        ),
        _load(
            effect("a", "child"),
            {"name": "agree", "type": "approval", "message": "Go on?"},
            effect("b"),
            name="asking",
            calls="a b",
            weight=2,
            asks="agree",
        ),
        _load(
            effect("a"),
            {"name": "rest", "type": "wait", "duration": REST},
            effect("b", "child"),
            name="resting",
            calls="a b",
            weight=1,
        ),
        _load(
            effect("a"),
            {"name": "other", "type": "scenario", "scenario_id": "leaf", "input": {}},
            effect("b"),
            name="family",
            calls="a b",
            weight=1,
            child="other",
        ),
        _load(effect("a", "child"), name="leaf", calls="a", weight=0),
    )
}
