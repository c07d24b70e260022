"""A form that a person fills in at the terminal: a JSON Schema, asked field by field."""

from typing import Final

from callsheet.cli.terminal import Person
from callsheet.scenario.codec import DocumentInvalid, decode_json
from callsheet.scenario.json import Json, JsonObject, is_object
from callsheet.scenario.schema import Schema, SchemaInvalid

_YES: Final = frozenset({"y", "yes", "true"})
_NO: Final = frozenset({"n", "no", "false"})
_TEXT: Final = "string"


class GivenUp(Exception):
    """The person does not answer any more."""


async def fill(form: JsonObject, person: Person) -> Json:
    """What the person enters; it fits `form`. What cannot be asked field by field is asked as JSON.

    Raises:
        GivenUp: the person went away.
    """
    schema = _compiled(form)
    while True:
        data = await _fields(form, person) if _is_flat(form) else await _json("The answer, as JSON", person)
        problems = () if schema is None else schema.problems(data)
        if not problems:
            return data
        for problem in problems:
            person.tell(f"  {problem.pointer or 'The answer'}: {problem.message}")


async def _fields(form: JsonObject, person: Person) -> JsonObject:
    properties, required = form.get("properties"), form.get("required")
    known = properties if is_object(properties) else {}
    needed = required if isinstance(required, list) else []
    found: JsonObject = {}
    for name, field in known.items():
        value = await _field(name, field if is_object(field) else {}, person, needed=name in needed)
        if value is not None:
            found[name] = value
    return found


async def _field(name: str, field: JsonObject, person: Person, *, needed: bool) -> Json:
    default = field.get("default")
    choices = _choices(field)
    for number, (_, title) in enumerate(choices, start=1):
        person.tell(f"    {number}  {title}")
    while True:
        text = await person.ask(_prompt(name, field, needed=needed))
        if text is None:
            raise GivenUp
        if not text.strip():
            if default is not None or not needed:
                return default
            continue
        try:
            return _chosen(text.strip(), choices) if choices else _read(text, field)
        except ValueError as exc:
            person.tell(f"  {exc}")


def _prompt(name: str, field: JsonObject, *, needed: bool) -> str:
    title = field.get("title")
    label = title if isinstance(title, str) else name
    description = field.get("description")
    about = f" ({description})" if isinstance(description, str) else ""
    default = field.get("default")
    hint = f" [{default}]" if default is not None else "" if needed else " [none]"
    kind = " y/n" if field.get("type") == "boolean" else ""
    return f"  {label}{about}{kind}{hint}: "


def _choices(field: JsonObject) -> list[tuple[Json, str]]:
    """The values of an enumeration with what people call them (MCP has three ways to write that)."""
    values, names = field.get("enum"), field.get("enumNames")
    if isinstance(values, list):
        titles = names if isinstance(names, list) and len(names) == len(values) else values
        return [(value, str(title)) for value, title in zip(values, titles, strict=True)]
    options = field.get("oneOf")
    if not isinstance(options, list):
        return []
    return [
        (option["const"], str(option.get("title", option["const"])))
        for option in options
        if is_object(option) and "const" in option
    ]


def _chosen(text: str, choices: list[tuple[Json, str]]) -> Json:
    for number, (value, title) in enumerate(choices, start=1):
        if text in {str(number), str(value), title}:
            return value
    raise ValueError(f"Choose one of 1 to {len(choices)}.")


def _read(text: str, field: JsonObject) -> Json:
    match field.get("type", _TEXT):
        case "boolean":
            return _decision(text)
        case "integer":
            return int(text)
        case "number":
            return float(text)
        case "string":
            return text
        case _:
            return _decoded(text)


def _decision(text: str) -> bool:
    word = text.strip().lower()
    if word not in _YES | _NO:
        raise ValueError("Answer y or n.")
    return word in _YES


def _decoded(text: str) -> Json:
    try:
        return decode_json(text)
    except DocumentInvalid as exc:
        raise ValueError(f"That is not JSON: {exc}") from exc


async def _json(label: str, person: Person) -> Json:
    while True:
        text = await person.ask(f"  {label}: ")
        if text is None:
            raise GivenUp
        try:
            return _decoded(text)
        except ValueError as exc:
            person.tell(f"  {exc}")


def _is_flat(form: JsonObject) -> bool:
    return form.get("type") == "object" and is_object(form.get("properties"))


def _compiled(form: JsonObject) -> Schema | None:
    try:
        return Schema(form)
    except SchemaInvalid:
        return None  # whoever takes the answer says so
