"""Every code: the documents that get it, where, and the nearest ones that do not."""

import json
from typing import TypeAlias

import pytest

from callsheet.lint.context import LintContext
from callsheet.lint.document import Reading, read_scenario
from callsheet.lint.drift import Drift, DriftKind
from callsheet.lint.signatures import Signatures, ToolSignature
from callsheet.scenario.json import Json, JsonObject
from callsheet.scenario.model import Scenario
from callsheet.scenario.parse import parse_scenario
from callsheet.scenario.source import Syntax
from tests.support.scenarios import from_, scenario, step

Found: TypeAlias = list[tuple[str, str]]
Case: TypeAlias = tuple[JsonObject, Found]

TEXT: JsonObject = {"type": "string"}
URL_IN: JsonObject = {"type": "object", "required": ["url"], "properties": {"url": TEXT, "limit": {"type": "integer"}}}
ITEMS: JsonObject = {
    "type": "array",
    "items": {"type": "object", "properties": {"url": TEXT, "rank": {"type": "integer"}}},
}
HITS: JsonObject = {"type": "object", "required": ["hits"], "properties": {"hits": ITEMS, "total": {"type": "integer"}}}


def tool(
    name: str, takes: JsonObject, gives: JsonObject | None = None, server: str = "news", **hints: bool
) -> ToolSignature:
    annotations: JsonObject = dict(hints)
    return ToolSignature(
        server=server, name=name, description="", input_schema=takes, output_schema=gives, annotations=annotations
    )


TOOLS = Signatures(
    [
        tool("search", URL_IN, HITS, readOnlyHint=True),
        tool("fetch", {**URL_IN, "additionalProperties": False}, readOnlyHint=True),
        tool("wipe", {"type": "object"}, destructiveHint=True),
        tool("reset", {"type": "object"}, destructiveHint=True, idempotentHint=True),
        tool("echo", {"type": "object"}),
        tool("both", {"type": "object"}, server="one"),
        tool("both", {"type": "object"}, server="two"),
    ]
)


def parsed(document: JsonObject) -> Scenario:
    found = parse_scenario(document).scenario
    assert found is not None
    return found


CHILD = parsed(
    scenario(
        scenario_id="child",
        input_schema={**URL_IN, "additionalProperties": False},
        output_schema={"type": "object", "properties": {"title": TEXT}, "additionalProperties": False},
    )
)
AROUND = LintContext(
    signatures=TOOLS,
    scenarios={
        "child": CHILD,
        "again": parsed(scenario({"name": "a", "type": "scenario", "scenario_id": "test"}, scenario_id="again")),
        "knot": parsed(scenario({"name": "a", "type": "scenario", "scenario_id": "knot"}, scenario_id="knot")),
    },
    drifts=(
        Drift(server="news", tool="reset", kind=DriftKind.CHANGED, changes=("~ description: changed",)),
        Drift(server="news", tool="echo", kind=DriftKind.ADDED),
    ),
)


def read(document: JsonObject, context: LintContext = AROUND) -> Reading:
    return read_scenario(json.dumps(document).encode(), Syntax.JSON, context)


def found(document: JsonObject, context: LintContext = AROUND) -> Found:
    return [(each.code, each.pointer) for each in read(document, context).diagnostics]


def block(kind: str, name: str = "b", **fields: Json) -> JsonObject:
    return {"name": name, "type": kind, **fields}


def using(expression: str, name: str = "u", **fields: Json) -> JsonObject:
    """A step whose output is `expression`."""
    return block("transform", name, output=from_(expression), **fields)


def search(name: str = "s", **fields: Json) -> JsonObject:
    given: Json = {"url": "https://example.org"}
    return step(name, tool="search", **{"input": given, **fields})


def each(items: str, *steps: JsonObject, **fields: Json) -> JsonObject:
    return block("foreach", "each", items=from_(items), steps=list(steps), **fields)


def nested(depth: int) -> JsonObject:
    """A step with so many steps around it."""
    inner = step("deepest")
    for number in range(depth):
        inner = block("sequence", f"n{number}", steps=[inner])
    return inner


FAIL: JsonObject = block("fail", "end", message="no")
RETURN: JsonObject = block("return", "end")
HANDLED: list[Json] = [{"steps": [step("h")]}]

