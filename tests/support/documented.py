"""The examples of the documentation: a scenario, and behind it what comes out on which input.

An example is one or more fenced `yaml` blocks, directly followed by one or more fenced `json` blocks. The last yaml
block is the scenario that is run, those before it are in the catalog as well. Each json block is one run:

| key | meaning |
|---|---|
| `input` | the run's input |
| `environment` | what the operator gives: `CALLSHEET_SECRET_…`, `CALLSHEET_ENV_…` |
| `tools` | by server and tool the answers to its calls, in turn: `{"gives": …}` or `{"fails": "…"}`; see below |
| `then` | what happens when the run waits: `{"advance": "1h"}`, `{"answer": PATH, "approved": …}`, `{"cancel": true}` |
| `output`, `error`, `status` | how the run ends: its output, some fields of its error, or just its status |
| `steps` | the status of every step by its path; without it, nobody looks |

An answer with `for` is only for a call that has these arguments. All answers must be used.
"""

import asyncio
import json
import re
from dataclasses import dataclass
from itertools import takewhile
from pathlib import Path
from typing import Any, Final

from callsheet.errors.tools import ToolFailed
from callsheet.runs.answers import Answer
from callsheet.runs.events import RunId, RunStatus, StepPath
from callsheet.runs.state import RunState
from callsheet.runs.tools import ToolCall
from callsheet.scenario.durations import parse_duration
from callsheet.scenario.json import Json, JsonObject
from callsheet.scenario.yaml import decode_yaml
from callsheet.testing import MemorySystem, memory_system
from callsheet.tools.memory import MemoryTool

_BLOCK: Final = re.compile(r"^```(\w+)\n(.*?)^```[^\S\n]*\n?", re.MULTILINE | re.DOTALL)
_KEYS: Final = frozenset({"input", "environment", "tools", "then", "output", "error", "status", "steps"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """A fenced block; `joined` says that nothing but white space stands between it and the one before."""

    language: str
    text: str
    line: int
    joined: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Example:
    """Scenarios, the last of which is run once for each of `runs`.

    Attributes:
        place: page and line.
    """

    place: str
    scenarios: tuple[JsonObject, ...]
    runs: tuple[dict[str, Any], ...]


def blocks(page: Path) -> list[Block]:
    """The fenced blocks of a page."""
    text = page.read_text(encoding="utf-8")
    found: list[Block] = []
    end = 0
    for block in _BLOCK.finditer(text):
        joined = bool(found) and not text[end : block.start()].strip()
        line = text.count("\n", 0, block.start()) + 1
        found.append(Block(language=block[1], text=block[2], line=line, joined=joined))
        end = block.end()
    return found


def examples(page: Path) -> list[Example]:
    """The examples of a page; a scenario without a run is an example too."""
    found: list[Example] = []
    rest = blocks(page)
    while rest:
        first, *rest = rest
        if first.language != "yaml" or "scenario_id:" not in first.text:
            continue
        more = list(takewhile(lambda block: block.joined and block.language in {"yaml", "json"}, rest))
        rest = rest[len(more) :]
        found.append(
            Example(
                place=f"{page.name}:{first.line}",
                scenarios=tuple(_document(block.text) for block in (first, *more) if block.language == "yaml"),
                runs=tuple(json.loads(block.text) for block in more if block.language == "json"),
            )
        )
    return found


def _document(text: str) -> JsonObject:
    document = decode_yaml(text)
    assert isinstance(document, dict)
    return document


async def check(example: Example, run: dict[str, Any]) -> None:
    """Make one run of an example and compare."""
    assert run.keys() <= _KEYS, f"{example.place}: {sorted(run.keys() - _KEYS)}"
    answers = {server: {tool: list(each) for tool, each in tools.items()} for server, tools in _tools(run).items()}
    offered = {server: {tool: _tool(each) for tool, each in tools.items()} for server, tools in answers.items()}
    async with memory_system(example.scenarios, offered, environment=run.get("environment", {})) as system:
        async with asyncio.timeout(10):
            state = await _run(system, str(example.scenarios[-1]["scenario_id"]), run)
    _compare(state, run)
    assert not any(left for tools in answers.values() for left in tools.values()), f"{example.place}: answers are left"


def _tools(run: dict[str, Any]) -> dict[str, dict[str, list[JsonObject]]]:
    return run.get("tools", {})


def _tool(answers: list[JsonObject]) -> MemoryTool:
    async def tool(call: ToolCall) -> Json:
        for answer in answers:
            wanted = answer.get("for", {})
            if isinstance(wanted, dict) and wanted.items() <= call.arguments.items():
                answers.remove(answer)
                if "gives" in answer:
                    return answer["gives"]
                raise ToolFailed(str(answer["fails"]), server=call.server or "", tool=call.tool)
        raise AssertionError(f"The example has no answer to {call.tool} with {call.arguments}.")

    return tool


async def _run(system: MemorySystem, scenario_id: str, run: dict[str, Any]) -> RunState:
    run_id = (await system.runs.submit(scenario_id, run.get("input", {}))).run_id
    seen = 0
    for happening in run.get("then", []):
        seen = await _at_rest(system, run_id, seen)
        system.clock.asked_to_sleep.clear()
        if "advance" in happening:
            system.clock.advance(parse_duration(happening["advance"]))
        elif "answer" in happening:
            answer = {key: value for key, value in happening.items() if key != "answer"}
            await system.answers.answer(run_id, StepPath(happening["answer"]), Answer(**answer))
        else:
            assert happening == {"cancel": True}
            await system.runs.cancel(run_id)
    return await system.finished(run_id)


async def _at_rest(system: MemorySystem, run_id: RunId, seen: int) -> int:
    """Return when the run waits and has more than `seen` events; how many it has."""
    parked = asyncio.create_task(_parked(system, run_id, seen))
    asleep = asyncio.create_task(system.clock.asked_to_sleep.wait())
    await asyncio.wait({parked, asleep}, return_when=asyncio.FIRST_COMPLETED)
    for task in (parked, asleep):
        task.cancel()
    return (await system.runs.state(run_id)).last_seq


async def _parked(system: MemorySystem, run_id: RunId, seen: int) -> None:
    while (state := await system.runs.state(run_id)).last_seq <= seen or state.status is not RunStatus.WAITING:
        await system.journal.wait(run_id, max(seen, state.last_seq))


def _compare(state: RunState, run: dict[str, Any]) -> None:
    if "output" in run:
        assert state.error is None
        assert (state.status.value, state.output) == ("success", run["output"])
    if "error" in run:
        assert state.error is not None
        assert {key: getattr(state.error, key) for key in run["error"]} == run["error"]
    if "status" in run:
        assert state.status.value == run["status"]
    if "steps" in run:
        assert {path: step.status.value for path, step in state.steps.items()} == run["steps"]
