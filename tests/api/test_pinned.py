"""`GET /api/runs/{run_id}/scenario`: the document with which a run began."""

from dataclasses import replace

import httpx2
import pytest

from callsheet.runs.events import Revision
from callsheet.scenario.codec import canonical, digest
from tests.api.house import NEWS, House, Shelf, entry_of, news_document
from tests.support.events import new_run

CHANGED = news_document() | {"name": "Another name"}


async def begun_before(house: House) -> str:
    """A run of a document that the catalog does not have any more."""
    run = new_run(scenario_id=NEWS, definition=canonical(CHANGED))
    started = replace(run.started, revision=Revision(digest(CHANGED)))
    return (await house.journal.create(replace(run, started=started))).run_id


async def test_it_is_the_document_of_the_run_and_not_that_of_the_catalog(
    house: House, client: httpx2.AsyncClient
) -> None:
    run_id = await begun_before(house)
    response = await client.get(f"/api/runs/{run_id}/scenario")

    assert (response.status_code, response.headers["content-type"]) == (200, "application/json")
    assert response.json() == CHANGED
    assert response.headers["etag"] == f'"{digest(CHANGED)}"'
    assert (await client.get(f"/api/scenarios/{NEWS}")).json() == news_document()


async def test_it_is_there_when_the_catalog_has_no_such_scenario() -> None:
    house = House(catalog=Shelf())
    run_id = await begun_before(house)
    async with house.client() as client:
        assert (await client.get(f"/api/scenarios/{NEWS}")).status_code == 404
        assert (await client.get(f"/api/runs/{run_id}/scenario")).json() == CHANGED


async def test_a_document_that_the_caller_has_is_304(house: House, client: httpx2.AsyncClient) -> None:
    url = f"/api/runs/{await begun_before(house)}/scenario"
    tag = (await client.get(url)).headers["etag"]
    response = await client.get(url, headers={"If-None-Match": tag})

    assert (response.status_code, response.content, response.headers["etag"]) == (304, b"", tag)
    assert (await client.get(url, headers={"If-None-Match": '"another"'})).status_code == 200


async def test_a_submitted_run_has_the_revision_of_the_catalog(client: httpx2.AsyncClient) -> None:
    run_id = (await client.post("/api/runs", json={"scenario_id": NEWS, "input": {"url": "x"}})).json()["run_id"]
    tag = entry_of(NEWS, news_document()).revision
    response = await client.get(f"/api/runs/{run_id}/scenario")
    assert (response.json(), response.headers["etag"]) == (news_document(), f'"{tag}"')


@pytest.mark.parametrize("run_id", ["76d6903c-f520-4a40-b0fc-8fed3f7955d2", "no-uuid", "x" * 300])
async def test_a_run_that_does_not_exist_is_404(client: httpx2.AsyncClient, run_id: str) -> None:
    response = await client.get(f"/api/runs/{run_id}/scenario")
    assert (response.status_code, response.json()["code"]) == (404, "run.not_found")
