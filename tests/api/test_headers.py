"""What every answer tells the browser: each route, each way to be refused. A new route is covered by being one."""

from collections.abc import Mapping
from typing import Final

import pytest

from callsheet.api.docs_page import policy_of
from tests.api.asgi import exchange
from tests.api.house import House
from tests.api.matrix import Headers, Range, Row, open_range

OURS: Final = (b"host", b"127.0.0.1:8080")
JSON: Final = (b"content-type", b"application/json")
REFUSED: Final[Mapping[str, tuple[str, Headers]]] = {
    "421": ("GET", [(b"host", b"evil.example.org")]),
    "403": ("GET", [OURS, (b"origin", b"http://evil.example.org")]),
    "401": ("GET", [OURS, (b"authorization", b"Basic eA==")]),
    "HEAD": ("HEAD", [OURS]),
    "OPTIONS": ("OPTIONS", [OURS]),
    "TRACE": ("TRACE", [OURS]),
    "415": ("POST", [OURS, (b"content-type", b"text/plain"), (b"content-length", b"1")]),
    "413": ("POST", [OURS, JSON, (b"content-length", b"999999999")]),
}


def lacking(headers: Mapping[str, str]) -> list[str]:
    """What is wrong with the headers of an answer."""
    policy = headers.get("content-security-policy", "")
    default, scripts = directive(policy, "default-src"), directive(policy, "script-src")
    right = {
        "nosniff": headers.get("x-content-type-options") == "nosniff",
        "no frame": directive(policy, "frame-ancestors") == "'none'",
        "no stranger's script": default == "'none'" or (default == "'self'" and scripts.startswith("'self'")),
        "no script of the page's text": not any(word in scripts for word in ("unsafe", "*", "data:", "http")),
        "no base": directive(policy, "base-uri") == "'none'",
        "no referrer": headers.get("referrer-policy") == "no-referrer",
        "no opener": headers.get("cross-origin-opener-policy") == "same-origin",
        "for us alone": headers.get("cross-origin-resource-policy") == "same-origin",
        "not kept": headers.get("cache-control", "").partition(",")[0] in {"no-store", "no-cache"},
        "no other origin": not any(name.startswith("access-control-") for name in headers),
    }
    return [what for what, holds in right.items() if not holds]


def directive(policy: str, name: str) -> str:
    """The value of one directive."""
    return next((rule.split(" ", 1)[1] for rule in policy.split("; ") if rule.split(" ")[0] == name), "")


async def headers_of(asked: Range, row: Row, method: str, headers: Headers) -> Mapping[str, str]:
    path, _, query = row.path.partition("?")
    body = row.body if method == row.method else b"x"
    async with exchange(asked.house.app, method, path, query=query.encode(), headers=headers) as sent:
        sent.to_app.put_nowait({"type": "http.request", "body": body, "more_body": False})
        return (await sent.start())[1]


async def test_every_answer_of_every_route_has_them() -> None:
    async with open_range() as asked:
        wrong: dict[str, list[str]] = {}
        admin = asked.credential("admin")
        for row in asked.rows:
            answered = await headers_of(asked, row, row.method, [OURS, *row.headers, *admin])
            wrong[row.label] = lacking(answered)
            if not row.access.public:
                assert "public" not in answered["cache-control"], row.label
            for how, (method, headers) in REFUSED.items():
                wrong[f"{row.label} {how}"] = lacking(await headers_of(asked, row, method, headers))
        assert {where: what for where, what in wrong.items() if what} == {}
        assert len(wrong) > 500


@pytest.mark.parametrize("path", ["/api/runs/", "/static-offline-docs", "/none", "/api/none", "/api/../x", "/%00"])
async def test_so_has_what_is_nowhere_and_nothing_leads_elsewhere(path: str) -> None:
    async with House().client() as client:
        response = await client.get(path)
    assert response.status_code in {400, 404}
    assert lacking(response.headers) == []


async def test_so_has_an_answer_that_nobody_foresaw() -> None:
    house = House()
    house.app.state.parts = None
    async with house.client() as client:
        response = await client.get("/api/runs")
    assert response.status_code == 500
    assert lacking(response.headers) == []


def test_the_api_page_runs_the_scripts_that_it_came_with_and_no_other() -> None:
    policy = policy_of(b"<script src=a.js></script><script>\nconst ui = 1\n</script>")
    assert directive(policy, "script-src") == "'self' 'sha256-9BVvviuojWgV1GW+ELitxWrtAgKR1mL4LBT+r7CDez8='"


async def test_the_policies_of_pages_are_their_own() -> None:
    async with House().client() as client:
        docs = (await client.get("/docs")).headers.get_list("content-security-policy")
        told = (await client.get("/healthz")).headers.get_list("content-security-policy")
    assert (len(docs), len(told)) == (1, 1)
    assert docs != told
