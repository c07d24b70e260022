"""The definitions of the published JSON Schema that no model has: values, conditions, durations."""

from typing import Final

from callsheet.scenario.durations import MAX_DURATION
from callsheet.scenario.expressions import MAX_SOURCE
from callsheet.scenario.json import Json, JsonObject

_VALUE: Final[JsonObject] = {"$ref": "#/$defs/Value"}
_NAME: Final = "^[A-Za-z_][A-Za-z0-9_]{0,127}$"


def duration_text(seconds: float) -> str:
    """A duration as documents write it: `7d`, `20s`, `250ms`."""
    for unit, size in (("d", 86400), ("h", 3600), ("m", 60)):
        if seconds >= size and seconds % size == 0:
            return f"{seconds / size:g}{unit}"
    return f"{seconds:g}s" if seconds >= 1 else f"{seconds * 1000:g}ms"


def _form(description: str, example: str, key: str, value: JsonObject, **more: Json) -> JsonObject:
    return {
        "description": description,
        "type": "object",
        "required": [key],
        "properties": {key: value, **more},
        "additionalProperties": False,
        "examples": [{key: example}],
    }


def _only(key: str, *optional: str) -> JsonObject:
    """An object with exactly the keys of a form, whatever they hold."""
    keys: JsonObject = dict.fromkeys((key, *optional), True)
    return {"required": [key], "properties": keys, "additionalProperties": False}


_EXPRESSION: Final[JsonObject] = {
    "description": "A JMESPath expression over input, steps, vars, env, run and what the place adds.",
    "type": "string",
    "minLength": 1,
    "maxLength": MAX_SOURCE,
}

FORMS: Final[JsonObject] = {
    "Value": {
        "description": "JSON, taken as it is, except an object with exactly the keys of one of the forms.",
        "anyOf": [
            {"$ref": "#/$defs/From"},
            {"$ref": "#/$defs/Template"},
            {"$ref": "#/$defs/Secret"},
            {"$ref": "#/$defs/Env"},
            {"$ref": "#/$defs/Const"},
            {"$ref": "#/$defs/Literal"},
        ],
    },
    "From": _form(
        "The value of an expression.",
        "input.url",
        "from",
        _EXPRESSION,
        default={"description": "Stands in for a missing value; without it the key is left out.", **_VALUE},
    ),
    "Template": _form(
        "Text with holes, each of them an expression.",
        "Bearer ${secrets.API_KEY}",
        "template",
        {"description": "Text; `${expression}` is a hole, `$${` writes `${`.", "type": "string"},
    ),
    "Secret": _form(
        "A secret of the operator's, in the input of a tool only.",
        "API_KEY",
        "secret",
        {"description": "A name that `secrets` of the document declares.", "type": "string", "pattern": _NAME},
    ),
    "Env": _form(
        "A plain value of the operator's.",
        "REGION",
        "env",
        {"description": "A name that `env` of the document declares.", "type": "string", "pattern": _NAME},
    ),
    "Const": _form(
        "JSON that is never evaluated, even if it looks like a form.",
        "anything",
        "const",
        {"description": "Any JSON."},
    ),
    "Literal": {
        "description": "JSON as it is, with values inside.",
        "type": ["null", "boolean", "number", "string", "array", "object"],
        "items": _VALUE,
        "additionalProperties": _VALUE,
        "not": {
            "type": "object",
            "anyOf": [
                _only("from", "default"),
                _only("template"),
                _only("secret"),
                _only("env"),
                _only("const"),
            ],
        },
    },
    "Fields": {
        "description": "An object of values; never a form itself.",
        "type": "object",
        "additionalProperties": _VALUE,
        "examples": [{"url": {"from": "input.url"}}],
    },
    "Condition": {
        **_EXPRESSION,
        "description": "A JMESPath expression that gives true, false or null.",
        "examples": ["input.count > `0`"],
    },
    "Duration": {
        "description": "A text such as 250ms, 20s, 5m, 1h, 7d, or a number of seconds; at most 30d.",
        "anyOf": [
            {"type": "string", "pattern": r"^[0-9]{1,9}(\.[0-9]{1,3})?(ms|s|m|h|d)$"},
            {"type": "number", "exclusiveMinimum": 0, "maximum": MAX_DURATION},
        ],
        "examples": ["250ms", "20s", "5m", "1h", "7d"],
    },
}
"""By name; `ParsedBy.form` and `Duration` refer to them."""