STRUCTURE: list[Case] = [
    (scenario(step("a"), block("sequence", steps=[step("a")])), [("E101", "/steps/1/steps/0/name")]),
    (scenario(step("a"), block("sequence", steps=[step("c")])), []),
    (scenario(step("a"), step("a"), using("steps.a.output")), [("E101", "/steps/1/name")]),
    (scenario(using("steps.a.output"), step("a"), step("a")), [("E101", "/steps/2/name")]),
    (scenario(nested(8)), []),
    (scenario(nested(9)), [("E141", "/steps/0" + "/steps/0" * 8 + "/steps")]),
    (scenario(nested(11)), [("E141", "/steps/0" + "/steps/0" * 8 + "/steps")]),
    (scenario(block("parallel", branches={"l": [RETURN]})), [("E142", "/steps/0/branches/l/0")]),
    (
        scenario(each("`[]`", block("sequence", "q", steps=[RETURN]))),
        [("E142", "/steps/0/steps/0/steps/0")],
    ),
    (scenario({**block("try", steps=[step()]), "finally": [RETURN]}), [("E142", "/steps/0/finally/0")]),
    (scenario(on_error=[RETURN]), [("E142", "/on_error/0")]),
    (scenario(block("try", steps=[RETURN], catch=HANDLED)), []),
    (scenario(block("loop", steps=[RETURN], until="`true`", max_iterations=1)), []),
    (scenario(*(step(f"s{number}") for number in range(200))), []),
    (
        scenario(block("sequence", steps=[step(f"s{number}") for number in range(200)]), output=from_("gone")),
        [("E143", "/steps")],
    ),
    (
        scenario(block("approval", message="ok?", form_schema={"type": "objekt"})),
        [("E100", "/steps/0/form_schema/type")],
    ),
]

SECRETS: list[Case] = [
    (scenario(step(input={"k": {"secret": "KEY"}}), secrets=["KEY"]), []),
    (scenario(step(input={"k": {"template": "Bearer ${secrets.KEY}"}}), secrets=["KEY"]), []),
    (scenario(step(input={"k": {"secret": "KEI"}}), secrets=["KEY"]), [("E120", "/steps/0/input/k/secret")]),
    (scenario(step(input={"k": from_("secrets.KEI")}), secrets=["KEY"]), [("E120", "/steps/0/input/k/from")]),
    (scenario(output={"secret": "KEY"}, secrets=["KEY"]), [("E121", "/output/secret")]),
    (scenario(output={"secret": "KEI"}, secrets=["KEY"]), [("E121", "/output/secret")]),
    (scenario(step(when="secrets.KEY == 'x'"), secrets=["KEY"]), [("E121", "/steps/0/when")]),
    (scenario(step(output={"template": "${secrets.KEY}"}), secrets=["KEY"]), [("E121", "/steps/0/output/template")]),
    (
        scenario(block("scenario", scenario_id="child", input={"url": {"secret": "KEY"}}), secrets=["KEY"]),
        [("E121", "/steps/0/input/url/secret")],
    ),
    (scenario(output=from_("input.xs[?root().secrets.KEY == a]"), secrets=["KEY"]), [("E121", "/output/from")]),
    (scenario(output=from_("input.xs[?secrets]")), []),
    (scenario(output={"env": "HOME"}, env=["HOME"]), []),
    (scenario(output={"env": "HOME"}), [("E122", "/output/env")]),
    (scenario(step(when="env.HOM == 'x'"), env=["HOME"]), [("E122", "/steps/0/when")]),
]

