"""Rules about the names that expressions begin with: roots, steps, and what those have."""

from collections.abc import Iterable, Iterator, Mapping
from difflib import get_close_matches
from itertools import islice
from typing import Final, cast

from callsheet.lint.places import Place, places
from callsheet.lint.references import Path, bare_literals, references
from callsheet.scenario.diagnostics import Diagnostic
from callsheet.scenario.model import Scenario

_MEMBERS: Final = {
    "step": ("output", "status", "error", "errors"),
    "run": ("id", "started_at", "scenario_id", "revision"),
}
_NOT_BUILT: Final = ("env", "secrets")
_LONGEST: Final = 128
_MOST: Final = 250
"""Suggestions are for names of usual length among a usual number: finding one is slow otherwise."""


def literals(scenario: Scenario) -> Iterator[Diagnostic]:
    """E112: a bare `null`, `true` or `false` is a field's name, which is hardly ever meant."""
    for place in places(scenario):
        for name in dict.fromkeys(bare_literals(place.expression)):
            yield Diagnostic(
                code="E112",
                pointer=place.pointer,
                message=f"'{name}' in '{place.expression.source}' is the name of a field, not a literal.",
                hint=f'Write `{name}` in backticks for the literal, "{name}" in double quotes for the field.',
            )


def roots(scenario: Scenario) -> Iterator[Diagnostic]:
    """E133: an expression begins with a name that is no root at this place."""
    for place, path in _references(scenario):
        if len(path) == 1 and path[0] not in place.roots and path[0] not in bare_literals(place.expression):
            message, hint = _unknown_root(path[0], place, scenario)
            yield Diagnostic(code="E133", pointer=place.pointer, message=message, hint=hint)


def steps(scenario: Scenario) -> Iterator[Diagnostic]:
    """E130 and E131: a step that does not exist, or that cannot have run yet."""
    known = {step.name for step in scenario.all_steps}
    for place, path in _references(scenario):
        if len(path) != 2 or path[0] != "steps" or path[1] in place.steps:
            continue
        if path[1] in known:
            yield Diagnostic(
                code="E131",
                pointer=place.pointer,
                message=f"The step '{path[1]}' is not visible here: {_why_hidden(path[1], place, scenario)}.",
                hint=_visible(place.steps),
            )
        else:
            message = f"Unknown step '{path[1]}'."
            hint = did_you_mean(path[1], place.steps) or _visible(place.steps)
            yield Diagnostic(code="E130", pointer=place.pointer, message=message, hint=hint)


def members(scenario: Scenario) -> Iterator[Diagnostic]:
    """E110: a path asks a step or the run for something that neither ever has."""
    for place, path in _references(scenario):
        owner, name, kind = _owner(path)
        if kind in _MEMBERS and name not in _MEMBERS[kind]:
            yield Diagnostic(
                code="E110",
                pointer=place.pointer,
                message=f"'{owner}' has no '{name}'; it has {', '.join(_MEMBERS[kind])}.",
                hint=did_you_mean(name, _MEMBERS[kind])
                or (f"The result of a step is under 'output': {owner}.output.{name}" if kind == "step" else ""),
            )


def inputs(scenario: Scenario) -> Iterator[Diagnostic]:
    """E134: the input_schema allows no other property than those it names, and this is none of them."""
    schema = scenario.input_schema
    if schema is None or schema.get("additionalProperties") is not False or schema.get("patternProperties"):
        return
    properties = _properties(scenario)
    for place, path in _references(scenario):
        if len(path) == 2 and path[0] == "input" and path[1] not in properties:
            yield Diagnostic(
                code="E134",
                pointer=place.pointer,
                message=f"The input has no '{path[1]}': the input_schema does not name it and allows no others.",
                hint=did_you_mean(path[1], properties),
            )


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """A question with the most similar of the `known` names; the empty string when none is similar."""
    close = get_close_matches(name, islice(known, _MOST), n=1) if len(name) <= _LONGEST else []
    return f"Did you mean '{close[0]}'?" if close else ""


def _references(scenario: Scenario) -> Iterator[tuple[Place, Path]]:
    for place in places(scenario):
        for path in references(place.expression):
            yield place, path


def _owner(path: Path) -> tuple[str, str, str]:
    if len(path) == 3 and path[0] == "steps":
        return f"steps.{path[1]}", path[2], "step"
    if len(path) == 2 and path[0] == "run":
        return "run", path[1], "run"
    return "", "", ""


def _unknown_root(name: str, place: Place, scenario: Scenario) -> tuple[str, str]:
    message = f"'{name}' in '{place.expression.source}' is nothing that an expression can begin with here."
    listed = f"It begins with one of: {', '.join(place.roots)}."
    if name in _NOT_BUILT:
        return f"'{name}' cannot be used yet: this version does not have it.", listed
    if name == "error":
        return "'error' exists only in the steps of 'on_error'.", listed
    if name == "result":
        return "'result' exists only in a step's 'output'.", listed
    if name in place.steps:
        return message, f"Did you mean 'steps.{name}.output'?"
    if name in _properties(scenario):
        return message, f"Did you mean 'input.{name}'?"
    return message, did_you_mean(name, place.roots) or listed


def _properties(scenario: Scenario) -> Mapping[str, object]:
    properties: object = (scenario.input_schema or {}).get("properties")
    return cast("dict[str, object]", properties) if isinstance(properties, dict) else {}


def _why_hidden(name: str, place: Place, scenario: Scenario) -> str:
    if name == place.inside:
        return "a step does not see itself"
    if name in {step.name for step in scenario.on_error} and not place.pointer.startswith("/on_error/"):
        return "the steps of 'on_error' run only after a failure"
    return "it runs later"


def _visible(names: tuple[str, ...]) -> str:
    if not names:
        return "No step comes before this place."
    shown = ", ".join(names[:10])
    return f"Visible here: {shown}{', …' if len(names) > 10 else ''}."
