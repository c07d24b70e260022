"""Error codes of runs in the contract of the `Journal` port, over every adapter."""

from callsheet.access.mandate import Mandate
from callsheet.access.patterns import Patterns
from callsheet.access.principal import Principal
from callsheet.access.scopes import Role
from callsheet.runs.events import RunId, RunStatus
from callsheet.runs.ports import Journal, RunFilter
from tests.support.events import after_noon, new_run, run_finished, step_started

FAILED = frozenset({RunStatus.FAILED})
CANCELLED = frozenset({RunStatus.CANCELLED})


async def ended(
    journal: Journal,
    code: str | None,
    second: int = 0,
    *,
    status: RunStatus = RunStatus.FAILED,
    owner: str = "key:ada",
    scenario_id: str = "news",
) -> RunId:
    new = new_run(scenario_id=scenario_id, started_at=after_noon(second), mandate=Mandate(owner=owner))
    run_id = (await journal.create(new)).run_id
    await journal.append(run_id, 1, [step_started(run_id), run_finished(run_id, status, code=code)])
    return run_id


async def listed(journal: Journal, *codes: str, **more: object) -> list[RunId]:
    where = RunFilter(error_code=frozenset(codes), **more)  # pyright: ignore[reportArgumentType]: as it came
    return [run.run_id for run in (await journal.runs(where, 100)).runs]


async def test_the_row_of_a_run_tells_the_code_of_the_error_that_ended_it(journal: Journal) -> None:
    rows: dict[RunId, str | None] = {
        await ended(journal, "ToolError"): "ToolError",
        await ended(journal, "Cancelled", status=RunStatus.CANCELLED): "Cancelled",
        await ended(journal, None, status=RunStatus.SUCCESS): None,
        await ended(journal, "a\0b"): "a\N{REPLACEMENT CHARACTER}b",
        (await journal.create(new_run())).run_id: None,
    }
    assert {run_id: (await journal.summary(run_id)).error_code for run_id in rows} == rows
    found = await journal.summaries(list(rows))
    assert {run_id: row and row.error_code for run_id, row in found.items()} == rows
    assert {run.run_id: run.error_code for run in (await journal.runs(RunFilter(), 10)).runs} == rows


async def test_lists_show_the_runs_that_ended_with_a_code(journal: Journal) -> None:
    first = await ended(journal, "ToolError", 1)
    second = await ended(journal, "Timeout", 2, scenario_id="weather")
    third = await ended(journal, "ToolError", 3, owner="key:bob")
    fourth = await ended(journal, "Cancelled", 4, status=RunStatus.CANCELLED)
    await ended(journal, None, 5, status=RunStatus.SUCCESS)
    await journal.create(new_run())
    assert await listed(journal, "ToolError") == [third, first]
    assert await listed(journal, "Timeout", "ToolError", "Cancelled") == [fourth, third, second, first]
    assert await listed(journal, "Cancelled", "ToolError", status=FAILED) == [third, first]
    assert await listed(journal, "Cancelled", "Timeout", status=FAILED | CANCELLED) == [fourth, second]
    assert await listed(journal, "ToolError", status=frozenset({RunStatus.SUCCESS})) == []
    assert await listed(journal, "ToolError", status=frozenset[RunStatus]()) == []
    assert await listed(journal, "ToolError", "Timeout", scenario_id="weather") == [second]
    assert await listed(journal, "ToolError", started_after=after_noon(1)) == [third]
    assert await listed(journal, "ToolError", "Timeout", owner="key:ada") == [second, first]
    assert await listed(journal, "ToolError", "Cancelled", owner="key:ada", status=CANCELLED) == [fourth]
    assert await listed(journal, "ToolError", q=third[:8]) == [third]
    for nobodys in ("toolerror", "Tool", "", "a\0b", "'; --"):
        assert await listed(journal, nobodys) == []
    assert await listed(journal) == []
    assert await listed(journal, owner="key:ada") == []


async def test_a_caller_finds_no_codes_of_runs_that_are_hidden_from_them(journal: Journal) -> None:
    own = await ended(journal, "ToolError", 1)
    await ended(journal, "ToolError", 2, owner="key:bob")
    await ended(journal, "Secret", 3, owner="key:bob")
    await ended(journal, "Secret", 4, scenario_id="payroll")
    ada = Principal(subject="key:ada", name="Ada", role=Role.OPERATOR, every_run=False, scenarios=Patterns(("news",)))
    where = RunFilter(error_code=frozenset({"ToolError", "Secret"})).within(ada)
    assert [run.run_id for run in (await journal.runs(where, 10)).runs] == [own]


async def test_a_code_holds_on_every_page(journal: Journal) -> None:
    wanted = [await ended(journal, "ToolError" if n % 2 else "Timeout", n // 2) for n in range(9)]
    await ended(journal, "Cancelled", 3)
    for owner in (None, "key:ada"):
        where = RunFilter(error_code=frozenset({"ToolError", "Timeout"}), owner=owner)
        seen, cursor = list[RunId](), None
        while not seen or cursor is not None:
            page = await journal.runs(where, 2, cursor)
            seen += [run.run_id for run in page.runs]
            cursor = page.next_cursor
        assert seen == wanted[::-1]
