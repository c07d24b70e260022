"""The judge finds every kind of broken promise; what is sound it lets pass."""

from collections.abc import Callable
from copy import deepcopy
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID, uuid5

import pytest

from tests.chaos.calls import Call, Calls
from tests.chaos.evidence import Accepted, Event, Evidence, Kind, Least, Strike
from tests.chaos.judge import Broken, judge
from tests.chaos.takeover import clock_starts

RUN = "01a2294b-2b9b-79a7-a22f-5313f128993d"
ASKED = "01a2294b-2f29-7ab2-862a-209ba90f9ff2"
PARENT = "01a2294b-2f55-7c5a-ad7b-35cd119106f3"
CHILD = str(uuid5(UUID(PARENT), "other"))
LEAST = Least(kills=1, hits=1, freezes=0, terms=0)
NOON = datetime(2026, 11, 24, 12, tzinfo=UTC).timestamp()
KILL = Strike(kind=Kind.KILL, process="serve.1", at=NOON + 2, until=NOON + 2.1, lone=True)


def at(seconds: float) -> str:
    return datetime.fromtimestamp(NOON + seconds, UTC).isoformat()


def journal(run_id: str, scenario_id: str, *events: Event, parent: Event | None = None) -> list[Event]:
    """The events of a run around those of its steps, numbered; and `index` as it should be."""
    paths = list(dict.fromkeys(event["step_path"] for event in events if "step_path" in event))
    whole: list[Event] = [
        {"type": "run_started", "run_id": run_id, "scenario_id": scenario_id, "parent": parent},
        *({**event, "index": paths.index(event["step_path"])} if "step_path" in event else event for event in events),
        {"type": "run_finished", "status": "success", "output": {"run": run_id}},
    ]
    return [{"seq": seq, **event} for seq, event in enumerate(whole, start=1)]


def started(path: str, step_type: str = "tool", seconds: float = 1) -> Event:
    return {"type": "step_started", "step_path": path, "step_type": step_type, "started_at": at(seconds)}


def retrying(path: str, attempt: int) -> Event:
    return {"type": "step_retrying", "step_path": path, "attempt": attempt, "interrupted": True, "at": at(3)}


def waiting(path: str, **waits_for: str) -> Event:
    return {"type": "step_waiting", "step_path": path, "waits_for": waits_for}


def finished(path: str, attempts: int = 1, output: Event | None = None) -> Event:
    whole: Event = {"type": "step_finished", "step_path": path, "attempts": attempts, "status": "success"}
    return {**whole, "output": output, "finished_at": at(4)}


def call(run_id: str, path: str, attempt: int = 1, seconds: float = 1.5) -> Call:
    key = str(uuid5(UUID(run_id), path))
    process = "serve.1" if seconds < 2 else "serve.2"
    return Call(key=key, attempt=attempt, value=run_id, process=process, at=NOON + seconds)


def sound() -> Evidence:
    """A step that was killed and made again, an answered question, and a parent with its child."""
    asked = [waiting("agree", kind="approval"), finished("agree", output={"comment": "yes"})]
    child = [waiting("other", kind="run", run_id=CHILD), finished("other")]
    journals = {
        RUN: journal(RUN, "leaf", started("a"), retrying("a", 2), finished("a", 2)),
        ASKED: journal(
            ASKED,
            "asking",
            started("a"),
            finished("a"),
            started("agree", "approval"),
            *asked,
            started("b"),
            finished("b"),
        ),
        PARENT: journal(
            PARENT,
            "family",
            started("a"),
            finished("a"),
            started("other", "scenario"),
            *child,
            started("b"),
            finished("b"),
        ),
        CHILD: journal(CHILD, "leaf", started("a"), finished("a"), parent={"run_id": PARENT, "seq": 5, "depth": 1}),
    }
    calls = [call(RUN, "a"), call(RUN, "a", 2, 3.5)]
    calls += [call(run_id, path, seconds=3) for run_id in (ASKED, PARENT) for path in "ab"]
    calls += [call(CHILD, "a", seconds=3)]
    ledger = Calls(path=Path(), all=calls, effects={each.key: 1 for each in calls})
    return Evidence(
        accepted=[
            Accepted(key=run_id, run_id=run_id, scenario_id=journals[run_id][0]["scenario_id"])
            for run_id in (RUN, ASKED, PARENT)
        ],
        answers={ASKED: "yes"},
        rows=[
            {"run_id": run_id, "status": "success", "parent_run_id": PARENT if run_id == CHILD else None}
            for run_id in journals
        ],
        journals=journals,
        calls=ledger,
        strikes=[KILL],
        ready={"serve.1": NOON, "serve.2": NOON + 2.5},
        stored=[],
    )


