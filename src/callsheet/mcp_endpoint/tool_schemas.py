"""The schemas of a scenario, as those of a tool: the same, in the form that every client can read."""

from typing import Any, Final

from callsheet.scenario.json import Json, JsonObject, is_object

RESULT: Final = "result"
"""The key under which `structuredContent` has an output that is no object."""

_ANYTHING: Final[JsonObject] = {"type": "object"}


def input_schema_of(schema: JsonObject | None) -> JsonObject:
    """The schema of the arguments."""
    return _with_plain_properties(schema or _ANYTHING)


def output_schema_of(schema: JsonObject | None) -> tuple[JsonObject | None, bool]:
    """The schema of `structuredContent`, and whether it has the output under `result`."""
    if schema is None:
        return None, False
    if schema.get("type") == "object":
        return _with_plain_properties(schema), False
    dialect = schema.get("$schema")
    inner = _movable(schema, "id" if "draft-04" in str(dialect) else "$id") if "$ref" in str(schema) else dict(schema)
    inner.pop("$schema", None)
    outer: JsonObject = {"type": "object", "properties": {RESULT: inner}, "required": [RESULT]}
    return ({"$schema": dialect, **outer} if dialect is not None else outer), True


def _movable(schema: JsonObject, identifier: str) -> JsonObject:
    """The schema with an identifier, so that its references point into itself wherever it stands."""
    inner: dict[str, Any] = {identifier: "urn:callsheet:output", **schema}
    if "$ref" in inner:
        # Up to draft 7 a `$ref` hides what stands beside it, the identifier too.
        inner["allOf"] = [*inner.get("allOf", ()), {"$ref": inner.pop("$ref")}]
    return inner


def _with_plain_properties(schema: JsonObject) -> JsonObject:
    """The schema, whose properties are objects: for a `true`, the TypeScript SDK refuses the whole list of tools."""
    properties = schema.get("properties")
    if not is_object(properties) or not any(isinstance(each, bool) for each in properties.values()):
        return schema
    return {**schema, "properties": {name: _as_object(each) for name, each in properties.items()}}


def _as_object(schema: Json) -> Json:
    if not isinstance(schema, bool):
        return schema
    return {} if schema else {"not": {}}
