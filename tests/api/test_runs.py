"""`/api/runs`: submit, look, list, cancel."""

from typing import Any
from uuid import UUID

import httpx2
import pytest

from callsheet.runs.codec import timestamp
from callsheet.runs.events import RunError, RunFinished, RunId, RunStatus, StepFinished, StepPath, StepStatus
from callsheet.runs.ports import RunFilter
from tests.api.house import ARTICLE, NEWS, FullDisk, House, Shelf, entry_of, news_document, problems_of, unreadable
from tests.support.events import NOON, after_noon, new_id, new_run, run_finished, step_finished, step_started

BODY = {"scenario_id": NEWS, "input": ARTICLE}


async def recorded(house: House) -> int:
    return len((await house.journal.runs(RunFilter(), 100)).runs)


async def test_a_submitted_run_is_stored_and_dispatched_when_202_arrives(
    house: House, client: httpx2.AsyncClient
) -> None:
    response = await client.post("/api/runs", json=BODY)

    assert response.status_code == 202
    answer = response.json()
    assert list(answer) == ["run_id", "scenario_id", "status", "input", "started_at"]
    assert str(UUID(answer["run_id"])) == answer["run_id"]
    assert (answer["scenario_id"], answer["input"], answer["status"]) == (NEWS, ARTICLE, "queued")
    assert response.headers["location"] == f"/api/runs/{answer['run_id']}"
    stored = await house.journal.summary(answer["run_id"])
    assert answer["started_at"] == timestamp(stored.started_at)
    assert answer["started_at"].endswith("+00:00")
    assert house.engine.dispatched == [answer["run_id"]]


async def test_text_comes_back_as_it_was_sent_and_is_not_escaped(client: httpx2.AsyncClient) -> None:
    response = await client.post("/api/runs", json={"scenario_id": NEWS, "input": {"url": "Ünïcøde ✓ 🎬"}})

    assert "Ünïcøde ✓ 🎬".encode() in response.content


@pytest.mark.parametrize("scenario_id", ["unknown", "", "../etc/passwd", "x" * 5_000, "a\nb"])
async def test_an_unknown_scenario_is_404_and_nothing_is_recorded(
    house: House, client: httpx2.AsyncClient, scenario_id: str
) -> None:
    response = await client.post("/api/runs", json={"scenario_id": scenario_id, "input": {}})

    assert (response.status_code, response.json()["code"]) == (404, "scenario.not_found")
    assert len(response.content) < 500
    assert await recorded(house) == 0


async def test_input_that_breaks_the_schema_is_422_with_a_pointer_and_a_sentence_per_fault(
    house: House, client: httpx2.AsyncClient
) -> None:
    response = await client.post("/api/runs", json={"scenario_id": NEWS, "input": {"url": 7}})

    assert (response.status_code, response.json()["code"]) == (422, "input.invalid")
    [problem] = problems_of(response)
    assert problem["pointer"] == "/url"
    assert problem["message"].endswith(".")
    assert await recorded(house) == 0


async def test_a_broken_scenario_is_422_and_says_what_is_wrong_with_it() -> None:
    house = House(catalog=Shelf(entry_of("broken", news_document() | {"surprise": 1})))
    async with house.client() as client:
        response = await client.post("/api/runs", json={"scenario_id": "broken", "input": {}})

    assert (response.status_code, response.json()["code"]) == (422, "scenario.invalid")
    assert "surprise" in problems_of(response)[0]["message"]
    assert await recorded(house) == 0


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({}, "/scenario_id"),
        ({"scenario_id": 7, "input": {}}, "/scenario_id"),
        ({"scenario_id": NEWS, "input": []}, "/input"),
        ({"scenario_id": NEWS, "inputs": {}}, "/inputs"),
        ([], ""),
        (None, ""),
    ],
)
async def test_a_body_of_another_form_is_422_and_says_where(
    house: House, client: httpx2.AsyncClient, body: Any, pointer: str
) -> None:
    response = await client.post("/api/runs", json=body)

    assert (response.status_code, response.json()["code"]) == (422, "request.invalid")
    assert pointer in [problem["pointer"] for problem in problems_of(response)]
    assert await recorded(house) == 0


