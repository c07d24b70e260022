"""What is a secret in a folder and what is not, and when a change is seen."""

import os
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest
from loguru import logger

from callsheet.engine.cipher import FileCipher, KeyCipher
from callsheet.engine.secrets.files import SecretFiles, text_of
from callsheet.engine.secrets.store import SecretStore
from callsheet.engine.secrets.watched import LARGEST, WatchedFolder

KEY = KeyCipher(bytes(32))


@pytest.fixture
def said() -> Iterator[list[str]]:
    lines: list[str] = []
    handler = logger.add(lambda line: lines.append(str(line)), level="WARNING", format="{message}")
    yield lines
    logger.remove(handler)


def test_secrets_that_kubernetes_mounts_are_found_and_changed_at_once(tmp_path: Path) -> None:
    for version, value in (("..2026_1", "first"), ("..2026_2", "second")):
        (tmp_path / version).mkdir()
        (tmp_path / version / "KEY").write_text(value)
    (tmp_path / "..data").symlink_to("..2026_1")
    (tmp_path / "KEY").symlink_to("..data/KEY")
    now = [0.0]
    folder = WatchedFolder(tmp_path, lambda _, content: text_of(content), now=lambda: now[0])
    assert folder.secrets() == {"KEY": "first"}
    (tmp_path / "..new").symlink_to("..2026_2")
    (tmp_path / "..new").rename(tmp_path / "..data")
    assert folder.secrets() == {"KEY": "first"}
    now[0] = 0.25
    assert folder.secrets() == {"KEY": "second"}


def test_what_cannot_be_a_secret_is_left_out_and_told_once(tmp_path: Path, said: list[str]) -> None:
    outside = tmp_path / "outside"
    outside.write_text("of somebody else")
    folder = tmp_path / "secrets"
    folder.mkdir()
    (folder / "linked").symlink_to(outside)
    (folder / "large").write_bytes(b"x" * (LARGEST + 1))
    (folder / "fits").write_bytes(b"x" * LARGEST)
    (folder / "bytes").write_bytes(b"\xff\xfe")
    (folder / "nul").write_bytes(b"a\0b")
    (folder / "folder").mkdir()
    os.mkfifo(folder / "pipe")
    (folder / "device").symlink_to("/dev/zero")
    (folder / "loop").symlink_to("loop")
    (folder / "gone").symlink_to("nowhere")
    (folder / "a-b").write_text("no name of a secret")
    (folder / "empty").write_text("\n")
    now = [0.0]
    watched = WatchedFolder(folder, lambda _, content: text_of(content), now=lambda: now[0])
    for moment in range(3):
        now[0] = float(moment)
        assert set(watched.secrets()) == {"fits"}
    told = {name: [line for line in said if f"'{name}'" in line] for name in ("linked", "large", "bytes", "nul")}
    assert {name: len(lines) for name, lines in told.items()} == dict.fromkeys(told, 1)
    assert not any("somebody else" in line for line in said)


@pytest.mark.parametrize(
    ("content", "secret"), [(b"a", "a"), (b"a\n", "a"), (b"a\r\n", "a"), (b"a\n\n", "a\n"), (b" a ", " a ")]
)
def test_one_line_break_at_the_end_is_no_part_of_a_secret(content: bytes, secret: str) -> None:
    assert text_of(content) == secret


def test_a_folder_that_does_not_exist_has_no_secrets(tmp_path: Path) -> None:
    assert SecretFiles(tmp_path / "none").secrets() == {}
    assert SecretStore(tmp_path / "none", KEY).stored() == []


def test_what_the_store_writes_is_encrypted_bound_to_its_name_and_for_its_owner_alone(
    tmp_path: Path, said: list[str]
) -> None:
    store = SecretStore(tmp_path / "s", KEY)
    store.set("KEY", "hunter22")
    file = tmp_path / "s/KEY.secret"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert stat.S_IMODE(file.parent.stat().st_mode) == 0o700
    assert b"hunter22" not in file.read_bytes()
    os.rename(file, file.with_name("OTHER.secret"))
    assert SecretStore(tmp_path / "s", KEY).secrets() == {}
    assert "'OTHER'" in said[0]
    assert "decrypted" in said[0]


def test_a_store_of_another_key_has_no_secrets_but_still_their_names(tmp_path: Path, said: list[str]) -> None:
    SecretStore(tmp_path / "s", FileCipher(tmp_path / "key")).set("KEY", "hunter22")
    (tmp_path / "key").write_bytes(b"short")
    store = SecretStore(tmp_path / "s", FileCipher(tmp_path / "key"))
    assert store.secrets() == {}
    assert [each.name for each in store.stored()] == ["KEY"]
    assert "not 32" in said[0]


@pytest.mark.parametrize("name", ["", "../x", "a.b", "a" * 129, "é"])
def test_a_name_that_could_lead_elsewhere_is_refused(tmp_path: Path, name: str) -> None:
    store = SecretStore(tmp_path / "s", KEY)
    with pytest.raises(ValueError, match="128 letters"):
        store.set(name, "hunter22")
    with pytest.raises(ValueError, match="128 letters"):
        store.remove(name)
    assert not (tmp_path / "s").exists()


@pytest.mark.parametrize("secret", ["", "a\0b", "x" * LARGEST])
def test_a_value_that_no_tool_could_take_is_refused(tmp_path: Path, secret: str) -> None:
    with pytest.raises(ValueError, match="A secret has"):
        SecretStore(tmp_path / "s", KEY).set("KEY", secret)
