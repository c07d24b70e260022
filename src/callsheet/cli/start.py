"""From a command, which is only its options, to what it does: the heavy half is imported here."""

import asyncio
from importlib import import_module
from typing import Any


class OutputClosed(Exception):
    """Whoever read standard output went away, as `head` does."""


def start(action: str, options: object) -> int:
    """Run `act(options)` of the module `action` in `callsheet.cli.actions`; its exit status.

    Raises:
        OutputClosed: standard output was closed by its reader.
    """
    module: Any = import_module(f"callsheet.cli.actions.{action}")
    try:
        return asyncio.run(module.act(options))
    except BrokenPipeError as exc:
        raise OutputClosed from exc
