"""Rules about the tools that a scenario calls: whether they exist, have changed, and what a second call would do."""

from collections.abc import Iterator
from typing import Final

from callsheet.lint.drift import Drift, DriftKind
from callsheet.lint.signatures import Ambiguous, Lookup, Missing, ToolSignature, UnknownServer
from callsheet.lint.survey import Survey
from callsheet.scenario.diagnostics import Diagnostic
from callsheet.scenario.steps.tool import ToolStep

_SHOWN: Final = 3
"""Changes of a tool that are shown beside a step."""


def missing(survey: Survey) -> Iterator[Diagnostic]:
    """E150 and E151: a tool or a server that does not exist, or a tool that several servers offer."""
    unknown_default = False
    for located, step in survey.of_type(ToolStep):
        found = survey.tool(step)
        if isinstance(found, UnknownServer) and step.server is None:
            if not unknown_default:
                yield _unknown_server("/defaults/server", str(survey.server_of(step)), found)
            unknown_default = True
        elif isinstance(found, UnknownServer):
            yield _unknown_server(f"{located.pointer}/server", str(step.server), found)
        elif found is not None:
            yield from _tool(step.tool, survey.server_of(step), found, f"{located.pointer}/tool")


def changed(survey: Survey) -> Iterator[Diagnostic]:
    """E153: a tool that is not what was locked, at the first step that calls it."""
    told: set[tuple[str, str]] = set()
    for located, step in survey.of_type(ToolStep):
        for each in survey.context.drifts:
            server = survey.server_of(step)
            if each.kind is DriftKind.ADDED or each.tool != step.tool or server not in {None, each.server}:
                continue
            if (each.server, each.tool) not in told and not isinstance(survey.tool(step), Missing | UnknownServer):
                told.add((each.server, each.tool))
                yield _drift(each, f"{located.pointer}/tool")


def retried(survey: Survey) -> Iterator[Diagnostic]:
    """W220: a second attempt at a tool that destroys, and destroys more when it is called twice."""
    for located, step, tool in _dangerous(survey):
        retry = step.retry or survey.scenario.defaults.retry
        if retry is not None and retry.max_attempts > 1:
            yield Diagnostic(
                code="W220",
                pointer=f"{located}/{'tool' if step.retry is None else 'retry'}",
                message=f"The tool '{tool.name}' is destructive and not idempotent, and this step tries it again.",
                hint="Remove the retry, or let the tool say that it is idempotent if it is.",
            )


def interrupted(survey: Survey) -> Iterator[Diagnostic]:
    """W221: nobody decided what happens after a crash in the middle of a call of such a tool."""
    for located, step, tool in _dangerous(survey):
        if "on_interrupt" not in step.model_fields_set:
            yield Diagnostic(
                code="W221",
                pointer=f"{located}/tool",
                message=f"The tool '{tool.name}' is destructive and not idempotent; after a crash it is called again.",
                hint="Set 'on_interrupt' to 'fail', to 'approve', or to 'retry' if that is what you want.",
            )


def _dangerous(survey: Survey) -> Iterator[tuple[str, ToolStep, ToolSignature]]:
    for located, tool in survey.known_tools():
        if isinstance(located.step, ToolStep) and tool.is_destructive and not tool.is_idempotent:
            yield located.pointer, located.step, tool


def _unknown_server(pointer: str, name: str, found: UnknownServer) -> Diagnostic:
    hint = f"Did you mean '{found.similar[0]}'?" if found.similar else ""
    return Diagnostic(code="E150", pointer=pointer, message=f"There is no tool server '{name}'.", hint=hint)


def _tool(name: str, server: str | None, found: Lookup, pointer: str) -> Iterator[Diagnostic]:
    if isinstance(found, Missing):
        where = "No tool server has" if server is None else f"The tool server '{server}' has not got"
        hint = f"Did you mean '{found.similar[0]}'?" if found.similar else ""
        yield Diagnostic(code="E150", pointer=pointer, message=f"{where} the tool '{name}'.", hint=hint)
    elif isinstance(found, Ambiguous):
        servers = ", ".join(found.servers)
        message = f"The tool '{name}' is offered by several servers: {servers}."
        hint = "Name one of them as the step's 'server', or as 'server' in the document's 'defaults'."
        yield Diagnostic(code="E151", pointer=pointer, message=message, hint=hint)


def _drift(drift: Drift, pointer: str) -> Diagnostic:
    return Diagnostic(
        code="E153",
        pointer=pointer,
        message=f"The tool is not what was locked: {drift.text().splitlines()[0].lstrip('+-~ ')}.",
        hint=f"{_changes(drift)}Look at it, then write the lock anew with 'callsheet lock'.",
    )


def _changes(drift: Drift) -> str:
    """The first changes in one line: one alone would show what went and not what came in its place."""
    more = len(drift.changes) - _SHOWN
    rest = f"; and {more} more, see 'callsheet lock --check'" if more > 0 else ""
    return f"{'; '.join(drift.changes[:_SHOWN])}{rest}. " if drift.changes else ""
