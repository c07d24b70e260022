"""`callsheet tools call`: what it does."""

import base64
import binascii
import secrets
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import assert_never

from callsheet.cli.commands.tools_call import ToolsCallOptions
from callsheet.cli.failures import DONE, FAILED, USAGE, Refused, say
from callsheet.cli.forms import GivenUp, fill
from callsheet.cli.inputs import read_input
from callsheet.cli.sayings import amount_text, said_text
from callsheet.cli.screen import write, write_json
from callsheet.cli.surroundings import surroundings
from callsheet.cli.terminal import Person, person
from callsheet.cli.text import one_line, visible
from callsheet.errors.tools import DefinitionChanged, ServerUnavailable, ToolCallFailed, ToolMissing
from callsheet.runs.tools import (
    Elicitation,
    ElicitationAction,
    ElicitationAnswer,
    InputRequired,
    OtherBlock,
    TaskCreated,
    TextBlock,
    ToolCall,
    ToolResult,
    Tools,
)
from callsheet.scenario.durations import parse_duration
from callsheet.scenario.json import Json, JsonObject
from callsheet.settings import environment
from callsheet.system import open_tools


class Telling:
    """A `CallListener` that says everything on standard error."""

    def progress(self, progress: float, total: float | None, message: str) -> None:
        """See `CallListener`."""
        say(one_line(amount_text(progress, total, message)))

    def log(self, level: str, logger: str, data: Json) -> None:
        """See `CallListener`."""
        say(one_line(said_text(level, logger, data)))


async def act(options: ToolsCallOptions) -> int:
    """Call the tool; the exit status."""
    with surroundings(options.places) as settings:
        timeout = _timeout(options.timeout)
        async with open_tools(settings, environment(), only=options.server) as tools:
            try:
                schema = await _input_schema(tools, options)
                call = ToolCall(
                    server=options.server,
                    tool=options.tool,
                    arguments=read_input(options.arguments, schema),
                    timeout=timeout,
                    idempotency_key=f"callsheet tools call {secrets.token_hex(16)}",
                    attempt=1,
                    listener=Telling(),
                )
                result = await _result(tools, call)
            except ToolCallFailed as exc:
                say(f"Error: {visible(exc.message)}")
                is_unknown = isinstance(exc, ToolMissing) and not isinstance(exc, DefinitionChanged)
                return USAGE if is_unknown else FAILED
            except GivenUp:
                say("Error: The tool asks something, and nobody answers here. Run this at a terminal.")
                return FAILED
    _show(result, options)
    return DONE


async def _input_schema(tools: Tools, options: ToolsCallOptions) -> Json:
    """What the arguments should be, to know what `v` of `k=v` is; the call itself says what is wrong with a name.

    Raises:
        ServerUnavailable: the server does not say. The call would only be told to wait for the next attempt.
    """
    if not options.arguments:
        return None
    listing = await tools.list()
    if (reason := listing.unavailable.get(options.server)) is not None:
        text = f"The tool server {options.server!r} is not available: {reason}"
        raise ServerUnavailable(text, server=options.server, tool=options.tool)
    found = (tool for tool in listing.tools if (tool.server, tool.name) == (options.server, options.tool))
    return next((tool.input_schema for tool in found), None)


async def _result(tools: Tools, call: ToolCall) -> ToolResult:
    """The result, over whatever the tool asks."""
    while True:
        outcome = await tools.call(call)
        match outcome:
            case ToolResult():
                return outcome
            case TaskCreated():
                say("The tool works on as a task.")
                call = replace(call, continuation=outcome.continuation, answers={})
            case InputRequired():
                call = replace(call, continuation=outcome.continuation, answers=await _answers(outcome, person()))
            case _:
                assert_never(outcome)


async def _answers(question: InputRequired, asked: Person | None) -> Mapping[str, ElicitationAnswer]:
    for each in question.requests:
        say(f"The tool asks: {visible(each.message)}")
    if asked is None:
        raise GivenUp
    return {each.key: await _answer(each, asked) for each in question.requests}


async def _answer(question: Elicitation, asked: Person) -> ElicitationAnswer:
    if question.url is not None:
        asked.tell(f"  Go to: {question.url}")
    while (text := await asked.ask("  Answer? y/n/cancel: ")) is not None:
        match text.strip().lower():
            case "y" | "yes":
                data = None if question.form_schema is None else await fill(question.form_schema, asked)
                content = data if isinstance(data, dict) else None
                return ElicitationAnswer(action=ElicitationAction.ACCEPT, content=content)
            case "n" | "no":
                return ElicitationAnswer(action=ElicitationAction.DECLINE)
            case "c" | "cancel":
                return ElicitationAnswer(action=ElicitationAction.CANCEL)
            case _:
                pass  # a slip of the keyboard decides nothing
    raise GivenUp


def _show(result: ToolResult, options: ToolsCallOptions) -> None:
    others = [block.value for block in result.content if isinstance(block, OtherBlock)]
    files = (
        [_saved(value, options.save, number) for number, value in enumerate(others, start=1)] if options.save else []
    )
    if options.json:
        texts: list[Json] = [{"type": "text", "text": b.text} for b in result.content if isinstance(b, TextBlock)]
        write_json(
            {"content": [*texts, *others], "structured": result.structured, "has_structured": result.has_structured}
        )
        return
    if result.has_structured:
        write_json(result.structured)
    else:
        for block in result.content:
            if isinstance(block, TextBlock):
                write(visible(block.text))
    for value, file in zip(others, files or [None] * len(others), strict=True):
        say(f"{_described(value)}{f', written to {file}' if file else ''}")


def _described(value: JsonObject) -> str:
    data = value.get("data")
    kind = one_line(f"{value.get('type')} {value.get('mimeType') or ''}".strip())
    return f"{kind}, {len(data) * 3 // 4} bytes" if isinstance(data, str) else kind


def _saved(value: JsonObject, folder: Path, number: int) -> Path | None:
    data, kind = value.get("data"), str(value.get("mimeType", ""))
    if not isinstance(data, str):
        return None
    suffix = kind.partition("/")[2].partition(";")[0]
    name = f"{number}.{suffix if suffix.isalnum() else 'bin'}"
    try:
        content = base64.b64decode(data, validate=True)
    except binascii.Error:
        return None
    try:
        folder.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content)
    except OSError as exc:
        raise Refused(f"'{folder / name}' cannot be written: {exc.strerror}.") from exc
    return folder / name


def _timeout(text: str | None) -> float | None:
    if text is None:
        return None
    try:
        return parse_duration(float(text) if text.replace(".", "", 1).isdigit() else text)
    except ValueError as exc:
        raise Refused(f"--timeout cannot be {text!r}: {exc}.") from exc
