"""The places of a document where expressions stand, and what each of them can see."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from callsheet.scenario.expressions import Expression
from callsheet.scenario.model import Scenario, Step
from callsheet.scenario.values import Value, expressions


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """One expression of a document.

    Attributes:
        pointer: where it stands.
        steps: the names of the steps that are visible there.
        roots: the names that it may begin with.
        inside: the step it belongs to; None for the document's `output`.
    """

    expression: Expression
    pointer: str
    steps: tuple[str, ...]
    roots: tuple[str, ...]
    inside: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Scope:
    pointer: str
    steps: tuple[str, ...] = ()
    roots: tuple[str, ...] = field(default=("input", "steps", "vars", "run"))
    inside: str | None = None


def places(scenario: Scenario) -> Iterator[Place]:
    """Every expression of `scenario`, in the order of the model."""
    main = tuple(step.name for step in scenario.steps)
    for index, step in enumerate(scenario.steps):
        yield from _of_step(step, _Scope(pointer=f"/steps/{index}", steps=main[:index], inside=step.name))
    if scenario.output is not None:
        yield from _of_value(scenario.output, _Scope(pointer="/output", steps=main))
    failing = tuple(step.name for step in scenario.on_error)
    for index, step in enumerate(scenario.on_error):
        roots = ("input", "steps", "vars", "run", "error")
        pointer = f"/on_error/{index}"
        yield from _of_step(step, _Scope(pointer=pointer, steps=main + failing[:index], roots=roots, inside=step.name))


def _of_step(step: Step, scope: _Scope) -> Iterator[Place]:
    yield from _of_value(step.input, _at(scope, "input"))
    if step.output is not None:
        yield from _of_value(step.output, _at(scope, "output", "result"))


def _at(scope: _Scope, key: str, *roots: str) -> _Scope:
    return _Scope(pointer=f"{scope.pointer}/{key}", steps=scope.steps, roots=scope.roots + roots, inside=scope.inside)


def _of_value(value: Value, scope: _Scope) -> Iterator[Place]:
    for expression, pointer in expressions(value, scope.pointer):
        yield Place(expression=expression, pointer=pointer, steps=scope.steps, roots=scope.roots, inside=scope.inside)
