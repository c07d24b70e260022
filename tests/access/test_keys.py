from datetime import UTC, datetime, timedelta

import pytest

from callsheet.access.keys import ApiKey, digest_of, is_same, key_id_of, key_text
from callsheet.access.scopes import Role

NOW = datetime(2026, 11, 30, tzinfo=UTC)
TEXT = key_text(bytes(range(6)), bytes(range(32)))


def key(*, expires_at: datetime | None = None, revoked_at: datetime | None = None) -> ApiKey:
    return ApiKey(
        key_id="000102030405",
        digest=digest_of(TEXT),
        name="ci",
        role=Role.OPERATOR,
        every_run=False,
        created_at=NOW,
        created_by="local",
        expires_at=expires_at,
        revoked_at=revoked_at,
    )


def test_a_key_says_which_one_it_is() -> None:
    assert key_id_of(TEXT) == "000102030405"


@pytest.mark.parametrize(
    "text", ["", "cs_", TEXT[:-1], TEXT + "x", TEXT.upper(), f" {TEXT}", TEXT.replace("cs_", "sk_")]
)
def test_what_has_not_the_form_of_a_key_is_none(text: str) -> None:
    assert key_id_of(text) is None


def test_only_the_key_itself_is_the_same() -> None:
    assert is_same(key(), TEXT)
    assert not is_same(key(), key_text(bytes(range(6)), bytes(32)))


def test_a_key_counts_until_it_expires_or_is_revoked() -> None:
    assert key().counts(NOW)
    assert key(expires_at=NOW + timedelta(seconds=1)).counts(NOW)
    assert not key(expires_at=NOW).counts(NOW)
    assert not key(revoked_at=NOW).counts(NOW)


def test_keys_of_one_name_are_one_caller() -> None:
    assert key().principal.subject == "key:ci"
