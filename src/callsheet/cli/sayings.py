"""What a tool says while it is at work, as a line for people."""

import orjson

from callsheet.runs.events import StepLog, StepProgress
from callsheet.scenario.json import Json


def progress_text(event: StepProgress) -> str:
    """How far the tool of a step is."""
    return amount_text(event.progress, event.total, event.message)


def amount_text(progress: float, total: float | None, message: str) -> str:
    """How far a tool is: `40 % indexing`, `3/7`, or `12` where the end is not known."""
    if total is None or total <= 0:
        amount = f"{progress:g}"
    elif total == 1 or total >= 100:  # a share, or a number that says nothing as it is
        amount = f"{100 * progress / total:.0f} %"
    else:
        amount = f"{progress:g}/{total:g}"
    return f"{amount} {message}".rstrip()


def log_text(event: StepLog) -> str:
    """What the tool of a step logged."""
    return said_text(event.level, event.logger, event.data)


def said_text(level: str, logger: str, data: Json) -> str:
    """`level logger: what it says`."""
    said = data if isinstance(data, str) else orjson.dumps(data).decode()
    return f"{level}{f' {logger}' if logger else ''}: {said}"
