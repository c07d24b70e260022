"""What a request body may be. Every refusal leaves nothing behind."""

from collections.abc import AsyncGenerator

import httpx2
import pytest

from callsheet.api.options import MAX_BODY, ApiOptions
from callsheet.runs.ports import RunFilter
from tests.api.asgi import exchange
from tests.api.house import NEWS, House, problems_of

JSON = {"content-type": "application/json"}


def body_with(value: bytes) -> bytes:
    return b'{"scenario_id": "%b", "input": {"url": %b}}' % (NEWS.encode(), value)


async def nothing_recorded(house: House) -> bool:
    return not (await house.journal.runs(RunFilter(), 10)).runs


FORBIDDEN = {
    "broken": b'{"scenario_id": ',
    "empty text": b" ",
    "two values": b"{} {}",
    "single quotes": b"{'a': 1}",
    "a comment": b"{} // no",
    "NaN": body_with(b"NaN"),
    "Infinity": body_with(b"-Infinity"),
    "a number beyond floats": body_with(b"1e999"),
    "a number beyond 64 bits": body_with(b"9223372036854775808"),
    "very many digits": body_with(b"1" * 50_000),
    "NUL": body_with(rb'"\u0000"'),
    "a lone surrogate": body_with(rb'"\ud800"'),
    "a lone surrogate as a key": body_with(rb'{"\udfff": 1}'),
    "duplicate keys": body_with(b'{"a": 1, "a": 2}'),
    "a duplicate scenario_id": b'{"scenario_id": "a", "scenario_id": "b"}',
    "a deep array": body_with(b"[" * 100 + b"]" * 100),
    "a very deep array": b"[" * 500_000,
    "too many values": body_with(b"[" + b"0," * 100_001 + b"0]"),
    "UTF-16": body_with(b'"x"').decode().encode("utf-16"),
    "UTF-16 without a mark": body_with(b'"x"').decode().encode("utf-16-le"),
    "UTF-32": body_with(b'"x"').decode().encode("utf-32"),
    "Latin-1": body_with(b'"\xfc"'),
    "overlong UTF-8": body_with(b'"\xc0\x80"'),
    "a surrogate in UTF-8": body_with(b'"\xed\xa0\x80"'),
}


@pytest.mark.parametrize("body", FORBIDDEN.values(), ids=FORBIDDEN.keys())
async def test_forbidden_json_is_400_with_a_sentence_and_a_code(
    house: House, client: httpx2.AsyncClient, body: bytes
) -> None:
    response = await client.post("/api/runs", content=body, headers=JSON)

    assert (response.status_code, response.json()["code"]) == (400, "json.invalid")
    assert problems_of(response)[0]["message"]
    assert len(response.content) < 5_000
    assert await nothing_recorded(house)


async def test_broken_json_is_told_with_its_place(client: httpx2.AsyncClient) -> None:
    response = await client.post("/api/runs", content=b'{"a": 1,\n  oops}', headers=JSON)

    assert "(line 2, column 3)" in response.json()["detail"]
    assert (problems_of(response)[0]["line"], problems_of(response)[0]["column"]) == (2, 3)


async def test_a_large_body_under_the_limit_is_taken(client: httpx2.AsyncClient) -> None:
    body = body_with(b'"' + b"x" * 900_000 + b'"')

    assert (await client.post("/api/runs", content=body, headers=JSON)).status_code == 202


async def test_a_byte_order_mark_is_taken(client: httpx2.AsyncClient) -> None:
    assert (
        await client.post("/api/runs", content=b"\xef\xbb\xbf" + body_with(b'"x"'), headers=JSON)
    ).status_code == 202


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"content-type": ""},
        {"content-type": "text/plain"},
        {"content-type": "application/x-www-form-urlencoded"},
        {"content-type": "multipart/form-data; boundary=x"},
        {"content-type": "application/json; charset=latin-1"},
        {"content-type": "application/json; charset=utf-16"},
        {"content-type": "application/jsonp"},
        {"content-type": "application/vnd.api+json"},
        {"content-type": "text/plain, application/json"},
        {**JSON, "content-encoding": "gzip"},
        {**JSON, "content-encoding": "identity"},
        {**JSON, "content-encoding": "br, gzip"},
    ],
)
async def test_another_type_or_encoding_is_415(
    house: House, client: httpx2.AsyncClient, headers: dict[str, str]
) -> None:
    response = await client.post("/api/runs", content=body_with(b'"x"'), headers=headers)

    assert (response.status_code, response.json()["code"]) == (415, "body.type")
    assert await nothing_recorded(house)


