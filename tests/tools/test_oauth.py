"""Signing in to tool servers, against an authorization server of flesh and blood."""

import asyncio
import os
import stat
from collections.abc import Generator
from pathlib import Path
from typing import Any

import httpx2
import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat

from callsheet.engine.cipher import KeyCipher
from callsheet.errors import AuthRequired
from callsheet.tools.login import SignInRefused, waiting_for_browser
from callsheet.tools.oauth import SignInNeeded, Wallet
from callsheet.tools.pool import ToolPool
from callsheet.tools.servers import Auth, ClientCredentials, HttpServer, OAuth, PrivateKeyJwt
from callsheet.tools.signing import sign_in_of
from callsheet.tools.tls import SharedTls
from callsheet.tools.tokens import FileTokens, MemoryTokens, TokenStore
from tests.support.servers.starting import call, over_http, result_of


@pytest.fixture
def url() -> Generator[str]:
    with over_http("protected.py") as url:
        yield url


@pytest.fixture
def short_lived() -> Generator[str]:
    """Its tokens are over as soon as they are there: Callsheet renews them ten seconds before their end."""
    with over_http("protected.py", "--life", "5") as url:
        yield url


def server_at(url: str, auth: Auth | None = None) -> HttpServer:
    return HttpServer(name="bank", url=url, auth=auth or OAuth())


def opened(server: HttpServer, store: TokenStore) -> ToolPool:
    return ToolPool([server], environment={}, jitter=lambda: 0.0, tokens=store)


async def admin(url: str, **body: str) -> Any:
    """What the authorization server counted, after doing what `body` says."""
    async with httpx2.AsyncClient() as client:
        address = url.replace("/mcp", "/admin")
        return (await (client.post(address, json=body) if body else client.get(address))).json()


async def browse(address: str) -> None:
    """Go where the browser of a person goes."""
    async with httpx2.AsyncClient(follow_redirects=True) as browser:
        page = await browser.get(address)
    assert "signed in" in page.text


async def sign_in(server: HttpServer, store: TokenStore) -> None:
    signing = sign_in_of(server, store, SharedTls())
    assert signing is not None
    browsing: list[asyncio.Task[None]] = []

    async def show(address: str) -> None:
        browsing.append(asyncio.create_task(browse(address)))

    async with waiting_for_browser(show) as person:
        await signing.sign_in(person, 20)
    await asyncio.gather(*browsing)


async def echo(tools: ToolPool, value: int = 1) -> Any:
    return (await result_of(tools, call("echo", server="bank", value=value))).structured


async def test_who_signed_in_is_let_in(url: str) -> None:
    store = MemoryTokens()
    await sign_in(server_at(url), store)
    async with opened(server_at(url), store) as tools:
        assert await echo(tools) == {"value": 1}
        assert tools.servers()[0].needs_auth is False
    counts = await admin(url)
    assert (counts["register"], counts["authorize"], counts["authorization_code"]) == (1, 1, 1)


async def test_without_a_person_nothing_is_registered_and_what_to_do_is_said(url: str) -> None:
    async with opened(server_at(url), MemoryTokens()) as tools:
        with pytest.raises(AuthRequired, match="callsheet tools login bank"):
            await echo(tools)
        (state,) = tools.servers()
        assert (state.needs_auth, state.connected) == (True, False)
    assert "register" not in await admin(url)


async def test_signing_in_meanwhile_is_enough(url: str) -> None:
    store = MemoryTokens()
    async with opened(server_at(url), store) as tools:
        with pytest.raises(AuthRequired):
            await echo(tools)
        await sign_in(server_at(url), store)
        async with asyncio.timeout(20):
            while True:
                try:
                    assert await echo(tools) == {"value": 1}
                    break
                except AuthRequired:
                    await asyncio.sleep(0.1)
        assert tools.servers()[0].needs_auth is False


async def test_tokens_are_renewed_silently_and_once_for_many_calls(url: str) -> None:
    store = MemoryTokens()
    await sign_in(server_at(url), store)
    async with opened(server_at(url), store) as tools:
        await echo(tools)
        await admin(url, revoke="access")
        results = await asyncio.gather(*(echo(tools, number) for number in range(32)))
    assert results == [{"value": number} for number in range(32)]
    assert (await admin(url))["refresh_token"] == 1


async def test_tokens_are_renewed_before_they_end(short_lived: str) -> None:
    store = MemoryTokens()
    await sign_in(server_at(short_lived), store)
    async with opened(server_at(short_lived), store) as tools:
        await echo(tools)
    counts = await admin(short_lived)
    assert counts["refresh_token"] >= 1
    assert counts["authorize"] == 1


async def test_another_process_goes_on_with_what_was_kept(url: str, tmp_path: Path) -> None:
    await sign_in(server_at(url), FileTokens(tmp_path / "tokens", KeyCipher(bytes(32))))
    await admin(url, revoke="access")
    async with opened(server_at(url), FileTokens(tmp_path / "tokens", KeyCipher(bytes(32)))) as tools:
        assert await echo(tools) == {"value": 1}
    assert (await admin(url))["authorize"] == 1


