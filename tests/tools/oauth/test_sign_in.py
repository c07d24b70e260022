"""Signing in to tool servers, against an authorization server of flesh and blood."""

import asyncio
import errno
import os
import stat
import sys
from asyncio.subprocess import PIPE
from collections.abc import Generator
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx2
import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat

from callsheet.engine.cipher import KeyCipher
from callsheet.errors.tools import AuthRequired, ServerUnavailable
from callsheet.tools.oauth.login import waiting_for_browser
from callsheet.tools.oauth.providers import SignInRefused
from callsheet.tools.oauth.sign_in import SignIn, SignInNeeded
from callsheet.tools.oauth.tokens import FileTokens, MemoryTokens, TokenStore
from callsheet.tools.oauth.wallet import MOST_WANTED, Wallet
from callsheet.tools.pool import ToolPool
from callsheet.tools.servers import Auth, ClientCredentials, HttpServer, OAuth, PrivateKeyJwt
from callsheet.tools.signing import sign_in_of
from callsheet.tools.transports.bearer import BearerTransport, SmallAnswers
from callsheet.tools.transports.tls import SharedTls
from tests.support.servers.starting import call, echo_over_http, over_http, result_of


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


async def admin(url: str, **body: Any) -> Any:
    """What the authorization server counted, after doing what `body` says."""
    async with httpx2.AsyncClient() as client:
        address = url.replace("/mcp", "/admin")
        return (await (client.post(address, json=body) if body else client.get(address))).json()


async def until_counted(url: str, what: str, times: int) -> None:
    async with asyncio.timeout(20):
        while (await admin(url)).get(what) != times:  # noqa: ASYNC110 - another process, that has no event
            await asyncio.sleep(0.05)


async def browse(address: str) -> None:
    """Go where the browser of a person goes."""
    async with httpx2.AsyncClient(follow_redirects=True) as browser:
        page = await browser.get(address)
    assert "signed in" in page.text


def signing(server: HttpServer, store: TokenStore) -> SignIn:
    found = sign_in_of(server, store, SharedTls())
    assert found is not None
    return found


async def sign_in(server: HttpServer, store: TokenStore) -> None:
    browsing: list[asyncio.Task[None]] = []

    async def show(address: str) -> None:
        browsing.append(asyncio.create_task(browse(address)))

    async with waiting_for_browser(show) as person:
        await signing(server, store).sign_in(person, 20)
    await asyncio.gather(*browsing)


async def echo(tools: ToolPool, value: int = 1) -> Any:
    return (await result_of(tools, call("echo", server="bank", value=value))).structured


async def echo_for_ever(tools: ToolPool) -> None:
    async with asyncio.timeout(20):
        while True:
            await echo(tools)


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
        for _ in range(2):  # the second while the next attempt to connect is not due
            with pytest.raises(AuthRequired, match="callsheet tools login bank"):
                await echo(tools)
        (state,) = tools.servers()
        assert (state.needs_auth, state.connected) == (True, False)
    assert "register" not in await admin(url)


async def test_over_the_old_transport_too_what_to_do_is_said(url: str) -> None:
    async with opened(replace(server_at(url), transport="sse"), MemoryTokens()) as tools:
        with pytest.raises(AuthRequired, match="callsheet tools login bank"):
            await echo(tools)


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


async def test_a_server_that_is_running_notices_who_signed_out(url: str, tmp_path: Path) -> None:
    here, there = (FileTokens(tmp_path / "tokens", KeyCipher(bytes(32))) for _ in range(2))
    await sign_in(server_at(url), here)
    async with opened(server_at(url), here) as tools:
        await echo(tools)
        assert await signing(server_at(url), there).sign_out() is True
        with pytest.raises(AuthRequired, match="callsheet tools login bank"):
            await echo_for_ever(tools)
        await sign_in(server_at(url), there)
        assert await echo(tools) == {"value": 1}


async def test_two_processes_do_not_renew_the_same_token_twice(url: str) -> None:
    store = MemoryTokens()
    await sign_in(server_at(url), store)
    async with opened(server_at(url), store) as one, opened(server_at(url), store) as two:
        await asyncio.gather(echo(one), echo(two))
        await admin(url, revoke="access")
        assert await echo(one) == {"value": 1}
        assert await echo(two) == {"value": 1}
    assert (await admin(url))["refresh_token"] == 1