@pytest.mark.parametrize(
    "kind",
    ["application/json", "Application/JSON", "application/json; charset=UTF-8", 'application/json;charset="utf-8"'],
)
async def test_json_in_utf_8_may_be_named_in_all_the_usual_ways(client: httpx2.AsyncClient, kind: str) -> None:
    response = await client.post("/api/runs", content=body_with(b'"x"'), headers={"content-type": kind})

    assert response.status_code == 202


class TestSize:
    @pytest.mark.parametrize("length", [MAX_BODY + 1, MAX_BODY * 3])
    async def test_a_declared_length_over_the_limit_is_413(
        self, house: House, client: httpx2.AsyncClient, length: int
    ) -> None:
        response = await client.post("/api/runs", content=b" " * length, headers=JSON)

        assert (response.status_code, response.json()["code"]) == (413, "body.too_large")
        assert await nothing_recorded(house)

    async def test_bytes_are_counted_where_no_length_is_declared(
        self, house: House, client: httpx2.AsyncClient
    ) -> None:
        async def drip() -> AsyncGenerator[bytes]:
            for _ in range(MAX_BODY // 1024 + 1):
                yield b" " * 1024

        response = await client.post("/api/runs", content=drip(), headers=JSON)

        assert (response.status_code, response.json()["code"]) == (413, "body.too_large")
        assert await nothing_recorded(house)

    async def test_bytes_are_counted_where_the_declared_length_is_a_lie(self, house: House) -> None:
        headers = [(b"content-type", b"application/json"), (b"content-length", b"10")]
        async with exchange(house.app, "POST", "/api/runs", more=headers) as asked:
            asked.to_app.put_nowait({"type": "http.request", "body": b" " * (MAX_BODY + 1), "more_body": False})
            status, answered = await asked.start()
        assert (status, answered["connection"]) == (413, "close")

    async def test_exactly_the_limit_is_taken(self, client: httpx2.AsyncClient) -> None:
        body = body_with(b'"x"').ljust(MAX_BODY)

        assert (await client.post("/api/runs", content=body, headers=JSON)).status_code == 202

    async def test_a_client_that_asks_first_is_told_without_sending_its_body(self, house: House) -> None:
        headers = [
            (b"content-type", b"application/json"),
            (b"content-length", b"99999999"),
            (b"expect", b"100-continue"),
        ]
        async with exchange(house.app, "POST", "/api/runs", more=headers) as asked:
            assert (await asked.start())[0] == 413


async def test_a_body_that_does_not_arrive_is_408() -> None:
    house = House(options=ApiOptions(body_timeout=0.01))
    headers = [(b"content-type", b"application/json"), (b"content-length", b"10")]
    async with exchange(house.app, "POST", "/api/runs", more=headers) as asked:
        asked.to_app.put_nowait({"type": "http.request", "body": b"{", "more_body": True})
        status, answered = await asked.start()

    assert (status, answered["connection"]) == (408, "close")


async def test_a_client_that_leaves_while_it_sends_is_forgotten(house: House) -> None:
    headers = [(b"content-type", b"application/json"), (b"content-length", b"10")]
    async with exchange(house.app, "POST", "/api/runs", more=headers) as asked:
        await asked.leave()
        assert asked.sent.empty()


@pytest.mark.parametrize(
    "path", ["/api/runs/%00", "/api/scenarios/a%00b", "/api/scenarios/%ff", "/api/scenarios/%ED%A0%80", "/%c0%80"]
)
async def test_a_path_that_is_not_text_is_4xx(client: httpx2.AsyncClient, path: str) -> None:
    response = await client.get(path)

    assert (response.status_code, response.json()["code"]) == (400, "target.invalid")


@pytest.mark.parametrize("query", ["q=%00", "q=%ff", "scenario_id=%ED%A0%80", "%00=1", "cursor=a%00"])
async def test_a_query_string_that_is_not_text_is_4xx(client: httpx2.AsyncClient, query: str) -> None:
    response = await client.get(f"/api/runs?{query}")

    assert (response.status_code, response.json()["code"]) == (400, "target.invalid")