SCOPES: list[Case] = [
    (scenario(block("sequence", steps=[step("a"), using("steps.a.output")])), []),
    (scenario(step("a"), block("sequence", steps=[using("steps.a.output")])), []),
    (
        scenario(block("sequence", steps=[step("a")]), using("steps.a.output")),
        [("E131", "/steps/1/output/from")],
    ),
    (scenario(block("sequence", steps=[step("a")]), using("steps.b.output")), []),
    (scenario(block("sequence", steps=[step("a")], output=from_("steps.a"))), [("E131", "/steps/0/output/from")]),
    (scenario(block("sequence", steps=[using("steps.b.output")])), [("E131", "/steps/0/steps/0/output/from")]),
    (
        scenario(block("parallel", branches={"l": [step("a")], "r": [using("steps.a.output")]})),
        [("E131", "/steps/0/branches/r/0/output/from")],
    ),
    (
        scenario(block("try", steps=[step("a")], catch=[{"steps": [using("steps.a.output || error.code")]}])),
        [("E131", "/steps/0/catch/0/steps/0/output/from")],
    ),
    (
        scenario({**block("try", steps=[step("a")]), "finally": [using("steps.a.output || error.code")]}),
        [("E131", "/steps/0/finally/0/output/from"), ("E133", "/steps/0/finally/0/output/from")],
    ),
    (scenario(block("loop", steps=[step("a")], until="steps.a.output.done", max_iterations=2)), []),
    (scenario(each("input.xs", using("[item, index]"))), []),
    (scenario(each("input.xs", step(), output=from_("item"))), [("E133", "/steps/0/output/from")]),
    (scenario(each("[item]", step())), [("E133", "/steps/0/items/from")]),
    (scenario(each("input.xs", each("item.ys", using("item")) | {"name": "inner", "as": "y"})), []),
    (scenario(step("a"), on_error=[block("sequence", steps=[using("[steps.a.output, error.code]")])]), []),
    (
        scenario(block("sequence", steps=[step("a")]), on_error=[using("steps.a")]),
        [("E131", "/on_error/0/output/from")],
    ),
    (scenario(block("transform", output=from_("result"))), [("E133", "/steps/0/output/from")]),
    (scenario(on_error=[using("error.kind")]), [("E110", "/on_error/0/output/from")]),
    (scenario(step("a"), using("steps.a.error.kind")), [("E110", "/steps/1/output/from")]),
    (scenario(block("wait", until=from_("steps.zz.output"))), [("E130", "/steps/0/until/from")]),
    (scenario(output={"template": "${steps.zz.output} ${steps.zz.status}"}), [("E130", "/output/template")]),
]

TYPES: list[Case] = [
    (scenario(step(tool="search", input={"url": 5})), [("E135", "/steps/0/input/url")]),
    (scenario(step(tool="search", input={"url": "u", "limit": 5})), []),
    (scenario(step(tool="search", input={"url": "u", "limit": "5"})), [("E135", "/steps/0/input/limit")]),
    (scenario(step(tool="search", input={"url": "u", "limit": {"template": "5"}})), [("E135", "/steps/0/input/limit")]),
    (scenario(step(tool="search", input={})), [("E140", "/steps/0/input")]),
    (scenario(step(tool="search")), [("E140", "/steps/0")]),
    (scenario(step(tool="search", required_input_fields=["url"])), [("E140", "/steps/0/required_input_fields/0")]),
    (scenario(step(tool="search", input={"ulr": "u"})), [("E132", "/steps/0/input/ulr")]),
    (scenario(step(tool="search", input={"url": "u", "verbose": True})), []),
    (scenario(step(tool="search", input={"url": "u", "urls": "u"})), []),
    (scenario(step(tool="fetch", input={"url": "u", "verbose": True})), [("E132", "/steps/0/input/verbose")]),
    (scenario(search(), using("steps.s.output.hits[0].url")), []),
    (scenario(search(), using("steps.s.output.hits[].rnak")), [("E134", "/steps/1/output/from")]),
    (scenario(search(), using("steps.s.output.hits[].title")), []),
    (scenario(search(), using("steps.s.output.hits.url")), [("E134", "/steps/1/output/from")]),
    (scenario(search(), using("steps.s.output.total.x")), [("E134", "/steps/1/output/from")]),
    (scenario(search(result_format="text"), using("steps.s.output.hits")), [("E134", "/steps/1/output/from")]),
    (scenario(search(result_format="json"), using("steps.s.output.anything.hist")), []),
    (scenario(search(output=from_("result.total")), using("steps.s.output.x")), [("E134", "/steps/1/output/from")]),
    (
        scenario(search(), each("steps.s.output.hits", search("t", input={"url": from_("item.rank")}))),
        [("E135", "/steps/1/steps/0/input/url")],
    ),
    (scenario(search(), each("steps.s.output.hits", search("t", input={"url": from_("item.url")}))), []),
    (scenario(search(), each("steps.s.output.total", step())), [("E135", "/steps/1/items")]),
    (scenario(search(), each("steps.s.output.hits || `[]`", step())), []),
    (scenario(search(), step(when="length(steps.s.output.hits)")), [("E135", "/steps/1/when")]),
    (scenario(search(), step(when="steps.s.output.total > `3`")), []),
    (scenario(search(), block("wait", until=from_("steps.s.output.total"))), [("E135", "/steps/1/until")]),
    (
        scenario(
            search(), block("switch", cases=[{"when": "steps.s.output.hits", "steps": [step()]}], default=[step("d")])
        ),
        [("E135", "/steps/1/cases/0/when")],
    ),
    (
        scenario(
            search(), block("parallel", branches={"l": [using("steps.s.output.total")]}), using("steps.b.output.r", "v")
        ),
        [("E134", "/steps/2/output/from")],
    ),
    (
        scenario(
            search(),
            block("switch", cases=[{"when": "input.x", "steps": [using("steps.s.output.total")]}], default=[RETURN]),
            search("t", input={"url": from_("steps.b.output")}),
        ),
        [("E135", "/steps/2/input/url")],
    ),
    (
        scenario(
            block("try", steps=[search()], catch=[{"steps": [using("{total: `1`}")]}]),
            using("steps.b.output.hits", "v"),
        ),
        [],
    ),
    (scenario(block("wait", duration="1s"), using("steps.b.output.x")), []),
    (scenario(block("approval", message="ok?"), using("steps.b.output.aproved")), [("E134", "/steps/1/output/from")]),
    (scenario(block("approval", message="ok?"), using("steps.b.output.data.anything")), []),
    (scenario(step("a"), on_error=[step("r", when="error.code")]), [("E135", "/on_error/0/when")]),
    (scenario(output=from_("vars.xs[0].b"), vars={"xs": [{"a": 1}]}), [("E134", "/output/from")]),
    (scenario(output=5, output_schema={"type": "string"}), [("E135", "/output")]),
    (scenario(output=from_("input.x"), output_schema={"type": "string"}), []),
    (
        scenario(step(input={"x": from_("input.x == null")}), input_schema={"type": "object", "properties": {"x": {}}}),
        [("E112", "/steps/0/input/x/from")],
    ),
    (
        scenario(step(input={"x": from_("input.urk.x")}), input_schema={**URL_IN, "additionalProperties": False}),
        [("E134", "/steps/0/input/x/from")],
    ),
    (scenario(step(input={"x": from_("input.urk", default="")}), input_schema=URL_IN), []),
    (scenario(block("scenario", scenario_id="child", input={"url": 1})), [("E135", "/steps/0/input/url")]),
    (scenario(block("scenario", scenario_id="child", input={"url": "u", "x": 1})), [("E132", "/steps/0/input/x")]),
    (scenario(block("scenario", scenario_id="child")), [("E140", "/steps/0")]),
    (
        scenario(block("scenario", scenario_id="child", input={"url": "u"}), using("steps.b.output.text")),
        [("E134", "/steps/1/output/from")],
    ),
]

