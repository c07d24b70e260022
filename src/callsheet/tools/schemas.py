"""Checks results against a tool's `outputSchema`: offline, and with a regex engine that takes linear time."""

import asyncio
from typing import Final

import jsonschema_rs
import orjson

from callsheet.scenario.json import Json, JsonObject
from callsheet.tools.faults import plain

LARGE_BYTES: Final = 64 * 2**10
"""A result of more JSON than this is checked in a thread."""


class SchemaMismatch(Exception):
    """The value does not fit, or nothing can because the schema is no schema. The text says where and why."""


class OutputSchemas:
    """The compiled output schemas of one server's tools. Each is compiled when first needed and when it changed."""

    def __init__(self) -> None:
        self._compiled: dict[str, tuple[JsonObject, jsonschema_rs.Validator]] = {}

    async def check(self, tool: str, schema: JsonObject, value: Json) -> None:
        """Return when `value` fits `schema`.

        Raises:
            SchemaMismatch: it does not, or the schema cannot be used.
        """
        validator = self._validator(tool, schema)
        if len(orjson.dumps(value)) > LARGE_BYTES:
            await asyncio.to_thread(_validate, validator, value)
        else:
            _validate(validator, value)

    def _validator(self, tool: str, schema: JsonObject) -> jsonschema_rs.Validator:
        known = self._compiled.get(tool)
        if known is not None and (known[0] is schema or known[0] == schema):
            return known[1]
        try:
            validator = jsonschema_rs.validator_for(schema, offline=True, pattern_options=jsonschema_rs.RegexOptions())
        except (ValueError, jsonschema_rs.ReferencingError) as error:
            raise SchemaMismatch(f"its outputSchema cannot be used: {_first_line(str(error))}") from error
        self._compiled[tool] = (schema, validator)
        return validator


def _validate(validator: jsonschema_rs.Validator, value: Json) -> None:
    try:
        validator.validate(value)
    except jsonschema_rs.ValidationError as error:
        where = "".join(f"/{part}" for part in error.instance_path) or "the whole result"
        raise SchemaMismatch(f"{where} does not fit its outputSchema: {_first_line(error.message)}") from None


def _first_line(text: str) -> str:
    return plain(text.strip().partition("\n")[0], 300)
