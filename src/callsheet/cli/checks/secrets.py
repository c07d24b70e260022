"""The secrets: whether scenarios have those that they declare, and whether these can be told from other words."""

from collections.abc import Sequence

from callsheet.cli.checks.finding import Finding, Mark
from callsheet.errors.journal import JournalUnavailable
from callsheet.errors.service import ConfigurationInvalid
from callsheet.runs.redaction.forms import SAFE
from callsheet.runs.secrets import how_to_set
from callsheet.settings import Settings, environment
from callsheet.storage import open_catalog, operator_environment


async def check_secrets(settings: Settings) -> Sequence[Finding]:
    """What is missing, and what is too short."""
    given = operator_environment(settings, environment()).secrets()
    try:
        async with open_catalog(settings) as catalog:
            scenarios = [entry.scenario for entry in await catalog.list() if entry.scenario is not None]
    except (ConfigurationInvalid, JournalUnavailable):  # which the check of the scenarios has said
        scenarios = []
    missing = [
        Finding(
            mark=Mark.BAD,
            text=f"The scenario {scenario.scenario_id!r} cannot run: the secret '{name}' is not set.",
            to_do=f"{how_to_set(name)}.".replace("set", "Set", 1),
        )
        for scenario in scenarios
        for name in scenario.secrets
        if name not in given
    ]
    short = [
        Finding(
            mark=Mark.NOTE,
            text=f"The secret '{name}' is shorter than {SAFE} characters: it is found by chance in other texts.",
        )
        for name, secret in given.items()
        if len(secret) < SAFE
    ]
    return [*missing, *short]