@pytest.mark.parametrize("where", ["memory", "folder"])
async def test_of_two_processes_that_renew_at_once_the_slower_takes_what_the_faster_got(
    url: str, tmp_path: Path, where: str
) -> None:
    store = MemoryTokens() if where == "memory" else FileTokens(tmp_path / "tokens", KeyCipher(bytes(32)))
    await sign_in(server_at(url), store)
    async with opened(server_at(url), store) as one, opened(server_at(url), store) as two:
        await asyncio.gather(echo(one), echo(two))
        await admin(url, revoke="access", token="hold")
        both = asyncio.gather(echo(one, 1), echo(two, 2))
        await until_counted(url, "refresh_token", 1)
        await admin(url, token=0)
        assert await both == [{"value": 1}, {"value": 2}]
    assert (await admin(url))["refresh_token"] == 1


async def test_a_process_that_died_while_it_renewed_keeps_nobody_from_it(tmp_path: Path) -> None:
    program = (
        "import sys, pathlib; from callsheet.engine.cipher import KeyCipher; "
        "from callsheet.tools.oauth.tokens import FileTokens; "
        "claim = FileTokens(pathlib.Path(sys.argv[1]), KeyCipher(bytes(32))).claim('bank', 'u'); "
        "print(claim is not None, flush=True); sys.stdin.read()"
    )
    store = FileTokens(tmp_path, KeyCipher(bytes(32)))
    command = (sys.executable, "-c", program, str(tmp_path))
    other = await asyncio.create_subprocess_exec(*command, stdin=PIPE, stdout=PIPE)
    assert other.stdout is not None
    async with asyncio.timeout(20):
        assert await other.stdout.readline() == b"True\n"
        assert store.claim("bank", "u") is None
        assert store.claim("bank", "v") is not None
        other.kill()
        await other.wait()
    release = store.claim("bank", "u")
    assert release is not None
    release()


async def test_a_scope_that_a_call_wants_meanwhile_does_not_cost_the_new_tokens(url: str) -> None:
    store = MemoryTokens()
    await sign_in(server_at(url), store)
    renewing, calling = signing(server_at(url), store), signing(server_at(url), store)
    first = await renewing.token()
    await admin(url, token="hold")
    renewal = asyncio.create_task(renewing.renew(first))
    await until_counted(url, "refresh_token", 1)
    wanting = asyncio.create_task(calling.want("transfer"))
    await admin(url, token=0)
    second = await renewal
    await wanting
    kept = Wallet(server_at(url), store).load()
    assert kept.tokens is not None
    assert (kept.tokens.access_token, kept.wanted) == (second, "transfer")


async def test_who_signs_out_while_tokens_are_renewed_is_signed_out(url: str) -> None:
    store = MemoryTokens()
    await sign_in(server_at(url), store)
    renewing = signing(server_at(url), store)
    first = await renewing.token()
    await admin(url, token="hold")
    renewal = asyncio.create_task(renewing.renew(first))
    await until_counted(url, "refresh_token", 1)
    leaving = asyncio.create_task(signing(server_at(url), store).sign_out())
    await admin(url, token=0)
    await renewal
    assert await leaving is True
    assert store.read("bank", url) is None
    assert (await admin(url))["revoke"] == 1


async def test_an_authorization_server_that_has_no_time_costs_the_call_and_not_the_tokens(url: str) -> None:
    store = MemoryTokens()
    await sign_in(server_at(url), store)
    async with opened(server_at(url), store) as tools:
        await echo(tools)
        await admin(url, revoke="access", token=503)
        with pytest.raises(ServerUnavailable, match="HTTP 503") as failed:
            await echo(tools)
        assert not isinstance(failed.value, AuthRequired)
        assert tools.servers()[0].needs_auth is False
        await admin(url, token=0)
        assert await echo(tools) == {"value": 1}
    assert (await admin(url))["authorize"] == 1


