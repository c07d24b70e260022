"""From a command, which is only its options, to what it does: the heavy half is imported here."""

import asyncio
import gc
from collections.abc import Generator
from contextlib import contextmanager
from importlib import import_module
from typing import Any


class OutputClosed(Exception):
    """Whoever read standard output went away, as `head` does."""


def start(action: str, options: object) -> int:
    """Run `act(options)` of the module `action` in `callsheet.cli.actions`; its exit status.

    Raises:
        OutputClosed: standard output was closed by its reader.
    """
    with importing():
        module: Any = import_module(f"callsheet.cli.actions.{action}")
    try:
        return asyncio.run(module.act(options))
    except BrokenPipeError as exc:
        raise OutputClosed from exc


@contextmanager
def importing() -> Generator[None]:
    """Import modules with the collector off, and keep what they made out of its sight.

    The modules of a server live as long as it does; going through them at every collection cost 13 to 19 % of its CPU.
    """
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        gc.set_threshold(5_000, 20, 20)
        gc.enable()
