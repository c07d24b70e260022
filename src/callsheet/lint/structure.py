"""Rules about the document itself: names, counts, nesting, required fields, schemas."""

from collections.abc import Iterator, Mapping

from callsheet.lint.layout import Located
from callsheet.lint.survey import Survey
from callsheet.scenario.diagnostics import Diagnostic
from callsheet.scenario.model import MAX_NESTING, MAX_STEPS
from callsheet.scenario.patterns import MAX_WEIGHT
from callsheet.scenario.schema import Schema, SchemaInvalid
from callsheet.scenario.steps.approval import ApprovalStep
from callsheet.scenario.steps.return_ import ReturnStep
from callsheet.scenario.steps.tool import ToolStep
from callsheet.scenario.values import Literal, ObjectValue


def step_count(survey: Survey) -> Iterator[Diagnostic]:
    """E143: more steps than a document may have, those inside of others and of `on_error` counted too."""
    count = len(survey.layout.steps)
    if count > MAX_STEPS:
        message = f"The document has {count} steps; at most {MAX_STEPS} are allowed, those inside of others included."
        yield Diagnostic(code="E143", pointer="/steps", message=message, hint="Split it into several scenarios.")


def duplicate_names(survey: Survey) -> Iterator[Diagnostic]:
    """E101: two steps with one name."""
    for located in survey.layout.steps:
        name = located.step.name
        first = survey.layout.by_name[name]
        if first is not located:
            yield Diagnostic(
                code="E101",
                pointer=f"{located.pointer}/name",
                message=f"The name '{name}' is already taken by {first.pointer}.",
                hint="Step names are unique in the whole document, inside of other steps and in 'on_error' too.",
            )


def nesting(survey: Survey) -> Iterator[Diagnostic]:
    """E141: a step with more steps around it than may be. What is even deeper is not told of."""
    for listing in survey.layout.lists.values():
        if listing.depth == MAX_NESTING + 1:
            yield Diagnostic(
                code="E141",
                pointer=listing.pointer,
                message=f"These steps have {listing.depth} steps around them; at most {MAX_NESTING} are allowed.",
                hint="Move the inner steps to a scenario of their own and call it with a 'scenario' step.",
            )


def misplaced_returns(survey: Survey) -> Iterator[Diagnostic]:
    """E142: a `return` where the run cannot end: beside other steps, in a `finally`, in the document's `on_error`."""
    for located, _ in survey.of_type(ReturnStep):
        where = _no_return(located)
        if where:
            message = f"'return' ends the run, which is not possible {where}."
            hint = "Give what is needed as the block's output, and return after it."
            yield Diagnostic(code="E142", pointer=located.pointer, message=message, hint=hint)


def required_fields(survey: Survey) -> Iterator[Diagnostic]:
    """E140: a field of `required_input_fields` that `input` does not map."""
    for located, step in survey.of_type(ToolStep):
        given = mapped(step.input)
        for index, name in enumerate(step.required_input_fields):
            if name not in given:
                yield Diagnostic(
                    code="E140",
                    pointer=f"{located.pointer}/required_input_fields/{index}",
                    message=f"'{name}' is required, but the input of step '{step.name}' does not map it.",
                    hint=survey.suggestions.did_you_mean(name, given) or f"Add '{name}' to 'input'.",
                )


def schemas(survey: Survey) -> Iterator[Diagnostic]:
    """E100: a schema of the document's that is no usable JSON Schema, or patterns that are too large together."""
    scenario, weight = survey.scenario, 0
    written = [("/input_schema", scenario.input_schema), ("/output_schema", scenario.output_schema)]
    written += [(f"{located.pointer}/form_schema", step.form_schema) for located, step in survey.of_type(ApprovalStep)]
    for pointer, schema in written:
        if schema is None:
            continue
        try:
            weight += Schema(schema).pattern_weight
        except SchemaInvalid as exc:
            message = f"The {pointer.rpartition('/')[2]} is not a JSON Schema that can be used: {exc}"
            yield Diagnostic(code="E100", pointer=f"{pointer}{exc.pointer}", message=message)
        if weight > MAX_WEIGHT:
            message = "The patterns of all schemas up to this one are too large to compile (LimitExceeded: schema)."
            yield Diagnostic(code="E100", pointer=pointer, message=message)
            return


def mapped(given: Literal | ObjectValue) -> Mapping[str, object]:
    """The fields that an `input` has."""
    if isinstance(given, ObjectValue):
        return dict(given.fields)
    return given.value if isinstance(given.value, dict) else {}


def _no_return(located: Located) -> str:
    for listing in (located.listing, *located.listing.around):
        if listing.concurrent and listing.owner is not None:
            return f"inside the {listing.owner.step.type} '{listing.owner.step.name}'"
        if listing.key == "/finally":
            return "in a 'finally'"
        if listing.pointer == "/on_error":
            return "in 'on_error': the run has failed already"
    return ""
