"""Checks results against a tool's `outputSchema`: what a tool server sends is bounded like everything else of it."""

import asyncio
from typing import Final

import orjson

from callsheet.scenario.json import Json, JsonObject
from callsheet.scenario.schema import Schema, SchemaInvalid
from callsheet.tools.faults import plain

LARGE_BYTES: Final = 64 * 2**10
"""A result, or a schema, of more JSON than this is read in a thread."""


class SchemaMismatch(Exception):
    """The value does not fit, or nothing can because the schema is no schema. The text says where and why.

    Attributes:
        where: the same without the reason, which may quote the value.
    """

    def __init__(self, where: str, why: str = "") -> None:
        super().__init__(f"{where}: {why}" if why else where)
        self.where = where


class OutputSchemas:
    """The compiled output schemas of one server's tools. Each is compiled when first needed and when it changed."""

    def __init__(self) -> None:
        self._compiled: dict[str, tuple[JsonObject, Schema]] = {}

    async def check(self, tool: str, schema: JsonObject, value: Json) -> None:
        """Return when `value` fits `schema`.

        Raises:
            SchemaMismatch: it does not, or the schema cannot be used.
        """
        compiled = await self._schema(tool, schema)
        if len(orjson.dumps(value)) > LARGE_BYTES:
            await asyncio.to_thread(_check, compiled, value)
        else:
            _check(compiled, value)

    async def _schema(self, tool: str, schema: JsonObject) -> Schema:
        known = self._compiled.get(tool)
        if known is not None and (known[0] is schema or known[0] == schema):
            return known[1]
        is_large = len(orjson.dumps(schema)) > LARGE_BYTES
        try:
            compiled = await asyncio.to_thread(Schema, schema) if is_large else Schema(schema)
        except SchemaInvalid as error:
            raise SchemaMismatch(f"its outputSchema cannot be used: {_first_line(str(error))}") from error
        self._compiled[tool] = (schema, compiled)
        return compiled


def _check(schema: Schema, value: Json) -> None:
    problems = schema.problems(value)
    if problems:
        where = problems[0].pointer or "the whole result"
        raise SchemaMismatch(f"{where} does not fit its outputSchema", _first_line(problems[0].message))


def _first_line(text: str) -> str:
    return plain(text.strip().partition("\n")[0].removesuffix("."), 300)