TOOLS_USED: list[Case] = [
    (scenario(step(tool="serch")), [("E150", "/steps/0/tool")]),
    (scenario(step(tool="echo", server="nwes")), [("E150", "/steps/0/server")]),
    (scenario(step("a"), step("b"), defaults={"server": "nwes"}), [("E150", "/defaults/server")]),
    (scenario(step(tool="both")), [("E151", "/steps/0/tool")]),
    (scenario(step(tool="both", server="one")), []),
    (scenario(step(tool="both"), defaults={"server": "two"}), []),
    (scenario(step(tool="reset"), step("b", tool="reset")), [("E153", "/steps/0/tool")]),
    (scenario(step(tool="wipe", on_interrupt="fail")), []),
    (scenario(step(tool="wipe", on_interrupt="retry")), []),
    (scenario(step(tool="wipe")), [("W221", "/steps/0/tool")]),
    (scenario(step(tool="wipe", on_interrupt="fail", retry={})), [("W220", "/steps/0/retry")]),
    (scenario(step(tool="wipe", on_interrupt="fail", retry={"max_attempts": 1})), []),
    (scenario(step(tool="wipe", on_interrupt="fail"), defaults={"retry": {}}), [("W220", "/steps/0/tool")]),
    (scenario(step(tool="echo", retry={})), []),
    (scenario(block("scenario", scenario_id="test")), [("E152", "/steps/0/scenario_id")]),
    (scenario(block("scenario", scenario_id="again")), [("E152", "/steps/0/scenario_id")]),
    (scenario(block("scenario", scenario_id="knot")), []),
    (scenario(block("scenario", scenario_id="chidl")), [("E152", "/steps/0/scenario_id")]),
]

