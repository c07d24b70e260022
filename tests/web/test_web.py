"""The web UI beside the API: which address answers with what, and under which headers."""

import gzip
import re
from collections.abc import AsyncGenerator
from pathlib import Path

import httpx2
import pytest

from callsheet.web.build import read_build
from callsheet.web.policy import POLICY
from callsheet.web.route import WebUi
from tests.api.asgi import exchange
from tests.api.house import House

INDEX = "<!doctype html><title>The page</title>" + "<!-- long enough to be worth compressing -->" * 20
SCRIPT = "console.log('a script');\n" * 50
FILES = {
    "index.html": INDEX,
    "favicon.svg": "<svg/>",
    "color-scheme.js": "(() => {})();",
    "assets/index-B2x9.js": SCRIPT,
    "assets/index-C3.css": "a{}",
    ".stamp": "0123",
}
PAGES = [
    "/",
    "/scenarios",
    "/scenarios/new",
    "/scenarios/a.scenario/edit",
    "/runs",
    "/runs/compare?a=1&b=2",
    "/runs/0192f3c4?step=all%5B3%5D.fetch",
    "/tools/time/get.time",
    "/hooks/push",
    "/apiary",
    "/docs-of-mine",
    "/index.html",
    "/../../etc/passwd",
    "/%2e%2e/%2e%2e/etc/passwd",
]
PROGRAMS = [
    "/api",
    "/api/nothing",
    "/api/../runs",
    "/mcp",
    "/mcp/more",
    "/docs/more",
    "/schemas/nothing",
    "/healthz/more",
    "/metrics",
    "/openapi.json/more",
    "/assets/index-gone.js",
    "/assets/",
    "/assets/../index.html",
    "/assets/..%2findex.html",
    "/assets/%2e%2e/%2e%2e/build.py",
]


def ui(folder: Path) -> WebUi:
    """The route over the files above."""
    for name, text in FILES.items():
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")
    return WebUi(read_build(folder))


@pytest.fixture
async def client(tmp_path: Path) -> AsyncGenerator[httpx2.AsyncClient]:
    """A client of an app with the UI."""
    async with House(web=ui(tmp_path)).client() as opened:
        yield opened


async def raw(house: House, target: str) -> tuple[int, bytes]:
    """What a target gets that no HTTP client would send as it is."""
    path, _, query = target.partition("?")
    async with exchange(house.app, "GET", path, query=query.encode()) as asked:
        status, _ = await asked.start()
        return status, await asked.chunk()


@pytest.mark.parametrize("path", PAGES)
async def test_every_address_of_a_page_answers_with_the_page(tmp_path: Path, path: str) -> None:
    assert await raw(House(web=ui(tmp_path)), path) == (200, INDEX.encode())


@pytest.mark.parametrize("path", PROGRAMS)
async def test_programs_get_no_page_where_there_is_nothing(tmp_path: Path, path: str) -> None:
    status, body = await raw(House(web=ui(tmp_path)), path)
    assert (status, b'"code":"path.not_found"' in body) == (404, True)


async def test_the_page_comes_with_the_strict_policy_and_is_asked_for_again(client: httpx2.AsyncClient) -> None:
    answer = await client.get("/runs/0192")
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert answer.headers["content-security-policy"] == POLICY
    assert answer.headers["cross-origin-opener-policy"] == "same-origin"
    assert answer.headers["referrer-policy"] == "no-referrer"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["cache-control"] == "no-cache"


def test_the_policy_allows_nothing_but_what_the_service_serves() -> None:
    assert POLICY == (
        "default-src 'self'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; "
        "worker-src 'self'; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
    )


async def test_what_has_a_digest_in_its_name_is_kept_for_ever_and_the_rest_is_not(client: httpx2.AsyncClient) -> None:
    forever, again = "public, max-age=31536000, immutable", "no-cache"
    for path, expected in {"/assets/index-B2x9.js": forever, "/favicon.svg": again, "/color-scheme.js": again}.items():
        assert (await client.get(path)).headers["cache-control"] == expected


