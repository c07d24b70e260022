"""A provider that lies, or is somebody else's: nobody gets in, and nothing stands still."""

import base64
import json
from collections.abc import AsyncGenerator, Generator, Mapping
from contextlib import AbstractAsyncContextManager
from datetime import UTC, datetime
from typing import Any

import httpx2
import pytest

from callsheet.access.identities import Identity
from callsheet.engine.clock import SystemClock
from callsheet.errors.access import CredentialInvalid
from callsheet.errors.kinds import Unavailable
from callsheet.openid.documents import AVOIDED, KEPT
from callsheet.openid.provider import OpenIdProvider, Registration, open_provider
from callsheet.runs.ports import Clock
from tests.support.bad_openid import CLIENT_ID, code
from tests.support.openid import CALLBACK
from tests.support.service import ROOT, printing

ADA = Identity(subject="ada", name="Ada", groups=("staff",))
MINUTE = 60


@pytest.fixture(scope="module")
def address() -> Generator[str]:
    """The process with all of its issuers."""
    with printing("-m", "tests.support.bad_openid", env={"PYTHONPATH": str(ROOT)}) as found:
        yield found


def opened(
    issuer: str, *, seconds: float = 5.0, clock: Clock | None = None
) -> AbstractAsyncContextManager[OpenIdProvider]:
    registration = Registration(
        issuer=issuer, client_id=CLIENT_ID, client_secret="secret", roles_claim="groups", seconds=seconds
    )
    return open_provider(registration, clock or SystemClock())


@pytest.fixture
async def provider(address: str) -> AsyncGenerator[OpenIdProvider]:
    """Ours for an issuer that describes itself well."""
    await steer(address, "publish/old")
    async with opened(f"{address}/good") as found:
        yield found


async def identified(provider: OpenIdProvider, **wish: Any) -> Identity:
    """Who it is, with a token as it is wished for."""
    _, asked = await provider.ask(CALLBACK)
    return await provider.identify(asked, {"code": code(asked.nonce, **wish)})


async def steer(address: str, what: str) -> Any:
    async with httpx2.AsyncClient() as client:
        return (await client.get(f"{address}/good/{what}")).json()


async def test_a_token_as_it_should_be_is_taken(provider: OpenIdProvider) -> None:
    assert await identified(provider) == ADA


@pytest.mark.parametrize(
    "wish",
    [
        {"claims": {"nonce": "of another question"}},
        {"claims": {"nonce": None}},
        {"claims": {"nonce": ["a", "b"]}},
        {"claims": {"aud": "another client"}},
        {"claims": {"aud": None}},
        {"claims": {"aud": []}},
        {"claims": {"aud": {"callsheet": 1}}},
        {"claims": {"aud": ["callsheet", "another client"]}},
        {"claims": {"aud": ["callsheet", "another client"], "azp": "another client"}},
        {"claims": {"azp": "another client"}},
        {"claims": {"iss": "http://127.0.0.1:1/good"}},
        {"claims": {"iss": None}},
        {"claims": {"iss": 5}},
        {"later": {"exp": -2 * MINUTE}},
        {"claims": {"exp": None}},
        {"claims": {"exp": "tomorrow"}},
        {"claims": {"exp": float("nan")}},
        {"claims": {"exp": float("inf")}},
        {"later": {"iat": 2 * MINUTE}},
        {"claims": {"iat": None}},
        {"later": {"nbf": 2 * MINUTE}},
        {"claims": {"sub": None}},
        {"claims": {"sub": ""}},
        {"claims": {"sub": 7}},
        {"claims": {"sub": "a\nb"}},
        {"claims": {"sub": "a" * 256}},
        {"claims": {"sub": "\ud800"}},
        {"claims": {"at_hash": "of another token"}},
        {"claims": {"at_hash": ["x"]}},
        {"sign": "none"},
        {"sign": "none", "alg": "None"},
        {"sign": "none", "alg": "RS256"},
        {"sign": "none", "alg": ["RS256"]},
        {"sign": "public"},
        {"sign": "strange"},
        {"sign": "strange", "kid": None},
        {"sign": "new"},
        {"sign": "old", "kid": "curve"},
        {"answer": {"id_token": None}},
        {"answer": {"id_token": ""}},
        {"answer": {"id_token": "a.b"}},
        {"answer": {"id_token": "a.b.c.d.e"}},
        {"answer": {"id_token": "é.é.é"}},
        {"answer": {"id_token": ["x"]}},
        {"answer": {"id_token": "x" * 100_000}},
        {"answer": {"error": "invalid_grant", "error_description": "<script>alert(1)</script>"}},
    ],
    ids=lambda wish: json.dumps(wish)[:70],
)
async def test_a_token_that_is_wrong_lets_nobody_in(provider: OpenIdProvider, wish: Mapping[str, Any]) -> None:
    with pytest.raises(CredentialInvalid) as refusal:
        await identified(provider, **wish)
    assert "<" not in refusal.value.message
    assert await identified(provider) == ADA


