"""Following a run to its end, with a view on it."""

from collections.abc import AsyncGenerator
from contextlib import aclosing

from callsheet.cli.views import View
from callsheet.runs.codec import decode
from callsheet.runs.events import Record
from callsheet.runs.state import RunState, fold


async def follow(records: AsyncGenerator[Record], view: View) -> RunState:
    """Show every record; the run's state after the last.

    Raises:
        ValueError: there was no record, or one that no version of Callsheet wrote.
    """
    state: RunState | None = None
    async with aclosing(records):
        async for record in records:
            event = decode(record)
            if state is None:
                state = fold([event])
            else:
                state.apply(event)
            view.show(record, event, state)
    if state is None:
        raise ValueError("The journal has no event of this run.")
    return state
