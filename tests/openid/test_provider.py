"""What a real provider checks of us, and the memory adapter does not."""

import asyncio
from collections.abc import AsyncGenerator, Generator
from dataclasses import replace
from urllib.parse import parse_qs, urlsplit

import pytest

from callsheet.access.identities import Asked
from callsheet.engine.clock import SystemClock
from callsheet.errors.access import CredentialInvalid
from callsheet.errors.kinds import Unavailable
from callsheet.openid.provider import OpenIdProvider, Registration, open_provider
from tests.support import openid
from tests.support.openid import CALLBACK


@pytest.fixture(scope="module")
def issuer() -> Generator[str]:
    """A real provider."""
    with openid.provider() as started:
        yield started


@pytest.fixture
def registration(issuer: str) -> Registration:
    """As it knows us."""
    return Registration(issuer=issuer, client_id=openid.CLIENT_ID, client_secret=openid.SECRET, roles_claim="groups")


@pytest.fixture
async def provider(registration: Registration) -> AsyncGenerator[OpenIdProvider]:
    """Ours for it."""
    async with open_provider(registration, SystemClock()) as opened:
        yield opened


async def test_the_question_has_a_challenge_and_asks_for_the_groups(provider: OpenIdProvider) -> None:
    url, asked = await provider.ask(CALLBACK)
    query = parse_qs(urlsplit(url).query)
    assert query["code_challenge_method"] == ["S256"]
    assert query["response_type"] == ["code"]
    assert query["scope"] == ["openid profile email groups"]
    assert query["redirect_uri"] == [CALLBACK]
    assert asked.verifier not in url


@pytest.mark.parametrize("changed", ["nonce", "verifier", "redirect_uri"])
async def test_an_answer_belongs_to_the_whole_question(provider: OpenIdProvider, changed: str) -> None:
    url, asked = await provider.ask(CALLBACK)
    answer = await asyncio.to_thread(openid.signs_in, url, "ada")
    forged: Asked = replace(asked, **{changed: "x" * 64})
    with pytest.raises(CredentialInvalid):
        await provider.identify(forged, answer)


async def test_an_answer_that_does_not_name_the_provider_is_refused_when_it_always_does(
    provider: OpenIdProvider,
) -> None:
    url, asked = await provider.ask(CALLBACK)
    answer = await asyncio.to_thread(openid.signs_in, url, "ada")
    del answer["iss"]
    with pytest.raises(CredentialInvalid, match="not from the provider"):
        await provider.identify(asked, answer)


async def test_a_secret_that_the_provider_does_not_know_is_the_operators_to_mend(registration: Registration) -> None:
    async with open_provider(replace(registration, client_secret="another"), SystemClock()) as provider:
        url, asked = await provider.ask(CALLBACK)
        answer = await asyncio.to_thread(openid.signs_in, url, "ada")
        with pytest.raises(Unavailable, match="does not accept this service"):
            await provider.identify(asked, answer)