@pytest.mark.parametrize(
    "wish",
    [
        {"later": {"exp": -MINUTE // 2}},
        {"later": {"iat": MINUTE // 2, "nbf": MINUTE // 2}},
        {"claims": {"aud": ["callsheet"]}},
        {"claims": {"aud": ["callsheet", "another client"], "azp": "callsheet"}},
        {"kid": None},
        {"alg": "PS512"},
    ],
    ids=json.dumps,
)
async def test_a_token_may_differ_within_what_the_standard_allows(
    provider: OpenIdProvider, wish: Mapping[str, Any]
) -> None:
    assert await identified(provider, **wish) == ADA


@pytest.mark.parametrize(
    "wish",
    [
        {"answer": {"error": "invalid_client"}, "status": 401},
        {"answer": {"error": ["x"]}, "status": 400},
        {"status": 500},
        {"answer": {"expires_in": "soon"}},
        {"answer": {"padding": "x" * 300_000}},
    ],
    ids=lambda wish: json.dumps(wish)[:70],
)
async def test_a_token_endpoint_that_does_not_work_is_told_as_such(
    provider: OpenIdProvider, wish: Mapping[str, Any]
) -> None:
    with pytest.raises(Unavailable):
        await identified(provider, **wish)


@pytest.mark.parametrize("way", ["huge", "endless", "elsewhere", "compressed", "html", "nested", "failing"])
async def test_a_description_that_cannot_be_read_is_told_as_such(address: str, way: str) -> None:
    async with opened(f"{address}/{way}") as provider:
        with pytest.raises(Unavailable, match="does not answer as it should"):
            await provider.ask(CALLBACK)


@pytest.mark.parametrize("way", ["slow", "dripping"])
async def test_a_provider_that_keeps_silent_is_left(address: str, way: str) -> None:
    async with opened(f"{address}/{way}", seconds=0.3) as provider:
        with pytest.raises(Unavailable, match="does not answer as it should"):
            await provider.ask(CALLBACK)


@pytest.mark.parametrize(
    ("way", "why"),
    [
        ("named", "must be the same"),
        ("plain", "not one with https"),
        ("scripted", "not one with https"),
        ("list", "cannot be used"),
        ("lacking", "authorization_endpoint"),
    ],
)
async def test_a_description_of_something_else_is_refused(address: str, way: str, why: str) -> None:
    async with opened(f"{address}/{way}") as provider:
        with pytest.raises(Unavailable, match=why):
            await provider.ask(CALLBACK)


async def test_keys_that_the_provider_has_changed_are_asked_for_once_more(
    provider: OpenIdProvider, address: str
) -> None:
    await identified(provider)
    before = await steer(address, "counts")
    await steer(address, "publish/new")
    assert await identified(provider, sign="new") == ADA
    assert await identified(provider, sign="new") == ADA
    assert (await steer(address, "counts"))["jwks"] == before["jwks"] + 1
    with pytest.raises(CredentialInvalid):
        await identified(provider, sign="old")


async def test_keys_of_several_kinds_stand_beside_each_other(provider: OpenIdProvider, address: str) -> None:
    await steer(address, "publish/new,curve,old")
    assert await identified(provider, sign="curve", alg="ES256") == ADA
    assert await identified(provider, sign="old", kid=None) == ADA
    assert await identified(provider, sign="curve", alg="ES256", kid=None) == ADA


async def test_a_description_is_asked_for_once_in_a_while(address: str) -> None:
    clock = HandClock()
    async with opened(f"{address}/good", clock=clock) as provider:
        before = await steer(address, "counts")
        for _ in range(3):
            await provider.ask(CALLBACK)
        assert (await steer(address, "counts"))["discovery"] == before.get("discovery", 0) + 1
        clock.moment += KEPT
        await provider.ask(CALLBACK)
        assert (await steer(address, "counts"))["discovery"] == before.get("discovery", 0) + 2


async def test_a_provider_that_failed_is_left_alone_for_a_moment(address: str) -> None:
    clock = HandClock()
    async with opened(f"{address}/failing", clock=clock) as provider:
        before = await steer(address, "counts")
        for _ in range(3):
            with pytest.raises(Unavailable):
                await provider.ask(CALLBACK)
        assert (await steer(address, "counts"))["discovery"] == before["discovery"] + 1
        clock.moment += AVOIDED
        with pytest.raises(Unavailable):
            await provider.ask(CALLBACK)
        assert (await steer(address, "counts"))["discovery"] == before["discovery"] + 2


async def test_what_is_told_beside_the_token_counts_when_it_is_about_the_same_person(
    provider: OpenIdProvider, address: str
) -> None:
    await tell(address, {"sub": "ada", "groups": ["admins"], "name": "Ada L."})
    silent = {"groups": None, "name": None}
    assert await identified(provider, claims=silent) == Identity(subject="ada", name="Ada L.", groups=("admins",))
    assert await identified(provider, claims={"name": None}) == Identity(
        subject="ada", name="Ada L.", groups=("staff",)
    )
    await tell(address, {"sub": "grace", "groups": ["admins"]})
    with pytest.raises(CredentialInvalid, match="somebody else"):
        await identified(provider, claims=silent)


async def test_an_answer_of_another_provider_is_refused(provider: OpenIdProvider, address: str) -> None:
    _, asked = await provider.ask(CALLBACK)
    answer = {"code": code(asked.nonce)}
    with pytest.raises(CredentialInvalid, match="not from the provider"):
        await provider.identify(asked, {**answer, "iss": f"{address}/other"})
    assert await provider.identify(asked, {**answer, "iss": f"{address}/good"}) == ADA


class HandClock(SystemClock):
    """Moved by hand."""

    def __init__(self) -> None:
        self.moment = datetime.now(UTC)

    def now(self) -> datetime:
        return self.moment


async def tell(address: str, claims: Mapping[str, Any]) -> None:
    await steer(address, f"tell/{base64.urlsafe_b64encode(json.dumps(claims).encode()).decode()}")
