"""Results against a tool's `outputSchema`: large ones are checked beside the event loop, with the same verdict."""

import pytest

from callsheet.scenario.json import JsonObject
from callsheet.tools.calls.schemas import LARGE_BYTES, OutputSchemas, SchemaMismatch

SMALL: JsonObject = {"type": "object", "properties": {"n": {"type": "integer"}}, "required": ["n"]}
LARGE: JsonObject = {**SMALL, "description": "x" * LARGE_BYTES}


@pytest.mark.parametrize("schema", [SMALL, LARGE])
async def test_a_value_fits_or_does_not_whatever_the_size_of_the_schema(schema: JsonObject) -> None:
    schemas = OutputSchemas()
    await schemas.check("count", schema, {"n": 1})
    with pytest.raises(SchemaMismatch, match="/n does not fit"):
        await schemas.check("count", schema, {"n": "one"})


async def test_where_a_value_does_not_fit_is_said_without_the_value() -> None:
    with pytest.raises(SchemaMismatch, match="hunter22") as raised:
        await OutputSchemas().check("count", SMALL, {"n": "hunter22"})
    assert raised.value.where == "/n does not fit its outputSchema"


@pytest.mark.parametrize("more", [{}, {"description": "x" * LARGE_BYTES}])
async def test_a_schema_that_is_none_is_said_to_be_unusable(more: JsonObject) -> None:
    with pytest.raises(SchemaMismatch, match="outputSchema cannot be used"):
        await OutputSchemas().check("count", {"type": "number of things", **more}, 1)


async def test_a_schema_that_changed_is_the_one_that_counts() -> None:
    schemas = OutputSchemas()
    await schemas.check("count", SMALL, {"n": 1})
    with pytest.raises(SchemaMismatch):
        await schemas.check("count", {"type": "string"}, {"n": 1})