ADVICE: list[Case] = [
    (scenario(block("switch", cases=[{"when": "input.x", "steps": [step()]}])), [("W230", "/steps/0")]),
    (scenario(block("switch", cases=[{"when": "input.x", "steps": [step()]}], default=[step("d")])), []),
    (scenario(block("switch", cases=[{"when": "`true`", "steps": [step()]}])), []),
    (
        scenario(block("switch", cases=[{"when": "`true`", "steps": [step()]}], default=[step("d")])),
        [("W231", "/steps/0/default")],
    ),
    (
        scenario(
            block("switch", cases=[{"when": "`true`", "steps": [step()]}, {"when": "input.x", "steps": [step("c")]}])
        ),
        [("W231", "/steps/0/cases/1")],
    ),
    (scenario(FAIL, step("b"), step("c")), [("W231", "/steps/1")]),
    (scenario(RETURN, step("b")), [("W231", "/steps/1")]),
    (scenario(block("sequence", steps=[FAIL]), step("c")), [("W231", "/steps/1")]),
    (scenario(block("sequence", steps=[FAIL], on_error="continue"), step("c")), []),
    (scenario({**FAIL, "when": "input.x"}, step("b")), []),
    (scenario(step(), FAIL), []),
    (
        scenario(block("try", steps=[step()], catch=[*HANDLED, {"errors": ["Timeout"], "steps": [step("i")]}])),
        [("W231", "/steps/0/catch/1")],
    ),
    (
        scenario(block("try", steps=[step()], catch=[{"errors": ["Timeout"], "steps": [step("i")]}, *HANDLED])),
        [],
    ),
    (scenario({**FAIL, "on_error": "continue"}, step()), [("W232", "/steps/0/on_error")]),
    (scenario(block("transform", output=1, on_error="continue")), [("W232", "/steps/0/on_error")]),
    (scenario(using("input.x", on_error="continue")), []),
    (scenario(using("input.x", retry={})), [("W232", "/steps/0/retry")]),
    (scenario(step(retry={"errors": ["Timeout", "Internal"]})), [("W232", "/steps/0/retry/errors/1")]),
    (
        scenario(block("try", steps=[step()], catch=[{"errors": ["Cancelled"], "steps": [step("h")]}])),
        [("W232", "/steps/0/catch/0/errors/0")],
    ),
    (scenario(step(), output=from_("steps")), [("W210", "/output/from")]),
    (scenario(step(), output=from_("steps.a")), []),
    (scenario(search("a"), search("b")), [("I310", "/steps/0")]),
    (scenario(search("a"), search("b"), search("c"), step("d")), [("I310", "/steps/0")]),
    (scenario(search("a"), search("b", when="steps.a.output.total > `1`")), []),
    (scenario(search("a"), step("b"), search("c")), []),
    (scenario(step("a"), step("b")), []),
    (scenario(step("e"), block("sequence", steps=[search("a"), search("c")])), [("I310", "/steps/1/steps/0")]),
]

NEAR_MISSES: list[Case] = [
    (scenario(step(input={"x": {"from": "input.url", "defalt": 1}})), [("W240", "/steps/0/input/x")]),
    (scenario(step(input={"x": {"from": "a@example.org", "to": "b@example.org"}})), []),
    (scenario(step(input={"from": "a@example.org", "template": "x"})), []),
    (scenario(step(input={"x": {"From": "input.url"}})), [("W240", "/steps/0/input/x")]),
    (scenario(step(input={"x": {"$from": "input.url"}})), [("W240", "/steps/0/input/x")]),
    (scenario(step(input={"x": {"Template": "${input.url}"}})), [("W240", "/steps/0/input/x")]),
    (scenario(step(input={"x": {"Template": "letter"}})), []),
    (scenario(step(input={"x": {"Secret": "KEY"}}), secrets=["KEY"]), [("W240", "/steps/0/input/x")]),
    (scenario(step(input={"x": {"const": {"From": "input.url"}}})), []),
    (scenario(step(input={"x": "Hello ${input.name}"})), [("W240", "/steps/0/input/x")]),
    (scenario(step(input={"x": "Hello {{ input.name }}"})), [("W240", "/steps/0/input/x")]),
    (scenario(step(input={"x": "cd ${HOME}"})), []),
    (scenario(step(input={"x": {"template": "Hello ${input.name}"}})), []),
    (scenario(step("a"), step("b", input={"x": ["steps.a.output"]})), [("W240", "/steps/1/input/x/0")]),
    (scenario(step("a"), step("b", input={"x": "steps.c.output"})), []),
    (scenario(output="input.url", input_schema=URL_IN), [("W240", "/output")]),
    (scenario(output="input.txt", input_schema=URL_IN), []),
    (scenario(output={"const": "input.url"}, input_schema=URL_IN), []),
    (
        scenario(output={"from": "input.url", "default": "input.url"}, input_schema=URL_IN),
        [("W240", "/output/default")],
    ),
]


