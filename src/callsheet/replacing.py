"""Replacing a file as a whole or not at all."""

import contextlib
import os
import secrets
from pathlib import Path
from typing import Final

_USUAL: Final = 0o666
"""Less what the umask takes away."""


def replace_file(path: Path, content: bytes, mode: int | None = None) -> None:
    """Write `content` to `path`, durably: after a crash there is the old file or the new one.

    Args:
        path: the file, in a folder that exists.
        content: all of it.
        mode: its permissions; those of the file that is there by default, or the usual ones.

    Raises:
        OSError: it cannot be written; what was there is there.
    """
    beside = path.with_name(f".{path.name}.{secrets.token_hex(4)}.tmp")
    descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, _USUAL if mode is None else mode)
    try:
        with open(descriptor, "wb") as file:
            if mode is None and path.exists():
                os.chmod(file.fileno(), path.stat().st_mode & 0o777)
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        beside.replace(path)
    except BaseException:
        with contextlib.suppress(OSError):
            beside.unlink(missing_ok=True)
        raise
    _sync_folder(path.parent)


def _sync_folder(folder: Path) -> None:
    opened = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)
