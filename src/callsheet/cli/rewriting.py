"""Replacing a file all or nothing, for commands that change documents."""

import contextlib
import os
import secrets
from pathlib import Path

from callsheet.cli.failures import Refused


def rewrite(path: Path, content: bytes) -> None:
    """Replace the content: after a failure or a crash the old one or the new one is there. A link is followed.

    Raises:
        Refused: the file cannot be written; it is as it was.
    """
    target = path.resolve()
    beside = target.with_name(f".{target.name}.{secrets.token_hex(4)}.tmp")
    try:
        with beside.open("xb") as file:
            os.chmod(file.fileno(), target.stat().st_mode & 0o777)
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        beside.replace(target)
    except OSError as exc:
        with contextlib.suppress(OSError):
            beside.unlink(missing_ok=True)
        raise Refused(f"'{path}' cannot be written: {exc.strerror}.") from exc
    except BaseException:
        with contextlib.suppress(OSError):
            beside.unlink(missing_ok=True)
        raise
