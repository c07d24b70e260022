"""When a failed attempt is made again."""

from callsheet.runs.events import RunError
from callsheet.runs.ports import Entropy
from callsheet.scenario.steps.base import Retry
from callsheet.scenario.steps.fail import UNCATCHABLE


def retry_delay(retry: Retry | None, error: RunError, failures: int, entropy: Entropy) -> float | None:
    """Seconds to wait before the next attempt, or None when there is none.

    Args:
        retry: the policy; None makes one attempt.
        error: why the last attempt failed.
        failures: how many attempts have failed by now.
        entropy: gives the jitter; the delay is journaled, so a run that is taken up again does not draw anew.
    """
    if retry is None or failures >= retry.max_attempts or error.code in UNCATCHABLE:
        return None
    if error.code not in retry.errors and "*" not in retry.errors:
        return None
    longest = min(retry.max_interval, retry.initial_interval * retry.backoff_coefficient ** (failures - 1))
    return round(longest * entropy.jitter(), 3)
