"""Properties: whatever a document says, checking it ends without an exception, and says the same in both syntaxes."""

import copy
import json
from collections.abc import Iterator
from typing import cast

from hypothesis import given, settings
from hypothesis import strategies as st

from callsheet.lint.context import LintContext
from callsheet.lint.document import read_scenario
from callsheet.lint.signatures import Signatures, ToolSignature
from callsheet.scenario.diagnostics import MAX_DIAGNOSTICS
from callsheet.scenario.json import Json, JsonObject
from callsheet.scenario.parse import parse_scenario
from callsheet.scenario.source import Syntax
from tests.support.json_values import json_values
from tests.support.scenarios import from_, scenario, step

THOROUGH = settings(max_examples=150, deadline=None)

EVERYTHING: JsonObject = scenario(
    step("search", input={"url": from_("input.url"), "key": {"secret": "KEY"}, "x": {"template": "${input.url}"}}),
    {
        "name": "each",
        "type": "foreach",
        "items": from_("steps.search.output.hits", default=[]),
        "as": "hit",
        "steps": [step("fetch", input={"url": from_("hit.url"), "n": from_("index")}, on_error="continue")],
        "tolerated_failure_percentage": 20,
    },
    {
        "name": "both",
        "type": "parallel",
        "branches": {
            "left": [step("l", when="input.deep")],
            "right": [{"name": "r", "type": "wait", "duration": "1s"}],
        },
    },
    {
        "name": "poll",
        "type": "loop",
        "max_iterations": 3,
        "until": "steps.ask.output.done == `true`",
        "steps": [step("ask", retry={"errors": ["Timeout"]})],
    },
    {
        "name": "pick",
        "type": "switch",
        "cases": [
            {"when": "length(steps.each.output) > `1`", "steps": [{"name": "t", "type": "transform", "output": 1}]}
        ],
        "default": [{"name": "c", "type": "scenario", "scenario_id": "child", "input": {"a": 1}}],
    },
    {
        "name": "safe",
        "type": "try",
        "steps": [{"name": "ok", "type": "approval", "message": "?", "form_schema": {"type": "object"}}],
        "catch": [
            {"errors": ["ApprovalRejected"], "steps": [{"name": "no", "type": "fail", "message": from_("error.code")}]}
        ],
        "finally": [{"name": "q", "type": "sequence", "steps": [step("z")], "output": from_("result")}],
    },
    {"name": "end", "type": "return", "output": from_("steps.pick.output")},
    input_schema={"type": "object", "required": ["url"], "properties": {"url": {"type": "string"}, "deep": {}}},
    output_schema={"type": "array"},
    secrets=["KEY"],
    vars={"a": [1]},
    output=from_("steps.each.errors"),
    on_error=[step("tell", input={"e": from_("error")})],
)

AROUND = LintContext(
    signatures=Signatures(
        [
            ToolSignature(
                server="s",
                name="echo",
                description="",
                input_schema={"type": "object", "properties": {"url": {"type": "string"}}, "required": ["url"]},
                output_schema={
                    "type": "object",
                    "properties": {"hits": {"type": "array"}, "done": {"type": "boolean"}},
                },
                annotations={"destructiveHint": True},
            )
        ]
    ),
    scenarios={},
)

INTERESTING = st.sampled_from(
    [
        "steps", "@", "input.url", "steps.search.output.hits[0].x", "steps.gone", "secrets.KEY", "env.A", "null", "hit",
        "result", "tool", "foreach", "return", "try", "continue", "*", "search", "{{input.url}}", "${input.url}",
        "E130",
    ]
)  # fmt: skip
FORMS = st.sampled_from(["from", "template", "secret", "env", "const", "From", "$from", "x-lint-ignore", "output"])
REPLACEMENTS = st.one_of(
    INTERESTING, st.dictionaries(FORMS, INTERESTING, max_size=2), st.lists(INTERESTING, max_size=2), json_values(6)
)


def spots(value: Json) -> Iterator[tuple[JsonObject | list[Json], str | int]]:
    """Every member and element, as what holds it and its key."""
    members = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, inner in members:
        yield cast("JsonObject | list[Json]", value), key
        yield from spots(inner)


def put(holder: JsonObject | list[Json], key: str | int, value: Json) -> None:
    if isinstance(holder, dict):
        holder[str(key)] = value
    elif isinstance(key, int) and key < len(holder):
        holder[key] = value


@st.composite
def mutations(draw: st.DrawFn) -> JsonObject:
    """The document of everything, with up to four of its values replaced, removed or under another key."""
    document = copy.deepcopy(EVERYTHING)
    for _ in range(draw(st.integers(1, 4))):
        places = list(spots(document))
        holder, key = places[draw(st.integers(0, len(places) - 1))]
        match draw(st.sampled_from(["replace", "remove", "rename"])):
            case "replace":
                put(holder, key, cast("Json", draw(REPLACEMENTS)))
            case "remove" if isinstance(holder, dict):
                del holder[str(key)]
            case _ if isinstance(holder, dict):
                holder[draw(INTERESTING | FORMS)] = holder.pop(str(key))
            case _:
                put(holder, key, copy.deepcopy(EVERYTHING["steps"]))
    return document


def test_the_document_of_everything_is_read() -> None:
    assert parse_scenario(EVERYTHING).diagnostics == ()
    assert read_scenario(json.dumps(EVERYTHING).encode(), Syntax.JSON).scenario is not None


@THOROUGH
@given(mutations())
def test_any_mutation_is_checked_without_an_exception_and_alike_in_both_syntaxes(document: JsonObject) -> None:
    text = json.dumps(document, indent=1).encode()
    as_json = read_scenario(text, Syntax.JSON, AROUND)
    as_yaml = read_scenario(text, Syntax.YAML, AROUND)
    assert as_json.diagnostics == as_yaml.diagnostics
    assert len(as_json.diagnostics) <= 2 * MAX_DIAGNOSTICS
    assert [each for each in as_json.diagnostics if each.line < 1 or each.message[-1] not in ".…"] == []


@THOROUGH
@given(mutations())
def test_nothing_is_told_twice(document: JsonObject) -> None:
    found = read_scenario(json.dumps(document).encode(), Syntax.JSON, AROUND).diagnostics
    told = [(each.code, each.pointer, each.message) for each in found]
    assert len(told) == len(set(told))


@THOROUGH
@given(json_values())
def test_any_value_at_any_place_is_checked(value: Json) -> None:
    for key in ("steps", "on_error", "input_schema", "vars", "output", "x-lint-ignore"):
        read_scenario(json.dumps({**EVERYTHING, key: value}).encode(), Syntax.JSON, AROUND)
