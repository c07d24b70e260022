"""Rules about the document itself: names, counts, required fields, schemas."""

from collections.abc import Iterator, Mapping

from callsheet.lint.names import did_you_mean
from callsheet.scenario.diagnostics import Diagnostic
from callsheet.scenario.model import MAX_STEPS, Scenario, Step
from callsheet.scenario.schema import Schema, SchemaInvalid
from callsheet.scenario.values import Literal


def duplicate_names(scenario: Scenario) -> Iterator[Diagnostic]:
    """E101: two steps with one name."""
    first: dict[str, str] = {}
    for pointer, step in _steps(scenario):
        if step.name in first:
            yield Diagnostic(
                code="E101",
                pointer=f"{pointer}/name",
                message=f"The name '{step.name}' is already taken by {first[step.name]}.",
                hint="Step names are unique in the whole document, 'on_error' included.",
            )
        first.setdefault(step.name, pointer)


def required_fields(scenario: Scenario) -> Iterator[Diagnostic]:
    """E140: a field of `required_input_fields` that `input` does not map."""
    for pointer, step in _steps(scenario):
        mapped = _mapped(step)
        for index, name in enumerate(step.required_input_fields):
            if name not in mapped:
                yield Diagnostic(
                    code="E140",
                    pointer=f"{pointer}/required_input_fields/{index}",
                    message=f"'{name}' is required, but the input of step '{step.name}' does not map it.",
                    hint=did_you_mean(name, mapped) or f"Add '{name}' to 'input'.",
                )


def step_count(scenario: Scenario) -> Iterator[Diagnostic]:
    """E143: more steps than a document may have, those of `on_error` counted too."""
    count = len(scenario.all_steps)
    if count > MAX_STEPS:
        message = f"The document has {count} steps; at most {MAX_STEPS} are allowed, 'on_error' included."
        yield Diagnostic(code="E143", pointer="/steps", message=message, hint="Split it into several scenarios.")


def schemas(scenario: Scenario) -> Iterator[Diagnostic]:
    """E100: `input_schema` or `output_schema` is no usable JSON Schema."""
    for key, schema in (("input_schema", scenario.input_schema), ("output_schema", scenario.output_schema)):
        if schema is None:
            continue
        try:
            Schema(schema)
        except SchemaInvalid as exc:
            message = f"The {key} is not a JSON Schema that can be used: {exc}"
            yield Diagnostic(code="E100", pointer=f"/{key}{exc.pointer}", message=message)


def _steps(scenario: Scenario) -> Iterator[tuple[str, Step]]:
    yield from ((f"/steps/{index}", step) for index, step in enumerate(scenario.steps))
    yield from ((f"/on_error/{index}", step) for index, step in enumerate(scenario.on_error))


def _mapped(step: Step) -> Mapping[str, object]:
    if not isinstance(step.input, Literal):
        return dict(step.input.fields)
    return step.input.value if isinstance(step.input.value, dict) else {}
