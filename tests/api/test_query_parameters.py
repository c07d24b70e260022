"""A query is refused whose parameters a route does not declare, or that has two values where one is declared."""

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
        refused = await client.get(path, params=[(name, "1"), (name, "")])
    assert refused.status_code == 422
    assert refused.json()["problems"] == [
        {
            "in": "query",
            "pointer": f"/{name}",
            "message": "It may be there once, and stands in the request several times.",
        }
    ]


@pytest.mark.parametrize(
    ("path", "name", "hint"),
    [
        ("/api/runs", "stauts", "Did you mean 'status'?"),
        ("/api/runs/none/events", "_", "There are: after."),
        ("/api/settings", "x", "There are none here."),
        ("/api/audit/export", "x" * 9000, "There are: action, after, before, format, subject, target."),
    ],
)
async def test_a_parameter_that_a_route_does_not_know_is_refused(path: str, name: str, hint: str) -> None:
    async with House().client() as client:
        refused = await client.get(path, params={name: "failed"})
    assert refused.status_code == 422
    (problem,) = refused.json()["problems"]
    assert (problem["in"], problem["message"]) == ("query", f"There is no such parameter. {hint}")
    assert len(problem["pointer"]) < 500
    assert problem["pointer"].startswith(f"/{name[:20]}")


async def test_a_wrong_method_is_told_before_a_wrong_parameter() -> None:
    async with House().client() as client:
        assert (await client.put("/api/settings?x=1")).status_code == 405


async def test_public_routes_take_whatever_a_link_carries() -> None:
    async with House().client() as client:
        assert (await client.get("/healthz?utm_source=chat")).status_code == 200


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
                assert parameter["name"] in (route.query.several if is_list else route.query.single), path
