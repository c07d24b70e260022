"""What every provider of secrets does behind the `Environment` port: one suite over all of them."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from callsheet.engine.cipher import FileCipher
from callsheet.engine.environment import OperatorEnvironment
from callsheet.engine.secrets import watched
from callsheet.engine.secrets.files import SecretFiles
from callsheet.engine.secrets.store import SecretStore


@dataclass(frozen=True)
class Place:
    """A provider, and how somebody else changes what it has."""

    given: OperatorEnvironment
    put: Callable[[str, str], object]
    take: Callable[[str], object]


class MemoryProvider:
    """A provider without a store."""

    name = "memory"

    def __init__(self) -> None:
        self.values: dict[str, str] = {}

    def secrets(self) -> dict[str, str]:
        return dict(self.values)


@pytest.fixture(params=["memory", "files", "store"])
def place(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Place:
    """A provider behind the port. Each look is a new one: how long one counts is a matter of `WatchedFolder`."""
    monkeypatch.setattr(watched, "EVERY", 0.0)
    if request.param == "memory":
        memory = MemoryProvider()
        return Place(OperatorEnvironment({}, memory), memory.values.__setitem__, memory.values.pop)
    folder = tmp_path / "secrets"
    if request.param == "files":
        folder.mkdir()

        def write(name: str, value: str) -> None:
            (folder / name).write_text(f"{value}\n")

        return Place(OperatorEnvironment({}, SecretFiles(folder)), write, lambda name: (folder / name).unlink())
    mine, theirs = (SecretStore(folder, FileCipher(tmp_path / "key")) for _ in range(2))
    return Place(OperatorEnvironment({}, mine), theirs.set, theirs.remove)


def test_a_secret_is_there_from_when_it_is_set_until_it_is_removed(place: Place) -> None:
    assert (place.given.secret("KEY"), dict(place.given.secrets())) == (None, {})
    place.put("KEY", "hunter22")
    place.put("other_1", "two words ")
    assert (place.given.secret("KEY"), place.given.secret("other_1")) == ("hunter22", "two words ")
    assert place.given.secret_names == ("KEY", "other_1")
    place.put("KEY", "hunter23")
    assert place.given.secret("KEY") == "hunter23"
    place.take("KEY")
    assert dict(place.given.secrets()) == {"other_1": "two words "}


def test_a_secret_is_no_plain_value_and_the_other_way_round(place: Place) -> None:
    place.put("KEY", "hunter22")
    assert place.given.variable("KEY") is None
    assert place.given.provider_of("KEY") in {"memory", "files", "store"}
    assert place.given.provider_of("NO") is None


def test_a_text_of_several_lines_is_kept_as_it_is(place: Place) -> None:
    place.put("PEM", "-----BEGIN-----\nMIIé\n-----END-----")
    assert place.given.secret("PEM") == "-----BEGIN-----\nMIIé\n-----END-----"


def test_the_environment_goes_before_files_and_files_before_the_store() -> None:
    first, second = MemoryProvider(), MemoryProvider()
    second.name = "second"
    first.values, second.values = {"B": "b1", "C": "c1"}, {"A": "a2", "B": "b2", "D": "d2"}
    given = OperatorEnvironment({"CALLSHEET_SECRET_A": "a0", "OTHER": "x"}, first, second)
    assert dict(given.secrets()) == {"A": "a0", "B": "b1", "C": "c1", "D": "d2"}
    assert [given.provider_of(name) for name in "ABCD"] == ["environment", "memory", "memory", "second"]
