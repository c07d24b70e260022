"""`callsheet lock`: what it does."""

from collections.abc import Iterable
from pathlib import Path

from callsheet.cli.commands.lock import LockOptions
from callsheet.cli.documents import scenarios_written
from callsheet.cli.failures import DONE, FAILED, Refused, say
from callsheet.cli.linting import known_scenarios, lockfile_path, uses_of
from callsheet.cli.live_signatures import live_signatures
from callsheet.cli.screen import write
from callsheet.cli.surroundings import surroundings
from callsheet.cli.text import counted, one_line, visible
from callsheet.errors.service import ConfigurationInvalid
from callsheet.lint.drift import drift
from callsheet.lint.signatures import Ambiguous, Found, Lookup, Missing, Signatures, UnknownServer, Unreachable, Use
from callsheet.tools.lockfile import encode_lockfile, read_lockfile, write_lockfile


async def act(options: LockOptions) -> int:
    """Write the lock, or compare with it; the exit status."""
    with surroundings(options.places) as settings:
        documents = scenarios_written(options.files, settings) if options.files else ()
        scenarios = await known_scenarios(documents, settings)
        for name in scenarios.unreadable:
            say(one_line(f"{name} cannot be read, so its tools are not locked; see 'callsheet lint'."))
        uses = uses_of(scenarios.by_id.values())
        live = await live_signatures(settings)
        if options.all:
            if silent := ", ".join(f"'{name}'" for name in live.unavailable):
                say(f"Error: Nothing is known now of the tools of {one_line(silent)}, so the lock was left as it is.")
                return FAILED
            uses = (*uses, *((each.server, each.name) for each in live))
        path = lockfile_path(options.lockfile, settings)
        return _check(path, live, uses) if options.check else _write(path, live, uses)


def _check(path: Path, live: Signatures, uses: tuple[Use, ...]) -> int:
    if not path.exists():
        raise Refused(f"There is no lock '{path}'. 'callsheet lock' writes it.")
    locked = read_lockfile(path)
    drifts = drift(locked, live, uses)
    unknown = _unknown(live, uses)
    _tell([each.text() for each in drifts], unknown)
    if not drifts and not unknown:
        write(f"{_as_locked(len(locked), one_line(str(path)))}.")
    return FAILED if drifts or unknown else DONE


def _write(path: Path, live: Signatures, uses: tuple[Use, ...]) -> int:
    unreachable = [use for use in uses if isinstance(live.find(*use), Unreachable)]
    if unreachable:
        # Each once, however many steps call it; without a server any of the silent ones may offer it.
        names = dict.fromkeys(f"'{tool}'" if server is None else f"'{server}/{tool}'" for server, tool in unreachable)
        say(f"Error: Nothing is known now of {one_line(', '.join(names))}, so the lock was left as it is.")
        return FAILED
    old = _present(path)
    new = live.only(uses)
    unknown = _unknown(live, uses)
    shown = one_line(str(path))
    if old is not None and encode_lockfile(old) == encode_lockfile(new):
        _tell([], unknown)
        write(f"{_as_locked(len(new), shown)}; nothing was written.")
    else:
        write_lockfile(path, new)
        _tell(() if old is None else _changes(old, new, uses), unknown)
        write(f"Locked {counted(len(new), 'tool')} in {shown}.")
    return FAILED if unknown else DONE


def _as_locked(number: int, where: str) -> str:
    return f"The {counted(number, 'tool')} in {where} {'is' if number == 1 else 'are'} what was locked"


def _present(path: Path) -> Signatures | None:
    """The lock that is there; None for none, or for one that cannot be used, which is what writing it anew is for."""
    if not path.exists():
        return None
    try:
        return read_lockfile(path)
    except ConfigurationInvalid as error:
        say(f"The old lock is replaced: {one_line(error.message)}")
        return None


def _changes(old: Signatures, new: Signatures, uses: tuple[Use, ...]) -> Iterable[str]:
    """What is not as it was, and the locked tools that no scenario uses any more."""
    drifts = drift(old, new, uses)
    yield from (each.text() for each in drifts)
    told = {(each.server, each.tool) for each in drifts}
    for signature in old:
        place = (signature.server, signature.name)
        if new.resolve(place) is None and place not in told:
            yield one_line(f"- {signature.server}/{signature.name} is not used any more")


def _unknown(live: Signatures, uses: tuple[Use, ...]) -> list[str]:
    return [one_line(text) for use in uses if (text := _why_unknown(use, live.find(*use)))]


def _why_unknown(use: Use, found: Lookup) -> str:
    server, tool = use
    match found:
        case Missing():
            return f"! No server offers the tool '{tool}'." if server is None else f"! '{server}' has no tool '{tool}'."
        case Ambiguous():
            return f"! Several servers offer the tool '{tool}': {', '.join(found.servers)}. Name one in the step."
        case UnknownServer():
            return f"! There is no tool server '{server}', which a step with the tool '{tool}' names."
        case Found() | Unreachable():
            return ""


def _tell(changes: Iterable[str], unknown: list[str]) -> None:
    for text in changes:
        write(visible(text))
    for text in unknown:
        say(text)
