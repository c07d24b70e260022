"""Guessing credentials: who is kept out, and who is not."""

import pytest

from callsheet.access.guesses import MAX_PROVEN, Guesses
from callsheet.access.rates import Rate
from callsheet.errors.access import CredentialExpired, CredentialInvalid, TooManyGuesses
from callsheet.errors.journal import JournalUnavailable

HERE = "198.51.100.1"


class Store:
    """Knows the credential `good`; counts how often it was asked."""

    def __init__(self, rate: Rate | None) -> None:
        self.now = 0.0
        self.asked = 0
        self.good = {"good"}
        self.guesses = Guesses(rate, lambda: self.now)

    async def try_one(self, credential: str, source: str = HERE) -> str:
        """Come with a credential."""

        async def ask() -> str:
            self.asked += 1
            if credential not in self.good:
                raise CredentialInvalid
            return credential

        return await self.guesses.check(source, credential, ask)

    async def guess(self, count: int, source: str = HERE) -> None:
        """Come with so many wrong ones."""
        for number in range(count):
            with pytest.raises(CredentialInvalid):
                await self.try_one(f"wrong {source} {self.now} {number}", source)


@pytest.fixture
def store() -> Store:
    return Store(Rate(3, 60.0))


async def test_over_the_rate_nobody_is_asked(store: Store) -> None:
    await store.guess(3)
    with pytest.raises(TooManyGuesses, match="in 20 s") as caught:
        await store.try_one("wrong")

    assert (store.asked, caught.value.seconds) == (3, 20)
    store.now = 20.0
    await store.guess(1)


async def test_a_credential_that_was_good_is_looked_up_whatever_else_comes_from_its_address(store: Store) -> None:
    await store.try_one("good")
    await store.guess(3)
    assert await store.try_one("good") == "good"

    store.good.clear()
    with pytest.raises(CredentialInvalid):
        await store.try_one("good")
    with pytest.raises(TooManyGuesses):
        await store.try_one("good")


async def test_a_good_credential_that_comes_for_the_first_time_has_to_wait_with_the_others(store: Store) -> None:
    await store.guess(3)
    with pytest.raises(TooManyGuesses):
        await store.try_one("good")

    assert await store.try_one("good", "198.51.100.2") == "good"
    assert await store.try_one("good") == "good"  # known now


async def test_the_same_wrong_credential_counts_once(store: Store) -> None:
    for _ in range(50):
        with pytest.raises(CredentialInvalid):
            await store.try_one("a cookie of yesterday")
    await store.guess(2)
    with pytest.raises(TooManyGuesses):
        await store.try_one("a cookie of yesterday")


@pytest.mark.parametrize("error", [CredentialExpired, JournalUnavailable])
async def test_what_is_no_guess_does_not_count(
    store: Store, error: type[CredentialExpired] | type[JournalUnavailable]
) -> None:
    async def ask() -> str:
        raise error

    for number in range(10):
        with pytest.raises(error):
            await store.guesses.check(HERE, f"key {number}", ask)


async def test_without_a_rate_nobody_is_counted() -> None:
    await Store(None).guess(100)


async def test_no_more_is_remembered_than_ten_thousand_credentials() -> None:
    store = Store(Rate(10, 60.0))
    store.good = {str(number) for number in range(MAX_PROVEN + 1)}
    for credential in range(MAX_PROVEN + 1):
        await store.try_one(str(credential))
    await store.guess(10)

    assert await store.try_one("1") == "1"
    with pytest.raises(TooManyGuesses):
        await store.try_one("0")
