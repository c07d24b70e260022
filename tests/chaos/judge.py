"""Decides from outside whether every promise was kept; the first one that was not is named with its run."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID, uuid5

from tests.chaos.calls import Call
from tests.chaos.documents import LOADS
from tests.chaos.evidence import Event, Evidence, Kind, Least, Strike
from tests.chaos.takeover import clock_starts

CUT = 0.002
"""Seconds by which a moment in an event may be early: it is cut to milliseconds."""

THAWING = 1.0
"""Seconds: a worker that stood still goes on until it notices, and lets go then of what may have been given away."""

MOMENTS = ("at", "started_at", "finished_at")
"""The fields of events that say when they happened."""


class Broken(Exception):
    """A promise that was not kept.

    Args:
        rule: the promise.
        run_id: where; empty when it is about no run.
        found: what was found instead.
    """

    def __init__(self, rule: str, run_id: str, found: object) -> None:
        super().__init__(f"{rule}: {f'run {run_id}: ' if run_id else ''}{found}")
        self.rule = rule
        self.run_id = run_id


@dataclass(frozen=True, slots=True, kw_only=True)
class Findings:
    """What was seen where all promises were kept.

    Attributes:
        hits: kills of a process with tool calls at work.
        at_work: tool calls that were at work at those.
        interrupted: attempts that were followed by another one because of a strike.
        takeovers: for each run that had calls at work at a kill, how many seconds later it went on; sorted.
        slowest: the run of the last one; empty when there was none.
    """

    runs: int
    children: int
    events: int
    steps: int
    calls: int
    interrupted: int
    answers: int
    kinds: Mapping[Kind, int]
    hits: int
    at_work: int
    takeovers: Sequence[float]
    slowest: str


@dataclass(frozen=True, slots=True, kw_only=True)
class _ToolStep:
    """A tool step, as the journal tells it: when each attempt began, and when the last one ended."""

    run_id: str
    path: str
    began: Sequence[float]
    finished: float

    @property
    def key(self) -> str:
        return str(uuid5(UUID(self.run_id), self.path))


def judge(evidence: Evidence, least: Least) -> Findings:
    """Check all of it.

    Raises:
        Broken: a promise was not kept, or chaos was too little to prove that they all were.
    """
    for line in evidence.stored:
        raise Broken("the database is whole", "", line)
    _judge_rows(evidence)
    steps: dict[str, _ToolStep] = {}
    for run_id, events in evidence.journals.items():
        for step in judge_run(run_id, events):
            steps[step.key] = step
    children = _judge_children(evidence.journals)
    _judge_answers(evidence)
    interrupted = _judge_calls(evidence, steps)
    findings = _findings(evidence, steps, children, interrupted)
    _judge_chaos(findings, least)
    return findings


def judge_run(run_id: str, events: Sequence[Event]) -> Sequence[_ToolStep]:
    """Check the events of one run by themselves; its tool steps.

    Raises:
        Broken: a promise was not kept.
    """
    if [event["seq"] for event in events] != list(range(1, len(events) + 1)):
        raise Broken("the events of a run are numbered without gaps", run_id, [event["seq"] for event in events])
    types = [event["type"] for event in events]
    if types[:1] != ["run_started"] or types.count("run_started") != 1:
        raise Broken("a run begins once", run_id, types)
    if types[-1:] != ["run_finished"] or types.count("run_finished") != 1:
        raise Broken("a run ends once, by its last event", run_id, types)
    if (events[-1]["status"], events[-1]["output"]) != ("success", {"run": run_id}):
        raise Broken("a run gives what it should", run_id, events[-1])
    steps = list(_tool_steps(run_id, events))
    wanted = LOADS[events[0]["scenario_id"]].calls
    if missed := wanted.symmetric_difference(step.path for step in steps):
        raise Broken("a run does all of its steps", run_id, missed)
    return steps


def _tool_steps(run_id: str, events: Sequence[Event]) -> Iterator[_ToolStep]:
    by_path: dict[str, list[Event]] = {}
    for event in events:
        if "step_path" in event:
            by_path.setdefault(event["step_path"], []).append(event)
    for number, (path, own) in enumerate(by_path.items()):
        types = [event["type"] for event in own]
        if types[0] != "step_started" or types.count("step_started") != 1:
            raise Broken("a step starts once, and first", run_id, own)
        if types[-1] != "step_finished" or types.count("step_finished") != 1:
            raise Broken("a step ends once, and nothing happens to it after that", run_id, own)
        if own[0]["index"] != number:
            raise Broken("steps are counted in the order of their start", run_id, own[0])
        began = _attempts(run_id, own)
        if own[-1]["status"] != "success" or own[-1]["attempts"] != len(began):
            raise Broken("a step ends well, and tells its attempts", run_id, own[-1])
        if own[0]["step_type"] == "tool":
            yield _ToolStep(run_id=run_id, path=path, began=began, finished=_moment(own[-1]["finished_at"]))


def _attempts(run_id: str, events: Sequence[Event]) -> list[float]:
    """When each attempt of one step began."""
    began = [_moment(events[0]["started_at"])]
    for event in events:
        if event["type"] == "step_retrying":
            began.append(_moment(event["at"]))
            if not event["interrupted"] or event["attempt"] != len(began) or events[0]["step_type"] != "tool":
                raise Broken("only a tool step that was interrupted is tried again", run_id, event)
    return began


def _judge_rows(evidence: Evidence) -> None:
    accepted: dict[str, str] = {}
    for run in evidence.accepted:
        if accepted.setdefault(run.key, run.run_id) != run.run_id:
            raise Broken("one key stands for one run", run.run_id, run.key)
    begun = set(accepted.values())
    stored = {row["run_id"]: row for row in evidence.rows}
    if lost := begun - stored.keys():
        raise Broken("no accepted run is lost", min(lost), f"{len(lost)} of {len(begun)} are not in the list")
    for run_id, row in stored.items():
        events = evidence.journals[run_id]
        if (row["parent_run_id"] is None) != (run_id in begun):
            raise Broken("nothing runs that nobody began", run_id, row)
        if row["status"] != events[-1].get("status"):
            raise Broken("the list says what the events say", run_id, row)


def _judge_children(journals: Mapping[str, Sequence[Event]]) -> int:
    """How many there are."""
    found = 0
    for run_id, events in journals.items():
        parent = events[0].get("parent")
        if parent is not None:
            found += 1
            _judge_child(run_id, parent, journals)
    wanted = sum(LOADS[events[0]["scenario_id"]].child is not None for events in journals.values())
    if found != wanted:
        raise Broken("each step that runs a scenario has one child", "", f"{found} instead of {wanted}")
    return found


def _judge_child(run_id: str, parent: Event, journals: Mapping[str, Sequence[Event]]) -> None:
    above = journals.get(parent["run_id"], list[Event]())
    if not 1 <= parent["seq"] <= len(above):
        raise Broken("a child knows the step that waits for it", run_id, parent)
    waiting = above[parent["seq"] - 1]
    if waiting["type"] != "step_waiting" or waiting["waits_for"].get("run_id") != run_id:
        raise Broken("a child knows the step that waits for it", run_id, waiting)
    if str(uuid5(UUID(parent["run_id"]), waiting["step_path"])) != run_id:
        raise Broken("a child has the id that follows from its step", run_id, waiting)


def _judge_answers(evidence: Evidence) -> None:
    for run_id, comment in evidence.answers.items():
        path = LOADS[evidence.journals[run_id][0]["scenario_id"]].asks
        given = [
            event["output"]["comment"]
            for event in evidence.journals[run_id]
            if event["type"] == "step_finished" and event["step_path"] == path
        ]
        if given != [comment]:
            raise Broken("an acknowledged answer is the one that counts", run_id, given)


def _judge_calls(evidence: Evidence, steps: Mapping[str, _ToolStep]) -> int:
    """How many attempts were interrupted."""
    made: dict[str, list[Call]] = defaultdict(list)
    for call in evidence.calls.all:
        if call.key not in steps:
            raise Broken("a tool is called only for a step of the journal", call.value, call)
        made[call.key].append(call)
    for key, step in steps.items():
        if (effects := evidence.calls.effects.get(key, 0)) != 1:
            raise Broken("a step has its effect exactly once", step.run_id, f"{step.path} had it {effects} times")
        _judge_step(step, made[key], evidence.strikes)
    return sum(len(step.began) - 1 for step in steps.values())


def _judge_step(step: _ToolStep, calls: Sequence[Call], strikes: Sequence[Strike]) -> None:
    attempts = [call.attempt for call in calls]
    if len(set(attempts)) != len(attempts):
        raise Broken("an attempt is made once", step.run_id, f"{step.path}: {attempts}")
    if len(step.began) not in attempts or max(attempts) > len(step.began):
        raise Broken("the attempt that succeeded was made, and none after it", step.run_id, f"{step.path}: {attempts}")
    for call in calls:
        if call.value != step.run_id:
            raise Broken("a step is called with its own input", step.run_id, call)
        if call.at > step.finished + CUT and not _was_frozen(call, step, strikes):
            raise Broken("a tool is not called for a step that has finished", step.run_id, call)
    callers = {call.attempt: call.process for call in calls}
    for attempt, (began, again) in enumerate(zip(step.began, step.began[1:], strict=False), start=1):
        if not any(_interrupts(strike, callers.get(attempt), began, again) for strike in strikes):
            raise Broken("a step is tried again only after a strike", step.run_id, f"{step.path}, attempt {attempt}")


def _interrupts(strike: Strike, caller: str | None, began: float, again: float) -> bool:
    """Whether the strike can be why an attempt was interrupted; `caller` is None when it never reached the tool."""
    if strike.kind is Kind.FREEZE and strike.lone:
        return False
    is_caller = caller is None or strike.process in {"", caller}
    over = strike.until + (THAWING if strike.kind is Kind.FREEZE else 0.0)
    return is_caller and over >= began - CUT and strike.at <= again + CUT


def _was_frozen(call: Call, step: _ToolStep, strikes: Sequence[Strike]) -> bool:
    """Whether the caller was frozen between the beginning of its attempt and its call, while others went on."""
    began = step.began[call.attempt - 1]
    return any(
        strike.kind is Kind.FREEZE
        and not strike.lone
        and strike.process == call.process
        and strike.until >= began
        and strike.at <= call.at
        for strike in strikes
    )


def _findings(evidence: Evidence, steps: Mapping[str, _ToolStep], children: int, interrupted: int) -> Findings:
    kills = [strike for strike in evidence.strikes if strike.kind is Kind.KILL]
    hit = {strike: _open_at(strike, evidence.calls.all) for strike in kills}
    takeovers = sorted(_takeovers(hit, evidence))
    return Findings(
        runs=len(evidence.rows) - children,
        children=children,
        events=sum(map(len, evidence.journals.values())),
        steps=len(steps),
        calls=len(evidence.calls.all),
        interrupted=interrupted,
        answers=len(evidence.answers),
        kinds={kind: sum(strike.kind is kind for strike in evidence.strikes) for kind in Kind},
        hits=sum(1 for calls in hit.values() if calls),
        at_work=sum(map(len, hit.values())),
        takeovers=[seconds for seconds, _ in takeovers],
        slowest=takeovers[-1][1] if takeovers else "",
    )


def _open_at(strike: Strike, calls: Sequence[Call]) -> list[Call]:
    return [call for call in calls if call.process == strike.process and call.was_open_at(strike.at)]


def _takeovers(hit: Mapping[Strike, Sequence[Call]], evidence: Evidence) -> Iterator[tuple[float, str]]:
    """From a kill to the next sign of each run that had a call at work, counted as `clock_starts` says."""
    made: dict[str, list[Call]] = defaultdict(list)
    for call in evidence.calls.all:
        made[call.value].append(call)
    for strike, killed in hit.items():
        for run_id in {call.value for call in killed}:
            signs = [call.at for call in made[run_id]]
            signs += (_moment(event[name]) for event in evidence.journals[run_id] for name in MOMENTS if name in event)
            again = min((sign for sign in signs if sign > strike.until), default=None)
            if again is not None:
                yield again - clock_starts(strike, again, evidence), run_id


def _judge_chaos(findings: Findings, least: Least) -> None:
    wanted = [
        ("kills", findings.kinds[Kind.KILL], least.kills),
        ("kills that hit steps at work", findings.hits, least.hits),
        ("freezes", findings.kinds[Kind.FREEZE], least.freezes),
        ("requests to end", findings.kinds[Kind.TERM], least.terms),
        ("restarts of the database", findings.kinds[Kind.DATABASE], least.databases),
    ]
    for what, count, enough in wanted:
        if count < enough:
            raise Broken("there was enough chaos", "", f"{count} {what} instead of {enough}")
    if least.takeover is not None and findings.takeovers and findings.takeovers[-1] > least.takeover:
        raise Broken("work is taken over in time", findings.slowest, f"after {findings.takeovers[-1]:.1f} s")


def _moment(text: str) -> float:
    return datetime.fromisoformat(text).timestamp()
