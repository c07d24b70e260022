"""Every rule of the checker: the fault it finds, and the likeness of it that is none."""

import pytest

from callsheet.lint.check import check
from callsheet.scenario.diagnostics import MAX_DIAGNOSTICS
from callsheet.scenario.json import Json, JsonObject
from callsheet.scenario.parse import parse_scenario
from tests.support.scenarios import SEED, from_, scenario, step

CLOSED: JsonObject = {"type": "object", "properties": {"url": {}, "count": {}}, "additionalProperties": False}


def found(document: JsonObject) -> list[tuple[str, str]]:
    parsed = parse_scenario(document)
    assert parsed.scenario is not None, parsed.diagnostics
    return [(each.code, each.pointer) for each in check(parsed.scenario)]


def sentence(document: JsonObject) -> str:
    parsed = parse_scenario(document)
    assert parsed.scenario is not None, parsed.diagnostics
    (only,) = check(parsed.scenario)
    return f"{only.message} {only.hint}".strip()


def using(expression: str, **fields: Json) -> JsonObject:
    """A document whose second step `b`, after `search`, uses the expression in its input."""
    fields = {"vars": {"anything": {"at": {"all": 1}}}, "env": ["HOME"], "secrets": ["KEY"], **fields}
    return scenario(step("search"), step("b", input={"x": from_(expression)}), **fields)


def test_the_document_of_the_seed_is_clean() -> None:
    assert found(SEED) == []


@pytest.mark.parametrize(
    "expression",
    [
        "input.url",
        "input",
        "vars.anything.at.all",
        "env.HOME",
        "secrets.KEY",
        "steps.search.output.x[0].null",
        "steps.search.status",
        "steps.search.error.code",
        "steps.search.errors[].index",
        "run.id || run.started_at || run.revision || run.scenario_id",
        "steps.search.output[?url == `null`].title",
        "steps.search.output[?result && error && steps.b].x",
        "steps.search.output[*].{a: foo, b: input}",
        "steps.search.output.items[].steps.gone",
        "steps.search.output | gone.more",
        "steps.search.output | [0] | steps.b",
        "sort_by(steps.search.output, &date)[0].steps",
        "map(&gone.x, steps.search.output)",
        "steps.search.output.[a, b.c]",
        "input.{null: url, true: count}",
        'input."null"',
        "input.true",
        "'input'",
        "@.input.url",
        "steps.search.output[0].gone",
        "steps.search.output[1:].gone",
        "(input || vars).gone",
    ],
)
def test_what_may_be_right_is_not_reported(expression: str) -> None:
    assert found(using(expression)) == []


@pytest.mark.parametrize(
    ("expression", "code", "says"),
    [
        ("steps.serch.output", "E130", "Unknown step 'serch'. Did you mean 'search'?"),
        ("steps.zzzzz.output", "E130", "Unknown step 'zzzzz'. Visible here: search."),
        ("steps.b.output", "E131", "a step does not see itself"),
        ("steps.later.output", "E131", "it runs later"),
        ("steps.rescue.output", "E131", "only after a failure"),
        ("outputs.x", "E133", "'outputs' in 'outputs.x'"),
        ("inputs.url", "E133", "Did you mean 'input'?"),
        ("search.output", "E133", "Did you mean 'steps.search.output'?"),
        ("error.code", "E133", "only in the steps of 'on_error' and of the handlers"),
        ("result", "E133", "only in the 'output' of a step"),
        ("env.HOME", "E122", "Add 'HOME' to the document's 'env'."),
        ("secrets.KEY", "E120", "Add 'KEY' to the document's 'secrets'."),
        ("{a: input.url}.gone", "E134", "has no 'gone'"),
        ('`{"a": 1}`.gone', "E134", "has no 'gone'"),
        ("vars.gone", "E134", "'vars' has no 'gone'"),
        ("keys(steps)", "W210", "Name the steps"),
        ("steps.*.output", "W210", "all steps at once"),
        ("@", "W210", "all steps at once"),
        ("steps.search.ouput.x", "E110", "Did you mean 'output'?"),
        ("steps.search.url", "E110", "steps.search.output.url"),
        ("run.run_id", "E110", "it has id, started_at"),
        ("input.url == null", "E112", "`null` in backticks"),
        ("steps.search.output[?ok == true]", "E112", "`true` in backticks"),
        ("false", "E112", "`false` in backticks"),
        ("length(gone)", "E133", "'gone'"),
        ("{a: gone}", "E133", "'gone'"),
        ("[input.url, gone]", "E133", "'gone'"),
        ("input || gone", "E133", "'gone'"),
        ("!gone", "E133", "'gone'"),
        ("gone[?x]", "E133", "'gone'"),
        ("gone[*].x", "E133", "'gone'"),
        ("gone.*.x", "E133", "'gone'"),
        ("gone[]", "E133", "'gone'"),
        ("gone[0]", "E133", "'gone'"),
        ("sort_by(gone, &x)", "E133", "'gone'"),
        ("@ | gone", "E133", "'gone'"),
        ("steps | serch", "E130", "'serch'"),
        ("(steps).serch[0]", "E130", "'serch'"),
    ],
)
def test_a_reference_that_leads_nowhere_is_reported(expression: str, code: str, says: str) -> None:
    document = scenario(
        step("search"),
        step("b", input={"x": from_(expression)}),
        step("later"),
        on_error=[step("rescue")],
    )
    assert found(document) == [(code, "/steps/1/input/x/from")]
    assert says in sentence(document)


