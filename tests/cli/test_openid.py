"""What `callsheet serve` asks of the settings of a provider, before it serves."""

import sys
from pathlib import Path

import pytest

from callsheet.cli.openid import registration_of
from callsheet.errors.service import ConfigurationInvalid
from callsheet.settings import Settings, load_settings

ISSUER = "https://login.example.org/realms/staff"
WHOLE: dict[str, object] = {
    "auth": "on",
    "oidc_issuer": ISSUER,
    "oidc_client_id": "callsheet",
    "oidc_client_secret": "a secret",
    "oidc_roles": ("staff=viewer", "a=b=admin"),
}


def settings(**changes: object) -> Settings:
    """The whole of them, with changes; None takes one away."""
    return Settings.model_validate({name: value for name, value in {**WHOLE, **changes}.items() if value is not None})


def test_a_provider_is_what_the_settings_say() -> None:
    found = registration_of(settings())
    assert found is not None
    assert (found.issuer, found.client_id, found.client_secret) == (ISSUER, "callsheet", "a secret")
    assert found.roles_claim == "groups"


def test_without_these_settings_there_is_no_provider() -> None:
    assert registration_of(Settings()) is None


def test_a_client_needs_no_secret() -> None:
    found = registration_of(settings(oidc_client_secret=None))
    assert found is not None
    assert found.client_secret == ""


@pytest.mark.parametrize("missing", ["oidc_issuer", "oidc_client_id", "oidc_roles"])
def test_what_belongs_together_is_named_when_it_is_missing(missing: str) -> None:
    with pytest.raises(ConfigurationInvalid, match=f"has no meaning without '{missing}'"):
        registration_of(settings(**{missing: None}))


def test_a_secret_alone_is_told_as_well() -> None:
    alone = Settings.model_validate({"oidc_client_secret": "a secret"})
    with pytest.raises(ConfigurationInvalid, match=r"'oidc_client_secret' has no meaning without 'oidc_issuer'"):
        registration_of(alone)


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"auth": "off"}, "without 'auth'"),
        ({"oidc_issuer": "http://login.example.org"}, "has to begin with https"),
        ({"oidc_issuer": "https://user@login.example.org"}, "has to begin with https"),
        ({"host": "0.0.0.0", "allowed_hosts": ("callsheet.example",)}, "'public_url', which is not set"),
        ({"host": "::", "allowed_hosts": ("callsheet.example",)}, "'public_url', which is not set"),
    ],
)
def test_what_cannot_work_is_told_before_anything_is_served(changes: dict[str, object], why: str) -> None:
    with pytest.raises(ConfigurationInvalid, match=why):
        registration_of(settings(**changes))


@pytest.mark.parametrize("issuer", ["http://127.0.0.1:9000", "http://localhost:9000", "http://[::1]:9000"])
def test_a_provider_on_this_machine_needs_no_https(issuer: str) -> None:
    assert registration_of(settings(oidc_issuer=issuer)) is not None


def test_an_address_for_people_makes_up_for_the_loopback() -> None:
    elsewhere = settings(host="0.0.0.0", allowed_hosts=("callsheet.example",), public_url="https://callsheet.example")
    assert registration_of(elsewhere) is not None


def test_the_extra_is_named_when_it_is_not_installed(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in sys.modules if name.startswith(("authlib", "joserfc", "callsheet.openid"))]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "authlib", None)
    with pytest.raises(ConfigurationInvalid, match=r"pip install 'callsheet\[oidc\]'"):
        registration_of(settings())


def test_a_role_that_there_is_not_is_told_as_such(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationInvalid, match="'oidc_roles'"):
        load_settings({"oidc_roles": ["staff=owner"]}, tmp_path)
