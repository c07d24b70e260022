"""The codes of errors that ended runs, as people name them to find the runs."""

import re
from collections.abc import Iterable
from typing import Final

from callsheet.scenario.steps.fail import CODE

MOST_CODES: Final = 20
"""How many are looked for at once: each is a search of its own."""

_CODE: Final = re.compile(CODE.removesuffix("$"))


def error_codes_of(names: Iterable[str]) -> frozenset[str] | None:
    """The codes that are named; None for none. Whether a run ever ended with one is not asked.

    Raises:
        ValueError: no error can have one of them, or there are more than `MOST_CODES`.
    """
    found = frozenset(names)
    for name in sorted(found):
        if not _CODE.fullmatch(name):
            raise ValueError(
                f"{name[:64]!r} is no error code: a letter, then 63 letters, digits, '_', '.' and '-' at most."
            )
    if len(found) > MOST_CODES:
        raise ValueError(f"{len(found)} error codes are too many: {MOST_CODES} at most.")
    return found or None
