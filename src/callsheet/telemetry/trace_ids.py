"""Ids of traces and spans that follow from where something stands, so that every process finds the same ones.

A run may begin in one process and end in another. Both must write into one trace, without having talked to each other.
"""

import re
from collections.abc import Container
from hashlib import blake2b

from callsheet.runs.events import RunId, StepPath

_OUTER = re.compile(r"(?:@\d+)?(?:\[\d+\])?\Z")


def trace_of(run_id: RunId) -> int:
    """The trace of a run.

    Not the run's id itself: a sampler takes the lower half for a number, and there a UUID is not random in its first
    bits, so that a tenth of all traces would be none at all.
    """
    return _number(16, "trace", run_id)


def span_of_run(run_id: RunId) -> int:
    """The span of a whole run."""
    return _number(8, "run", run_id)


def span_of_step(run_id: RunId, path: StepPath) -> int:
    """The span of one execution of a step."""
    return _number(8, "step", run_id, path)


def span_of_attempt(run_id: RunId, path: StepPath, number: int) -> int:
    """The span of one attempt of a step that was tried more than once; attempts are numbered from 1."""
    return _number(8, "attempt", run_id, path, str(number))


def span_around(run_id: RunId, path: StepPath, steps: Container[StepPath]) -> int:
    """The span that a step's lies in: that of the step around it, or that of the run.

    Args:
        run_id: the run.
        path: of the step, such as `each[3].pair.left.fetch`.
        steps: the paths of steps that are known to be open; the names of branches are none of them.
    """
    parts = path.split(".")
    for length in range(len(parts) - 1, 0, -1):
        outer = StepPath(_OUTER.sub("", ".".join(parts[:length])))
        if outer in steps:
            return span_of_step(run_id, outer)
    return span_of_run(run_id)


def _number(size: int, *parts: str) -> int:
    digest = blake2b("\0".join(parts).encode(), digest_size=size, person=b"callsheet")
    return int.from_bytes(digest.digest(), "big") or 1  # 0 is no id
