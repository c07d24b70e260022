"""The `IdentityProvider` port: in memory, and over a real provider, which gives a person's claims in two ways."""

import asyncio
from collections.abc import AsyncGenerator, Generator, Mapping
from dataclasses import dataclass
from typing import Protocol
from urllib.parse import parse_qs, urlsplit

import pytest

from callsheet.access.identities import Identity, IdentityProvider
from callsheet.engine.clock import SystemClock
from callsheet.errors.access import CredentialInvalid
from callsheet.openid.memory import MemoryProvider
from callsheet.openid.provider import Registration, open_provider
from tests.support import openid
from tests.support.openid import CALLBACK

ADA = Identity(subject="ada", name="ada of the tests", groups=("staff", "operators"))


class People(Protocol):
    """Who sit before a browser."""

    async def sign_in(self, url: str) -> Mapping[str, str]:
        """The answer after Ada signed in."""
        ...

    async def refuse(self, url: str) -> Mapping[str, str]:
        """The answer after somebody cancelled."""
        ...


class RealPeople:
    """They use the provider's forms."""

    async def sign_in(self, url: str) -> Mapping[str, str]:
        return await asyncio.to_thread(openid.signs_in, url, "ada")

    async def refuse(self, url: str) -> Mapping[str, str]:
        return await asyncio.to_thread(openid.refuses, url)


@dataclass
class RememberedPeople:
    """They are told to the adapter in memory."""

    provider: MemoryProvider

    async def sign_in(self, url: str) -> Mapping[str, str]:
        return self.provider.accept(_query(url, "state"), ADA)

    async def refuse(self, url: str) -> Mapping[str, str]:
        return {"error": "access_denied", "state": _query(url, "state")}


@pytest.fixture(scope="module", params=["memory", "asked for", "in the token"])
def issuer(request: pytest.FixtureRequest) -> Generator[str]:
    """The issuer of a real provider; nothing for the one in memory."""
    if request.param == "memory":
        yield ""
        return
    with openid.provider(in_id_token=request.param == "in the token") as started:
        yield started


@pytest.fixture
async def house(issuer: str) -> AsyncGenerator[tuple[IdentityProvider, People]]:
    """A provider of each kind, and its people."""
    if not issuer:
        memory = MemoryProvider()
        yield memory, RememberedPeople(memory)
        return
    registration = Registration(
        issuer=issuer, client_id=openid.CLIENT_ID, client_secret=openid.SECRET, roles_claim="groups"
    )
    async with open_provider(registration, SystemClock()) as opened:
        yield opened, RealPeople()


House = tuple[IdentityProvider, People]


async def test_whoever_signs_in_is_known_by_subject_name_and_groups(house: House) -> None:
    provider, people = house
    url, asked = await provider.ask(CALLBACK)
    answer = await people.sign_in(url)
    assert answer["state"] == asked.state
    assert await provider.identify(asked, answer) == ADA


async def test_each_question_is_one_of_its_own(house: House) -> None:
    provider, _ = house
    (first_url, first), (second_url, second) = [await provider.ask(CALLBACK) for _ in range(2)]
    assert first_url != second_url
    assert len({first.state, first.nonce, first.verifier, second.state, second.nonce, second.verifier}) == 6
    assert first.redirect_uri == second.redirect_uri == CALLBACK


async def test_an_answer_to_another_question_is_refused(house: House) -> None:
    provider, people = house
    url, _ = await provider.ask(CALLBACK)
    _, other = await provider.ask(CALLBACK)
    answer = await people.sign_in(url)
    with pytest.raises(CredentialInvalid):
        await provider.identify(other, answer)


async def test_an_answer_counts_once(house: House) -> None:
    provider, people = house
    url, asked = await provider.ask(CALLBACK)
    answer = await people.sign_in(url)
    await provider.identify(asked, answer)
    with pytest.raises(CredentialInvalid):
        await provider.identify(asked, answer)


async def test_a_person_who_cancels_is_told_so(house: House) -> None:
    provider, people = house
    url, asked = await provider.ask(CALLBACK)
    answer = await people.refuse(url)
    with pytest.raises(CredentialInvalid, match=r"You, or the provider, refused"):
        await provider.identify(asked, answer)


@pytest.mark.parametrize("answer", [{}, {"code": ""}, {"code": "made up"}, {"error": "<script>"}])
async def test_an_answer_of_nobody_is_refused_in_our_own_words(house: House, answer: Mapping[str, str]) -> None:
    provider, _ = house
    _, asked = await provider.ask(CALLBACK)
    with pytest.raises(CredentialInvalid) as refusal:
        await provider.identify(asked, answer)
    assert "<" not in refusal.value.message


def _query(url: str, name: str) -> str:
    return parse_qs(urlsplit(url).query)[name][0]
