"""Secrets over HTTP: kept and removed by admins, and shown to nobody."""

import httpx2
import pytest
from loguru import logger

from callsheet.access.audit import AuditFilter
from callsheet.access.scopes import Role
from tests.api.credentials import asking_house, bearer, key_of
from tests.api.house import House

VALUE = "hunter22 and more"


@pytest.fixture
def house() -> House:
    return asking_house()


async def entries(house: House) -> list[tuple[str, str, str | None]]:
    """What the audit log says of secrets, the oldest first."""
    await house.gate.acts.settle()
    found = await house.gate.audit.list(AuditFilter(action="secret."), 99)
    return [(each.act.action, each.act.target, each.outcome and each.outcome.result) for each in reversed(found)]


async def test_a_secret_is_kept_listed_and_removed_and_all_of_it_is_written_down(
    client: httpx2.AsyncClient, house: House
) -> None:
    admin = bearer(await key_of(house))
    kept = await client.put("/api/secrets/KEY", json={"value": VALUE}, headers=admin)
    listed = await client.get("/api/secrets", headers=admin)
    assert (kept.status_code, kept.json()["name"], kept.json()["provider"]) == (200, "KEY", "store")
    assert listed.json() == {"secrets": [kept.json()]}
    assert house.secret_desk.values["KEY"][0] == VALUE
    assert (await client.delete("/api/secrets/KEY", headers=admin)).status_code == 204
    missing = await client.delete("/api/secrets/KEY", headers=admin)
    assert (missing.status_code, missing.json()["code"]) == (404, "secret.not_found")
    assert await entries(house) == [
        ("secret.set", "KEY", "done"),
        ("secret.remove", "KEY", "done"),
        ("secret.remove", "KEY", "secret.not_found"),
    ]
    assert VALUE not in kept.text + listed.text + str(await house.gate.audit.list(AuditFilter(), 99))


@pytest.mark.parametrize(
    "body",
    [{"value": ""}, {"value": [VALUE]}, {"value": VALUE, "more": VALUE}, {VALUE: 1}, VALUE, {"value": VALUE * 9999}],
)
async def test_what_cannot_be_kept_is_refused_and_not_shown(
    client: httpx2.AsyncClient, house: House, body: object
) -> None:
    said: list[str] = []
    handler = logger.add(lambda line: said.append(str(line)), level="TRACE", format="{message} {extra}")
    answer = await client.put("/api/secrets/KEY", json=body, headers=bearer(await key_of(house)))
    logger.remove(handler)
    assert answer.status_code == 422
    assert body == {VALUE: 1} or VALUE not in answer.text  # the name of a field that is too much is told
    assert not any(VALUE in line for line in said)
    ((action, name, result),) = await entries(house)
    assert (action, name) == ("secret.set", "KEY")
    assert result in {"invalid", "request.invalid"}


@pytest.mark.parametrize("role", [Role.VIEWER, Role.OPERATOR, Role.AUTHOR])
async def test_nobody_but_an_admin_may(client: httpx2.AsyncClient, house: House, role: Role) -> None:
    headers = bearer(await key_of(house, role))
    assert (await client.get("/api/secrets", headers=headers)).status_code == 403
    assert (await client.put("/api/secrets/KEY", json={"value": VALUE}, headers=headers)).status_code == 403
    assert (await client.delete("/api/secrets/KEY", headers=headers)).status_code == 403
    assert house.secret_desk.values == {}
    assert await entries(house) == [("secret.set", "KEY", "forbidden"), ("secret.remove", "KEY", "forbidden")]