class TestIdempotencyKey:
    async def test_the_same_key_and_body_give_the_same_run(self, house: House, client: httpx2.AsyncClient) -> None:
        first, second = [
            await client.post("/api/runs", json=BODY, headers={"Idempotency-Key": "one key"}) for _ in range(2)
        ]

        assert (first.status_code, second.status_code) == (202, 202)
        assert first.json() == second.json()
        assert first.headers["location"] == second.headers["location"]
        assert await recorded(house) == 1

    async def test_the_same_key_with_another_body_is_422(self, house: House, client: httpx2.AsyncClient) -> None:
        await client.post("/api/runs", json=BODY, headers={"Idempotency-Key": "k"})
        other = {"scenario_id": NEWS, "input": {"url": "other"}}
        response = await client.post("/api/runs", json=other, headers={"Idempotency-Key": "k"})

        assert (response.status_code, response.json()["code"]) == (422, "idempotency_key.reused")
        assert await recorded(house) == 1

    @pytest.mark.parametrize("key", [b"", b"x" * 256, "Ünïcøde".encode(), b"a\tb", b"\x7f"])
    async def test_a_key_that_is_not_short_printable_text_is_422(
        self, house: House, client: httpx2.AsyncClient, key: bytes
    ) -> None:
        response = await client.post("/api/runs", json=BODY, headers=[(b"idempotency-key", key)])

        assert (response.status_code, response.json()["code"]) == (422, "idempotency_key.invalid")
        assert await recorded(house) == 0

    async def test_the_longest_key_is_taken(self, client: httpx2.AsyncClient) -> None:
        assert (await client.post("/api/runs", json=BODY, headers={"Idempotency-Key": "x" * 255})).status_code == 202


async def test_a_full_disk_means_503_and_no_202() -> None:
    house = House(journal=FullDisk())
    async with house.client() as client:
        response = await client.post("/api/runs", json=BODY)

    assert (response.status_code, response.json()["code"]) == (503, "journal.unavailable")
    assert int(response.headers["retry-after"]) > 0
    assert "no space left" in response.json()["detail"]
    assert house.engine.dispatched == []


async def test_a_stopping_service_takes_no_new_runs(house: House, client: httpx2.AsyncClient) -> None:
    house.draining.start()
    response = await client.post("/api/runs", json=BODY)

    assert (response.status_code, response.json()["code"]) == (503, "service.stopping")
    assert await recorded(house) == 0


class TestSnapshot:
    async def test_shows_progress_so_far(self, house: House, client: httpx2.AsyncClient) -> None:
        run_id = new_id()
        await house.run(step_started(run_id, "a"), step_finished(run_id, "a"), step_started(run_id, "b", index=1))
        answer = (await client.get(f"/api/runs/{run_id}")).json()

        assert list(answer)[:6] == ["scenario_id", "status", "message", "input", "steps", "run_id"]
        assert (answer["status"], answer["message"], answer["run_id"]) == ("running", "", run_id)
        first, second = answer["steps"]
        assert list(first)[:5] == ["node_id", "status", "started_at", "finished_at", "message"]
        assert (first["node_id"], first["status"], first["finished_at"]) == ("a", "success", timestamp(NOON))
        assert (second["node_id"], second["status"], second["finished_at"]) == ("b", "running", None)
        assert [(step["step_path"], step["index"], step["attempts"]) for step in answer["steps"]] == [
            ("a", 0, 1),
            ("b", 1, 1),
        ]
        assert (answer["finished_at"], answer["output"], answer["error"]) == (None, None, None)
        assert (answer["revision"], answer["parent_run_id"], answer["waiting"]) == ("rev-1", None, None)

    async def test_says_why_a_run_failed(self, house: House, client: httpx2.AsyncClient) -> None:
        run_id = new_id()
        error = RunError(code="ToolError", message="No.", step=StepPath("a"), attempt=2, data={"why": "because"})
        failed = RunFinished(
            run_id=run_id, status=RunStatus.FAILED, finished_at=after_noon(1), message="No.", error=error
        )
        await house.run(step_started(run_id, "a"), failed)
        answer = (await client.get(f"/api/runs/{run_id}")).json()

        assert (answer["status"], answer["message"]) == ("failed", "No.")
        assert answer["error"] == {
            "code": "ToolError",
            "message": "No.",
            "step": "a",
            "attempt": 2,
            "data": {"why": "because"},
        }

    async def test_leaves_large_values_out_and_names_their_size(self, house: House, client: httpx2.AsyncClient) -> None:
        run_id = new_id()
        large = "x" * 65_535  # with its quotes one byte over the limit
        error = RunError(code="ToolError", message="No.", data=large)
        finished = RunFinished(
            run_id=run_id, status=RunStatus.FAILED, finished_at=NOON, message="No.", output=large, error=error
        )
        await house.run(finished)
        answer = (await client.get(f"/api/runs/{run_id}")).json()

        assert (answer["output"], answer["error"]["data"]) == (None, None)
        assert answer["omitted"] == {"output": 65_537, "error.data": 65_537}

    async def test_keeps_values_up_to_the_limit(self, house: House, client: httpx2.AsyncClient) -> None:
        run_id = new_id()
        output = "x" * 65_534
        await house.run(
            RunFinished(run_id=run_id, status=RunStatus.SUCCESS, finished_at=NOON, message="", output=output)
        )
        answer = (await client.get(f"/api/runs/{run_id}")).json()

        assert (answer["output"], answer["omitted"]) == (output, {})

    async def test_a_run_is_found_by_an_id_in_capitals(self, house: House, client: httpx2.AsyncClient) -> None:
        run_id = await house.run()

        assert (await client.get(f"/api/runs/{run_id.upper()}")).json()["run_id"] == run_id


