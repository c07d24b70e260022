"""The JSON Schema of scenario documents, for editors and for other programs: made from the model, never by hand.

It accepts every document that `parse_scenario` accepts, and refuses what has a wrong shape. What a schema cannot say
(the syntax of expressions, names that exist, limits of the whole document) stays with the checker. The published file
is `scenario.v1.schema.json` beside this one; `python -m callsheet.scenario.json_schema` writes it to standard output.
"""

import inspect
import json
import re
import sys
from collections.abc import Mapping
from typing import Any, Final, cast

from pydantic import BaseModel
from pydantic.json_schema import GenerateJsonSchema

from callsheet.scenario.json import Json, JsonObject
from callsheet.scenario.key_order import key_order
from callsheet.scenario.model import STEP_TYPES, Defaults, Scenario
from callsheet.scenario.schema_forms import FORMS, duration_text
from callsheet.scenario.steps.base import Document, Retry
from callsheet.scenario.steps.switch import Case
from callsheet.scenario.steps.try_ import Handler

_DIALECT: Final = "https://json-schema.org/draft/2020-12/schema"
_MARK: Final = "scenario:"
_MODELS: Final[tuple[type[Document], ...]] = (*STEP_TYPES.values(), Case, Handler, Defaults, Retry)
_PARAGRAPH: Final = re.compile(r"\n\s*\n")
_ATTRIBUTE: Final = re.compile(r"^    (\w+): (.*(?:\n     +.*)*)", re.MULTILINE)
_VALUE: Final[JsonObject] = {"$ref": "#/$defs/Value"}
_EXTENSIONS: Final[JsonObject] = {"^x-": {"description": "An extension; Callsheet does not look at it."}}


class _Generator(GenerateJsonSchema):
    # The defaults of fields that our own functions read are values of the language, which pydantic cannot write.
    ignored_warning_kinds = {"skipped-choice", "non-serializable-default"}  # noqa: RUF012 - pydantic's own hook


def scenario_schema() -> JsonObject:
    """The schema, draft 2020-12: `$defs` has a definition for each type of step and each form of a value."""
    made = cast("JsonObject", Scenario.model_json_schema(schema_generator=_Generator))
    models: dict[str, type[BaseModel]] = {model.__name__: model for model in _MODELS}
    definitions: JsonObject = {}
    for name, definition in _object(made.pop("$defs")).items():
        if name in models:
            definitions[name] = _of_model(models[name], _object(definition))
        else:
            definitions[name] = _cleaned(_with_first_paragraph(_object(definition)))
    types: list[Json] = [{"$ref": f"#/$defs/{model.__name__}"} for model in STEP_TYPES.values()]
    definitions["Step"] = {"description": "A step; `type` says which.", "oneOf": types}
    scenario = _of_model(Scenario, made)
    properties = _object(scenario["properties"])
    link: JsonObject = {"type": "string", "description": "Where this schema is, for editors."}
    scenario["properties"] = {"$schema": link, **properties}
    whole: JsonObject = {"$schema": _DIALECT, "title": "Callsheet scenario", **scenario}
    whole["$defs"] = dict(sorted((definitions | FORMS).items()))
    return whole


def schema_text() -> str:
    """The published file: the schema with two spaces, and a line break at its end."""
    return f"{json.dumps(scenario_schema(), ensure_ascii=False, indent=2)}\n"


def described(model: type[BaseModel]) -> dict[str, str]:
    """What each field of `model` means, by its key in documents: the `Attributes` of its class and of those below."""
    found: dict[str, str] = {}
    for each in reversed(model.__mro__):
        section = inspect.cleandoc(each.__dict__.get("__doc__") or "").partition("\nAttributes:\n")[2]
        found |= {name: _sentence(text) for name, text in _ATTRIBUTE.findall(section)}
    keys = {name: field.alias or name for name, field in model.model_fields.items()}
    return {keys[name]: text for name, text in found.items() if name in keys}


def _of_model(model: type[BaseModel], made: JsonObject) -> JsonObject:
    """The definition of one model: its keys described, `x-…` keys allowed beside them."""
    about = _first_paragraph(model.__doc__ or "")
    texts = {"type": about, **described(model)}
    fields = _object(made["properties"])
    properties: JsonObject = {
        key: {"description": texts.get(key, ""), **_object(_cleaned(fields[key]))} for key in key_order(model)
    }
    rest = {key: _cleaned(value) for key, value in made.items() if key in {"anyOf", "oneOf"}}
    return {
        "description": about,
        "type": "object",
        "required": made.get("required", []),
        "properties": properties,
        "patternProperties": _EXTENSIONS,
        "additionalProperties": False,
        **rest,
    }


def _cleaned(node: Json) -> Json:
    """Without titles and defaults that say nothing, with references in place of marks."""
    if isinstance(node, list):
        return [_cleaned(item) for item in node]
    if not isinstance(node, dict):
        return node
    if "discriminator" in node:
        return {"$ref": "#/$defs/Step"}
    result = {key: _cleaned(value) for key, value in node.items() if key != "title" and not _says_nothing(key, value)}
    mark = result.get("format")
    if isinstance(mark, str) and mark.startswith(_MARK):
        del result["format"]
        result = {"$ref": f"#/$defs/{mark.removeprefix(_MARK)}", **result}
    if result.get("anyOf") == [_VALUE, {"type": "null"}]:
        return _VALUE  # null is a value
    if "patternProperties" in result:
        result["additionalProperties"] = False
    default = result.get("default")
    if isinstance(default, float):
        result["default"] = duration_text(default) if mark == f"{_MARK}Duration" else _plain(default)
    return result


def _says_nothing(key: str, value: Json) -> bool:
    return key == "default" and (value is None or value in ("", []) or isinstance(value, dict))


def _plain(number: float) -> Json:
    return int(number) if number.is_integer() else number


def _with_first_paragraph(definition: JsonObject) -> JsonObject:
    return {**definition, "description": _first_paragraph(str(definition.get("description", "")))}


def _first_paragraph(text: str) -> str:
    return _sentence(_PARAGRAPH.split(inspect.cleandoc(text))[0])


def _sentence(text: str) -> str:
    line = " ".join(text.split())
    return f"{line[0].upper()}{line[1:]}{'' if line.endswith('.') else '.'}"


def _object(value: Any) -> JsonObject:
    return dict(cast("Mapping[str, Json]", value))


if __name__ == "__main__":
    sys.stdout.write(schema_text())
