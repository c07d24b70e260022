"""The news example through real MCP clients, against the real bundled site and against strangers on loopback."""

import asyncio
import gzip
import json
import socket
import subprocess
import sys
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from mcp import Client, StdioServerParameters
from mcp_types import CallToolResult, TextContent
from pydantic import TypeAdapter
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, RedirectResponse, Response, StreamingResponse
from starlette.routing import Route

from examples.news.site_server import ARTICLE_TO_TRY, EARLIEST_SOURCE, serve_app

NEWS = Path(__file__).parents[2] / "examples" / "news"
_OBJECT = TypeAdapter(dict[str, Any])
SLOW_PAGE = "/slow-tribune/tide-gauge-skerry.html"
LOST_PAGE = "/evening-ledger/tide-gauge-scandal.html"
STORY_WITH_DATES = [
    ("/skerry-gazette/tide-gauge-reads-low.html", "2024-03-11"),
    ("/coastwise/what-the-ferryman-measured.html", "2024-03-12"),
    ("/northshore-wire/skerry-point-tide-gauge-error.html", "2024-03-13"),
    ("/tidewatch-digest/issue-88-tide-gauge.html", "2024-03-14"),
    ("/morning-skim/2024/03/15/eleven-centimetres.html", "2024-03-15"),
    ("/national-courier/harbour-gauge-eleven-centimetres-low.html", "2024-03-16"),
    ("/the-meridian/sea-level-record-skerry-point.html", "2024-03-17"),
    ("/harbour-forum/thread-4127.html", "2024-03-18"),
    ("/old-press/harbour-master-answers.html", "2024-03-20"),
    ("/atlas/how-a-tide-gauge-works.html", None),
    ("/quick-bulletin/tide-gauge.html", None),
]


async def call(server: str, tool: str, /, **arguments: object) -> CallToolResult:
    """Call one tool of the server at an address."""
    async with Client(server) as client:
        return await client.call_tool(tool, arguments)


def answer(result: CallToolResult) -> dict[str, Any]:
    """The structured content of a result that must be a success."""
    assert not result.is_error, result.content
    return _OBJECT.validate_python(result.structured_content)


def failure(result: CallToolResult) -> str:
    """The sentence of a result that must be a failure."""
    assert result.is_error
    assert isinstance(result.content[0], TextContent)
    return result.content[0].text


def stdio(*, cwd: Path, script: str = str(NEWS / "server.py"), **env: str) -> Client:
    """A client that starts its own news server."""
    return Client(StdioServerParameters(command=sys.executable, args=[script], cwd=cwd, env=env))


