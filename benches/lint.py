"""Checking a scenario of 200 steps against the tools that it calls, and the first look at a folder of 1,000."""

import io
import tempfile
import time
from pathlib import Path
from typing import Final

import orjson
from ruamel.yaml import YAML

from benches.findings import Finding, at_most
from benches.samples import spread
from callsheet.catalog.files import FileCatalog
from callsheet.lint.context import LintContext
from callsheet.lint.document import read_scenario
from callsheet.lint.signatures import Signatures, ToolSignature
from callsheet.scenario.json import Json, JsonObject
from callsheet.scenario.source import Syntax

_STEPS: Final = 200
_FILES: Final = 1_000
_FILE_STEPS: Final = 5

_ARTICLE: Final[JsonObject] = {
    "type": "object",
    "required": ["url", "title", "links"],
    "properties": {
        "url": {"type": "string", "format": "uri"},
        "title": {"type": "string"},
        "published": {"type": ["string", "null"]},
        "links": {"type": "array", "items": {"type": "object", "properties": {"url": {"type": "string"}}}},
    },
}


def signatures() -> Signatures:
    """Twenty tools of one server, each with a schema of what it takes and one of what it gives."""
    takes: JsonObject = {
        "type": "object",
        "required": ["url"],
        "properties": {"url": {"type": "string"}, "title": {"type": "string"}, "depth": {"type": "integer"}},
        "additionalProperties": False,
    }
    return Signatures(
        ToolSignature(
            server="news", name=f"fetch_{number}", description="Fetch", input_schema=takes, output_schema=_ARTICLE
        )
        for number in range(20)
    )


def document(steps: int, scenario_id: str = "large") -> JsonObject:
    """A scenario of so many steps: tools that take what earlier ones gave, and every fifth group a block."""
    made: list[Json] = [_tool(0, "input.url")]
    while (number := len(made)) < steps:
        before = f"steps.s{number - 1}.output"
        match number % 5:
            case 1:
                value: JsonObject = {"url": {"from": f"{before}.url"}, "links": {"from": f"{before}.links[].url"}}
                made.append({"name": f"s{number}", "type": "transform", "output": value})
            case 3:
                made.append({**_tool(number, f"{before}.url"), "when": f"length({before}.links) > `0`"})
            case 4:
                made.append({"name": f"s{number}", "type": "transform", "output": {"url": {"from": "input.url"}}})
            case _:
                made.append(_tool(number, f"{before}.url"))
    return {
        "schema_version": "1",
        "scenario_id": scenario_id,
        "name": "Many steps",
        "input_schema": {"type": "object", "required": ["url"], "properties": {"url": {"type": "string"}}},
        "steps": made,
    }


def _tool(number: int, source: str) -> JsonObject:
    return {
        "name": f"s{number}",
        "type": "tool",
        "server": "news",
        "tool": f"fetch_{number % 20}",
        "input": {"url": {"from": source}, "title": {"template": "About ${input.url}"}, "depth": number % 7},
    }


async def measure(*, quick: bool) -> list[Finding]:
    """Both syntaxes: milliseconds of a check, seconds of a first look."""
    rounds = 3 if quick else 20
    context = LintContext(signatures=signatures())
    findings: list[Finding] = []
    for syntax in (Syntax.JSON, Syntax.YAML):
        data = _written(document(_STEPS), syntax)
        seconds = [_check(data, syntax, context) for _ in range(rounds)]
        name = f"{_STEPS} steps with the signatures of their tools, {syntax.name}"
        findings.append(
            Finding(name=name, unit="ms", spread=spread([each * 1000 for each in seconds]), target=at_most(100))
        )
    for syntax in (Syntax.JSON, Syntax.YAML):
        count = _FILES // 10 if quick else _FILES
        seconds = [await _look(count, syntax) for _ in range(5 if syntax is Syntax.JSON and not quick else 1)]
        name = f"first look at {count:,} files of {_FILE_STEPS} steps, {syntax.name}"
        findings.append(Finding(name=name, unit="s", spread=spread(seconds), target=at_most(2)))
    return findings


def _check(data: bytes, syntax: Syntax, context: LintContext) -> float:
    begun = time.perf_counter()
    reading = read_scenario(data, syntax, context)
    seconds = time.perf_counter() - begun
    if reading.scenario is None:
        raise ValueError(f"The scenario is to be without errors: {reading.diagnostics[:3]}")
    return seconds


async def _look(count: int, syntax: Syntax) -> float:
    """Seconds until a new catalog has listed so many files, all different."""
    with tempfile.TemporaryDirectory(prefix="callsheet-bench-") as name:
        for number in range(count):
            data = _written(document(_FILE_STEPS, f"scenario_{number}"), syntax)
            (Path(name) / f"scenario_{number}.{syntax.name.lower()}").write_bytes(data)
        begun = time.perf_counter()
        entries = await FileCatalog(Path(name)).list()
        seconds = time.perf_counter() - begun
    if len(entries) != count or any(entry.scenario is None for entry in entries):
        raise ValueError("Every file is to be a scenario without errors.")
    return seconds


def _written(scenario: JsonObject, syntax: Syntax) -> bytes:
    if syntax is Syntax.JSON:
        return orjson.dumps(scenario, option=orjson.OPT_INDENT_2)
    out = io.BytesIO()
    YAML(typ="safe", pure=True).dump(scenario, out)  # pyright: ignore[reportUnknownMemberType]: it has no types
    return out.getvalue()
