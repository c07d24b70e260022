"""Which hosts and origins are served, on every route alike."""

import pytest

from callsheet.api.options import ApiOptions
from tests.api.asgi import exchange
from tests.api.house import House

ALLOWED = ApiOptions(allowed_hosts=("callsheet.example.org", "Proxy.example.org:8443"))

HOSTS = {
    "localhost": 200,
    "localhost:8080": 200,
    "LOCALHOST:1": 200,
    "127.0.0.1": 200,
    "127.0.0.1:65535": 200,
    "127.8.8.8:80": 200,
    "[::1]": 200,
    "[::1]:8080": 200,
    "callsheet.example.org": 200,
    "Callsheet.Example.org:99": 200,
    "proxy.example.org:8443": 200,
    "proxy.example.org": 421,
    "proxy.example.org:8080": 421,
    "evil.example.org": 421,
    "localhost.evil.example.org": 421,
    "evil.callsheet.example.org": 421,
    "127.0.0.1.evil.example.org": 421,
    "192.168.1.7:8080": 421,
    "0.0.0.0:8080": 421,
    "[::]:8080": 421,
    "localhost:": 421,
    "localhost:8080:1": 421,
    "localhost:x": 421,
    "user@localhost": 421,
    "localhost, evil.example.org": 421,
    "": 421,
    "\xff": 421,
}

# Of a request to 127.0.0.1:8080.
ORIGINS = {
    "http://127.0.0.1:8080": 200,
    "HTTP://127.0.0.1:8080": 200,
    "http://callsheet.example.org": 200,
    "https://proxy.example.org:8443": 200,
    "http://127.0.0.1": 403,
    "http://127.0.0.1:3000": 403,
    "https://127.0.0.1": 403,
    "http://localhost:8080": 403,
    "http://evil.example.org": 403,
    "http://127.0.0.1:8080.evil.example.org": 403,
    "http://evil.example.org/http://127.0.0.1:8080": 403,
    "file://": 403,
    "null": 403,
    "": 403,
    "127.0.0.1:8080": 403,
}

SITES = {"same-origin": 200, "same-site": 200, "none": 200, "cross-site": 403, "Cross-Site": 403}


async def status_of(*headers: tuple[bytes, bytes], path: str = "/healthz", method: str = "GET") -> int:
    async with exchange(House(options=ALLOWED).app, method, path, headers=headers) as asked:
        return (await asked.start())[0]


@pytest.mark.parametrize(("host", "status"), HOSTS.items())
async def test_hosts(host: str, status: int) -> None:
    assert await status_of((b"host", host.encode("latin-1"))) == status


async def test_a_request_without_a_host_or_with_two_is_refused() -> None:
    assert await status_of() == 421
    assert await status_of((b"host", b"localhost"), (b"host", b"localhost")) == 421


@pytest.mark.parametrize(("origin", "status"), ORIGINS.items())
async def test_origins(origin: str, status: int) -> None:
    assert await status_of((b"host", b"127.0.0.1:8080"), (b"origin", origin.encode())) == status


async def test_one_foreign_origin_among_several_is_enough() -> None:
    own, foreign = (b"origin", b"http://127.0.0.1:8080"), (b"origin", b"http://evil.example.org")

    assert await status_of((b"host", b"127.0.0.1:8080"), own, foreign) == 403


async def test_the_default_port_may_be_left_out() -> None:
    assert await status_of((b"host", b"localhost:80"), (b"origin", b"http://localhost")) == 200
    assert await status_of((b"host", b"localhost"), (b"origin", b"http://localhost:80")) == 200
    assert await status_of((b"host", b"localhost:80"), (b"origin", b"https://localhost")) == 403


@pytest.mark.parametrize(("site", "status"), SITES.items())
async def test_what_the_browser_says_of_the_asking_site(site: str, status: int) -> None:
    assert await status_of((b"host", b"127.0.0.1:8080"), (b"sec-fetch-site", site.encode())) == status


@pytest.mark.parametrize(
    ("method", "mode", "place", "status"),
    [
        ("GET", "navigate", "document", 200),
        ("GET", "navigate", "iframe", 403),
        ("GET", "no-cors", "image", 403),
        ("GET", "cors", "empty", 403),
        ("POST", "navigate", "document", 403),
    ],
)
async def test_a_link_of_another_site_may_be_followed_and_nothing_more(
    method: str, mode: str, place: str, status: int
) -> None:
    said = ((b"sec-fetch-site", b"cross-site"), (b"sec-fetch-mode", mode.encode()), (b"sec-fetch-dest", place.encode()))

    assert await status_of((b"host", b"127.0.0.1:8080"), *said, method=method) == status


@pytest.mark.parametrize(
    "path", ["/", "/docs", "/openapi.json", "/api/runs", "/api/runs/x/events", "/readyz", "/nowhere"]
)
@pytest.mark.parametrize("method", ["GET", "POST", "OPTIONS", "PUT"])
async def test_the_check_stands_before_every_path_and_method(path: str, method: str) -> None:
    foreign = (b"host", b"127.0.0.1:8080"), (b"origin", b"http://evil.example.org")

    assert await status_of((b"host", b"evil.example.org"), path=path, method=method) == 421
    assert await status_of(*foreign, path=path, method=method) == 403


async def test_no_answer_invites_other_origins() -> None:
    own = (b"host", b"127.0.0.1:8080"), (b"origin", b"http://127.0.0.1:8080")
    async with exchange(House().app, "GET", "/healthz", headers=own) as asked:
        _, headers = await asked.start()

    assert not [name for name in headers if name.startswith("access-control-")]