def test_what_is_sound_passes_and_is_counted() -> None:
    findings = judge(sound(), LEAST)

    assert (findings.runs, findings.children, findings.steps, findings.calls) == (3, 1, 6, 7)
    assert (findings.interrupted, findings.hits, findings.at_work) == (1, 1, 1)
    assert findings.takeovers == pytest.approx([1.0])


def test_what_a_frozen_process_does_late_passes_where_others_went_on() -> None:
    evidence = sound()
    frozen = Strike(kind=Kind.FREEZE, process="serve.1", at=NOON + 1.2, until=NOON + 5, lone=False)
    evidence.calls.all[0].at = NOON + 5.1

    findings = judge(replace(evidence, strikes=[KILL, frozen]), replace(LEAST, hits=0, freezes=1))

    assert findings.interrupted == 1
    with pytest.raises(Broken, match="a tool is not called for a step that has finished"):
        judge(replace(evidence, strikes=[KILL, replace(frozen, lone=True)]), LEAST)


Spoil = Callable[[Evidence], object]


def _drop_row(evidence: Evidence) -> Evidence:
    return replace(evidence, rows=evidence.rows[1:])


def _event(run_id: str, place: int, /, **fields: object) -> Spoil:
    """Change an event."""
    return lambda evidence: evidence.journals[run_id][place].update(fields)


def _without(run_id: str, index: int) -> Spoil:
    """Take an event away, and number the others anew."""

    def spoil(evidence: Evidence) -> Evidence:
        left = [event for place, event in enumerate(evidence.journals[run_id]) if place != index]
        renumbered = [{**event, "seq": seq} for seq, event in enumerate(left, start=1)]
        return replace(evidence, journals={**evidence.journals, run_id: renumbered})

    return spoil


def _called(extra: Call) -> Spoil:
    return lambda evidence: evidence.calls.all.append(extra)


def _effects(count: int) -> Spoil:
    return lambda evidence: evidence.calls.effects.update({call(RUN, "a").key: count})


def _late(evidence: Evidence, seconds: float) -> None:
    evidence.calls.all[1].at = NOON + seconds


def _gone_on(evidence: Evidence, seconds: float) -> None:
    _late(evidence, seconds)
    evidence.journals[RUN][2]["at"] = at(seconds)


def _unhit(evidence: Evidence) -> None:
    evidence.calls.all[0].at = NOON + 2.5


BROKEN: list[tuple[str, Spoil]] = [
    ("the database is whole", lambda evidence: replace(evidence, stored=["row 7 is missing"])),
    ("no accepted run is lost", _drop_row),
    ("nothing runs that nobody began", lambda evidence: replace(evidence, accepted=evidence.accepted[1:])),
    (
        "one key stands for one run",
        lambda evidence: replace(evidence, accepted=[*evidence.accepted, replace(evidence.accepted[0], run_id=ASKED)]),
    ),
    ("the list says what the events say", lambda evidence: evidence.rows[0].update(status="running")),
    ("the events of a run are numbered without gaps", _event(RUN, 2, seq=9)),
    ("a run ends once, by its last event", _without(RUN, 4)),
    ("a run gives what it should", _event(RUN, 4, output={"run": ASKED})),
    ("a run does all of its steps", _event(RUN, 0, scenario_id="sequential")),
    ("a step starts once, and first", _without(RUN, 1)),
    ("a step starts once, and first", _event(RUN, 2, **started("a"))),
    ("a step ends once, and nothing happens to it after that", _event(RUN, 2, **finished("a"))),
    ("a step ends once, and nothing happens to it after that", _without(RUN, 3)),
    ("steps are counted in the order of their start", _event(RUN, 1, index=1)),
    ("a step ends well, and tells its attempts", _event(RUN, 3, attempts=1)),
    ("only a tool step that was interrupted is tried again", _event(RUN, 2, interrupted=False)),
    ("a step is tried again only after a strike", lambda evidence: replace(evidence, strikes=[])),
    (
        "a step is tried again only after a strike",
        lambda evidence: replace(evidence, strikes=[replace(KILL, kind=Kind.FREEZE)]),
    ),
    (
        "a step is tried again only after a strike",
        lambda evidence: replace(evidence, strikes=[replace(KILL, process="serve.7")]),
    ),
    ("a step has its effect exactly once", _effects(2)),
    ("a step has its effect exactly once", _effects(0)),
    ("a tool is called only for a step of the journal", _called(call(RUN, "b"))),
    ("an attempt is made once", _called(call(RUN, "a", 2))),
    ("the attempt that succeeded was made, and none after it", _called(call(RUN, "a", 3))),
    ("a tool is not called for a step that has finished", lambda evidence: _late(evidence, 5)),
    ("an acknowledged answer is the one that counts", _event(ASKED, 5, output={"comment": "no"})),
    ("each step that runs a scenario has one child", _event(PARENT, 0, scenario_id="asking")),
    ("a child knows the step that waits for it", _event(CHILD, 0, parent={"run_id": PARENT, "seq": 4})),
    ("a child knows the step that waits for it", _event(CHILD, 0, parent={"run_id": RUN, "seq": 50})),
    ("there was enough chaos", _unhit),
    ("work is taken over in time", lambda evidence: _gone_on(evidence, 3.9)),
]


