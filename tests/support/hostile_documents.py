"""Scenarios that try to keep the checker busy, each about as large as is asked for: what an author may send."""

import json
from collections.abc import Callable, Mapping
from typing import Final

from callsheet.lint.context import LintContext
from callsheet.lint.signatures import Signatures, ToolSignature
from callsheet.scenario.json import Json, JsonObject
from callsheet.scenario.model import MAX_STEPS

AROUND: Final = LintContext(
    signatures=Signatures(
        [
            ToolSignature(
                server="s",
                name="echo",
                description="",
                input_schema={"type": "object", "properties": {"url": {"type": "string"}}, "required": ["url"]},
            )
        ]
    ),
    scenarios={},
)
"""What the documents are checked with: a tool that they call."""

_HEAD: Final = "schema_version: '1'\nscenario_id: s\nname: n\nsteps: [{name: t, type: transform, output: 1}]\n"


def _document(*steps: Json, **more: Json) -> bytes:
    document: JsonObject = {"schema_version": "1", "scenario_id": "s", "name": "n", "steps": list(steps), **more}
    return json.dumps(document, separators=(",", ":")).encode()


def _transform(output: Json, name: str = "t", **more: Json) -> JsonObject:
    return {"name": name, "type": "transform", "output": output, **more}


def _tool(given: JsonObject, **more: Json) -> JsonObject:
    return {"name": "t", "type": "tool", "server": "s", "tool": "echo", "input": given, **more}


def _template(hole: str, size: int) -> Json:
    return {"template": f"${{{hole}}}" * (size // (len(hole) + 3))}


def _often(source: str, size: int) -> list[Json]:
    return [{"from": source}] * max(size // (len(source) + 12), 1)


def _alike(number: int) -> str:
    """A name of 100 letters; all of them are as similar as different names can be."""
    return "".join("ab"[int(bit)] * 2 for bit in f"{number:017b}") + "ab" * 33


def _object(size: int, inner: JsonObject, name: Callable[[int], str] = "p{}".format, **more: Json) -> JsonObject:
    each = len(name(0)) + len(json.dumps(inner)) + 7
    return {"type": "object", "properties": {name(n): inner for n in range(size // each)}, **more}


def _alike_members(size: int) -> JsonObject:
    return _object(size, {}, lambda number: _alike(number + 70_000), additionalProperties=False)


def _approvals(size: int) -> list[Json]:
    each: JsonObject = {"type": "approval", "message": "?"}
    patterns: list[JsonObject] = [{"pattern": rf"\p{{L}}{{90}}{n}"} for n in range(min(size // 100, MAX_STEPS))]
    return [{**each, "name": f"a{n}", "form_schema": pattern} for n, pattern in enumerate(patterns)]


def _steps(size: int, value: Callable[[int], Json], each: int) -> list[Json]:
    """As many steps as may be, which share the size in values of `each` bytes."""
    count = size // MAX_STEPS // each
    return [_transform([value(number * count + n) for n in range(count)], f"a{number}") for number in range(MAX_STEPS)]


def _doubling(count: int) -> JsonObject:
    """Definitions of which each asks twice for the next one."""
    asks: list[list[Json]] = [[{"$ref": f"#/$defs/d{n + 1}"}] * 2 for n in range(count)]
    return {"$ref": "#/$defs/d0", "$defs": {f"d{n}": {"allOf": twice} for n, twice in enumerate(asks)}}


def _variants(count: int) -> JsonObject:
    members: list[JsonObject] = [{f"p{n}": {}} for n in range(count)]
    return {"anyOf": [{"properties": each} for each in members]}


def _written(line: str, size: int) -> bytes:
    return f"{_HEAD}x-a:\n{line * (size // len(line))}".encode()


JSON_DOCUMENTS: Final[Mapping[str, Callable[[int], bytes]]] = {
    "a path as long as an expression may be": lambda size: _document(_transform(_often(".".join("a" * 2_000), size))),
    "holes that lead nowhere": lambda size: _document(_transform(_template("run.x", size))),
    "names like those of the input": lambda size: _document(
        _transform([{"from": f"input.{_alike(n)}"} for n in range(size // 240)]), input_schema=_alike_members(size // 2)
    ),
    "names like those of steps": lambda size: _document(
        *_steps(size, lambda number: {"from": f"steps.{_alike(number)[:60]}.output"}, 90)
    ),
    "names like those of secrets": lambda size: _document(
        _tool({"a": [{"secret": _alike(n)} for n in range(size // 240)]}),
        secrets=[_alike(n + 70_000) for n in range(size // 220)],
    ),
    "secrets among many": lambda size: _document(
        _tool({"a": [{"secret": f"S{n}"} for n in range(size // 44)]}), secrets=[f"S{n}" for n in range(size // 18)]
    ),
    "patterns in the forms of approvals": lambda size: _document(*_approvals(size)),
    "wildcards over many members": lambda size: _document(
        _transform(_template("input.*", size // 2)), input_schema=_object(size // 2, {"type": "integer"})
    ),
    "values of many members": lambda size: _document(
        _transform(_template("values(input)", size // 2)), input_schema=_object(size // 2, {"type": "string"})
    ),
    "merges of many members": lambda size: _document(
        _transform(_template("merge(input,input)", size // 2)), input_schema=_object(size // 2, {"enum": ["a"]})
    ),
    "elements of long lists": lambda size: _document(
        _transform(_template("vars.a[]", size // 2)), vars={"a": [f"v{n}" for n in range(min(size // 16, 900))]}
    ),
    "alternatives of alternatives": lambda size: _document(
        _transform(_often("||".join(["input.a"] * 50), size)),
        input_schema={"properties": {"a": _variants(16)}},
    ),
    "fields of a large type": lambda size: _document(
        _tool({f"f{n}": {"from": "input"} for n in range(size // 2 // 24)}),
        input_schema=_object(size // 2, {"type": "string"}),
    ),
    "advice that is not wanted": lambda size: _document(
        *_steps(size, lambda _: {"From": "input.a"}, 20),
        input_schema=_object(60, {}, "a".format),
        **{"x-lint-ignore": "W240"},
    ),
    "a literal of many objects": lambda size: _document(_transform(list[Json]([{}]) * (size // 3))),
    "short pipes": lambda size: _document(_transform(_often("|".join("@" * 30), size))),
    "a type that doubles": lambda size: _document(
        _transform(_template("input.a", size // 2)),
        input_schema=_doubling(size // 2 // 80),
    ),
}
"""In JSON, by what they have many of."""

YAML_DOCUMENTS: Final[Mapping[str, Callable[[int], bytes]]] = {
    "comments that ignore": lambda size: _written("# callsheet: ignore[W220]\n", size),
    "comments that ignore beside texts": lambda size: _written("- '#' # callsheet: ignore[W220]\n", size),
    "comments between entries": lambda size: _written("- a\n#\n", size),
    "comments beside entries": lambda size: _written("- a #\n", size),
}
"""In YAML."""
