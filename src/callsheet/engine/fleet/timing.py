"""How often the engine of many processes does what."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Timing:
    """Everything in seconds.

    Attributes:
        heartbeat: how often a worker shows that it lives.
        stalled_after: without a sign of life for so long, a worker is taken for dead.
        sweep: how often each worker looks for dead ones.
        poll: how often each worker looks for jobs, whether it was told of one or not.
        listen: how often it looks for messages to the runs at work.
        reconcile: how often it looks for due runs that have no job.
        give_up: how long a dispatch may take; then reconciling finds the run.
    """

    heartbeat: float = 1.0
    stalled_after: float = 5.0
    sweep: float = 1.0
    poll: float = 1.0
    listen: float = 0.5
    reconcile: float = 3.0
    give_up: float = 2.0
