"""Reports over many runs, over every journal: what is counted, and how."""

from dataclasses import dataclass, field, replace
from datetime import timedelta

import orjson

from callsheet.access.patterns import Patterns
from callsheet.runs.events import (
    Event,
    ForkedFrom,
    RunError,
    RunFinished,
    RunId,
    RunStatus,
    StepFinished,
    StepPath,
    StepRetrying,
    StepStarted,
    StepStatus,
)
from callsheet.runs.ports import Journal, RunFilter
from callsheet.runs.statistics.report import Outcomes, Report, ToolName
from callsheet.runs.statistics.statistics import RunStatistics
from callsheet.scenario.json import Json, JsonObject
from callsheet.testing import ManualClock
from tests.support.events import NOON, after_noon, new_id, new_run, run_started
from tests.support.scenarios import from_, scenario, step

WINDOW = RunFilter(started_after=NOON - timedelta(hours=1), started_before=NOON + timedelta(hours=1))
SEARCH = ToolName(server="news", tool="find")


@dataclass
class Told:
    """A run that is written as a test tells it; seconds are after noon, where it starts."""

    run_id: RunId = field(default_factory=new_id)
    events: list[Event] = field(default_factory=list[Event])

    def start(self, path: str = "a", at: float = 0, step_type: str = "tool", data: Json = None) -> "Told":
        self.events.append(
            StepStarted(
                run_id=self.run_id,
                step_name=path,
                index=len(self.events),
                started_at=after_noon(at),
                step_path=StepPath(path),
                step_type=step_type,
                input=data,
            )
        )
        return self

    def retry(self, path: str = "a", *, at: float, delay: float = 0, interrupted: bool = False) -> "Told":
        self.events.append(
            StepRetrying(
                run_id=self.run_id,
                step_name=path,
                index=0,
                at=after_noon(at),
                step_path=StepPath(path),
                attempt=2,
                delay=delay,
                interrupted=interrupted,
                error=RunError(code="ToolError", message="No."),
            )
        )
        return self

    def end(
        self, path: str = "a", at: float = 1, status: str = "success", *, begun: float = 0, output: Json = None
    ) -> "Told":
        self.events.append(
            StepFinished(
                run_id=self.run_id,
                step_name=path,
                index=0,
                status=StepStatus(status),
                started_at=after_noon(begun),
                finished_at=after_noon(at),
                message="",
                step_path=StepPath(path),
                attempts=1,
                output=output,
            )
        )
        return self

    def finish(self, at: float = 1, status: str = "success", *, code: str = "", message: str = "") -> "Told":
        self.events.append(
            RunFinished(
                run_id=self.run_id,
                status=RunStatus(status),
                finished_at=after_noon(at),
                message=message,
                error=RunError(code=code, message=message) if code else None,
            )
        )
        return self


def document(*steps: JsonObject, **fields: Json) -> bytes:
    return orjson.dumps(scenario(*steps, **fields))


ONE_TOOL = document(step("a", tool="find", server="news"))


async def tell(
    journal: Journal,
    *runs: Told,
    definition: bytes = ONE_TOOL,
    revision: str = "rev-1",
    scenario_id: str = "news",
) -> None:
    for run in runs:
        new = new_run(run.run_id, definition=definition, revision=revision, scenario_id=scenario_id)
        await journal.create(new)
        if run.events:
            await journal.append(run.run_id, 1, run.events)


def statistics(journal: Journal, **bounds: int) -> RunStatistics:
    return RunStatistics(journal, ManualClock(after_noon(1800)), **bounds)


async def report(journal: Journal, where: RunFilter = WINDOW, **bounds: int) -> Report:
    return await statistics(journal, **bounds).report(where)


async def calls(journal: Journal) -> dict[str, tuple[int, Outcomes]]:
    return {str(each.name): (each.calls, each.outcomes) for each in (await report(journal)).tools}


# runs


async def test_runs_are_counted_by_scenario_and_by_how_they_ended(journal: Journal) -> None:
    ended = [Told().finish(at, "success") for at in (1, 2, 3, 4)] + [Told().finish(9, "failed", code="ToolError")]
    await tell(journal, *ended, Told().finish(500, "cancelled"), Told())
    await tell(journal, Told().finish(2), scenario_id="other")
    found = await report(journal)
    assert (found.runs, found.truncated) == (8, False)
    news, other = found.scenarios
    assert (news.scenario_id, news.runs, news.cancelled) == ("news", 7, 1)
    assert news.outcomes == Outcomes(success=4, failed=1, p50=3000, p95=9000)
    assert news.outcomes.rate == 0.8
    assert (other.scenario_id, other.runs, other.outcomes.rate) == ("other", 1, 1.0)


