"""The log is without secrets, wherever in a record they stand."""

import json
import logging
from pathlib import Path

import pytest
from loguru import logger

from callsheet.cli.logs import logs_on_stderr
from callsheet.cli.redaction import hidden, known_secrets_hidden
from callsheet.engine.secrets.watched import LARGEST
from callsheet.settings import load_settings
from callsheet.storage import secret_store

SECRET = "hunter22/and more"


class Fault(Exception):
    """A fault with a secret in it."""


def test_no_part_of_a_record_shows_a_secret(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    settings = load_settings({"oidc_client_secret": "of the provider"}, tmp_path)
    with known_secrets_hidden(settings, {"CALLSHEET_SECRET_KEY": SECRET}), logs_on_stderr("DEBUG"):
        logger.bind(run=SECRET).info("{} and {}", SECRET, "of the provider")
        logging.getLogger("some.library").warning("%s", "hunter22%2Fand%20more")
        try:
            raise Fault(SECRET)
        except Fault:
            logger.exception("It failed with aHVudGVyMjIvYW5kIG1vcmU=")
    lines = capsys.readouterr().err.splitlines()
    assert len(lines) == 3
    assert all(isinstance(json.loads(line), dict) for line in lines)
    for hit in (SECRET, "hunter22", "aHVudGVy", "of the provider"):
        assert hit not in "".join(lines)
    assert "Fault" in lines[2]
    assert "[secret KEY]" in lines[2]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("the key cs_ab12cd34_0123456789abcdefXYZ.", "the key cs_ab12cd34_[hidden]."),
        ("Authorization: Bearer abc.def-123456", "Authorization: Bearer [hidden]"),
        ("Cookie: callsheet_session=abcdef; a=b", "Cookie: [hidden]"),
        ("callsheet_session=abcdef; a=b", "callsheet_session=[hidden]; a=b"),
        ("basic facts", "basic facts"),
    ],
)
def test_what_shows_who_somebody_is_is_hidden(tmp_path: Path, text: str, expected: str) -> None:
    with known_secrets_hidden(load_settings({}, tmp_path), {}):  # else those of the command before are hidden, too
        assert hidden(text) == expected


def test_a_secret_that_is_set_meanwhile_and_one_that_was_before_are_hidden(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("callsheet.engine.secrets.watched.EVERY", 0.0)
    settings = load_settings({}, tmp_path)
    with known_secrets_hidden(settings, {}):
        assert hidden("first-one") == "first-one"
        secret_store(settings).set("KEY", "first-one")
        assert hidden("first-one") == "[secret KEY]"
        secret_store(settings).set("KEY", "second-one")
        assert hidden("first-one and second-one") == "[secret KEY] and [secret KEY]"
    with known_secrets_hidden(load_settings({}, tmp_path / "other"), {}):
        assert hidden("second-one") == "second-one"


def test_what_looking_for_secrets_has_to_tell_costs_no_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = tmp_path / "secrets"
    folder.mkdir()
    (folder / "LARGE").write_bytes(b"x" * (LARGEST + 1))
    (folder / "KEY").write_text(SECRET)
    settings = load_settings({"secrets_dir": str(folder)}, tmp_path)
    with known_secrets_hidden(settings, {}), logs_on_stderr("INFO", "text"):
        logger.info("It is {}.", SECRET)
    told, asked = capsys.readouterr().err.splitlines()
    assert "The secret 'LARGE'" in told
    assert asked.endswith("It is [secret KEY].")