@pytest.mark.parametrize("what", ["resource", "metadata", "mcp"])
async def test_a_server_that_has_no_time_is_not_taken_for_one_that_refuses_our_secret(url: str, what: str) -> None:
    auth = ClientCredentials(client_id="robot", client_secret="beep", issuer=url.removesuffix("/mcp"))
    await admin(url, **{what: 503})
    async with opened(server_at(url, auth), MemoryTokens()) as tools:
        with pytest.raises(ServerUnavailable, match="HTTP 503") as failed:
            await echo(tools)
        assert not isinstance(failed.value, AuthRequired)
        assert tools.servers()[0].needs_auth is False


async def test_a_tool_server_does_not_stand_in_for_an_authorization_server_that_has_no_time(url: str) -> None:
    await admin(url, metadata=503)
    with pytest.raises(httpx2.RemoteProtocolError, match="HTTP 503"):
        await sign_in(server_at(url), MemoryTokens())
    counts = await admin(url)
    assert "register" not in counts
    assert "authorize" not in counts


@pytest.mark.parametrize(
    ("described", "auth", "sentence"),
    [
        ({"code_challenge_methods_supported": None}, OAuth(client_id="https://c.example/c"), "PKCE with S256"),
        ({"registration_endpoint": None}, OAuth(), "write its 'clientId' into 'auth' in mcp.json"),
    ],
    ids=["without PKCE", "without registration"],
)
async def test_an_authorization_server_that_cannot_be_signed_in_at_is_told_before_the_browser_opens(
    url: str, described: dict[str, str | None], auth: OAuth, sentence: str
) -> None:
    await admin(url, describe=described)
    with pytest.raises(SignInNeeded, match=sentence):
        await sign_in(server_at(url, auth), MemoryTokens())
    counts = await admin(url)
    assert "register" not in counts
    assert "authorize" not in counts


@pytest.mark.parametrize("client", [None, "https://c.example/c"])
async def test_a_tool_server_does_not_stand_in_for_an_authorization_server_that_says_nothing(
    url: str, client: str | None
) -> None:
    await admin(url, metadata=404)
    with pytest.raises(SignInNeeded, match="does not describe itself"):
        await sign_in(server_at(url, OAuth(client_id=client)), MemoryTokens())
    counts = await admin(url)
    assert "register" not in counts
    assert "authorize" not in counts


async def test_a_refusal_is_told_without_the_secrets_that_it_repeats(url: str) -> None:
    store = MemoryTokens()
    await sign_in(server_at(url), store)
    kept = Wallet(server_at(url), store).load().tokens
    assert kept is not None
    assert kept.refresh_token is not None
    described = f"No such token:\n{kept.refresh_token}"
    await admin(url, say=[{"error": "invalid_grant", "error_description": described, "debug": "dump"}, 400])
    with pytest.raises(SignInNeeded) as refused:
        await signing(server_at(url), store).renew(kept.access_token)
    text = str(refused.value)
    assert "127.0.0.1 answered HTTP 400: invalid_grant, No such token: [secret old refresh token]; run" in text
    assert "dump" not in text
    auth = ClientCredentials(client_id="robot", client_secret="b00p", issuer=url.removesuffix("/mcp"))
    await admin(url, say=[{"error": "invalid_client", "error_description": "b00p is wrong"}, 401])
    with pytest.raises(SignInNeeded, match=r"invalid_client, \[secret clientSecret\] is wrong"):
        await signing(server_at(url, auth), MemoryTokens()).token()


@pytest.mark.parametrize("token", ["a b\n", "\u00e9t\u00e9"])
async def test_a_token_that_no_header_can_carry_is_refused_when_it_comes(url: str, token: str) -> None:
    await admin(url, say=[{"access_token": token, "token_type": "Bearer"}, 200])
    with pytest.raises(SignInNeeded, match=r"no header can carry$"):
        await sign_in(server_at(url), MemoryTokens())


async def test_an_answer_that_is_no_token_does_not_begin_the_flow_of_a_person(url: str) -> None:
    store = MemoryTokens()
    await sign_in(server_at(url), store)
    await admin(url, say=[{"access_token": 7}, 200])
    signed_in = signing(server_at(url), store)
    with pytest.raises(SignInNeeded, match="an answer that is none; run 'callsheet tools login bank'"):
        await signed_in.renew(await signed_in.token())
    assert (await admin(url))["register"] == 1