async def test_where_nothing_has_ended_nothing_is_said_of_rates_and_durations(journal: Journal) -> None:
    await tell(journal, Told())
    (news,) = (await report(journal)).scenarios
    assert (news.runs, news.outcomes, news.outcomes.rate) == (1, Outcomes(), None)


async def test_failures_are_counted_by_code_with_the_one_that_ended_last(journal: Journal) -> None:
    first = Told().finish(5, "failed", code="ToolError", message="The later one.")
    second = Told().finish(3, "failed", code="ToolError", message="The earlier one.")
    third = Told().finish(9, "failed", code="Timeout", message="x" * 2000)
    await tell(journal, first, second, third)
    tool_error, timeout = (await report(journal)).failures
    assert (tool_error.code, tool_error.count) == ("ToolError", 2)
    assert (tool_error.last_run_id, tool_error.last_message) == (first.run_id, "The later one.")
    assert (timeout.code, timeout.count, len(timeout.last_message)) == ("Timeout", 1, 500)


async def test_only_the_runs_of_the_window_are_counted(journal: Journal) -> None:
    await tell(journal, Told().finish())
    later = replace(WINDOW, started_after=NOON + timedelta(minutes=1))
    earlier = replace(WINDOW, started_before=NOON)
    assert [(await report(journal, where)).runs for where in (WINDOW, later, earlier)] == [1, 0, 0]


async def test_who_may_see_some_runs_is_told_of_these_alone(journal: Journal) -> None:
    await tell(journal, Told().finish(), Told().finish(), scenario_id="news")
    await tell(journal, Told().finish(), scenario_id="salaries")
    some = statistics(journal)
    for where, seen in [
        (WINDOW, {"news": 2, "salaries": 1}),
        (replace(WINDOW, scenarios=Patterns(("n*",))), {"news": 2}),
        (replace(WINDOW, owner="key:nobody"), {}),
    ]:
        assert {each.scenario_id: each.runs for each in (await some.report(where)).scenarios} == seen


# calls


async def test_a_call_is_of_the_tool_that_the_document_names(journal: Journal) -> None:
    steps = [step("a", tool="find", server="news"), step("b", tool="read"), step("c", tool="look", server="x")]
    told = Told()
    for path in ("a", "b", "c"):
        told.start(path).end(path)
    await tell(journal, told.finish(), definition=document(*steps, defaults={"server": "web"}))
    assert set(await calls(journal)) == {"news/find", "web/read", "x/look"}


async def test_a_tool_of_no_server_is_one_without(journal: Journal) -> None:
    await tell(journal, Told().start().end(), definition=document(step("a", tool="find")))
    (tool,) = (await report(journal)).tools
    assert tool.name == ToolName(server=None, tool="find")


async def test_every_attempt_is_a_call_and_the_pauses_between_them_are_none(journal: Journal) -> None:
    await tell(journal, Told().start().retry(at=1, delay=10).end(at=13).finish(13))
    assert await calls(journal) == {"news/find": (2, Outcomes(success=1, failed=1, p50=1000, p95=2000))}


async def test_an_attempt_that_was_cut_off_has_failed_in_nobody_knows_what_time(journal: Journal) -> None:
    await tell(journal, Told().start().retry(at=900, interrupted=True).end(at=901))
    assert await calls(journal) == {"news/find": (2, Outcomes(success=1, failed=1, p50=1000, p95=1000))}


async def test_what_was_cancelled_is_a_call_and_what_was_skipped_or_has_not_ended_is_none(journal: Journal) -> None:
    cancelled, skipped = Told().start().end(status="cancelled"), Told().start().end(status="skipped")
    await tell(journal, cancelled, skipped, Told().start())
    assert await calls(journal) == {"news/find": (1, Outcomes())}


async def test_steps_inside_of_blocks_are_found_at_every_path(journal: Journal) -> None:
    each: JsonObject = {
        "name": "all",
        "type": "foreach",
        "items": from_("input.urls"),
        "steps": [step("get", tool="get")],
    }
    both: JsonObject = {
        "name": "both",
        "type": "parallel",
        "branches": {"left": [step("l", tool="left")], "right": [step("r", tool="right")]},
    }
    again: JsonObject = {"name": "again", "type": "sequence", "steps": [step("s", tool="seq")]}
    told = Told()
    for path in ("all[0].get", "all[1].get", "all[17].get", "both.left.l", "both.right.r", "again.s", "again@2.s"):
        told.start(path).end(path)
    await tell(journal, told, definition=document(each, both, again))
    assert {name: count for name, (count, _) in (await calls(journal)).items()} == {
        "get": 3,
        "left": 1,
        "right": 1,
        "seq": 2,
    }