EXPOSURE: list[Case] = [
    (scenario(), []),
    (scenario(input_schema={"type": "object"}), []),
    (scenario(input_schema={"properties": {}}), [("W260", "/input_schema")]),
    (scenario(input_schema={"type": ["object", "null"]}), [("W260", "/input_schema")]),
    (scenario(input_schema={"type": "nothing"}), [("E100", "/input_schema/type")]),
    (scenario(scenario_id="callsheet_start"), [("W260", "/scenario_id")]),
    (scenario(output_schema={"type": "array"}, output=[]), []),
]


@pytest.mark.parametrize(
    ("document", "expected"),
    [*STRUCTURE, *SECRETS, *SCOPES, *TYPES, *TOOLS_USED, *ADVICE, *NEAR_MISSES, *EXPOSURE],
    ids=lambda value: json.dumps(value)[:80] if isinstance(value, list) else "",
)
def test_a_document_gets_exactly_these(document: JsonObject, expected: Found) -> None:
    assert found(document) == expected, [f"{each.message} {each.hint}" for each in read(document).diagnostics]


@pytest.mark.parametrize(
    ("document", "says"),
    [
        (scenario(block("sequence", steps=[step("a")]), using("steps.a.output")), "Use 'steps.b.output'"),
        (scenario(block("sequence", steps=[step("a")], output=from_("steps.a"))), "is 'result' in its 'output'"),
        (
            scenario(block("parallel", branches={"l": [step("a")], "r": [using("steps.a.output")]})),
            "it is in the branch 'l' of 'b', this place in the branch 'r'",
        ),
        (scenario(block("sequence", steps=[using("steps.b.output")])), "it is around this place and ends later"),
        (scenario(using("steps.a.output"), block("sequence", steps=[step("a")])), "it is inside 'b', which runs later"),
        (scenario(using("steps.a.output"), step("a")), "it runs later"),
        (scenario(using("item"), each("input.xs", step())), "only in the steps of the foreach 'each'"),
        (scenario(step(tool="serch")), "Did you mean 'search'?"),
        (scenario(step(tool="both")), "one, two"),
        (scenario(step(tool="echo", server="nwes")), "Did you mean 'news'?"),
        (scenario(block("scenario", scenario_id="chidl")), "Did you mean 'child'?"),
        (scenario(block("scenario", scenario_id="again")), "test → again → test"),
        (scenario(step(tool="search", input={"url": 5})), "'url' of the tool 'search' takes a text; this gives"),
        (scenario(step(tool="search", input={"ulr": "u"})), "Did you mean 'url'?"),
        (scenario(search(), using("steps.s.output.hits[].rnak")), "Did you mean 'rank'?"),
        (scenario(step(tool="reset")), "news/reset changed since it was locked"),
    ],
)
def test_the_sentence_says_why_and_what_to_do(document: JsonObject, says: str) -> None:
    (only,) = read(document).diagnostics
    assert says in f"{only.message} {only.hint}"


@pytest.mark.parametrize("document", [case[0] for case in [*TYPES, *TOOLS_USED]])
def test_nothing_is_said_of_tools_or_scenarios_of_which_nothing_is_known(document: JsonObject) -> None:
    codes = {code for code, _ in found(document, LintContext())}
    assert codes.isdisjoint({"E132", "E150", "E151", "E153", "W220", "W221", "I310"})


def test_other_scenarios_may_be_looked_up_by_a_function() -> None:
    context = LintContext(scenarios={"child": CHILD}.get)
    assert found(scenario(block("scenario", scenario_id="child", input={"url": "u"})), context) == []
    assert found(scenario(block("scenario", scenario_id="other")), context) == [("E152", "/steps/0/scenario_id")]


def test_a_warning_does_not_keep_a_scenario_from_running() -> None:
    reading = read(scenario(RETURN, step("b")))
    assert [each.code for each in reading.diagnostics] == ["W231"]
    assert reading.scenario is not None