async def test_a_caller_that_leaves_does_not_take_the_new_token_along(url: str) -> None:
    store = MemoryTokens()
    await sign_in(server_at(url), store)
    async with opened(server_at(url), store) as tools:
        await echo(tools)
        await admin(url, revoke="access", token="hold")
        leaving = asyncio.create_task(echo(tools))
        await until_counted(url, "refresh_token", 1)
        leaving.cancel()
        await asyncio.wait((leaving,))
        await admin(url, token=0)
        assert await echo(tools) == {"value": 1}
    assert (await admin(url))["refresh_token"] == 1


async def test_a_token_that_is_not_enough_is_told_with_the_scope(url: str) -> None:
    store = MemoryTokens()
    await sign_in(server_at(url), store)
    async with opened(server_at(url), store) as tools:
        await echo(tools)
        await admin(url, need="transfer")
        with pytest.raises(AuthRequired, match=r"HTTP 403.*the scope 'transfer'.*callsheet tools login bank"):
            await echo(tools)
        await sign_in(server_at(url), store)
        assert (await admin(url))["scopes"] == "transfer"
        assert await echo(tools) == {"value": 1}


async def test_a_client_that_is_described_on_the_web_is_not_registered(url: str) -> None:
    server = server_at(url, OAuth(client_metadata_url="https://callsheet.example/client.json"))
    store = MemoryTokens()
    await sign_in(server, store)
    async with opened(server, store) as tools:
        await echo(tools)
        await admin(url, revoke="access")
        assert await echo(tools) == {"value": 1}
    counts = await admin(url)
    assert "register" not in counts
    assert (counts["authorize"], counts["refresh_token"]) == (1, 1)


async def test_a_person_signs_in_at_the_configured_authorization_server(url: str) -> None:
    issuer = url.removesuffix("/mcp")
    server = server_at(url, OAuth(client_id="https://callsheet.example/client", client_secret="hush", issuer=issuer))
    await sign_in(server, MemoryTokens())
    assert (await admin(url))["authorization_code"] == 1


async def test_a_person_signs_in_at_no_other_authorization_server_than_the_configured_one(url: str) -> None:
    server = server_at(url, OAuth(client_id="bank", client_secret="hush", issuer="https://id.example"))
    with pytest.raises(SignInNeeded, match=r"does not name the authorization server 'https://id\.example'"):
        await sign_in(server, MemoryTokens())
    assert "authorize" not in await admin(url)


async def test_tokens_of_another_authorization_server_than_the_configured_one_are_not_renewed(url: str) -> None:
    store = MemoryTokens()
    await sign_in(server_at(url, OAuth(client_id="https://callsheet.example/client")), store)
    moved = OAuth(client_id="https://callsheet.example/client", client_secret="hush", issuer="https://id.example")
    with pytest.raises(SignInNeeded, match="somebody has to sign in"):
        await signing(server_at(url, moved), store).token()
    assert "refresh_token" not in await admin(url)


async def test_what_is_secret_in_the_address_of_a_server_is_not_told_to_the_authorization_server(url: str) -> None:
    secret = url.replace("http://", "http://me:hush@") + "?key=hush"
    addresses: list[str] = []

    async def show(address: str) -> None:
        addresses.append(address)
        browsing.append(asyncio.create_task(browse(address)))

    browsing: list[asyncio.Task[None]] = []
    async with waiting_for_browser(show) as person:
        await signing(server_at(secret), MemoryTokens()).sign_in(person, 20)
    await asyncio.gather(*browsing)
    assert parse_qs(urlsplit(addresses[0]).query)["resource"] == [url]


async def test_the_query_of_an_authorization_endpoint_stays(url: str) -> None:
    store = MemoryTokens()
    await admin(url, describe={"authorization_endpoint": url.replace("/mcp", "/authorize?tenant=a")})
    await sign_in(server_at(url), store)
    assert (await admin(url))["tenant"] == "a"


async def test_the_scopes_of_the_configuration_are_asked_for(url: str) -> None:
    await sign_in(server_at(url, OAuth(scopes=("read", "write"))), MemoryTokens())
    assert (await admin(url))["scopes"] == "read write"