async def test_when_renewing_is_refused_somebody_has_to_sign_in_again(url: str) -> None:
    store = MemoryTokens()
    await sign_in(server_at(url), store)
    async with opened(server_at(url), store) as tools:
        await echo(tools)
        await admin(url, revoke="all")
        with pytest.raises(AuthRequired, match="callsheet tools login bank"):
            await echo(tools)
        assert tools.servers()[0].needs_auth is True
        await sign_in(server_at(url), store)
        assert await echo(tools) == {"value": 1}


async def test_a_secret_of_our_own_needs_no_person(url: str) -> None:
    issuer = url.removesuffix("/mcp")
    auth = ClientCredentials(client_id="robot", client_secret="beep", issuer=issuer)
    async with opened(server_at(url, auth), MemoryTokens()) as tools:
        assert await echo(tools) == {"value": 1}
        await admin(url, revoke="access")
        assert await echo(tools) == {"value": 1}
    assert (await admin(url))["client_credentials"] == 2


async def test_a_wrong_secret_is_told_and_not_shown(url: str) -> None:
    auth = ClientCredentials(client_id="robot", client_secret="b00p", issuer=url.removesuffix("/mcp"))
    async with opened(server_at(url, auth), MemoryTokens()) as tools:
        with pytest.raises(AuthRequired, match="not accepted") as refused:
            await echo(tools)
    assert "b00p" not in str(refused.value)


async def test_a_secret_is_not_shown_to_another_authorization_server(url: str) -> None:
    auth = ClientCredentials(client_id="robot", client_secret="beep", issuer="https://elsewhere.example")
    async with opened(server_at(url, auth), MemoryTokens()) as tools:
        with pytest.raises(AuthRequired):
            await echo(tools)
    assert "client_credentials" not in await admin(url)


async def test_a_key_of_our_own_needs_no_person(tmp_path: Path) -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    public = key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    write(tmp_path / "key.pem", public)
    private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
    with over_http("protected.py", "--public-key", str(tmp_path / "key.pem")) as url:
        auth = PrivateKeyJwt(client_id="keyed", key=private, algorithm="ES256", issuer=url.removesuffix("/mcp"))
        async with opened(server_at(url, auth), MemoryTokens()) as tools:
            assert await echo(tools) == {"value": 1}


def write(file: Path, content: bytes) -> None:
    file.write_bytes(content)


async def test_a_browser_that_comes_back_with_another_state_is_refused(url: str) -> None:
    signing = sign_in_of(server_at(url), MemoryTokens(), SharedTls())
    assert signing is not None
    tasks: list[asyncio.Task[None]] = []

    async def come_back(address: str) -> None:
        await browse(
            address.split("redirect_uri=")[1].split("&")[0].replace("%3A", ":").replace("%2F", "/") + "?code=x&state=y"
        )

    async def show(address: str) -> None:
        tasks.append(asyncio.create_task(come_back(address)))

    async with waiting_for_browser(show) as person:
        with pytest.raises(SignInNeeded, match="State"):
            await signing.sign_in(person, 20)
    await asyncio.gather(*tasks)


async def test_a_refusal_of_the_authorization_server_is_told(url: str) -> None:
    async def show(address: str) -> None:
        pass

    async with waiting_for_browser(show) as person, httpx2.AsyncClient() as browser:
        page = await browser.get(f"{person.redirect_uri}?error=access_denied&error_description=%3Cscript%3E")
        assert "script" not in page.text
        assert (await browser.get(person.redirect_uri.replace("callback", "other"))).status_code == 404
        with pytest.raises(SignInRefused, match="access_denied <script>"):
            await person.wait()


async def test_the_browser_is_only_sent_to_web_addresses() -> None:
    async def show(address: str) -> None:
        raise AssertionError(address)

    async with waiting_for_browser(show) as person:
        with pytest.raises(SignInRefused, match="no web address"):
            await person.show("file:///etc/passwd")


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


async def test_tokens_on_disk_cannot_be_read_without_the_key(url: str, tmp_path: Path) -> None:
    folder = tmp_path / "tokens"
    server = server_at(url)
    await sign_in(server, FileTokens(folder, KeyCipher(bytes(32))))
    tokens = Wallet(server, FileTokens(folder, KeyCipher(bytes(32)))).load().tokens
    assert tokens is not None
    (name,) = os.listdir(folder)
    content = read(folder / name)
    assert tokens.access_token.encode() not in content
    assert stat.S_IMODE(os.stat(folder / name).st_mode) == 0o600
    assert FileTokens(folder, KeyCipher(b"k" * 32)).read("bank", url) is None


def read(file: Path) -> bytes:
    return file.read_bytes()
