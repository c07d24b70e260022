"""`callsheet doctor`: what it does."""

from collections.abc import AsyncGenerator

from rich.console import Console
from rich.text import Text

from callsheet.cli.checks.configuration import check_settings, check_versions
from callsheet.cli.checks.data import check_data
from callsheet.cli.checks.finding import Finding, Mark
from callsheet.cli.checks.scenarios import check_scenarios
from callsheet.cli.checks.secrets import check_secrets
from callsheet.cli.checks.servers import check_servers
from callsheet.cli.checks.triggers import check_triggers
from callsheet.cli.failures import DONE, FAILED
from callsheet.cli.options import Places
from callsheet.cli.screen import foreign, output
from callsheet.cli.surroundings import surroundings
from callsheet.errors.service import ConfigurationInvalid

_STYLES = {Mark.GOOD: ("✓", "green"), Mark.BAD: ("✗", "red"), Mark.NOTE: ("·", "dim")}


async def act(places: Places) -> int:
    """Check everything, say it in sentences; the exit status."""
    console, healthy = output(), True
    async for finding in _findings(places):
        healthy = healthy and finding.mark is not Mark.BAD
        _show(console, finding)
    console.print("Everything is as it should be." if healthy else "Something has to be done: see the ✗ above.")
    return DONE if healthy else FAILED


async def _findings(places: Places) -> AsyncGenerator[Finding]:
    yield check_versions()
    try:
        with surroundings(places) as settings:
            for finding in check_settings(settings, places):
                yield finding
            for check in (check_data, check_scenarios, check_secrets, check_triggers, check_servers):
                for finding in await check(settings):
                    yield finding
    except ConfigurationInvalid as error:
        yield Finding(mark=Mark.BAD, text=error.message)


def _show(console: Console, finding: Finding) -> None:
    mark, style = _STYLES[finding.mark]
    console.print(Text.assemble((mark, style), " ", foreign(finding.text)), soft_wrap=True)
    if finding.to_do:
        console.print(foreign(finding.to_do, "bold"), soft_wrap=True)
