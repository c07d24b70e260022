"""Rules about the names that expressions begin with: roots, steps, and what those have."""

from collections.abc import Iterator, Mapping
from typing import Final, cast

from callsheet.lint.places import Mention, Place
from callsheet.lint.references import Path
from callsheet.lint.suggestions import listed
from callsheet.lint.survey import Survey
from callsheet.lint.visibility import visible, why_hidden
from callsheet.scenario.diagnostics import Diagnostic
from callsheet.scenario.model import Scenario
from callsheet.scenario.steps.foreach import ForeachStep

_ERROR: Final = ("code", "message", "step", "attempt", "data")
_STEP: Final = ("output", "status", "error", "errors")
_RUN: Final = ("id", "started_at", "scenario_id", "revision")


def literals(survey: Survey) -> Iterator[Diagnostic]:
    """E112: a bare `null`, `true` or `false` is a field's name, which is hardly ever meant."""
    for mention in survey.mentions:
        for name in mention.bare:
            yield Diagnostic(
                code="E112",
                pointer=mention.pointer,
                message=f"'{name}' in '{mention.expression.source}' is the name of a field, not a literal.",
                hint=f'Write `{name}` in backticks for the literal, "{name}" in double quotes for the field.',
            )


def roots(survey: Survey) -> Iterator[Diagnostic]:
    """E133: an expression begins with a name that is no root at this place. For `secrets` there is E121."""
    for mention, path in mentioned(survey):
        root = path[0]
        if len(path) > 1 or root in mention.place.roots or root == "secrets":
            continue
        if root not in mention.bare:
            message, hint = _unknown_root(root, mention, survey)
            yield Diagnostic(code="E133", pointer=mention.pointer, message=message, hint=hint)


def steps(survey: Survey) -> Iterator[Diagnostic]:
    """E130 and E131: a step that does not exist, or that is not visible at this place."""
    layout = survey.layout
    for mention, path in mentioned(survey):
        place = mention.place
        if len(path) != 2 or path[0] != "steps" or path[1] in place.steps or path[1] in layout.ambiguous:
            continue
        target = layout.by_name.get(path[1])
        if target is None:
            message = f"Unknown step '{path[1]}'."
            hint = survey.suggestions.did_you_mean(path[1], (*place.steps, *layout.by_name)) or visible(place)
            yield Diagnostic(code="E130", pointer=mention.pointer, message=message, hint=hint)
        else:
            why, hint = why_hidden(target, place)
            message = f"The step '{path[1]}' is not visible here: {why}."
            yield Diagnostic(code="E131", pointer=mention.pointer, message=message, hint=hint)


def members(survey: Survey) -> Iterator[Diagnostic]:
    """E110: a path asks a step, an error or the run for something that none of them ever has."""
    for mention, path in mentioned(survey):
        owner, known = _owner(path[:-1], mention.place)
        name = path[-1]
        if not known or name in known:
            continue
        hint = survey.suggestions.did_you_mean(name, known)
        if not hint and known is _STEP:
            hint = f"The result of a step is under 'output': {owner}.output.{name}"
        message = f"'{owner}' has no '{name}'; it has {', '.join(known)}."
        yield Diagnostic(code="E110", pointer=mention.pointer, message=message, hint=hint)


def mentioned(survey: Survey) -> Iterator[tuple[Mention, Path]]:
    """What each expression refers to; what the holes of one template refer to is given once."""
    pointer, seen = "", set[Path]()
    for mention in survey.mentions:
        if mention.pointer != pointer:
            pointer, seen = mention.pointer, set[Path]()
        for path in mention.references.paths:
            if path not in seen:
                seen.add(path)
                yield mention, path


def _owner(path: Path, place: Place) -> tuple[str, tuple[str, ...]]:
    """What a path names, and the members of that if it is something that we make."""
    known: tuple[str, ...] = ()
    if path == ("run",):
        known = _RUN
    elif path == ("error",) and "error" in place.roots:
        known = _ERROR
    elif len(path) == 2 and path[0] == "steps" and path[1] in place.steps:
        known = _STEP
    elif len(path) == 3 and path[0] == "steps" and path[2] == "error":
        known = _ERROR
    return ".".join(path), known


def _unknown_root(name: str, mention: Mention, survey: Survey) -> tuple[str, str]:
    place = mention.place
    message = f"'{name}' in '{mention.expression.source}' is nothing that an expression can begin with here."
    begins = listed("It begins with one of", place.roots)
    loops = [step.name for _, step in survey.of_type(ForeachStep) if name in {step.as_, step.index_as}]
    if name == "error":
        return "'error' exists only in the steps of 'on_error' and of the handlers under 'catch'.", begins
    if name == "result":
        return "'result' exists only in the 'output' of a step that has one without it.", begins
    if name in place.steps:
        return message, f"Did you mean 'steps.{name}.output'?"
    if name in input_properties(survey.scenario):
        return message, f"Did you mean 'input.{name}'?"
    if loops:
        return f"'{name}' exists only in the steps of the foreach '{loops[0]}'.", begins
    return message, survey.suggestions.did_you_mean(name, place.roots) or begins


def input_properties(scenario: Scenario) -> Mapping[str, object]:
    """The properties that `input_schema` names."""
    properties: object = (scenario.input_schema or {}).get("properties")
    return cast("dict[str, object]", properties) if isinstance(properties, dict) else {}
