"""`callsheet audit export`: what it does."""

import os
import sys
from collections.abc import Generator
from contextlib import aclosing, contextmanager
from pathlib import Path
from typing import BinaryIO

from callsheet.api.audit_export import ExportFormat
from callsheet.cli.actions.audit_list import filter_of
from callsheet.cli.commands.audit_export import AuditExportOptions
from callsheet.cli.failures import DONE, Refused
from callsheet.cli.key_access import open_keys
from callsheet.cli.surroundings import surroundings


async def act(options: AuditExportOptions) -> int:
    """Write the log; the exit status."""
    where = filter_of(options.acts)
    if options.form not in set(ExportFormat):
        raise Refused(f"--format cannot be {options.form!r}. There are: {', '.join(ExportFormat)}.")
    with surroundings(options.places) as settings:
        async with open_keys(settings) as keys, aclosing(keys.export(where, ExportFormat(options.form))) as pieces:
            # The file comes after the first piece: a log that cannot be read leaves an earlier export as it is.
            first = await anext(pieces, b"")
            with _opened(options.output) as file:
                file.write(first)
                async for piece in pieces:
                    file.write(piece)
    return DONE


@contextmanager
def _opened(path: Path | None) -> Generator[BinaryIO]:
    if path is None:
        sys.stdout.flush()
        yield sys.stdout.buffer
        sys.stdout.buffer.flush()
        return
    try:
        # For nobody else: it says who does what here.
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            yield file
    except OSError as exc:
        raise Refused(f"The export cannot be written to {path}: {exc.strerror}.") from exc
