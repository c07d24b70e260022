"""The scenarios of the catalog."""

from collections.abc import Sequence

from callsheet.cli.checks.finding import Finding, Mark
from callsheet.cli.text import counted
from callsheet.errors.journal import JournalUnavailable
from callsheet.runs.ports import CatalogEntry
from callsheet.settings import Settings
from callsheet.storage import open_catalog


async def check_scenarios(settings: Settings) -> Sequence[Finding]:
    """How many there are, and what is wrong with the broken ones."""
    folder = settings.scenarios
    if not folder.is_dir():
        return [Finding(mark=Mark.NOTE, text=f"There is no folder {folder}, so there are no scenarios yet.")]
    try:
        async with open_catalog(settings) as catalog:
            entries = await catalog.list()
    except JournalUnavailable as error:
        return [Finding(mark=Mark.BAD, text=f"The scenarios that were saved cannot be read. {error.message}")]
    fine = sum(entry.scenario is not None for entry in entries)
    found = Finding(mark=Mark.GOOD, text=f"{counted(fine, 'scenario')} in {folder} can be run.")
    return [found, *(_broken(entry) for entry in entries if entry.scenario is None)]


def _broken(entry: CatalogEntry) -> Finding:
    first = entry.problems[0] if entry.problems else None
    where = f"{entry.source}, line {first.line}: {first.message}" if first else entry.source
    text = f"The scenario {entry.scenario_id!r} is broken. {where}"
    return Finding(mark=Mark.BAD, text=text, to_do=first.hint if first else "")
