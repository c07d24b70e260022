"""The time of a call, over the waits on its way."""

import asyncio
from dataclasses import replace
from typing import Final

from callsheet.runs.tools import ToolCall

_NO_WAIT: Final = 0.01
"""Seconds; less is no waiting, and the deadline is left as it was written."""


def since(call: ToolCall, seconds: float | None, began: float) -> ToolCall:
    """The call with what is left of its `seconds` after a wait that began at `began`, by the clock of the loop."""
    waited = asyncio.get_running_loop().time() - began
    if seconds is None or waited < _NO_WAIT:
        return call
    return replace(call, timeout=max(0.0, round(seconds - waited, 3)))
