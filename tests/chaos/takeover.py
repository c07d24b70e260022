"""When the time begins that others have for going on with the work of a process that was killed."""

import math
from collections.abc import Sequence

from tests.chaos.evidence import Evidence, Kind, Strike

EARLIEST = 4.0
"""Seconds after a kill in which nobody in a fleet can know of it: a strike on another one did not hit who took over."""


def clock_starts(kill: Strike, again: float, evidence: Evidence) -> float:
    """From when the time counts until the run of a killed process went on, at `again`.

    In a fleet, from when another process lives; and anew when one was struck that may just have taken over. After an
    outage, from the end of that.
    """
    outages = [each.until for each in evidence.strikes if each.lone and each.at > kill.at and each.until < again]
    start = max([kill.at, *outages])
    if kill.lone:
        return start
    start = _somebody_lives(kill, start, evidence)
    for strike in evidence.strikes:
        is_other = strike.process != kill.process and strike.process in evidence.ready
        if is_other and start + EARLIEST <= strike.at < again:
            start = _somebody_lives(kill, strike.at, evidence)
    return min(start, again)


def _somebody_lives(kill: Strike, moment: float, evidence: Evidence) -> float:
    """From when a process lives that can go on with the work; `moment`, when that is not known."""
    lives = [
        _lives(max(moment, ready), [each for each in evidence.strikes if each.process == process])
        for process, ready in evidence.ready.items()
        if process != kill.process
    ]
    found = min(lives, default=math.inf)
    return moment if math.isinf(found) else found


def _lives(moment: float, strikes: Sequence[Strike]) -> float:
    """From when a process is neither frozen nor struck for good; infinity when it never is again."""
    for strike in strikes:
        if strike.kind is Kind.FREEZE and strike.at <= moment < strike.until:
            moment = strike.until
        elif strike.kind is not Kind.FREEZE and strike.at <= moment:
            return math.inf
    return moment
