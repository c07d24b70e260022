"""What every adapter of the `SecretDesk` port does."""

from pathlib import Path

import pytest

from callsheet.access.secrets import SecretDesk
from callsheet.engine.cipher import FileCipher
from callsheet.engine.environment import OperatorEnvironment
from callsheet.engine.secrets.desk import MemorySecrets, StoredSecrets
from callsheet.engine.secrets.store import SecretStore
from callsheet.errors.kinds import Invalid, Unavailable
from callsheet.errors.secrets import SecretNotFound


def stored(folder: Path) -> StoredSecrets:
    store = SecretStore(folder / "secrets", FileCipher(folder / "key"))
    return StoredSecrets(OperatorEnvironment({"CALLSHEET_SECRET_OWN": "of the environment"}, store), store)


@pytest.fixture(params=["memory", "store"])
def desk(request: pytest.FixtureRequest, tmp_path: Path) -> SecretDesk:
    return MemorySecrets() if request.param == "memory" else stored(tmp_path)


async def names(desk: SecretDesk) -> list[str]:
    return [entry.name for entry in await desk.list() if entry.provider == "store"]


async def test_a_secret_is_listed_from_when_it_is_kept_until_it_is_removed(desk: SecretDesk) -> None:
    kept = await desk.set("KEY", "hunter22")
    assert (kept.name, kept.provider) == ("KEY", "store")
    assert kept.changed_at is not None
    await desk.set("ANOTHER", "hunter23")
    await desk.set("KEY", "hunter24")
    assert await names(desk) == ["ANOTHER", "KEY"]
    await desk.remove("KEY")
    assert await names(desk) == ["ANOTHER"]
    with pytest.raises(SecretNotFound):
        await desk.remove("KEY")


@pytest.mark.parametrize(("name", "value"), [("a-b", "hunter22"), ("KEY", ""), ("KEY", "a\0b"), ("KEY", "x" * 40_000)])
async def test_what_cannot_be_a_secret_is_refused_without_showing_it(desk: SecretDesk, name: str, value: str) -> None:
    with pytest.raises(Invalid) as refused:
        await desk.set(name, value)
    assert not value or value not in f"{refused.value} {refused.value.problems}"
    assert await names(desk) == []
    if name != "KEY":
        with pytest.raises(Invalid):
            await desk.remove(name)


async def test_what_another_provider_has_is_told_and_stays(tmp_path: Path) -> None:
    desk = stored(tmp_path)
    (entry,) = await desk.list()
    assert (entry.name, entry.provider, entry.changed_at) == ("OWN", "environment", None)
    assert (await desk.set("OWN", "hunter22")).provider == "environment"
    with pytest.raises(SecretNotFound):
        await desk.remove("OTHER")


async def test_a_folder_that_cannot_be_written_is_no_internal_error(tmp_path: Path) -> None:
    (tmp_path / "secrets").write_text("no folder")
    with pytest.raises(Unavailable, match="was not changed"):
        await stored(tmp_path).set("KEY", "hunter22")
