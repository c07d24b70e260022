"""A parameter that has one value is refused when a request has several."""

from urllib.parse import urlencode

import pytest

from callsheet.api.access import GuardedRoute, served
from tests.api.house import House


@pytest.mark.parametrize(
    ("path", "name"),
    [("/api/runs", "owner"), ("/api/audit", "subject"), ("/api/stats", "since"), ("/api/runs/none/events", "after")],
)
async def test_of_two_values_none_is_taken(path: str, name: str) -> None:
    async with House().client() as client:
        refused = await client.get(path, params=[(name, "1"), ("x", "1"), ("x", "2"), (name, "")])
    assert refused.status_code == 422
    assert refused.json()["problems"] == [
        {
            "in": "query",
            "pointer": f"/{name}",
            "message": "It may be there once, and stands in the request several times.",
        }
    ]


async def test_lists_have_as_many_as_they_like() -> None:
    query = urlencode([("status", "failed"), ("status", "success"), ("error_code", "A"), ("error_code", "B")])
    async with House().client() as client:
        assert (await client.get(f"/api/runs?{query}")).status_code == 200


def test_each_parameter_of_the_document_is_one_or_the_other() -> None:
    app = House().app
    routes = {context.path: context.original_route for context, _ in served(app)}
    for path, operations in app.openapi()["paths"].items():
        for parameter in operations.get("get", {}).get("parameters", ()):
            if parameter["in"] == "query":
                route = routes[path]
                assert isinstance(route, GuardedRoute)
                is_list = "array" in str(parameter["schema"])
                assert (parameter["name"] in route.single) is not is_list, (path, parameter["name"])
