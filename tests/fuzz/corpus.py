"""What fuzzing begins with: examples, documents of the tests, and the words of each language."""

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Final

from callsheet.scenario.codec import canonical
from callsheet.scenario.functions.signature import function_names
from callsheet.scenario.json import Json, JsonObject
from tests.scenario.test_expressions import ROOTS
from tests.support.every_step import EVERY_STEP
from tests.support.scenarios import SEED, from_, scenario, step
from tests.support.service import ROOT

_SCHEDULE: Final[JsonObject] = {
    "schema_version": "1",
    "name": "n",
    "scenario_id": "s",
    "cron": "30 2 * * MON-FRI",
    "timezone": "UTC",
}
_HOOK: Final[JsonObject] = {
    "schema_version": "1",
    "name": "h",
    "scenario_id": "s",
    "secret": "S",
    "input": from_("body.x"),
}
_REDOS: Final = (
    r"^(a+)+$",
    r"(a|a)*$",
    r"(.*a){20}",
    r"^(([a-z])+.)+[A-Z]([a-z])+$",
    r"\p{L}{90}",
    r"(?=a)b",
    r"(a)\1",
    "[",
)
"""Patterns that take exponential time, or more than that, in an engine that backtracks; and what is none."""

_EXPRESSIONS: Final = (
    "input.url", "steps.a.output.hits[?n > `1`].s", "sort_by(steps.a.output.hits, &n)[*].[s]", "[@,@]|[@,@]",
    "vars.text | split(@, ' ')", "merge({a: @}, {b: vars})", "from_items([['a', `1`]])", "xs[::-1]", "not_null(a, 'x')",
    "group_by(steps.a.output.hits, &to_string(n))", "map(&@, root().input.list)", "join(',', keys(input))",
)  # fmt: skip


@cache
def seeds(target: str) -> Sequence[bytes]:
    """Inputs of a target that reach far."""
    documents = [canonical(document) for document in (EVERY_STEP, SEED, scenario(step("a", input=from_("input.url"))))]
    files = sorted(path for path in (ROOT / "examples").rglob("*") if path.suffix in {".json", ".yaml", ".yml"})
    texts = [path.read_bytes() for path in files if "node_modules" not in path.parts]
    expressions = [
        *_EXPRESSIONS,
        *(f"{name}({', '.join(['@'] * count)})" for name in function_names() for count in range(1, 4)),
    ]
    patterns = [canonical({"type": "string", "pattern": pattern}) for pattern in _REDOS]
    found: Mapping[str, Sequence[bytes]] = {
        "decode": [*documents, *texts, b"a: [1, 2.5, .inf, 0x10]\nb: {c: 'd'}\n", b'{"a": 1e999, "\\ud800": NaN}'],
        "lint": [*documents, *texts],
        "formatting": [*documents, *texts],
        "evaluate_expression": [
            *(text.encode() for text in expressions),
            *(b"%s\n%s" % (text.encode(), canonical(ROOTS)) for text in expressions[:12]),
        ],
        "evaluate_value": [
            canonical(from_("input.gone", default=[1])),
            canonical([{"template": "${input.url} $${x} ${vars.deep[0]}"}, {"const": {"from": "x"}}]),
        ],
        "patterns": [b"news_*,a/*\nx", b"*\n", b"a*b*c*d*e*\nabcde"],
        "cron": [b"30 2 * * *", b"*/5 8-18 1,15 JAN-MAR MON#2", b"0 0 L * 5L", b"0 0 29 2 *", b"0 0 31 2 *"],
        "trigger": [canonical(_SCHEDULE), canonical({**_SCHEDULE, "timezone": "Nowhere"}), canonical(_HOOK)],
        "schema": [
            *(b'%s\n"%s!"' % (pattern, b"a" * 200) for pattern in patterns),
            b'{"$ref": "http://127.0.0.1:1/schema"}\n1',
            b'{"$ref": "#/$defs/a", "$defs": {"a": {"anyOf": [{"type": "null"}, {"items": {"$ref": "#"}}]}}}\n[[null]]',
            b'{"properties": {"a": {"type": ["string", "null"], "format": "date-time"}}, "required": ["a"]}\n{"a": 1}',
        ],
    }
    return found[target]


def words(target: str) -> Sequence[str]:
    """What texts of a target are made of."""
    document = sorted({str(key) for key in _keys(EVERY_STEP)} | {"tool", "foreach", "${input.url}", "$${", "\\u0000"})
    found: Mapping[str, Sequence[str]] = {
        "evaluate_expression": [
            *function_names(),
            "[?",
            "[*]",
            "[]",
            "&",
            "@",
            "||",
            "&&",
            "`1`",
            "'s'",
            "root()",
            "\n{",
        ],
        "cron": ["*/", "JAN", "MON", "#", "L", "W", "-", ",", " * "],
        "schema": [
            "$ref",
            "$defs",
            "pattern",
            "anyOf",
            "items",
            "properties",
            "patternProperties",
            "$dynamicRef",
            "\n",
        ],
        "patterns": ["*", ",", "\n", "/"],
    }
    return found.get(target, document)


def _keys(value: Json) -> Sequence[str]:
    if isinstance(value, dict):
        return [key for name, inner in value.items() for key in (name, *_keys(inner))]
    if isinstance(value, list):
        return [key for inner in value for key in _keys(inner)]
    return []
