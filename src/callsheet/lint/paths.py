"""Rules about the data that expressions ask for, and about what they give where only some types make sense."""

from collections.abc import Iterator
from typing import assert_never

from callsheet.lint.places import Place
from callsheet.lint.suggestions import listed
from callsheet.lint.survey import Survey
from callsheet.lint.types.describe import describe
from callsheet.lint.types.faults import Fault, MissingMember, NotAList, NotAnObject
from callsheet.lint.types.fits import mismatch_of_shapes
from callsheet.lint.types.shape import Array, Boolean, Never, Null, Open, Text, Unknown, alternatives
from callsheet.scenario.diagnostics import Diagnostic
from callsheet.scenario.steps.base import BaseStep
from callsheet.scenario.steps.foreach import ForeachStep
from callsheet.scenario.steps.wait import WaitStep
from callsheet.scenario.values import From


def dead_paths(survey: Survey) -> Iterator[Diagnostic]:
    """E134: a path that never gives anything, as far as the schemas say.

    What a schema does not name but allows is told of only when it names something similar.
    """
    for pointer, fault in dict.fromkeys(survey.flow.faults):
        meant = survey.suggestions.did_you_mean(fault.name, fault.known) if isinstance(fault, MissingMember) else ""
        if fault.certain or meant:
            message, hint = _sentence(fault, meant)
            yield Diagnostic(code="E134", pointer=pointer, message=message, hint=hint)


def wrong_types(survey: Survey) -> Iterator[Diagnostic]:
    """E135: a condition that is never true, false or null; `items` that are never a list; a moment that is no text."""
    for place in survey.places:
        given = survey.flow.shapes.get(place.pointer)
        wanted = _wanted(place)
        if given is None or not wanted or isinstance(given, Unknown | Never):
            continue
        kinds, what = wanted
        if not any(isinstance(each, kinds) for each in alternatives(given)):
            yield Diagnostic(code="E135", pointer=place.pointer, message=f"{what}; this gives {describe(given)}.")


def output(survey: Survey) -> Iterator[Diagnostic]:
    """E135: the document's `output` is nothing that its `output_schema` describes."""
    schema, given = survey.scenario.output_schema, survey.flow.shapes.get("/output")
    if schema is None or given is None:
        return
    found = mismatch_of_shapes(given, survey.schemas.shape(schema), survey.work)
    if found is not None and found.certain:
        where = f" at {found.pointer}" if found.pointer else ""
        message = f"The output_schema says {found.taken}{where}; this gives {found.given}."
        yield Diagnostic(code="E135", pointer="/output", message=message)


def _wanted(place: Place) -> tuple[tuple[type[Open], ...], str] | None:
    """The types that make sense at a place, and a sentence's beginning; None where all do."""
    if isinstance(place.value, From) and not place.value.key:
        return (Boolean, Null), "A condition gives true, false or null"
    step: BaseStep | None = None if place.inside is None else place.inside.step
    if isinstance(step, ForeachStep) and place.key == "/items":
        return (Array,), "'items' is a list"
    if isinstance(step, WaitStep) and place.key == "/until":
        return (Text,), "'until' is a text such as 2026-11-23T18:30:00Z"
    return None


def _sentence(fault: Fault, meant: str) -> tuple[str, str]:
    match fault:
        case MissingMember():
            has = "has no" if fault.certain else "declares no"
            known = listed("It has", fault.known) if fault.known else ""
            return f"'{fault.path}' {has} '{fault.name}'.", meant or known
        case NotAnObject(name="*"):
            return f"'{fault.path}' is {fault.given}, which has no members.", ""
        case NotAnObject():
            return f"'{fault.path}' is {fault.given}, which has no '{fault.name}'.", ""
        case NotAList():
            return f"'{fault.path}' is {fault.given}, not a list.", ""
        case _:
            assert_never(fault)
