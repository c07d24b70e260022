"""The data folder and the journal in it."""

import os
from collections.abc import Sequence
from typing import Final

from callsheet.cli.checks.finding import Finding, Mark
from callsheet.cli.successors import START_ONE
from callsheet.errors.journal import JournalUnavailable
from callsheet.errors.service import ConfigurationInvalid
from callsheet.journal.sqlite.lock import holder
from callsheet.runs.events import RunStatus
from callsheet.runs.ports import Journal, RunFilter
from callsheet.settings import Settings
from callsheet.storage import count_workers, journal_path, open_history, open_journal

_UNFINISHED: Final = frozenset(status for status in RunStatus if not status.is_terminal)
_MOST_COUNTED: Final = 1_000


async def check_data(settings: Settings) -> Sequence[Finding]:
    """Whether runs can be stored; the journal is opened as a server would open it, unless one has it open."""
    if settings.database_url is not None:
        return await _database(settings)
    folder = settings.data
    if not folder.exists():
        return [_missing(settings)]
    if not os.access(folder, os.W_OK | os.X_OK):
        return [Finding(mark=Mark.BAD, text=f"The data folder {folder} cannot be written.", to_do="Check its rights.")]
    try:
        held = holder(journal_path(settings))
        if held is not None:
            who = f"Process {held.pid} has the journal open"
            where = f" and serves it at {held.note['url']}" if held.note.get("url") else ""
            async with open_history(settings) as history:
                return [Finding(mark=Mark.GOOD, text=f"{who}{where}. {await _unfinished(history.journal)}")]
        async with open_journal(settings) as journal:
            await journal.check()
            text = f"The data folder {folder} and the journal in it can be written. {await _unfinished(journal)}"
            return [Finding(mark=Mark.GOOD, text=text)]
    except JournalUnavailable as error:
        return [Finding(mark=Mark.BAD, text=error.message)]


async def _database(settings: Settings) -> Sequence[Finding]:
    try:
        async with open_journal(settings) as journal:
            await journal.check()
            text = f"The journal in the database can be written. {await _unfinished(journal, who='a worker')}"
    except (ConfigurationInvalid, JournalUnavailable) as error:
        return [Finding(mark=Mark.BAD, text=error.message)]
    return [Finding(mark=Mark.GOOD, text=text), await _workers(settings)]


async def _workers(settings: Settings) -> Finding:
    try:
        count = await count_workers(settings)
    except JournalUnavailable as error:
        return Finding(mark=Mark.BAD, text=error.message)
    if not count:
        return Finding(mark=Mark.NOTE, text="No worker is at work now: what is unfinished waits.", to_do=START_ONE)
    return Finding(mark=Mark.GOOD, text="1 worker is at work." if count == 1 else f"{count} workers are at work.")


def _missing(settings: Settings) -> Finding:
    folder = settings.data
    parent = next(each for each in folder.absolute().parents if each.exists())
    if os.access(parent, os.W_OK | os.X_OK):
        return Finding(mark=Mark.GOOD, text=f"The data folder {folder} does not exist yet; the first run makes it.")
    text = f"The data folder {folder} does not exist, and {parent} cannot be written."
    return Finding(mark=Mark.BAD, text=text, to_do="Check the rights, or choose another with --data.")


async def _unfinished(journal: Journal, who: str = "'callsheet serve'") -> str:
    page = await journal.runs(RunFilter(status=_UNFINISHED), _MOST_COUNTED)
    if not page.runs:
        return "No run is unfinished."
    more = " or more" if page.next_cursor is not None else ""
    if len(page.runs) == 1:
        return f"1 run is unfinished; {who} goes on with it."
    return f"{len(page.runs)}{more} runs are unfinished; {who} goes on with them."
