"""`GET /schemas/scenario.v1.schema.json`."""

import httpx2

from callsheet.scenario.schema import Schema
from tests.api.house import news_document


async def test_the_schema_is_served_and_takes_the_seeds_scenario(client: httpx2.AsyncClient) -> None:
    response = await client.get("/schemas/scenario.v1.schema.json")

    assert (response.status_code, response.headers["content-type"]) == (200, "application/schema+json")
    schema = Schema(response.json())
    assert schema.problems(news_document()) == ()
    assert schema.problems(news_document() | {"surprise": 1})
