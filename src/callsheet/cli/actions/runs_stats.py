"""`callsheet runs stats`: what it does."""

import shlex
from datetime import UTC, datetime

from callsheet.api.schemas.stats import StatsBody
from callsheet.cli.commands.runs_stats import RunsStatsOptions
from callsheet.cli.failures import DONE, Refused, say
from callsheet.cli.moments import moment_or_age
from callsheet.cli.screen import foreign, output, write_json
from callsheet.cli.stats_shown import show
from callsheet.cli.surroundings import surroundings
from callsheet.engine.clock import SystemClock
from callsheet.journal.memory import MemoryJournal
from callsheet.runs.ports import RunFilter
from callsheet.runs.statistics.report import Report
from callsheet.runs.statistics.statistics import RunStatistics
from callsheet.settings import Settings
from callsheet.storage import has_journal, open_history


async def act(options: RunsStatsOptions) -> int:
    """Report on many runs; the exit status."""
    where = _where(options, datetime.now(UTC))
    with surroundings(options.places) as settings:
        report = await _report(settings, where)
    if options.json:
        write_json(StatsBody.of(report).model_dump(mode="json"))
    elif report.runs:
        show(output(), report)
        if report.failures:
            output().print()
            output().print(foreign(_listing(options, report.failures[0].code)), soft_wrap=True)
    else:
        say("There are no such runs.")
    return DONE


def _listing(options: RunsStatsOptions, code: str) -> str:
    """A sentence with the command that lists the runs which failed with a code."""
    given = {
        "--error-code": code,
        "--started-after": options.since,
        "--started-before": options.until,
        "--scenario": options.scenario,
        "--folder": options.places.folder,
        "--data": options.places.data,
    }
    words = [word for name, value in given.items() if value is not None for word in (name, str(value))]
    return f"Runs of a code: {shlex.join(['callsheet', 'runs', 'list', '--status', 'failed', *words])}"


def _where(options: RunsStatsOptions, now: datetime) -> RunFilter:
    since = moment_or_age(now, "--since", options.since).astimezone(UTC)
    until = None if options.until is None else moment_or_age(now, "--until", options.until).astimezone(UTC)
    if since >= (until or now):
        raise Refused("--since is not before --until, so there can be no run between them.")
    return RunFilter(scenario_id=options.scenario, started_after=since, started_before=until)


async def _report(settings: Settings, where: RunFilter) -> Report:
    if not has_journal(settings):  # nothing has run yet, which is no fault
        return await RunStatistics(MemoryJournal(), SystemClock()).report(where)
    async with open_history(settings) as history:
        return await RunStatistics(history.journal, SystemClock()).report(where)
