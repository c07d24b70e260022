"""What every `TokenStore` does: one suite over all adapters."""

from collections.abc import Generator
from pathlib import Path

import pytest
from loguru import logger

from callsheet.engine.cipher import FileCipher, KeyCipher
from callsheet.tools.oauth.tokens import FileTokens, MemoryTokens, TokenStore


@pytest.fixture(params=["memory", "files"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> TokenStore:
    """One suite over all adapters of the port."""
    return MemoryTokens() if request.param == "memory" else FileTokens(tmp_path / "tokens", KeyCipher(bytes(32)))


def test_what_was_kept_is_read_again_by_server_and_address(store: TokenStore) -> None:
    assert store.read("a", "http://a/") is None
    store.write("a", "http://a/", "one")
    store.write("a", "http://b/", "two")
    store.write("../../a", "http://a/", "three")
    assert [store.read("a", "http://a/"), store.read("a", "http://b/"), store.read("../../a", "http://a/")] == [
        "one",
        "two",
        "three",
    ]
    store.write("a", "http://a/", "four")
    assert store.read("a", "http://a/") == "four"
    assert (store.remove("a", "http://a/"), store.remove("a", "http://a/")) == (True, False)
    assert store.read("a", "http://a/") is None


@pytest.fixture
def said() -> Generator[list[str]]:
    """What was logged."""
    lines: list[str] = []
    handler = logger.add(lambda line: lines.append(str(line)), level="WARNING", format="{message}")
    yield lines
    logger.remove(handler)


@pytest.mark.parametrize("content", [b"", b"v1.AAAA", b"\xff"])
def test_a_file_that_cannot_be_read_is_no_tokens_and_is_told_once(
    tmp_path: Path, said: list[str], content: bytes
) -> None:
    store = FileTokens(tmp_path / "tokens", KeyCipher(bytes(32)))
    store.write("bank", "http://a/", "one")
    (file,) = (tmp_path / "tokens").iterdir()
    file.write_bytes(content)
    assert [store.read("bank", "http://a/"), store.read("bank", "http://a/")] == [None, None]
    assert said == ["The tokens of the tool server 'bank' cannot be read with the present key.\n"]
    store.write("bank", "http://a/", "two")
    assert store.read("bank", "http://a/") == "two"


def test_a_key_that_is_broken_is_no_tokens_and_is_told(tmp_path: Path, said: list[str]) -> None:
    FileTokens(tmp_path / "tokens", FileCipher(tmp_path / "key")).write("bank", "http://a/", "one")
    (tmp_path / "key").write_bytes(b"short")
    assert FileTokens(tmp_path / "tokens", FileCipher(tmp_path / "key")).read("bank", "http://a/") is None
    assert "not 32" in said[0]


def test_nothing_is_left_beside_the_file(tmp_path: Path) -> None:
    store = FileTokens(tmp_path / "tokens", KeyCipher(bytes(32)))
    for text in ("one", "two"):
        store.write("bank", "http://a/", text)
    assert len(list((tmp_path / "tokens").iterdir())) == 1
