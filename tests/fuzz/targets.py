"""What is fuzzed: each target takes any bytes and returns; whatever it raises is a finding.

The same targets are driven by hypothesis (`properties.py`) and, guided by what they reach, by atheris (`guided.py`).
"""

from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import UTC, datetime
from itertools import islice
from typing import Final

from callsheet.access.patterns import Patterns
from callsheet.errors.kinds import Invalid
from callsheet.lint.context import LintContext
from callsheet.lint.document import read_scenario
from callsheet.lint.signatures import Signatures, ToolSignature
from callsheet.runs.events import TriggerKind
from callsheet.runs.triggers.cron import Cron, check_cron
from callsheet.runs.triggers.reading import read_trigger
from callsheet.scenario.codec import DocumentInvalid, canonical, decode_json, digest
from callsheet.scenario.expressions import EvaluationFailed, ExpressionInvalid, parse_expression
from callsheet.scenario.formatting import FormattingFailed, format_document
from callsheet.scenario.json import Json, JsonObject, check_json, is_object
from callsheet.scenario.parse import parse_scenario
from callsheet.scenario.schema import Schema, SchemaInvalid
from callsheet.scenario.source import Syntax, read_source
from callsheet.scenario.values import Missing, ValueInvalid, evaluate, parse_value

Target = Callable[[bytes], None]

_NOW: Final = datetime(2026, 3, 28, 23, 59, tzinfo=UTC)
"""Shortly before clocks are changed in Europe."""

_AROUND: Final = LintContext(
    signatures=Signatures(
        [
            ToolSignature(
                server="s",
                name="echo",
                description="",
                input_schema={"type": "object", "properties": {"url": {"type": "string"}}, "required": ["url"]},
                output_schema={"type": "object", "properties": {"hits": {"type": "array"}}},
                annotations={"destructiveHint": True},
            )
        ]
    ),
    scenarios={},
)


def decode(data: bytes) -> None:
    """Both decoders: what comes out is JSON, means the same when it is written down, and is found again in the text."""
    for syntax in Syntax:
        source = read_source(data, syntax)
        if source.diagnostics:
            assert source.document is None
            continue
        check_json(source.document)
        written = canonical(source.document)
        assert canonical(decode_json(written)) == written
        assert digest(source.document) == digest(decode_json(written))


def lint(data: bytes) -> None:
    """The linter: it says the same each time; what it finds no fault with can be made of the stored document."""
    for syntax in Syntax:
        reading = read_scenario(data, syntax, _AROUND)
        assert all(each.line >= 1 and each.column >= 1 for each in reading.diagnostics), reading.diagnostics
        if reading.scenario is not None and reading.document is not None:
            # What a run does with the revision that the journal has, in `runs/scenarios.py`.
            again = parse_scenario(decode_json(canonical(reading.document)))
            assert again.scenario is not None, again.diagnostics
            assert not again.diagnostics


def formatting(data: bytes) -> None:
    """The formatter: it writes what says the same, or nothing. Most of its time is the slower parser of YAML."""
    for syntax in Syntax:
        with suppress(FormattingFailed):
            format_document(data, syntax)


def evaluate_expression(data: bytes) -> None:
    """An expression, after a line break its roots as JSON: it is refused, or gives JSON or a documented failure."""
    source, _, rest = data.decode("utf-8", "replace").partition("\n")
    roots = _json(rest.encode())
    with suppress(ExpressionInvalid, EvaluationFailed):
        check_json(parse_expression(source).evaluate(roots if is_object(roots) else ROOTS))


def evaluate_value(data: bytes) -> None:
    """A value in any form."""
    with suppress(ValueInvalid, EvaluationFailed, DocumentInvalid):
        found = evaluate(parse_value(decode_json(data)), ROOTS)
        if not isinstance(found, Missing):
            check_json(found)


def patterns(data: bytes) -> None:
    """Patterns of names: one that is taken allows itself when its stars are filled in."""
    text, _, name = data.decode("utf-8", "replace").partition("\n")
    with suppress(Invalid):
        made = Patterns.parse(text.split(","))
        made.allow(name)
        assert all(made.allow(each.replace("*", name)) for each in made.texts)


def cron(data: bytes) -> None:
    """A cron expression: it is refused, or has slots that grow."""
    text = data.decode("utf-8", "replace")
    try:
        check_cron(text)
    except ValueError:
        return
    slots = list(islice(Cron(fields=text, timezone="Europe/Berlin").after(_NOW), 3))
    assert slots == sorted(set(slots))
    assert all(slot > _NOW for slot in slots)


def trigger(data: bytes) -> None:
    """Documents of schedules and hooks."""
    for kind in TriggerKind:
        read_trigger(kind, data, Syntax.JSON, _AROUND)


def schema(data: bytes) -> None:
    """A schema, after a line break a value: it is refused, or says what is wrong."""
    first, _, second = data.partition(b"\n")
    document, value = _json(first), _json(second)
    if is_object(document):
        with suppress(SchemaInvalid):
            for problem in Schema(document).problems(value):
                assert problem.message


ROOTS: Final[JsonObject] = {
    "input": {"url": "https://example.org", "n": 3, "list": [1, 2.5, "x", None, True, {"a": [{"b": 1}]}]},
    "steps": {"a": {"output": {"hits": [{"s": "b", "n": 2}, {"s": "", "n": 1}, {"n": 3}]}, "status": "success"}},
    "vars": {"limit": -1, "deep": [[[[1]]]], "text": "Ä\U0001f600 x"},
}

TARGETS: Final[Mapping[str, Target]] = {
    each.__name__: each
    for each in (decode, lint, formatting, evaluate_expression, evaluate_value, patterns, cron, trigger, schema)
}


def _json(data: bytes) -> Json:
    with suppress(DocumentInvalid):
        return decode_json(data)
    return None
