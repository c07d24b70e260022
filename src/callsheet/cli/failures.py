"""What ends a command: a sentence on standard error and an exit status, never a traceback that nobody asked for.

| status | meaning |
|---|---|
| 0 | done |
| 1 | it was tried and failed |
| 2 | what was asked for cannot be: usage, configuration, input, an unknown name, no right to it |
| 70 | a fault of Callsheet |
| 130 | Ctrl-C |
| 141 | the reader of standard output went away |
"""

import os
import sys
import traceback
from collections.abc import Iterator
from typing import Final

from callsheet.cli.text import one_line, visible
from callsheet.errors.access import Forbidden, Unauthenticated
from callsheet.errors.kinds import CallsheetError, Invalid, NotFound
from callsheet.errors.service import ConfigurationInvalid

DONE: Final = 0
FAILED: Final = 1
USAGE: Final = 2
FAULT: Final = 70
INTERRUPTED: Final = 130
NOBODY_READS: Final = 141

_MAX_PROBLEMS: Final = 20
_NOT_LIKE_THIS: Final = (Invalid, NotFound, ConfigurationInvalid, Unauthenticated, Forbidden)


class Refused(CallsheetError):
    """The command line asks for something that cannot be."""

    code = "usage"


def say(text: str) -> None:
    """Write one line to standard error."""
    print(text, file=sys.stderr, flush=True)


def report(error: CallsheetError) -> int:
    """Tell the person at the terminal about `error`; the exit status."""
    say(f"Error: {_hidden(one_line(error.message))}")
    for command in getattr(error, "__notes__", ()):  # what to do, to be copied
        say(f"  {_hidden(one_line(command))}")
    if isinstance(error, Invalid):
        for line in _problems(error):
            say(_hidden(line))
    return USAGE if isinstance(error, (Refused, *_NOT_LIKE_THIS)) else FAILED


def report_fault(error: BaseException, *, details: bool) -> int:
    """Tell about a fault of Callsheet itself; `details` for the traceback. The exit status."""
    if details or os.environ.get("CALLSHEET_LOG_LEVEL") == "DEBUG":
        say(_hidden(visible("".join(traceback.format_exception(error)).rstrip())))
    kind = type(error).__name__
    words = _hidden(one_line(str(error)))[:300]
    say(f"Error: Callsheet itself failed ({kind}: {words}). This is a defect; please report it.")
    if not details:
        say("Run `callsheet --traceback …`, or set CALLSHEET_LOG_LEVEL=DEBUG, to see where.")
    return FAULT


def _hidden(text: str) -> str:
    from callsheet.cli.redaction import hidden  # noqa: PLC0415 - what fails early need not wait for its imports

    return hidden(text)


def _problems(error: Invalid) -> Iterator[str]:
    if len(error.problems) == 1 and error.problems[0].message in error.message:
        return
    for problem in error.problems[:_MAX_PROBLEMS]:
        where = f"at {one_line(problem.pointer)}" if problem.pointer else "as a whole"
        yield f"  {where}: {one_line(problem.message)}"
    if len(error.problems) > _MAX_PROBLEMS:
        yield f"  and {len(error.problems) - _MAX_PROBLEMS} more"