async def test_what_a_fork_took_over_does_not_count_again(journal: Journal) -> None:
    origin = Told().start().end().finish(1, "failed", code="ToolError")
    fork = Told().start("a").end("a").start("b", at=60).end("b", at=62, begun=60).finish(62)
    definition = document(step("a", tool="one"), step("b", tool="two"))
    await tell(journal, origin, definition=definition)
    started = replace(
        run_started(fork.run_id, started_at=after_noon(60)),
        forked_from=ForkedFrom(run_id=origin.run_id, from_step=None),
    )
    await journal.create(replace(new_run(definition=definition), started=started))
    await journal.append(fork.run_id, 1, fork.events)
    found = await report(journal)
    assert {str(each.name): each.calls for each in found.tools} == {"one": 1, "two": 1}
    assert [(each.run_id, each.step_path) for each in found.slowest_steps] == [(fork.run_id, "b"), (origin.run_id, "a")]


async def test_a_document_that_cannot_be_read_has_runs_and_no_tools(journal: Journal) -> None:
    await tell(journal, Told().start().end().finish(), definition=b'{"schema_version":"9"}')
    found = await report(journal)
    assert (found.runs, found.scenarios[0].outcomes.success, found.tools) == (1, 1, [])
    assert [each.tool for each in found.slowest_steps] == [None]


async def test_values_are_passed_over_whatever_is_in_them(journal: Journal) -> None:
    odd: JsonObject = {"x": ',"output":', "y": [',"input":', {"output": 1, "status": "failed"}], "z": "é" * 100_000}
    await tell(journal, Told().start(data=odd).end(output=odd).finish())
    assert await calls(journal) == {"news/find": (1, Outcomes(success=1, p50=1000, p95=1000))}


# slowest steps


async def test_the_slowest_steps_are_ten_and_none_that_holds_others_or_waits(journal: Journal) -> None:
    told = Told()
    for number in range(15):
        told.start(f"t{number}").end(f"t{number}", at=number + 1)
    for kind in ("foreach", "approval", "wait", "scenario", "try"):
        told.start(kind, step_type=kind).end(kind, at=9000)
    told.start("transform", step_type="transform").end("transform", at=7)
    await tell(journal, told.finish())
    slowest = (await report(journal)).slowest_steps
    assert [each.duration for each in slowest] == [15000, 14000, 13000, 12000, 11000, 10000, 9000, 8000, 7000, 7000]
    assert {each.step_type for each in slowest} == {"tool", "transform"}


async def test_a_slow_step_has_all_of_its_attempts(journal: Journal) -> None:
    await tell(journal, Told().start().retry(at=1, delay=10).end(at=13, status="failed").finish())
    (slow,) = (await report(journal)).slowest_steps
    assert (slow.duration, slow.status, slow.tool, slow.step_path) == (13000, "failed", SEARCH, "a")


# bounds


async def test_the_newest_runs_are_read_and_that_there_are_more_is_said(journal: Journal) -> None:
    for number in range(5):
        started = run_started(started_at=after_noon(number), scenario_id=f"s{number}")
        await journal.create(replace(new_run(), started=started))
    found = await report(journal, most_runs=3)
    assert (found.runs, found.truncated) == (3, True)
    assert sorted(each.scenario_id for each in found.scenarios) == ["s2", "s3", "s4"]
    assert not (await report(journal, most_runs=5)).truncated


async def test_events_are_bounded_too_also_those_of_one_run(journal: Journal) -> None:
    await tell(journal, *(Told().start().end().finish() for _ in range(3)))
    found = await report(journal, most_events=8)
    assert (found.runs, found.tools[0].calls, found.truncated) == (2, 2, True)
    found = await report(journal, most_events=2)
    assert (found.runs, found.tools, found.truncated) == (1, [], True)


async def test_a_long_run_is_read_in_parts(journal: Journal) -> None:
    told = Told()
    for number in range(700):
        told.start(f"a@{number}").end(f"a@{number}")
    await tell(journal, told.finish())
    assert await calls(journal) == {"news/find": (700, Outcomes(success=700, p50=1000, p95=1000))}
