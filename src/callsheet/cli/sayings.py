"""What a tool says while it is at work, as a line for people."""

import orjson

from callsheet.runs.events import StepLog, StepProgress


def progress_text(event: StepProgress) -> str:
    """How far the tool is: `40 % indexing`, `3/7`, or `12` where the end is not known."""
    if event.total is None or event.total <= 0:
        amount = f"{event.progress:g}"
    elif event.total == 1 or event.total >= 100:
        amount = f"{100 * event.progress / event.total:.0f} %"
    else:
        amount = f"{event.progress:g}/{event.total:g}"
    return f"{amount} {event.message}".rstrip()


def log_text(event: StepLog) -> str:
    """`level logger: what it says`."""
    said = event.data if isinstance(event.data, str) else orjson.dumps(event.data).decode()
    logger = f" {event.logger}" if event.logger else ""
    return f"{event.level}{logger}: {said}"
