"""What processor time it takes to stop an attack through an expression or a schema, and what memory it has by then.

Also what it takes to check the largest scenarios that are allowed, full of what takes longest to check.

`python -m benches.attacks` ends with 1 when one of them is over the limit.
"""

import asyncio
import sys
import time
import tracemalloc
from collections.abc import Callable
from typing import Final

from benches.findings import Finding, at_most
from benches.samples import spread
from callsheet.lint.document import read_scenario
from callsheet.scenario.expressions import EvaluationFailed, Expression, parse_expression
from callsheet.scenario.json import Json, JsonObject
from callsheet.scenario.model import MAX_DOCUMENT_BYTES
from callsheet.scenario.schema import Schema, SchemaInvalid
from callsheet.scenario.source import Syntax
from tests.support.attacks import ATTACKS
from tests.support.hostile_documents import AROUND, JSON_DOCUMENTS

MAX_MILLISECONDS: Final = 100
MAX_MEGABYTES: Final = 50
MAX_CHECK_MILLISECONDS: Final = 5_000
"""In a thread: the event loop goes on meanwhile. Most of it is spent for each byte, and an ordinary one takes less."""


async def measure(*, quick: bool) -> list[Finding]:
    """The time and the peak of memory of each attack, and of the most that an evaluation may do."""
    findings: list[Finding] = []
    for attack in ATTACKS:
        expression, roots = parse_expression(attack.source), attack.roots()
        findings += _measured(attack.name, lambda e=expression, r=roots: _evaluate(e, r), quick=quick)
    for name, schema in _schemas().items():
        findings += _measured(name, lambda s=schema: _compile(s), quick=quick)
    size = MAX_DOCUMENT_BYTES // (8 if quick else 1)
    for name, make in JSON_DOCUMENTS.items():
        data = _padded(make, size)
        findings.append(_checked(f"lint: {name}, {len(data) // 1024} KiB", data))
    schema = Schema({"properties": {"x": {"allOf": [{"$ref": "#"}, {"$ref": "#"}]}}, "type": "object"})
    value: Json = 1
    for _ in range(60):
        value = {"x": value}
    findings += _measured(
        "schema: recursion that doubles, a fault at depth 60", lambda: schema.problems(value), quick=quick
    )
    return findings


def _measured(name: str, attack: Callable[[], object], *, quick: bool) -> list[Finding]:
    milliseconds: list[float] = []
    for _ in range(3 if quick else 10):
        begun = time.process_time()  # of the processor: a busy machine must not fail an attack that was stopped
        attack()
        milliseconds.append((time.process_time() - begun) * 1000)
    tracemalloc.start()  # what Rust allocates is not seen
    attack()
    peak = tracemalloc.get_traced_memory()[1] / 2**20
    tracemalloc.stop()
    return [
        Finding(name=name, unit="ms", spread=spread(milliseconds), target=at_most(MAX_MILLISECONDS)),
        Finding(name="", unit="MB", spread=spread([peak]), target=at_most(MAX_MEGABYTES)),
    ]


def _padded(make: Callable[[int], bytes], size: int) -> bytes:
    """The largest of these documents that is no larger than `size`, which they keep to only roughly."""
    data, wanted = make(size), size
    while len(data) > size:
        wanted = wanted * 9 // 10
        data = make(wanted)
    return data


def _checked(name: str, data: bytes) -> Finding:
    begun = time.process_time()
    read_scenario(data, Syntax.JSON, AROUND)
    milliseconds = (time.process_time() - begun) * 1000
    return Finding(name=name, unit="ms", spread=spread([milliseconds]), target=at_most(MAX_CHECK_MILLISECONDS))


def _evaluate(expression: Expression, roots: JsonObject) -> None:
    try:
        expression.evaluate(roots)
    except EvaluationFailed:
        return
    raise AssertionError(f"was not stopped: {expression.source}")


def _compile(schema: JsonObject) -> None:
    try:
        Schema(schema)
    except SchemaInvalid:
        return
    raise AssertionError(f"was not refused: {str(schema)[:200]}")


def _schemas() -> dict[str, JsonObject]:
    doubling: JsonObject = {
        f"a{n}": {"allOf": [{"$ref": f"#/$defs/a{n + 1}"}, {"$ref": f"#/$defs/a{n + 1}"}]} for n in range(1_600)
    }
    patterns: JsonObject = {f"k{n}": {"pattern": rf"\p{{L}}{{90}}{n}"} for n in range(6_000)}
    return {
        "schema: 1,600 definitions that each double": {"$ref": "#/$defs/a0", "$defs": {**doubling, "a1600": {}}},
        "schema: a pattern of 10^6 characters": {"pattern": "(a{1000}){1000}"},
        "schema: 6,000 patterns of letters": {"properties": patterns},
        "schema: 40,000 subschemas": {"allOf": [{"not": {}} for _ in range(20_000)]},
        "schema: patterns just below the limit": {"allOf": [{"pattern": "a" * 4_990 + str(n)} for n in range(40)]},
        "schema: a pattern of 240 KiB": {"pattern": r"\s" * 120_000},
    }


def main() -> None:
    """Measure and print; 1 is the exit code when something is over its limit."""
    findings = asyncio.run(measure(quick="--quick" in sys.argv[1:]))
    for finding in findings:
        print(finding.line())
    sys.exit(1 if any(finding.met is False for finding in findings) else 0)


if __name__ == "__main__":
    main()