@asynccontextmanager
async def strangers(*routes: Route) -> AsyncGenerator[str]:
    """Serve routes on loopback; gives the address."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        async with serve_app(Starlette(routes=list(routes)), listener):
            yield f"http://127.0.0.1:{listener.getsockname()[1]}"


# --- the earliest source -------------------------------------------------------------------------------------------


async def test_the_earliest_source_is_found_over_stdio_from_a_foreign_folder(site: str, tmp_path: Path) -> None:
    async with stdio(cwd=tmp_path, NEWS_PAGE_SECONDS="3") as client:
        found = answer(await client.call_tool("search_news_sources", {"url": site + ARTICLE_TO_TRY}))
    assert found["candidates"][0]["url"] == site + EARLIEST_SOURCE
    assert found["candidates"][0]["published"] == "2024-03-11"
    assert found["candidates"][0]["site"] == "Skerry Gazette"


async def test_the_story_comes_earliest_first_and_undated_pages_last(site: str, news_url: str) -> None:
    found = answer(await call(news_url, "search_news_sources", url=site + ARTICLE_TO_TRY))
    assert [(page["url"], page["published"]) for page in found["candidates"]] == [
        (site + path, day) for path, day in STORY_WITH_DATES
    ]
    assert found["provider"] == "site"
    assert found["article"] == {
        "url": site + ARTICLE_TO_TRY,
        "title": "A village gauge puts a sea-level record in doubt",
        "author": "Anselm Whitlow",
        "published": "2024-03-17",
        "site": "The Meridian",
    }
    assert "skerry" in found["terms"]
    assert all(set(page["matched_terms"]) <= set(found["terms"]) for page in found["candidates"])
    # The slow page and the lost one cost their own places only.
    assert found["skipped"] == [
        {"url": site + LOST_PAGE, "reason": f"{site}{LOST_PAGE} answered 404 Not Found."},
        {"url": site + SLOW_PAGE, "reason": f"{site}{SLOW_PAGE} did not answer in 3 s."},
    ]


async def test_another_story_finds_only_itself(site: str, news_url: str) -> None:
    url = f"{site}/national-courier/chess-final-in-the-rain.html"
    found = answer(await call(news_url, "search_news_sources", url=url))
    assert [page["url"] for page in found["candidates"]] == [url]


async def test_a_search_tells_how_far_it_is(site: str, news_url: str) -> None:
    heard: list[tuple[float, float | None, str | None]] = []

    async def hear(progress: float, total: float | None, message: str | None) -> None:
        heard.append((progress, total, message))

    async with Client(news_url) as client:
        arguments = {"url": site + ARTICLE_TO_TRY}
        answer(await client.call_tool("search_news_sources", arguments, progress_callback=hear))
    assert heard[0] == (1, 17, "Read 1 of 17 pages")
    assert heard[-1] == (17, 17, "Read 17 of 17 pages")


# --- articles ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("path", "day"),
    [
        pytest.param("/skerry-gazette/tide-gauge-reads-low.html", "2024-03-11", id="json-ld-modified-later"),
        pytest.param("/the-meridian/sea-level-record-skerry-point.html", "2024-03-17", id="json-ld-graph"),
        pytest.param("/northshore-wire/skerry-point-tide-gauge-error.html", "2024-03-13", id="published-time"),
        pytest.param("/coastwise/what-the-ferryman-measured.html", "2024-03-12", id="time-element"),
        pytest.param("/tidewatch-digest/issue-88-tide-gauge.html", "2024-03-14", id="dublin-core"),
        pytest.param("/national-courier/chess-final-in-the-rain.html", "2024-03-16", id="meta-date"),
        pytest.param("/morning-skim/2024/03/15/eleven-centimetres.html", "2024-03-15", id="address"),
        pytest.param("/harbour-forum/thread-4127.html", "2024-03-18", id="visible-text"),
        pytest.param("/old-press/harbour-master-answers.html", "2024-03-20", id="broken-html"),
        pytest.param("/quick-bulletin/tide-gauge.html", None, id="impossible-date"),
        pytest.param("/atlas/how-a-tide-gauge-works.html", None, id="no-date"),
    ],
)
async def test_the_day_of_first_publication_is_read_from(path: str, day: str | None, site: str, news_url: str) -> None:
    assert answer(await call(news_url, "fetch_article", url=site + path))["published"] == day


async def test_an_article_has_title_author_text_and_links(site: str, news_url: str) -> None:
    url = f"{site}/tidewatch-digest/issue-88-tide-gauge.html"
    article = answer(await call(news_url, "fetch_article", url=url))
    assert article["url"] == url
    assert article["title"] == "Tidewatch Digest 88: the gauge that read low"
    assert article["author"] == "The Tidewatch volunteers"
    assert "found it eleven centimetres low" in article["text"]
    assert "is free. Fictional" not in article["text"]
    assert article["links"] == [
        f"{site}/northshore-wire/skerry-point-tide-gauge-error.html",
        f"{site}/coastwise/what-the-ferryman-measured.html",
        site + LOST_PAGE,
        f"{site}/",
    ]


async def test_a_page_that_breaks_off_gives_nulls(site: str, news_url: str) -> None:
    article = answer(await call(news_url, "fetch_article", url=f"{site}/garbled/tide-gauge.html"))
    assert [article[name] for name in ("title", "author", "published", "text")] == [None] * 4
    assert article["links"] == []


async def test_broken_html_still_gives_what_can_be_read(site: str, news_url: str) -> None:
    article = answer(await call(news_url, "fetch_article", url=f"{site}/old-press/harbour-master-answers.html"))
    assert article["title"] == "Harbour master answers his critics"
    assert "in boots" in article["text"] or "third step" in article["text"]
    # The other link of that page, "http://[broken/", is not an address.
    assert article["links"] == [f"{site}/northshore-wire/skerry-point-tide-gauge-error.html"]


# --- refusals ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("tool", ["fetch_article", "search_news_sources"])
async def test_a_lost_page_is_named_with_its_status(tool: str, site: str, news_url: str) -> None:
    assert f"{site}{LOST_PAGE} answered 404 Not Found." in failure(await call(news_url, tool, url=site + LOST_PAGE))


async def test_a_slow_page_meets_its_deadline(site: str, news_url: str) -> None:
    said = failure(await call(news_url, "fetch_article", url=site + SLOW_PAGE))
    assert f"{site}{SLOW_PAGE} did not answer in 3 s." in said


@pytest.mark.parametrize("url", ["ftp://127.0.0.1/a", "file:///etc/passwd", "news", "http://", "http://[::1/", "//x/y"])
async def test_what_is_no_web_address_is_refused(url: str, news_url: str) -> None:
    assert f"{url!r} is not an http or https address." in failure(await call(news_url, "fetch_article", url=url))


async def test_a_page_without_an_article_cannot_be_searched_for(site: str, news_url: str) -> None:
    url = f"{site}/garbled/tide-gauge.html"
    assert f"{url} has no article text to search for." in failure(await call(news_url, "search_news_sources", url=url))


async def test_a_port_where_nobody_listens_is_unreachable(news_url: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as closed_soon:
        port = closed_soon.getsockname()[1]
    said = failure(await call(news_url, "fetch_article", url=f"http://127.0.0.1:{port}/"))
    assert f"http://127.0.0.1:{port}/ could not be reached" in said


async def test_hostile_answers_are_cut_and_named(news_url: str) -> None:
    async def long(_request: Request) -> Response:
        async def body() -> AsyncIterator[bytes]:
            for _ in range(1000):
                yield b"<p>more and more</p>" * 500
                await asyncio.sleep(0)  # lets the server see that nobody reads any more

        return StreamingResponse(body(), media_type="text/html")

    async def bomb(_request: Request) -> Response:
        return Response(gzip.compress(bytes(20_000_000)), media_type="text/html", headers={"content-encoding": "gzip"})

    async def circle(request: Request) -> Response:
        return RedirectResponse(request.url)

    async def elsewhere(_request: Request) -> Response:
        return RedirectResponse("ftp://elsewhere.invalid/a")

    async def picture(_request: Request) -> Response:
        return Response(b"GIF89a", media_type="image/gif")

    async def odd_encoding(_request: Request) -> Response:
        return Response(b"\x1b", media_type="text/html", headers={"content-encoding": "br"})

    expected = {
        "/long": (long, "/long is larger than 100,000 bytes."),
        "/bomb": (bomb, "/bomb is larger than 100,000 bytes."),
        "/circle": (circle, "/circle redirects more than 5 times."),
        "/elsewhere": (elsewhere, "'ftp://elsewhere.invalid/a' is not an http or https address."),
        "/picture": (picture, "/picture is image/gif, not a web page."),
        "/encoding": (odd_encoding, "/encoding answered in the encoding 'br', which was not asked for."),
    }
    async with (
        strangers(*(Route(path, route) for path, (route, _) in expected.items())) as base,
        Client(news_url) as mcp,
    ):
        for path, (_, sentence) in expected.items():
            assert sentence in failure(await mcp.call_tool("fetch_article", {"url": base + path}))


@pytest.mark.parametrize(
    ("name", "value"),
    [("NEWS_PROVIDER", "bing"), ("NEWS_SITE", "localhost"), ("NEWS_PAGE_SECONDS", "nan"), ("NEWS_PAGE_BYTES", "lots")],
)
def test_a_setting_that_cannot_be_used_is_named(name: str, value: str) -> None:
    command = [sys.executable, str(NEWS / "server.py")]
    ended = subprocess.run(
        command, env={name: value}, capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL
    )
    assert ended.returncode == 2
    assert ended.stderr.startswith(f"{name} is {value!r}. Use ")
    assert ended.stdout == ""


# --- providers -----------------------------------------------------------------------------------------------------


async def test_robots_txt_is_obeyed(site: str, news_url: str) -> None:
    # The draft is in the sitemap, tells the story and is the oldest; a person may still ask for it by its address.
    draft = f"{site}/drafts/tide-gauge-early-notes.html"
    found = answer(await call(news_url, "search_news_sources", url=draft))
    assert draft not in [page["url"] for page in found["candidates"] + found["skipped"]]
    assert found["candidates"][0]["url"] == site + EARLIEST_SOURCE


async def test_a_site_with_an_atom_feed_and_a_hostile_sitemap_is_searched(news_url: str) -> None:
    story = """<!DOCTYPE html><html><head><title>Zebra crossing repainted overnight</title></head><body><article>
        <h1>Zebra crossing repainted overnight</h1>
        <p>Odalys Brandt of Quillhaven has painted the zebra crossing in front of the school herself, with a roller and
        two tins of white paint, after the council had promised it for seven years.</p>
        <p>The mayor of Quillhaven called it vandalism on Monday and a gift on Tuesday. Brandt has kept the receipts for
        both tins and will send them to the town hall by registered mail.</p></article></body></html>"""

    async def home(_request: Request) -> Response:
        head = '<head><title>Quillhaven</title><link rel="alternate" type="application/atom+xml" href="/atom"></head>'
        return Response(f"<html>{head}<body><p>Welcome to Quillhaven.</p></body></html>", media_type="text/html")

    async def sitemap(request: Request) -> Response:
        entities = '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;">]>'
        return Response(
            f"{entities}<urlset><url><loc>{request.base_url}&b;</loc></url></urlset>", media_type="text/xml"
        )

    async def atom(request: Request) -> Response:
        entry = (
            f"<entry><title>Zebra</title><link rel='self' href='/no'/><link href='{request.base_url}zebra'/>"
            "<published>2023-05-06T07:08:09Z</published></entry><entry><link href='http://elsewhere.invalid/'/></entry>"
        )
        return Response(f"<feed xmlns='http://www.w3.org/2005/Atom'>{entry}<entry><broken", media_type="text/xml")

    async def zebra(_request: Request) -> Response:
        return Response(story, media_type="text/html")

    routes = (Route("/", home), Route("/sitemap.xml", sitemap), Route("/atom", atom), Route("/zebra", zebra))
    async with strangers(*routes) as base:
        found = answer(await call(news_url, "search_news_sources", url=f"{base}/zebra"))
    # The page has no date of its own: the feed's is taken.
    assert [(page["url"], page["published"]) for page in found["candidates"]] == [(f"{base}/zebra", "2023-05-06")]
    assert found["skipped"] == []


async def test_a_site_that_lists_nothing_is_named(site: str, tmp_path: Path) -> None:
    async with strangers() as base, stdio(cwd=tmp_path, NEWS_SITE=base) as client:
        said = failure(await client.call_tool("search_news_sources", {"url": site + EARLIEST_SOURCE}))
    assert f"{base}/ lists no pages: it has no readable sitemap and no readable feed." in said


async def test_gdelt_is_asked_in_its_own_words_and_its_dates_are_read(site: str, tmp_path: Path) -> None:
    asked: list[dict[str, str]] = []

    async def gdelt(request: Request) -> Response:
        asked.append(dict(request.query_params))
        return JSONResponse(
            {
                "articles": [
                    {"url": "https://b.example/2", "title": "Gauge in Skerry", "seendate": "20240312T101500Z"},
                    {"url": "https://c.example/3", "title": "", "seendate": "soon", "domain": "c.example"},
                    {
                        "url": "https://a.example/1",
                        "title": "Tide",
                        "seendate": "20240311T235900Z",
                        "language": "English",
                    },
                ]
            }
        )

    async with strangers(Route("/doc", gdelt)) as base:
        environment = {"NEWS_PROVIDER": "gdelt", "NEWS_GDELT_URL": f"{base}/doc"}
        async with stdio(cwd=tmp_path, **environment) as client:
            found = answer(await client.call_tool("search_news_sources", {"url": site + ARTICLE_TO_TRY}))
    assert asked == [
        {
            "query": " ".join(found["terms"][:4]),
            "mode": "artlist",
            "format": "json",
            "sort": "dateasc",
            "maxrecords": "75",
            "startdatetime": "20240216000000",
            "enddatetime": "20240317235959",
        }
    ]
    assert found["provider"] == "gdelt"
    assert [(page["url"], page["published"]) for page in found["candidates"]] == [
        ("https://a.example/1", "2024-03-11"),
        ("https://b.example/2", "2024-03-12"),
        ("https://c.example/3", None),
    ]
    assert found["candidates"][1]["matched_terms"] == ["skerry", "gauge"]
    assert found["candidates"][2] | {"matched_terms": 0} == {
        "url": "https://c.example/3",
        "title": None,
        "published": None,
        "site": "c.example",
        "matched_terms": 0,
    }


async def test_gdelt_s_refusals_reach_the_caller(site: str, tmp_path: Path) -> None:
    answers = iter(
        [
            PlainTextResponse("The specified phrase is too short."),
            PlainTextResponse("Slow down.", status_code=429),
            JSONResponse({}),
        ]
    )

    async def gdelt(_request: Request) -> Response:
        return next(answers)

    async with strangers(Route("/doc", gdelt)) as base:
        environment = {"NEWS_PROVIDER": "gdelt", "NEWS_GDELT_URL": f"{base}/doc"}
        async with stdio(cwd=tmp_path, **environment) as client:
            search = ("search_news_sources", {"url": site + EARLIEST_SOURCE})
            assert "'The specified phrase is too short.'" in failure(await client.call_tool(*search))
            assert "answered 429 Too Many Requests." in failure(await client.call_tool(*search))
            # GDELT's answer when it found nothing.
            assert answer(await client.call_tool(*search))["candidates"] == []


# --- protocol ------------------------------------------------------------------------------------------------------


async def test_both_tools_describe_their_output_and_their_effects(news_url: str) -> None:
    async with Client(news_url) as client:
        tools = {tool.name: tool for tool in (await client.list_tools()).tools}
    assert sorted(tools) == ["fetch_article", "search_news_sources"]
    fields = {name: set((tool.output_schema or {})["properties"]) for name, tool in tools.items()}
    assert fields == {
        "search_news_sources": {"article", "terms", "provider", "candidates", "skipped"},
        "fetch_article": {"url", "title", "author", "published", "site", "text", "links"},
    }
    for tool in tools.values():
        assert tool.description
        assert tool.input_schema["required"] == ["url"]
        assert tool.annotations is not None
        assert tool.annotations.title == tool.title
        assert tool.annotations.read_only_hint is True
        assert tool.annotations.idempotent_hint is True
        assert tool.annotations.open_world_hint is True


async def test_the_stdio_server_writes_nothing_but_the_protocol(site: str) -> None:
    client = {"protocolVersion": "2025-06-18", "capabilities": {}, "clientInfo": {"name": "test", "version": "1"}}
    call = {"name": "fetch_article", "arguments": {"url": f"{site}/garbled/tide-gauge.html"}}
    messages: list[dict[str, object]] = [
        {"jsonrpc": "2.0", "id": 1, "method": "initialize", "params": client},
        {"jsonrpc": "2.0", "method": "notifications/initialized"},
        {"jsonrpc": "2.0", "id": 2, "method": "tools/call", "params": call},
    ]
    # A relative path, and from another folder than the other tests.
    process = await asyncio.create_subprocess_exec(
        sys.executable, "news/server.py", cwd=NEWS.parent, stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE
    )
    assert process.stdin is not None
    assert process.stdout is not None
    process.stdin.writelines(json.dumps(message).encode() + b"\n" for message in messages)
    first = json.loads(await process.stdout.readline())
    second = json.loads(await process.stdout.readline())
    process.stdin.close()
    rest = await process.stdout.read()
    assert await process.wait() == 0
    assert [first["id"], second["id"]] == [1, 2]
    assert second["result"]["structuredContent"]["title"] is None
    assert rest == b""


def test_the_scenario_is_the_one_of_the_seed_document() -> None:
    scenario = json.loads((NEWS / "scenarios" / "news_source_discovery_v1.json").read_text(encoding="utf-8"))
    seed: dict[str, Any] = {
        "schema_version": "1",
        "scenario_id": "news_source_discovery_v1",
        "name": "News Source Discovery V1",
        "description": "Find earliest news source using sequential MCP tools.",
        "input_schema": {
            "type": "object",
            "required": ["url"],
            "properties": {"url": {"type": "string", "description": "URL of source news article"}},
        },
        "steps": [
            {
                "name": "search_news_sources",
                "type": "tool",
                "tool": "search_news_sources",
                "input": {"url": {"from": "input.url"}},
                "required_input_fields": ["url"],
            }
        ],
    }
    # As text: the order of the keys is part of the promise.
    assert json.dumps(scenario) == json.dumps(seed)