@pytest.mark.parametrize(
    ("path", "media_type"),
    [
        ("/assets/index-B2x9.js", "text/javascript; charset=utf-8"),
        ("/assets/index-C3.css", "text/css; charset=utf-8"),
        ("/favicon.svg", "image/svg+xml"),
    ],
)
async def test_files_have_their_type_whatever_the_machine_believes(
    client: httpx2.AsyncClient, path: str, media_type: str
) -> None:
    assert (await client.get(path)).headers["content-type"] == media_type


async def test_who_has_a_file_already_gets_it_only_when_it_changed(client: httpx2.AsyncClient) -> None:
    first = await client.get("/")
    again = await client.get("/", headers={"If-None-Match": f'"other", {first.headers["etag"]}'})
    assert (again.status_code, again.content) == (304, b"")
    assert again.headers["etag"] == first.headers["etag"]
    assert again.headers["content-security-policy"] == POLICY
    assert (await client.get("/", headers={"If-None-Match": '"other"'})).status_code == 200


@pytest.mark.parametrize(
    ("accepts", "compressed"),
    [("gzip, deflate, br", True), ("br;q=1, GZIP;q=0.5", True), ("identity", False), ("gzip;q=0", False), ("", False)],
)
async def test_text_is_compressed_for_those_who_take_it(tmp_path: Path, accepts: str, compressed: bool) -> None:
    more = [(b"accept-encoding", accepts.encode())]
    async with exchange(House(web=ui(tmp_path)).app, "GET", "/assets/index-B2x9.js", more=more) as asked:
        _, headers = await asked.start()
        body = await asked.chunk()
    assert (gzip.decompress(body) if compressed else body).decode() == SCRIPT
    assert headers.get("content-encoding") == ("gzip" if compressed else None)
    assert headers["content-length"] == str(len(body))
    assert headers["vary"] == "Accept-Encoding"


async def test_head_says_what_get_would(client: httpx2.AsyncClient) -> None:
    asked, head = await client.get("/runs"), await client.head("/runs")
    assert (head.status_code, head.content) == (200, b"")
    assert head.headers["content-length"] == asked.headers["content-length"]


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH"])
async def test_pages_take_nothing_in(client: httpx2.AsyncClient, method: str) -> None:
    answer = await client.request(method, "/runs")
    assert (answer.status_code, answer.json()["code"]) == (404, "path.not_found")


async def test_the_stamp_of_the_build_is_not_served(client: httpx2.AsyncClient) -> None:
    assert (await client.get("/.stamp")).text == INDEX


async def test_the_api_and_its_page_are_as_they_are_without_the_ui(client: httpx2.AsyncClient) -> None:
    async with House().client() as plain:
        for path in ("/healthz", "/openapi.json", "/api/scenarios", "/schemas/scenario.v1.json", "/docs"):
            beside, alone = await client.get(path), await plain.get(path)
            assert (beside.status_code, beside.content) == (alone.status_code, alone.content)
    docs = await client.get("/docs")
    # It begins with a script of its own inside the page, which the policy of the UI would not let it run.
    assert re.search(r"<script>\s*const ui = SwaggerUIBundle", docs.text)
    assert re.search(r"script-src 'self' 'sha256-[\w+/]{43}='; ", docs.headers["content-security-policy"])


async def test_a_wrong_method_of_the_api_is_still_called_that(client: httpx2.AsyncClient) -> None:
    assert (await client.get("/api/scenarios/validate/document")).status_code == 404
    assert (await client.get("/api/expressions/evaluate")).status_code == 405
    assert (await client.delete("/healthz")).status_code == 405


async def test_without_the_ui_the_first_page_says_how_to_get_it(tmp_path: Path) -> None:
    async with House(web=WebUi(read_build(tmp_path / "dist"))).client() as client:
        answer = await client.get("/")
        assert answer.status_code == 200
        assert "make ui" in answer.text
        assert 'href="/docs"' in answer.text
        assert answer.headers["content-security-policy"] == POLICY
        assert (await client.get("/runs")).json()["code"] == "path.not_found"
        assert (await client.get("/healthz")).status_code == 200
