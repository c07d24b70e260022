"""A request with another method is told of all that the path takes, as the API page does."""

from collections import defaultdict

import pytest

from tests.api.house import House
from tests.api.test_errors import operations

NAMES = {"run_id": "76d6903c-f520-4a40-b0fc-8fed3f7955d2", "number": "1"}


async def test_the_allow_header_is_what_the_api_page_says_of_the_path(house: House) -> None:
    documented: dict[str, set[str]] = defaultdict(set)
    for path, method in operations(house.app):
        documented[path].add(method)
    async with house.client() as client:
        for path, methods in documented.items():
            url = path.format_map(defaultdict(lambda: "some", NAMES))
            answer = await client.request("TRACE", url)
            assert answer.status_code == 405, path
            assert set(answer.headers["allow"].split(", ")) - {"HEAD"} == methods, path
            assert answer.json()["detail"].endswith(f"It takes: {answer.headers['allow']}.")


@pytest.mark.parametrize("given", ["0.5", "1700000000", "-1", "", "now", "20260424"])
async def test_a_moment_is_a_date_and_never_a_number(house: House, given: str) -> None:
    async with house.client() as client:
        assert (await client.get("/api/runs", params={"started_before": given})).status_code == 422
        for value in (given, 1_700_000_000):
            body = {"action": "cancel", "dry_run": True, "filter": {"started_before": value}}
            answer = await client.post("/api/runs/bulk", json=body)
            assert (answer.status_code, answer.json()["code"]) == (422, "request.invalid")


@pytest.mark.parametrize("given", ["2026-04-24", "2026-04-24T09:27:59Z", "2026-04-24T09:27:59.873+00:00"])
async def test_a_moment_may_be_a_day(house: House, given: str) -> None:
    async with house.client() as client:
        assert (await client.get("/api/runs", params={"started_before": given})).status_code == 200


async def test_every_operation_with_a_body_says_how_bodies_are_refused(house: House) -> None:
    for path, item in house.app.openapi()["paths"].items():
        for method, operation in item.items():
            if "requestBody" in operation:
                assert {"400", "408", "413", "415", "422"} <= set(operation["responses"]), (method, path)