@pytest.mark.parametrize(
    "name", ["76d6903c-f520-4a40-b0fc-8fed3f7955d2", "76d6903c-...", "x", "%F0%9F%8E%AC", "{76d6903c}"]
)
@pytest.mark.parametrize(
    ("method", "path"), [("GET", ""), ("GET", "/events"), ("GET", "/steps/a"), ("POST", "/cancel")]
)
async def test_an_unknown_run_is_404_with_the_seeds_sentence(
    client: httpx2.AsyncClient, name: str, method: str, path: str
) -> None:
    response = await client.request(method, f"/api/runs/{name}{path}")

    assert response.status_code == 404
    shown = "🎬" if name.startswith("%") else name
    assert response.json() == {"detail": f"Unknown run_id: {shown}", "code": "run.not_found"}


async def test_a_long_run_id_is_not_told_back_whole(client: httpx2.AsyncClient) -> None:
    assert len((await client.get(f"/api/runs/{'x' * 5_000}")).json()["detail"]) < 200


class TestStep:
    async def test_shows_values_of_any_size(self, house: House, client: httpx2.AsyncClient) -> None:
        run_id = new_id()
        large = "x" * 300_000
        await house.run(
            step_started(run_id, "a", data={"q": large}), step_finished(run_id, "a", output={"found": large})
        )
        answer = (await client.get(f"/api/runs/{run_id}/steps/a")).json()

        assert (answer["input"], answer["output"]) == ({"q": large}, {"found": large})
        assert (answer["node_id"], answer["step_type"], answer["attempts"], answer["error"]) == ("a", "tool", 1, None)

    async def test_shows_why_it_failed(self, house: House, client: httpx2.AsyncClient) -> None:
        run_id = new_id()
        error = RunError(code="Timeout", message="Too slow.", step=StepPath("a"), attempt=3)
        failed = StepFinished(
            run_id=run_id,
            step_name="a",
            index=0,
            status=StepStatus.FAILED,
            started_at=NOON,
            finished_at=NOON,
            message="Too slow.",
            step_path=StepPath("a"),
            attempts=3,
            error=error,
        )
        await house.run(step_started(run_id, "a"), failed)
        answer = (await client.get(f"/api/runs/{run_id}/steps/a")).json()

        assert (answer["status"], answer["attempts"], answer["error"]["code"]) == ("failed", 3, "Timeout")

    async def test_an_unknown_step_is_404(self, house: House, client: httpx2.AsyncClient) -> None:
        run_id = await house.run()
        response = await client.get(f"/api/runs/{run_id}/steps/nowhere%5B3%5D")

        assert (response.status_code, response.json()["code"]) == (404, "step.not_found")
        assert "nowhere[3]" in response.json()["detail"]


class TestCancel:
    async def test_is_stored_and_reaches_the_engine_and_can_be_repeated(
        self, house: House, client: httpx2.AsyncClient
    ) -> None:
        run_id = await house.run()
        for _ in range(2):
            response = await client.post(f"/api/runs/{run_id}/cancel")
            assert response.status_code == 202
            assert response.json()["run_id"] == run_id

        assert await house.journal.cancel_requested(run_id)
        assert house.engine.cancelled == [run_id, run_id]

    async def test_a_finished_run_stays_as_it_is(self, house: House, client: httpx2.AsyncClient) -> None:
        run_id = new_id()
        await house.run(run_finished(run_id))
        response = await client.post(f"/api/runs/{run_id}/cancel")

        assert (response.status_code, response.json()["status"]) == (202, "success")
        assert house.engine.cancelled == []


