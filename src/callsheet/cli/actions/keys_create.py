"""`callsheet keys create`: what it does."""

from datetime import UTC, datetime
from typing import Final

from callsheet.access.patterns import ALL, MAX_PATTERNS
from callsheet.access.scopes import Role
from callsheet.api.schemas.keys import KeyRequest
from callsheet.cli.commands.keys_create import KeysCreateOptions
from callsheet.cli.failures import DONE, Refused, say
from callsheet.cli.key_access import open_keys
from callsheet.cli.moments import age_of
from callsheet.cli.screen import write, write_json
from callsheet.cli.surroundings import surroundings
from callsheet.cli.text import one_line

_RUNS: Final = {"all": True, "own": False}


async def act(options: KeysCreateOptions) -> int:
    """Make a key and show it; the exit status."""
    wanted = _request(options)
    with surroundings(options.places) as settings:
        async with open_keys(settings, write=True) as keys:
            made = await keys.create(wanted)
    if options.json:
        write_json(made.model_dump(mode="json"))
    else:
        write(made.key)
    say(f"This is the key {made.key_id} of {one_line(made.name)}. It is shown only now: nobody can show it again.")
    return DONE


def _request(options: KeysCreateOptions) -> KeyRequest:
    if options.role not in set(Role):
        raise Refused(f"--role cannot be {options.role!r}. There are: {', '.join(Role)}.")
    if options.runs is not None and options.runs not in _RUNS:
        raise Refused(f"--runs cannot be {options.runs!r}. There are: {', '.join(_RUNS)}.")
    if len(options.name) > 64:
        raise Refused("The name of a key has 1 to 64 letters, digits and _ . -, and no more.")
    for option, patterns in (("--scenario", options.scenarios), ("--tool", options.tools)):
        if len(patterns) > MAX_PATTERNS:
            raise Refused(f"{option} can be given {MAX_PATTERNS} times at most.")
    return KeyRequest(
        name=options.name,
        role=Role(options.role),
        every_run=None if options.runs is None else _RUNS[options.runs],
        scenarios=list(options.scenarios or ALL.texts),
        tools=list(options.tools or ALL.texts),
        expires_at=None if options.expires is None else _end(options.expires),
    )


def _end(text: str) -> datetime:
    try:
        return datetime.now(UTC) + age_of("--expires", text)
    except OverflowError:
        raise Refused(f"--expires cannot be {text!r}: that is after the year 9999.") from None
