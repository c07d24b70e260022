"""One action on many runs, from the command line: which ones, a question before it is done, and what became of them."""

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Final

from callsheet.cli.failures import DONE, FAILED, Refused, say
from callsheet.cli.moments import moment_or_age
from callsheet.cli.options import Selection
from callsheet.cli.run_access import RunsAccess
from callsheet.cli.screen import write
from callsheet.cli.terminal import person
from callsheet.cli.text import one_line
from callsheet.runs.bulk import BulkAction, BulkReport
from callsheet.runs.error_codes import error_codes_of
from callsheet.runs.events import RunStatus
from callsheet.runs.ports import RunFilter

_MOST_SHOWN: Final = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class ManyOptions:
    """How an action on many runs is done.

    Attributes:
        where: which runs.
        latest: of a retry: with the revision that is in the catalog now.
        dry_run: show which runs it would be.
        yes: do not ask.
    """

    action: BulkAction
    where: RunFilter
    latest: bool = False
    dry_run: bool = False
    yes: bool = False


@dataclass(slots=True)
class _Tally:
    done: int = 0
    failed: list[tuple[str, str]] = field(default_factory=list[tuple[str, str]])


async def act_on_many(open_: Callable[[], AbstractAsyncContextManager[RunsAccess]], options: ManyOptions) -> int:
    """Do it with all runs that are found; the exit status is 1 when it was refused for one."""
    async with open_() as runs:
        found = await runs.bulk(options.action, options.where, latest=options.latest, dry_run=True)
        many = f"{'more than ' if found.more else ''}{len(found.done)} run{'' if len(found.done) == 1 else 's'}"
        if not found.done:
            say("There are no such runs.")
            return DONE
        if options.dry_run:
            for run_id in found.done:
                write(run_id)
            say(f"{options.action.value.capitalize()}: {many}. Nothing was done.")
            return DONE
        if not options.yes and not await _agreed(options.action, many):
            say("Nothing was done.")
            return DONE
        tally = _Tally()
        while True:
            report = await runs.bulk(options.action, options.where, latest=options.latest, dry_run=False)
            await _note(runs, options.action, report, tally)
            # A retried run stays failed and would be found again.
            if not report.more or not report.done or options.action is BulkAction.RETRY:
                break
    return _tell(options.action, tally, more=report.more)


async def _agreed(action: BulkAction, many: str) -> bool:
    asked = person()
    if asked is None:
        raise Refused(f"This would {action.value} {many}. Say --yes to do it, or --dry-run to see which.")
    answer = await asked.ask(f"{action.value.capitalize()} {many}? [y/N] ")
    return answer is not None and answer.strip().lower() in {"y", "yes"}


async def _note(runs: RunsAccess, action: BulkAction, report: BulkReport, tally: _Tally) -> None:
    tally.done += len(report.done)
    tally.failed += [(run_id, detail) for run_id, _, detail in report.failed]
    if action is BulkAction.RETRY:
        for old, new in report.made.items():
            write(f"{old} {new}")
    await runs.ended([*report.made.values(), *(report.done if action is BulkAction.CANCEL else ())])


def _tell(action: BulkAction, tally: _Tally, *, more: bool) -> int:
    for run_id, detail in tally.failed[:_MOST_SHOWN]:
        say(f"Run {run_id}: {one_line(detail)}")
    if len(tally.failed) > _MOST_SHOWN:
        say(f"and {len(tally.failed) - _MOST_SHOWN} more")
    say(f"{action.value.capitalize()}: done with {tally.done}, refused for {len(tally.failed)}.")
    if more and action is BulkAction.RETRY:
        say("There are more, older ones: narrow the selection with --started-before.")
    return FAILED if tally.failed else DONE


def where_of(selection: Selection) -> RunFilter | None:
    """The filter that a selection spells; None when it says nothing.

    Raises:
        Refused: a status, an error code or a moment is none.
    """
    found = RunFilter(
        status=statuses_of(selection.statuses),
        error_code=codes_of(selection.error_codes),
        scenario_id=selection.scenario,
        started_after=started("--started-after", selection.started_after),
        started_before=started("--started-before", selection.started_before),
        q=selection.search or None,
    )
    return None if found == RunFilter() else found


def statuses_of(names: tuple[str, ...]) -> frozenset[RunStatus] | None:
    """The statuses that `--status` names; None for none.

    Raises:
        Refused: one is unknown.
    """
    known = {status.value for status in RunStatus}
    for name in names:
        if name not in known:
            raise Refused(f"--status cannot be {name!r}. There are: {', '.join(RunStatus)}.")
    return frozenset(RunStatus(name) for name in names) or None


def codes_of(names: tuple[str, ...]) -> frozenset[str] | None:
    """The error codes that `--error-code` names; None for none.

    Raises:
        Refused: one cannot be a code, or there are too many.
    """
    try:
        return error_codes_of(names)
    except ValueError as exc:
        raise Refused(f"--error-code: {exc}") from exc


def started(option: str, text: str | None) -> datetime | None:
    """The moment that `--started-after` or `--started-before` names, also as an age.

    Raises:
        Refused: it is neither.
    """
    return None if text is None else moment_or_age(datetime.now(UTC), option, text)