class TestList:
    async def fill(self, house: House) -> list[RunId]:
        ids = [new_id() for _ in range(5)]
        for seconds, run_id in enumerate(ids):
            scenario_id = "even" if seconds % 2 == 0 else "odd"
            await house.journal.create(new_run(run_id, scenario_id=scenario_id, started_at=after_noon(seconds)))
        await house.journal.append(ids[0], 1, [run_finished(ids[0])])
        end = run_finished(ids[1], RunStatus.FAILED, message="100 % wrong", code="ToolError")
        await house.journal.append(ids[1], 1, [end])
        end = run_finished(ids[2], RunStatus.CANCELLED, code="Cancelled")
        await house.journal.append(ids[2], 1, [end])
        return ids

    async def test_pages_lead_through_all_runs_newest_first(self, house: House, client: httpx2.AsyncClient) -> None:
        ids = await self.fill(house)
        seen: list[str] = []
        cursor: dict[str, str] = {}
        for _ in range(3):
            page = (await client.get("/api/runs", params={"limit": 2, **cursor})).json()
            assert list(page) == ["runs", "next_cursor"]
            seen += [run["run_id"] for run in page["runs"]]
            cursor = {"cursor": page["next_cursor"]}

        assert seen == ids[::-1]
        assert cursor == {"cursor": None}

    @pytest.mark.parametrize(
        ("query", "expected"),
        [
            ("", [4, 3, 2, 1, 0]),
            ("scenario_id=odd", [3, 1]),
            ("status=failed", [1]),
            ("status=failed,success", [1, 0]),
            ("status=failed&status=success", [1, 0]),
            ("status=", [4, 3, 2, 1, 0]),
            ("error_code=ToolError", [1]),
            ("error_code=ToolError,Cancelled", [2, 1]),
            ("error_code=ToolError&error_code=Cancelled&status=cancelled", [2]),
            ("error_code=Nobodys.own_code-1", []),
            ("error_code=toolerror", []),
            ("error_code=", [4, 3, 2, 1, 0]),
            ("started_after=2026-04-24T12:00:02.000%2B00:00", [4, 3]),
            ("started_after=2026-04-24T12:00:02.000+00:00", [4, 3]),
            ("started_after=2026-04-24T14:00:02%2B02:00", [4, 3]),
            ("started_before=2026-04-24T12:00:02", [1, 0]),
            ("q=100 %25", [1]),
            ("q=", [4, 3, 2, 1, 0]),
        ],
    )
    async def test_filters(self, house: House, client: httpx2.AsyncClient, query: str, expected: list[int]) -> None:
        ids = await self.fill(house)
        page = (await client.get(f"/api/runs?{query}")).json()

        assert [run["run_id"] for run in page["runs"]] == [ids[number] for number in expected]

    @pytest.mark.parametrize(
        ("query", "code"),
        [
            ("limit=0", "request.invalid"),
            ("limit=201", "request.invalid"),
            ("limit=many", "request.invalid"),
            ("status=broken", "request.invalid"),
            ("error_code=Tool%20Error", "request.invalid"),
            ("error_code=ToolError%0A", "request.invalid"),
            (f"error_code={'x' * 1_000}", "request.invalid"),
            (f"error_code={','.join(f'E{n}' for n in range(21))}", "request.invalid"),
            ("started_after=yesterday", "request.invalid"),
            ("started_after=0001-01-01T00:00:00%2B14:00", "request.invalid"),
            ("started_before=9999-12-31T23:59:59-14:00", "request.invalid"),
            (f"q={'x' * 1_000}", "request.invalid"),
            ("cursor=rubbish", "cursor.invalid"),
            ("cursor=", "cursor.invalid"),
            (f"cursor={'x' * 5_000}", "cursor.invalid"),
        ],
    )
    async def test_bad_filters_are_422_with_a_sentence(self, client: httpx2.AsyncClient, query: str, code: str) -> None:
        response = await client.get(f"/api/runs?{query}")

        assert (response.status_code, response.json()["code"]) == (422, code)
        assert len(response.content) < 1_000


async def test_an_unreadable_file_does_not_hide_the_other_scenarios() -> None:
    house = House(catalog=Shelf(entry_of(NEWS, news_document()), unreadable("broken")))
    async with house.client() as client:
        listed = (await client.get("/api/scenarios")).json()
        assert [summary["scenario_id"] for summary in listed] == ["broken", NEWS]
        assert listed[0]["problems"][0]["line"] == 3
        response = await client.get("/api/scenarios/broken")

    assert (response.status_code, response.json()["code"]) == (404, "scenario.not_found")
    assert "scenarios/broken.json" in response.json()["detail"]