async def test_a_token_is_not_sent_where_a_redirect_leads(url: str) -> None:
    visits: list[bytes] = []

    async def elsewhere(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        visits.append(await reader.read(4096))
        writer.close()

    store = MemoryTokens()
    await sign_in(server_at(url), store)
    listening = await asyncio.start_server(elsewhere, "127.0.0.1", 0)
    async with listening, opened(server_at(url), store) as tools:
        await echo(tools)
        await admin(url, redirect=f"http://127.0.0.1:{listening.sockets[0].getsockname()[1]}/mcp")
        with pytest.raises(ServerUnavailable, match="redirects"):
            await echo(tools)
    assert visits == []


async def test_a_token_is_given_to_the_origin_of_the_server_alone(url: str) -> None:
    heads: list[bytes] = []

    async def elsewhere(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        heads.append(await reader.readuntil(b"\r\n\r\n"))
        writer.write(b"HTTP/1.1 204 No Content\r\nconnection: close\r\n\r\n")
        writer.close()

    store = MemoryTokens()
    await sign_in(server_at(url), store)
    carrier = BearerTransport(httpx2.AsyncHTTPTransport(), url, signing(server_at(url), store))
    listening = await asyncio.start_server(elsewhere, "127.0.0.1", 0)
    async with listening, httpx2.AsyncClient(transport=carrier) as client:
        await client.get(f"http://127.0.0.1:{listening.sockets[0].getsockname()[1]}/mcp")
        assert (await client.post(url, json={})).status_code != 401
    assert "authorization" not in heads[0].decode().lower()


async def test_signing_in_that_fails_leaves_the_tokens_that_were_there(url: str) -> None:
    store = MemoryTokens()
    await sign_in(server_at(url), store)
    before = store.read("bank", url)
    await admin(url, issuer="https://elsewhere.example")
    with pytest.raises(SignInNeeded):
        await sign_in(server_at(url), store)
    assert store.read("bank", url) == before


async def test_who_signs_out_has_the_tokens_revoked(url: str) -> None:
    store = MemoryTokens()
    await sign_in(server_at(url), store)
    assert await signing(server_at(url), store).sign_out() is True
    assert await signing(server_at(url), store).sign_out() is False
    assert store.read("bank", url) is None
    assert (await admin(url))["revoke"] == 1


async def test_tokens_that_cannot_be_removed_are_not_told_to_be_gone(url: str) -> None:
    store = Stuck()
    await sign_in(server_at(url), store)
    with pytest.raises(OSError, match="Read-only"):
        await signing(server_at(url), store).sign_out()
    assert "revoke" not in await admin(url)


class Stuck(MemoryTokens):
    """A store of which nothing can be removed."""

    def remove(self, server: str, url: str) -> bool:
        raise OSError(errno.EROFS, "Read-only file system")


def test_a_file_of_tokens_that_cannot_be_removed_is_not_taken_for_none(tmp_path: Path) -> None:
    store = FileTokens(tmp_path, KeyCipher(bytes(32)))
    assert store.remove("bank", "u") is False
    store.write("bank", "u", "text")
    blocked = next(path for path in tmp_path.iterdir() if path.suffix == ".token")
    blocked.unlink()
    blocked.mkdir()
    with pytest.raises(OSError, match=r"directory|permitted"):
        store.remove("bank", "u")


def test_a_tool_server_that_wants_ever_more_scopes_does_not_fill_the_disk(url: str) -> None:
    store = MemoryTokens()
    wallet = Wallet(server_at(url), store)
    for number in range(1000):
        wallet.want(f"{number:0>100}")
    wallet.want("x" * 100_000)
    assert len(wallet.load().wanted or "") <= MOST_WANTED


async def test_a_server_that_asks_for_no_token_cannot_be_signed_in_to() -> None:
    with echo_over_http() as url, pytest.raises(SignInNeeded, match="without asking for a token"):
        await sign_in(server_at(url), MemoryTokens())


async def test_a_disk_that_is_full_does_not_cost_the_tokens(url: str) -> None:
    store = Full()
    await sign_in(server_at(url), store)
    async with opened(server_at(url), store) as tools:
        store.is_full = True
        for _ in range(2):
            await admin(url, revoke="access")
            assert await echo(tools) == {"value": 1}
    assert (await admin(url))["authorize"] == 1


class Full(MemoryTokens):
    """A store that may have no room."""

    is_full = False

    def write(self, server: str, url: str, text: str) -> None:
        if self.is_full:
            raise OSError(errno.ENOSPC, "No space left on device")
        super().write(server, url, text)


async def test_an_https_server_is_signed_in_to_over_https_alone() -> None:
    async with httpx2.AsyncClient(transport=SmallAnswers(httpx2.AsyncHTTPTransport(), https=True)) as client:
        with pytest.raises(httpx2.UnsupportedProtocol, match="only https"):
            await client.get("http://127.0.0.1:1/token")


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


@pytest.mark.parametrize(
    "auth",
    [
        ClientCredentials(client_id="robot", client_secret="beep", issuer="nowhere"),
        PrivateKeyJwt(client_id="keyed", key="no key", issuer="{issuer}"),
    ],
    ids=["issuer", "key"],
)
async def test_credentials_that_cannot_be_used_are_told(url: str, auth: ClientCredentials | PrivateKeyJwt) -> None:
    given = replace(auth, issuer=auth.issuer.replace("{issuer}", url.removesuffix("/mcp")))
    async with opened(server_at(url, given), MemoryTokens()) as tools:
        with pytest.raises(AuthRequired, match="not accepted"):
            await echo(tools)


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


async def test_what_comes_back_with_another_state_is_refused_and_signing_in_goes_on(url: str) -> None:
    store = MemoryTokens()
    refused: list[int] = []

    async def show(address: str) -> None:
        back = parse_qs(urlsplit(address).query)["redirect_uri"][0]
        async with httpx2.AsyncClient() as browser:
            queries = ("code=x&state=y", "code=x", "error=access_denied&state=%C3%A9")
            refused.extend([(await browser.get(f"{back}?{query}")).status_code for query in queries])
        browsing.append(asyncio.create_task(browse(address)))

    browsing: list[asyncio.Task[None]] = []
    async with waiting_for_browser(show) as person:
        await signing(server_at(url), store).sign_in(person, 20)
    await asyncio.gather(*browsing)
    assert refused == [400, 400, 400]
    async with opened(server_at(url), store) as tools:
        assert await echo(tools) == {"value": 1}


async def test_what_another_issuer_sent_back_is_refused(url: str, caplog: pytest.LogCaptureFixture) -> None:
    await admin(url, issuer="https://elsewhere.example")
    store = MemoryTokens()
    with pytest.raises(SignInNeeded, match="iss"):
        await sign_in(server_at(url), store)
    assert store.read("bank", url) is None
    assert "authorization_code" not in await admin(url)
    assert [record.name for record in caplog.records if record.name.startswith("mcp")] == []


async def test_a_refusal_of_the_authorization_server_is_told() -> None:
    async def show(address: str) -> None:
        pass

    async with waiting_for_browser(show) as person, httpx2.AsyncClient() as browser:
        await person.show("https://id.example/authorize?state=s")
        assert (await browser.get(person.redirect_uri.replace("callback", "other"))).status_code == 404
        page = await browser.get(f"{person.redirect_uri}?state=s&error=access_denied&error_description=%3Cscript%3E")
        assert "script" not in page.text
        with pytest.raises(SignInRefused, match="access_denied <script>"):
            await person.wait()


async def test_the_browser_is_only_sent_to_web_addresses() -> None:
    async def show(address: str) -> None:
        raise AssertionError(address)

    async with waiting_for_browser(show) as person:
        with pytest.raises(SignInRefused, match="no web address"):
            await person.show("file:///etc/passwd")


async def test_tokens_on_disk_cannot_be_read_without_the_key(url: str, tmp_path: Path) -> None:
    folder = tmp_path / "tokens"
    server = server_at(url)
    await sign_in(server, FileTokens(folder, KeyCipher(bytes(32))))
    tokens = Wallet(server, FileTokens(folder, KeyCipher(bytes(32)))).load().tokens
    assert tokens is not None
    (name,) = (name for name in os.listdir(folder) if name.endswith(".token"))
    content = read(folder / name)
    assert tokens.access_token.encode() not in content
    assert stat.S_IMODE(os.stat(folder / name).st_mode) == 0o600
    assert FileTokens(folder, KeyCipher(b"k" * 32)).read("bank", url) is None


def read(file: Path) -> bytes:
    return file.read_bytes()