@pytest.mark.parametrize(("rule", "spoil"), BROKEN)
def test_a_broken_promise_is_named(rule: str, spoil: Spoil) -> None:
    evidence = deepcopy(sound())
    spoiled = spoil(evidence)

    with pytest.raises(Broken) as caught:
        judge(spoiled if isinstance(spoiled, Evidence) else evidence, replace(LEAST, takeover=1.8))

    assert caught.value.rule == rule


def test_a_worker_that_stood_still_may_begin_a_step_before_it_notices() -> None:
    evidence = sound()
    began = datetime.fromisoformat(evidence.journals[RUN][1]["started_at"]).timestamp()
    thawed = Strike(kind=Kind.FREEZE, process="serve.1", at=began - 9, until=began - 0.5, lone=False)
    least = replace(LEAST, kills=0, hits=0, freezes=1)

    assert judge(replace(evidence, strikes=[thawed]), least).interrupted == 1
    with pytest.raises(Broken, match="a step is tried again only after a strike"):
        judge(replace(evidence, strikes=[replace(thawed, until=began - 1.5)]), least)


def _strike(process: str, seconds: float, until: float, kind: Kind = Kind.KILL) -> Strike:
    return Strike(kind=kind, process=process, at=NOON + seconds, until=NOON + until, lone=kind is Kind.DATABASE)


FIRST = _strike("worker-1.1", 2, 2.1)


@pytest.mark.parametrize(
    ("began", "ready", "strikes"),
    [
        pytest.param(2, {"worker-2.1": 0}, [], id="another one lives"),
        pytest.param(5, {"worker-2.1": 0, "worker-1.2": 5}, [_strike("worker-2.1", 1, 1)], id="nobody lives for long"),
        pytest.param(6, {"worker-2.1": 0}, [_strike("worker-2.1", 1, 6, Kind.FREEZE)], id="the other one is frozen"),
        pytest.param(8, {"worker-2.1": 0}, [_strike("", 4, 8, Kind.DATABASE)], id="the database is away"),
        pytest.param(
            2, {"worker-2.1": 0, "worker-3.1": 0}, [_strike("worker-2.1", 5, 5)], id="a strike before anyone knows"
        ),
        pytest.param(
            7, {"worker-2.1": 0, "worker-3.1": 0}, [_strike("worker-2.1", 7, 7)], id="who took over is struck"
        ),
        pytest.param(2, {"worker-2.1": 0}, [_strike("api-1.1", 7, 7)], id="who executes no runs is struck"),
    ],
)
def test_the_time_for_taking_over_begins_when_somebody_can(
    began: float, ready: dict[str, float], strikes: list[Strike]
) -> None:
    lives = {process: NOON + seconds for process, seconds in ready.items()}
    evidence = replace(sound(), strikes=[FIRST, *strikes], ready={"worker-1.1": NOON, **lives})

    assert clock_starts(FIRST, NOON + 20, evidence) - NOON == pytest.approx(began)
