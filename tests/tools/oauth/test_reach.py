"""Where a tool server can make us go while we sign in: nowhere but to what the operator chose, and to strangers."""

import asyncio
import json
from collections.abc import Sequence

import httpx2
import pytest

from callsheet.errors.tools import AuthRequired
from callsheet.tools.oauth.tokens import MemoryTokens
from callsheet.tools.pool import ToolPool
from callsheet.tools.servers import Auth, ClientCredentials, HttpServer, OAuth, PrivateKeyJwt
from callsheet.tools.transports.reach import Nearness, OutOfReach, Reach, nearness
from tests.support.servers.hostile_http import HostileHttp
from tests.support.servers.starting import call, result_of

BANK = "https://bank.example/mcp"


async def asked_for_a_token(server: HostileHttp, auth: Auth) -> None:
    bank = HttpServer(name="bank", url=server.url, auth=auth)
    async with ToolPool([bank], environment={}, jitter=lambda: 0.0, tokens=MemoryTokens()) as tools:
        with pytest.raises(AuthRequired):
            await result_of(tools, call("echo", server="bank"))


@pytest.mark.parametrize("where", ["{canary}", "file:///etc/passwd", "http://[::1", "/relative"])
async def test_a_tool_server_describes_itself_at_its_own_origin_alone(where: str) -> None:
    async with HostileHttp() as server, HostileHttp() as canary:
        place = where.replace("{canary}", canary.url)
        twice = f'resource_resource_metadata="{place}"metadata={place}'
        server.failing = (401, {"www-authenticate": f'Bearer resource_metadata="{place}", {twice}'})
        issuer = server.url.removesuffix("/mcp")
        await asked_for_a_token(server, ClientCredentials(client_id="robot", client_secret="beep", issuer=issuer))
        assert [method for method, _ in server.requests[:3]] == ["POST", "GET", "GET"], "the usual places are asked"
        assert canary.requests == []


@pytest.mark.parametrize(
    "auth",
    [
        ClientCredentials(client_id="robot", client_secret="beep", issuer="https://id.example"),
        PrivateKeyJwt(client_id="robot", key="none", issuer="https://id.example"),
    ],
    ids=["secret", "key"],
)
async def test_no_other_authorization_server_than_that_of_the_credentials_is_asked(auth: Auth) -> None:
    async with HostileHttp() as server, HostileHttp() as canary:
        named = {"resource": server.url, "authorization_servers": [canary.url.removesuffix("/mcp")]}

        async def describe(writer: asyncio.StreamWriter, method: str) -> None:
            body = json.dumps(named).encode()
            head = f"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: {len(body)}\r\n\r\n"
            writer.write(head.encode() + body)

        server.failing, server.other = (401, {"www-authenticate": "Bearer"}), describe
        await asked_for_a_token(server, auth)
        assert canary.requests == []


class Sent(httpx2.AsyncBaseTransport):
    def __init__(self) -> None:
        self.requests: list[httpx2.Request] = []

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        self.requests.append(request)
        return httpx2.Response(200, request=request)


async def sent_to(url: str, *addresses: str, server: str = BANK, issuer: str | None = None) -> httpx2.Request:
    """What goes out for `url`, whose name has these addresses."""

    async def resolve(host: str) -> Sequence[str]:
        return addresses or (host,)

    sent = Sent()
    reach = Reach(sent, HttpServer(name="bank", url=server, auth=OAuth(issuer=issuer)), resolve)
    await reach.handle_async_request(httpx2.Request("GET", url))
    (request,) = sent.requests
    return request


async def test_a_stranger_is_asked_at_the_address_that_was_looked_at_and_under_its_name() -> None:
    request = await sent_to("https://id.example:8443/token?a=b", "93.184.216.34")
    assert str(request.url) == "https://93.184.216.34:8443/token?a=b"
    assert (request.headers["host"], request.extensions["sni_hostname"]) == ("id.example:8443", "id.example")
    assert request.headers["connection"] == "close"


@pytest.mark.parametrize(
    "addresses", [["10.0.0.1"], ["127.0.0.1"], ["169.254.169.254"], ["93.184.216.34", "::1"], ["::ffff:10.0.0.1"]]
)
async def test_a_name_of_a_stranger_does_not_lead_into_our_networks(addresses: list[str]) -> None:
    with pytest.raises(OutOfReach, match="'issuer'"):
        await sent_to("https://id.example/token", *addresses)


@pytest.mark.parametrize("url", [BANK, "https://id.corp/token", "https://bank.example/.well-known/x"])
async def test_what_the_operator_chose_is_asked_wherever_it_is(url: str) -> None:
    request = await sent_to(url, "10.0.0.1", issuer="https://id.corp/realms/staff")
    assert str(request.url) == url


@pytest.mark.parametrize(
    ("server", "reached"),
    [
        ("http://127.0.0.1:8000/mcp", {"8.8.8.8", "10.0.0.1", "127.0.0.1"}),
        ("http://localhost:8000/mcp", {"8.8.8.8", "10.0.0.1", "127.0.0.1"}),
        ("http://10.1.1.1/mcp", {"8.8.8.8", "10.0.0.1"}),
        ("http://169.254.1.1/mcp", {"8.8.8.8", "10.0.0.1", "127.0.0.1"}),
        ("http://bank.corp/mcp", {"8.8.8.8"}),
    ],
)
async def test_a_server_leads_no_nearer_than_it_is_itself(server: str, reached: set[str]) -> None:
    found: set[str] = set()
    for address in ("8.8.8.8", "10.0.0.1", "127.0.0.1", "169.254.169.254"):
        try:
            await sent_to("http://id.example/", address, server=server)
        except OutOfReach:
            continue
        found.add(address)
    assert found == reached


async def test_a_name_without_addresses_is_a_server_that_cannot_be_reached() -> None:
    async def resolve(host: str) -> Sequence[str]:
        raise OSError("Name or service not known")

    reach = Reach(Sent(), HttpServer(name="bank", url=BANK), resolve)
    with pytest.raises(httpx2.ConnectError, match=r"id\.example: Name or service not known"):
        await reach.handle_async_request(httpx2.Request("GET", "https://id.example/"))


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        *((text, Nearness.PUBLIC) for text in ("93.184.216.34", "2606:2800::1", "::ffff:8.8.8.8", "64:ff9b::808:808")),
        *((text, Nearness.PRIVATE) for text in ("10.0.0.1", "100.64.0.1", "198.18.0.1", "fd00::1", "fec0::1")),
        *((text, Nearness.HERE) for text in ("127.0.0.2", "0.0.0.0", "::1", "::ffff:127.0.0.1", "64:ff9b::7f00:1")),
        *((text, Nearness.NOBODY) for text in ("169.254.169.254", "fe80::1%eth0", "224.0.0.1", "ff02::1")),
        *((text, Nearness.NOBODY) for text in ("255.255.255.255", "2002:7f00:1::", "::127.0.0.1", "5f00::1")),
    ],
)  # fmt: skip
def test_who_reaches_an_address(address: str, expected: Nearness) -> None:
    assert nearness(address) is expected
