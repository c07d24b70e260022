import os
import stat
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from callsheet.engine.cipher import KeyCipher, key_of
from callsheet.errors.secrets import DecryptionFailed
from callsheet.errors.service import ConfigurationInvalid

CIPHER = KeyCipher(bytes(32))


@given(st.text(), st.text(max_size=20))
def test_what_was_encrypted_comes_back(text: str, purpose: str) -> None:
    assert CIPHER.decrypt(CIPHER.encrypt(text, purpose), purpose) == text


def test_a_token_serves_one_purpose_and_one_key() -> None:
    token = CIPHER.encrypt("state", "continuation")
    with pytest.raises(DecryptionFailed):
        CIPHER.decrypt(token, "oauth")
    with pytest.raises(DecryptionFailed):
        KeyCipher(b"k" * 32).decrypt(token, "continuation")


@given(st.text(max_size=80))
def test_what_is_no_token_is_refused(text: str) -> None:
    with pytest.raises(DecryptionFailed):
        CIPHER.decrypt(text, "continuation")


def test_a_changed_token_is_refused() -> None:
    token = CIPHER.encrypt("state", "continuation")
    for place in range(3, len(token) - 1):
        other = "A" if token[place] != "A" else "B"
        with pytest.raises(DecryptionFailed):
            CIPHER.decrypt(token[:place] + other + token[place + 1 :], "continuation")


def test_the_key_is_made_once_and_nobody_else_can_read_it(tmp_path: Path) -> None:
    folder = tmp_path / "data"
    key = key_of(folder / "key")
    assert len(key) == 32
    assert key_of(folder / "key") == key
    assert stat.S_IMODE(os.stat(folder / "key").st_mode) == 0o600
    assert os.listdir(folder) == ["key"]


def test_a_key_that_processes_share_is_not_made_by_one_of_them(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationInvalid, match="No such file"):
        key_of(tmp_path / "key", make=False)
    assert os.listdir(tmp_path) == []


def test_a_damaged_key_is_told_not_replaced(tmp_path: Path) -> None:
    (tmp_path / "key").write_bytes(b"short")
    with pytest.raises(ConfigurationInvalid, match="has 5 bytes"):
        key_of(tmp_path / "key")
    assert (tmp_path / "key").read_bytes() == b"short"
