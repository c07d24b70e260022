"""Schedules and hooks: whether each one could start a run."""

from collections.abc import Iterator, Mapping, Sequence

from callsheet.catalog.trigger_files import FolderTriggers
from callsheet.cli.checks.finding import Finding, Mark
from callsheet.cli.local_triggers import open_local_triggers
from callsheet.cli.text import counted
from callsheet.errors.journal import JournalUnavailable
from callsheet.errors.service import ConfigurationInvalid
from callsheet.runs.events import TriggerKind
from callsheet.runs.ports import CatalogEntry, Environment
from callsheet.runs.triggers.documents import Hook, Trigger
from callsheet.runs.triggers.entries import TriggerEntry
from callsheet.runs.triggers.hooks import missing_secret
from callsheet.settings import Settings, environment
from callsheet.storage import open_catalog, operator_environment


async def check_triggers(settings: Settings) -> Sequence[Finding]:
    """How many there are, and what keeps the others from starting anything; nothing where there are none."""
    entries = await _entries(settings)
    if not entries:
        return []
    try:
        async with open_catalog(settings) as catalog:
            scenarios = {entry.scenario_id: entry for entry in await catalog.list()}
    except (ConfigurationInvalid, JournalUnavailable):  # which the check of the scenarios has said
        return []
    given = operator_environment(settings, environment())
    found = {(entry.kind, entry.name): list(_faults(entry, scenarios, given)) for entry in entries}
    fine = [counted(_fine(found, kind), kind) for kind in TriggerKind if any(kind is key[0] for key in found)]
    faults = [fault for each in found.values() for fault in each]
    return [*([Finding(mark=Mark.GOOD, text=f"{' and '.join(fine)} can start runs.")] if fine else []), *faults]


def _fine(found: Mapping[tuple[TriggerKind, str], Sequence[Finding]], kind: TriggerKind) -> int:
    return sum(not faults for key, faults in found.items() if key[0] is kind)


async def _entries(settings: Settings) -> Sequence[TriggerEntry]:
    try:
        async with open_local_triggers(settings) as local:
            return [entry for kind in TriggerKind for entry in await local.triggers.list(kind)]
    except (ConfigurationInvalid, JournalUnavailable):  # which the check of the data has said
        files = FolderTriggers(settings.scenarios)
        return [entry for kind in TriggerKind for entry in await files.list(kind)]


def _faults(entry: TriggerEntry, scenarios: Mapping[str, CatalogEntry], given: Environment) -> Iterator[Finding]:
    trigger = entry.trigger
    if trigger is None:
        yield _broken(entry)
    elif trigger.enabled:
        yield from _scenario_faults(entry, trigger, scenarios.get(trigger.scenario_id))
        variable = missing_secret(trigger, given) if isinstance(trigger, Hook) else None
        if variable is not None:
            yield Finding(
                mark=Mark.BAD,
                text=f"The hook {entry.name!r} refuses every request: {variable} is not set here.",
                to_do=f"Set {variable} in the environment of the server to the secret that callers sign with, "
                f"or run 'callsheet secrets set {variable.removeprefix('CALLSHEET_SECRET_')}'.",
            )


def _broken(entry: TriggerEntry) -> Finding:
    first = entry.problems[0] if entry.problems else None
    where = f"{entry.source}, line {first.line}: {first.message}" if first else entry.source
    text = f"The {entry.kind} {entry.name!r} is broken. {where}"
    return Finding(mark=Mark.BAD, text=text, to_do=first.hint if first else "")


def _scenario_faults(entry: TriggerEntry, trigger: Trigger, scenario: CatalogEntry | None) -> Iterator[Finding]:
    if scenario is not None and scenario.scenario is not None:
        return
    what = "does not exist" if scenario is None else f"is broken ({scenario.source})"
    yield Finding(
        mark=Mark.BAD,
        text=f"The {entry.kind} {entry.name!r} can start nothing: its scenario {trigger.scenario_id!r} {what}.",
        to_do=f"Correct 'scenario_id' in {entry.source}, or the scenario.",
    )