def test_every_hole_of_a_template_and_every_default_is_looked_at() -> None:
    value: Json = {"a": [{"template": "${input.url} ${gone}"}], "b": from_("input.x", default=from_("steps.nobody"))}
    assert found(scenario(step(input=value))) == [
        ("E133", "/steps/0/input/a/0/template"),
        ("E130", "/steps/0/input/b/default/from"),
    ]


def test_only_the_output_of_a_step_sees_its_result() -> None:
    assert found(scenario(step(output=from_("result.items[0] || input.x")))) == []
    assert found(scenario(step(), output=from_("result"))) == [("E133", "/output/from")]
    assert found(scenario(step(output=from_("steps.a.output")))) == [("E131", "/steps/0/output/from")]


def test_the_output_of_a_document_sees_every_step_but_those_of_on_error() -> None:
    rescue: list[Json] = [step("rescue")]
    assert found(scenario(step("a"), step("b"), output=from_("steps.b.output"), on_error=rescue)) == []
    assert found(scenario(output=from_("steps.rescue.output"), on_error=rescue)) == [("E131", "/output/from")]


def test_the_steps_of_on_error_see_every_step_before_them_and_the_error() -> None:
    using_all: JsonObject = {"e": from_("error.message"), "a": from_("steps.a"), "r": from_("steps.first.output")}
    assert found(scenario(on_error=[step("first"), step("second", input=using_all)])) == []
    assert found(scenario(on_error=[step("second", input=using_all), step("first")])) == [
        ("E131", "/on_error/0/input/r/from")
    ]


@pytest.mark.parametrize(
    ("schema", "clean"),
    [
        (CLOSED, False),
        ({**CLOSED, "additionalProperties": True}, True),
        ({"type": "object", "properties": {"url": {}}}, False),  # because it is so similar
        ({"type": "object", "properties": {"quantity": {}}}, True),
        ({**CLOSED, "patternProperties": {"^u": {}}}, True),
        ({"type": "object", "additionalProperties": False}, False),
        ({**CLOSED, "additionalProperties": {"type": "string"}}, True),
    ],
)
def test_an_input_property_is_wrong_only_when_the_schema_allows_no_other(schema: JsonObject, clean: bool) -> None:
    document = scenario(step(input={"x": from_("input.ulr")}), input_schema=schema)
    assert found(document) == ([] if clean else [("E134", "/steps/0/input/x/from")])


def test_a_similar_input_property_is_suggested() -> None:
    assert "Did you mean 'url'?" in sentence(using("input.ulr", input_schema=CLOSED))
    assert "Did you mean 'input.url'?" in sentence(using("url", input_schema=CLOSED))


def test_names_are_unique_in_the_whole_document() -> None:
    document = scenario(step("a"), step("b"), step("a"), on_error=[step("b")])
    assert found(document) == [("E101", "/steps/2/name"), ("E101", "/on_error/0/name")]
    assert "'a' is already taken by /steps/0" in sentence(scenario(step("a"), step("a")))


@pytest.mark.parametrize("mapped", [{"url": 1}, {"url": from_("input.url")}])
def test_a_required_field_is_mapped(mapped: JsonObject) -> None:
    assert found(scenario(step(input=mapped, required_input_fields=["url"]))) == []
    document = scenario(step(input=mapped, required_input_fields=["url", "ulr"]))
    assert found(document) == [("E140", "/steps/0/required_input_fields/1")]
    assert "Did you mean 'url'?" in sentence(document)


def test_the_steps_of_on_error_count_too() -> None:
    main = [step(f"s{number}") for number in range(200)]
    assert found(scenario(*main)) == []
    assert found(scenario(*main, on_error=[step("r")])) == [("E143", "/steps")]


@pytest.mark.parametrize(
    ("schema", "pointer"),
    [
        ({"type": "strin"}, "/type"),
        ({"properties": {"a/b": {"type": 5}}}, "/properties/a~1b/type"),
        ({"$ref": "https://example.org/other.json"}, ""),
        ({"$ref": "#/$defs/gone"}, ""),
        ({"pattern": "(?=a)"}, "/pattern"),
        ({"properties": 5}, "/properties"),
    ],
)
def test_a_schema_that_is_none_is_reported_where_it_is_wrong(schema: JsonObject, pointer: str) -> None:
    assert found(scenario(input_schema=schema)) == [("E100", f"/input_schema{pointer}")]
    assert found(scenario(output_schema=schema)) == [("E100", f"/output_schema{pointer}")]


def test_a_document_gets_a_hundred_diagnostics_at_most() -> None:
    wrong: JsonObject = {f"k{number}": from_(f"steps.gone{number}.output") for number in range(500)}
    assert len(found(scenario(step(input=wrong)))) == MAX_DIAGNOSTICS


def test_thousands_of_holes_and_names_are_checked_without_a_search_for_each() -> None:
    holes = "".join(f"${{input.m{number:04d}}}" for number in range(9_000))
    declared: JsonObject = {f"n{number:03d}" * 20: {} for number in range(250)}
    document = scenario(output={"template": holes}, input_schema={"type": "object", "properties": declared})
    assert found(document) == []
    assert found(scenario(output={"template": "${steps.gone}" * 9_000})) == [("E130", "/output/template")]
