from collections.abc import AsyncGenerator

import httpx2
import pytest

from tests.api.house import House


@pytest.fixture
def house() -> House:
    """The app over parts in memory, with the seed's scenario."""
    return House()


@pytest.fixture
async def client(house: House) -> AsyncGenerator[httpx2.AsyncClient]:
    """A client of `house`."""
    async with house.client() as opened:
        yield opened
