"""Rules about what is given to tools and other scenarios: that it is what their schemas take."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import cast

from callsheet.lint.layout import Located
from callsheet.lint.structure import mapped
from callsheet.lint.suggestions import Suggestions
from callsheet.lint.survey import Survey
from callsheet.lint.types.document import Work
from callsheet.lint.types.fits import mismatch_of_shapes
from callsheet.lint.types.from_schema import either, opened
from callsheet.lint.types.look import find_member, objects
from callsheet.lint.types.shape import Object, Open, Property
from callsheet.scenario.diagnostics import Diagnostic
from callsheet.scenario.json import JsonObject, escape
from callsheet.scenario.steps.scenario import ScenarioStep
from callsheet.scenario.steps.tool import ToolStep


def arguments(survey: Survey) -> Iterator[Diagnostic]:
    """E132, E135 and E140: a field that is not known, has the wrong type, or is required and missing."""
    for call in _calls(survey):
        given = survey.flow.shapes.get(f"{call.pointer}/input")
        if isinstance(given, Object):
            yield from call.check(given.properties)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Call:
    """What takes an input.

    Attributes:
        pointer: of the step.
        what: names it in a sentence.
        taken: the inputs that it takes.
        told: fields that another rule speaks of.
        input_at: where the step's `input` is written, or the step itself.
        suggestions: finds a name that may have been meant.
        work: what comparing types may still cost.
    """

    pointer: str
    what: str
    taken: Open
    told: frozenset[str]
    input_at: str
    suggestions: Suggestions
    work: Work

    def check(self, given: Mapping[str, Property]) -> Iterator[Diagnostic]:
        """Compare what is given, by field."""
        takers = objects(self.taken)
        if not takers:
            return
        meant: set[str] = set()
        for name, each in given.items():
            problem = self._unknown(name, given, meant)
            if problem is not None:
                yield problem
                continue
            wanted = either(*(_taken(taker, name) for taker in takers))
            mismatch = mismatch_of_shapes(each.shape, wanted, self.work)
            if mismatch is not None and mismatch.certain:
                where = f" at {mismatch.pointer}" if mismatch.pointer else ""
                yield Diagnostic(
                    code="E135",
                    pointer=f"{self.pointer}/input/{escape(name)}",
                    message=f"'{name}' of {self.what} takes {mismatch.taken}{where}; this gives {mismatch.given}.",
                )
        for name in _required(takers):
            if name not in given and name not in meant and name not in self.told:
                message = f"{self.what[0].upper()}{self.what[1:]} requires '{name}', which 'input' does not map."
                yield Diagnostic(code="E140", pointer=self.input_at, message=message, hint=f"Add '{name}' to 'input'.")

    def _unknown(self, name: str, given: Mapping[str, Property], meant: set[str]) -> Diagnostic | None:
        """E132; where the schema allows other fields, only for a name that is like one which is not given."""
        found = find_member(self.taken, name)
        if found.found:
            return None
        left = (each for owner in found.objects for each in owner.properties if each not in given)
        close = self.suggestions.similar(name, left)
        if close is None and not found.certain:
            return None
        if close is not None:
            meant.add(close)
        known = [each for owner in found.objects for each in owner.properties]
        takes = f"It takes: {', '.join(known[:10])}{', …' if len(known) > 10 else ''}." if known else "It takes none."
        return Diagnostic(
            code="E132",
            pointer=f"{self.pointer}/input/{escape(name)}",
            message=f"{self.what[0].upper()}{self.what[1:]} has no input '{name}'.",
            hint=takes if close is None else f"Did you mean '{close}'?",
        )


def _calls(survey: Survey) -> Iterator[_Call]:
    for located, tool in survey.known_tools():
        step = cast("ToolStep", located.step)
        unmapped = frozenset(step.required_input_fields).difference(mapped(step.input))
        yield _call(survey, located, f"the tool '{tool.name}'", tool.input_schema, unmapped)
    for located, step in survey.of_type(ScenarioStep):
        child = survey.context.scenario(step.scenario_id)
        if child is not None and child.input_schema is not None:
            yield _call(survey, located, f"the scenario '{child.scenario_id}'", child.input_schema)


def _call(survey: Survey, located: Located, what: str, schema: JsonObject, told: frozenset[str] = frozenset()) -> _Call:
    return _Call(
        pointer=located.pointer,
        what=what,
        taken=survey.schemas.shape(schema),
        told=told,
        input_at=f"{located.pointer}/input" if "input" in located.step.model_fields_set else located.pointer,
        suggestions=survey.suggestions,
        work=survey.work,
    )


def _taken(taker: Object, name: str) -> Open:
    known = taker.properties.get(name)
    return opened(taker.additional if known is None else known.shape)


def _required(takers: tuple[Object, ...]) -> list[str]:
    """The fields that every way to call asks for."""
    first, *others = takers
    names = (name for name, each in first.properties.items() if each.required)
    return [name for name in names if all(_requires(each, name) for each in others)]


def _requires(taker: Object, name: str) -> bool:
    return name in taker.properties and taker.properties[name].required
