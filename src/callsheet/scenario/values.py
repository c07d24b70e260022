"""Values: what a document writes where a value goes, and how it is evaluated.

JSON is literal, except an object with exactly the keys of one of these forms:

| form | meaning |
|---|---|
| `{"from": expr, "default"?: value}` | an expression over the roots; a missing value takes the default |
| `{"template": "Bearer ${input.key}"}` | text with holes; `$${` writes `${` |
| `{"secret": "NAME"}`, `{"env": "NAME"}` | what the operator gave under that name |
| `{"const": any}` | taken as it is, never evaluated |
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, TypeAlias, assert_never

import orjson

from callsheet.scenario.budget import MAX_BUILT, MAX_VISITS
from callsheet.scenario.expressions import (
    EvaluationFailed,
    EvaluationLimitExceeded,
    Expression,
    ExpressionInvalid,
    parse_expression,
)
from callsheet.scenario.json import Json, JsonObject, escape


@dataclass(frozen=True, slots=True)
class Literal:
    """JSON taken as it is."""

    value: Json


@dataclass(frozen=True, slots=True)
class From:
    """An expression, and what stands in for a missing value.

    `key` is how it was written: `secret` and `env` are the expressions `secrets.NAME` and `env.NAME`; it is empty for a
    field that takes an expression as text.
    """

    expression: Expression
    default: "Value | None" = None
    key: str = "from"


@dataclass(frozen=True, slots=True)
class Template:
    """Texts and holes, in order."""

    parts: tuple[str | Expression, ...]


@dataclass(frozen=True, slots=True)
class ListValue:
    """A list with something to evaluate inside."""

    items: tuple["Value", ...]


@dataclass(frozen=True, slots=True)
class ObjectValue:
    """An object with something to evaluate inside."""

    fields: tuple[tuple[str, "Value"], ...]


Value: TypeAlias = Literal | From | Template | ListValue | ObjectValue


@dataclass(frozen=True, slots=True)
class Missing:
    """What a `from` without a default gives for a missing value: its key is left out of its object."""


MISSING: Final = Missing()

_NAMED: Final = {"secret": "secrets", "env": "env"}
_NAME: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,127}")
_HOLE: Final = re.compile(r"\$\$\{|\$\{")


class ValueInvalid(ValueError):
    """A value form that cannot be read. `code` and `pointer` (relative to the value) as in a diagnostic."""

    def __init__(self, code: str, message: str, pointer: str) -> None:
        super().__init__(message)
        self.code = code
        self.pointer = pointer


def parse_value(source: Json, pointer: str = "") -> Value:
    """Read the value that `source` writes.

    Raises:
        ValueInvalid: a form with an expression that cannot be parsed, or a template that is not text.
    """
    if isinstance(source, dict):
        return _parse_form(source, pointer) or parse_fields(source, pointer)
    if isinstance(source, list):
        items = tuple(parse_value(item, f"{pointer}/{index}") for index, item in enumerate(source))
        same = all(isinstance(item, Literal) and item.value is source[index] for index, item in enumerate(items))
        return Literal(source) if same else ListValue(items)
    return Literal(source)


def parse_condition(source: Json) -> From:
    """Read a field that takes an expression as text, such as `when`.

    Raises:
        ValueInvalid: it is no text, or cannot be parsed.
    """
    if not isinstance(source, str):
        raise ValueInvalid("E100", "A condition is an expression, written as a text.", "")
    return From(_expression(source, ""), key="")


def parse_fields(source: JsonObject, pointer: str = "") -> "Literal | ObjectValue":
    """Read an object whose values are values but which is never a form itself, such as a tool step's `input`.

    Raises:
        ValueInvalid: as `parse_value`.
    """
    fields = tuple((key, parse_value(item, f"{pointer}/{escape(key)}")) for key, item in source.items())
    if all(isinstance(item, Literal) and item.value is source[key] for key, item in fields):
        return Literal(source)
    return ObjectValue(fields)


def evaluate(value: Value, roots: JsonObject, visits: int = MAX_VISITS) -> "Json | Missing":
    """The JSON that `value` stands for; each expression in it may take `visits` node visits.

    Raises:
        EvaluationFailed: an expression could not be evaluated, or a template's hole was null.
        EvaluationLimitExceeded: that costs more than is allowed.
    """
    match value:
        case Literal():
            return value.value
        case From():
            return _evaluate_from(value, roots, visits)
        case ObjectValue():
            evaluated = ((key, evaluate(item, roots, visits)) for key, item in value.fields)
            return {key: item for key, item in evaluated if not isinstance(item, Missing)}
        case ListValue():
            return [or_null(evaluate(item, roots, visits)) for item in value.items]
        case Template():
            return _evaluate_template(value, roots, visits)
        case _:
            assert_never(value)


def or_null(value: "Json | Missing") -> Json:
    """`value`, or null where it is missing: for places that have no key to leave out."""
    return None if isinstance(value, Missing) else value


def expressions(value: Value, pointer: str = "") -> Iterator[tuple[Expression, str]]:
    """Every expression inside `value`, with its JSON pointer."""
    match value:
        case Literal():
            return
        case From():
            yield value.expression, f"{pointer}/{value.key}" if value.key else pointer
            if value.default is not None:
                yield from expressions(value.default, f"{pointer}/default")
        case Template():
            yield from ((part, f"{pointer}/template") for part in value.parts if isinstance(part, Expression))
        case ObjectValue():
            for key, item in value.fields:
                yield from expressions(item, f"{pointer}/{escape(key)}")
        case ListValue():
            for index, item in enumerate(value.items):
                yield from expressions(item, f"{pointer}/{index}")
        case _:
            assert_never(value)


def _evaluate_from(value: From, roots: JsonObject, visits: int) -> "Json | Missing":
    found = value.expression.evaluate(roots, visits)
    if found is not None:
        return found
    return MISSING if value.default is None else evaluate(value.default, roots, visits)


def _evaluate_template(template: Template, roots: JsonObject, visits: int) -> str:
    filled: list[str] = []
    size = 0
    for part in template.parts:
        filled.append(_fill(part, roots, visits))
        size += len(filled[-1])
        if size > MAX_BUILT:  # a template of 256 KiB has room for 30,000 holes
            message = f"A template builds more than {MAX_BUILT} characters (LimitExceeded: template size)."
            raise EvaluationLimitExceeded(message, "template size", MAX_BUILT)
    return "".join(filled)


def _fill(part: str | Expression, roots: JsonObject, visits: int) -> str:
    if isinstance(part, str):
        return part
    found = part.evaluate(roots, visits)
    if found is None:
        raise EvaluationFailed(f"The hole ${{{part.source}}} of a template has no value.")
    return found if isinstance(found, str) else orjson.dumps(found).decode()


def _parse_form(source: JsonObject, pointer: str) -> Value | None:
    keys = source.keys()
    if keys == {"const"}:
        return Literal(source["const"])
    if keys == {"template"}:
        return Template(tuple(_template_parts(_text(source, "template", pointer), f"{pointer}/template")))
    if keys == {"from"} or keys == {"from", "default"}:
        expression = _expression(_text(source, "from", pointer), f"{pointer}/from")
        default = parse_value(source["default"], f"{pointer}/default") if "default" in source else None
        return From(expression, default)
    if len(keys) == 1 and (key := next(iter(keys))) in _NAMED:
        name = _text(source, key, pointer)
        if not _NAME.fullmatch(name):
            raise ValueInvalid("E110", f"'{key}' takes a name such as API_KEY, not '{name}'.", f"{pointer}/{key}")
        return From(parse_expression(f"{_NAMED[key]}.{name}"), key=key)
    return None


def _text(source: JsonObject, key: str, pointer: str) -> str:
    text = source[key]
    if not isinstance(text, str):
        raise ValueInvalid("E110", f"'{key}' takes a text; to write this object itself, wrap it in 'const'.", pointer)
    return text


def _expression(source: str, pointer: str) -> Expression:
    try:
        return parse_expression(source)
    except ExpressionInvalid as exc:
        raise ValueInvalid("E111", str(exc), pointer) from exc


def _template_parts(text: str, pointer: str) -> Iterator[str | Expression]:
    position = 0
    while (hole := _HOLE.search(text, position)) is not None:
        yield text[position : hole.start()]
        if hole[0] == "$${":
            yield "${"
            position = hole.end()
            continue
        end = _hole_end(text, hole.end(), pointer)
        yield _expression(text[hole.end() : end], pointer)
        position = end + 1
    yield text[position:]


def _hole_end(text: str, start: int, pointer: str) -> int:
    """Where the brace stands that closes the hole: braces and quoted texts of the expression may contain others."""
    depth, quote, position = 1, "", start
    while position < len(text):
        char = text[position]
        if quote:
            if char == "\\":
                position += 1
            elif char == quote:
                quote = ""
        elif char in "'\"`":
            quote = char
        elif char in "{}":
            depth += 1 if char == "{" else -1
            if depth == 0:
                return position
        position += 1
    raise ValueInvalid("E111", f"The hole that begins at column {start - 1} is not closed with '}}'.", pointer)
