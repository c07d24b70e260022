"""The owners of runs in the contract of the `Journal` port, over every adapter."""

import pytest

from callsheet.access.mandate import NOBODY, Mandate
from callsheet.access.patterns import Patterns
from callsheet.runs.codec import decode
from callsheet.runs.events import ParentStep, RunId, RunStatus
from callsheet.runs.ports import Journal, RunFilter
from tests.support.events import after_noon, new_id, new_run, run_finished, run_started, run_waiting, step_started

ADA = Mandate(owner="key:ada", tools=Patterns(("news/*",)), scenarios=Patterns(("news_*",)))


async def begun(journal: Journal, owner: str, scenario_id: str = "news", second: int = 0) -> RunId:
    new = new_run(scenario_id=scenario_id, started_at=after_noon(second), mandate=Mandate(owner=owner))
    return (await journal.create(new)).run_id


async def listed(journal: Journal, where: RunFilter) -> list[RunId]:
    return [run.run_id for run in (await journal.runs(where, 100)).runs]


@pytest.mark.parametrize("mandate", [ADA, NOBODY, Mandate(owner="hook:né\u2028"), Mandate(scenarios=Patterns(()))])
async def test_a_run_is_kept_with_its_mandate(journal: Journal, mandate: Mandate) -> None:
    run_id = new_id()
    row = await journal.create(new_run(run_id, mandate=mandate))
    assert row.owner == mandate.owner
    assert await journal.summary(run_id) == row
    assert (await journal.summaries([run_id]))[run_id] == row
    assert decode((await journal.read(run_id))[0]) == run_started(run_id, mandate=mandate)
    await journal.append(run_id, 1, [step_started(run_id)])
    assert (await journal.request_cancel(run_id)).owner == mandate.owner


async def test_the_owner_comes_back_with_an_earlier_run_of_the_key(journal: Journal) -> None:
    await journal.create(new_run(key="k", mandate=ADA))
    assert (await journal.create(new_run(key="k"))).owner == "key:ada"


async def test_an_owner_that_has_characters_no_database_takes_does_not_stop_a_run(journal: Journal) -> None:
    run_id = await begun(journal, "user:a\0b")
    assert (await journal.summary(run_id)).owner == "user:a\N{REPLACEMENT CHARACTER}b"
    assert await listed(journal, RunFilter(owner="user:a\0b")) == []
    assert await journal.unfinished("user:a\0b", 10) == 0


async def test_lists_show_the_runs_of_an_owner(journal: Journal) -> None:
    first = await begun(journal, "key:ada", second=1)
    other = await begun(journal, "key:bob", second=2)
    second = await begun(journal, "key:ada", "weather", second=3)
    assert await listed(journal, RunFilter()) == [second, other, first]
    assert await listed(journal, RunFilter(owner="key:ada")) == [second, first]
    assert await listed(journal, RunFilter(owner="key:ada", scenario_id="news")) == [first]
    assert await listed(journal, RunFilter(owner="key:ada", status=frozenset({RunStatus.QUEUED}))) == [second, first]
    assert await listed(journal, RunFilter(owner="key:")) == []
    assert await listed(journal, RunFilter(owner="KEY:ADA")) == []
    assert await listed(journal, RunFilter(owner="")) == []


@pytest.mark.parametrize(
    "texts",
    [
        ("news_*",),
        ("*",),
        (),
        ("news_daily", "NEWS*"),
        ("*a*",),
        ("*_*", "we.ther"),
        ("**",),
        ("news-*:/*",),
        ("?ews",),
        ("[n]*", "%", "n%"),
        ("n\\*", "_", "\\%"),
    ],
)
async def test_lists_show_the_scenarios_that_patterns_allow(journal: Journal, texts: tuple[str, ...]) -> None:
    names = ["news_daily", "newsXdaily", "NEWS_daily", "weather", "we.ther", "news-x:/y", "ünews_", "a\nb", "%", "n%"]
    for second, name in enumerate(names):
        await begun(journal, "", name, second)
    patterns = Patterns(texts)
    found = (await journal.runs(RunFilter(scenarios=patterns), 100)).runs
    assert [run.scenario_id for run in found] == [name for name in reversed(names) if patterns.allow(name)]


async def test_owner_and_scenarios_hold_on_every_page(journal: Journal) -> None:
    wanted: list[RunId] = []
    for second in range(12):
        name = f"news_{second % 2}"
        run_id = await begun(journal, "key:ada" if second % 3 else "key:bob", name, second)
        wanted += [run_id] if second % 3 and second % 2 else []
    where, cursor, found = RunFilter(owner="key:ada", scenarios=Patterns(("*1",))), None, list[RunId]()
    while True:
        page = await journal.runs(where, 1, cursor)
        found += [run.run_id for run in page.runs]
        if (cursor := page.next_cursor) is None:
            break
    assert found == wanted[::-1]


async def test_unfinished_runs_of_an_owner_are_counted_up_to_a_limit(journal: Journal) -> None:
    assert await journal.unfinished("key:ada", 10) == 0
    runs = [await begun(journal, "key:ada") for _ in range(4)]
    await begun(journal, "key:bob")
    assert await journal.unfinished("key:ada", 10) == 4
    assert await journal.unfinished("key:ada", 2) == 2
    await journal.append(runs[0], 1, [step_started(runs[0])])
    await journal.append(runs[1], 1, [step_started(runs[1]), run_waiting(runs[1])])
    assert await journal.unfinished("key:ada", 10) == 4
    await journal.append(runs[2], 1, [run_finished(runs[2])])
    assert await journal.unfinished("key:ada", 10) == 3
    assert await journal.unfinished("key:bob", 10) == 1


async def test_runs_that_a_step_began_are_not_counted(journal: Journal) -> None:
    parent = await begun(journal, "key:ada")
    await journal.create(new_run(parent=ParentStep(run_id=parent, seq=3, depth=1), mandate=ADA))
    assert await journal.unfinished("key:ada", 10) == 1
