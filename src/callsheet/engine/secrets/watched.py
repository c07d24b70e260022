"""A folder with one file for each secret, read again when something in it changes."""

import os
import re
import stat
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from threading import Lock
from typing import Final, TypeAlias

from loguru import logger

NAME: Final = re.compile(r"[A-Za-z0-9_]{1,128}")
"""What a secret may be called; files with other names are none."""

LARGEST: Final = 64 * 2**10
"""Bytes of a secret."""

EVERY: Final = 0.2
"""Seconds for which what was seen counts: a change is seen within a second, and a call does not cost a look each."""

_FRESH: Final = 2.0
"""Seconds after a change in which a second one may leave no other trace than the content."""

_Stamp: TypeAlias = tuple[int, int, int]
Decode: TypeAlias = Callable[[str, bytes], str]
"""Makes a secret's value from its name and what its file holds; raises `Unusable`."""


class Unusable(Exception):
    """A file is no secret. The text says why, and nothing of what is in it."""


class WatchedFolder:
    """The secrets of `folder`, by the names of its files without their `suffix`.

    A file may be a symbolic link as long as it leads to a file of the folder: so Kubernetes mounts secrets. A file that
    cannot be used is no secret, and is told of once. A folder that does not exist has none.

    Args:
        folder: where they are.
        suffix: what the names of files end with.
        decode: reads the content of a file.
        now: seconds that only grow.
    """

    def __init__(
        self, folder: Path, decode: Decode, *, suffix: str = "", now: Callable[[], float] = time.monotonic
    ) -> None:
        self.folder = folder
        self._suffix = suffix
        self._decode = decode
        self._now = now
        self._looked_at: float | None = None
        self._seen: dict[str, tuple[_Stamp, str | None]] = {}
        self._secrets: Mapping[str, str] = {}
        self._told: set[tuple[str, str]] = set()
        self._untold: list[str] = []
        self._looking = Lock()

    def secrets(self) -> Mapping[str, str]:
        """Every secret by name, at most `EVERY` seconds old; from any thread."""
        # One at a time: who was held up while looking would put what was there before over what is there now.
        with self._looking:
            now = self._now()
            if self._looked_at is None or now - self._looked_at >= EVERY:
                self._looked_at = now
                self._look()
            found, untold, self._untold = self._secrets, self._untold, []
        for sentence in untold:  # not while looking: who writes the log looks, too
            logger.warning("{}", sentence)
        return found

    def forget(self) -> None:
        """Look again the next time, for something was changed."""
        with self._looking:
            self._looked_at = None

    def _look(self) -> None:
        seen = {name: self._read(name, path) for name, path in self._files()}
        if seen != self._seen:
            self._seen = seen
            self._secrets = {name: value for name, (_, value) in sorted(seen.items()) if value is not None}

    def _files(self) -> Iterator[tuple[str, Path]]:
        try:
            names = os.listdir(self.folder)
        except FileNotFoundError:
            return
        except OSError as exc:
            self._tell("", f"The secrets in {self.folder} cannot be read: {exc.strerror}.")
            return
        for name in names:
            if name.endswith(self._suffix) and NAME.fullmatch(bare := name.removesuffix(self._suffix)):
                yield bare, self.folder / name

    def _read(self, name: str, path: Path) -> tuple[_Stamp, str | None]:
        stamp = (0, 0, 0)
        try:
            found = path.stat()
            stamp = found.st_ino, found.st_mtime_ns, found.st_size
            before = self._seen.get(name)
            if before is not None and before[0] == stamp and time.time() - found.st_mtime > _FRESH:
                return before
            return stamp, self._decode(name, self._content(path, found)) or None
        except Unusable as exc:
            self._tell(name, f"The secret {name!r} in {self.folder} cannot be used: {exc}.")
        except OSError as exc:
            self._tell(name, f"The secret {name!r} in {self.folder} cannot be read: {exc.strerror}.")
        return stamp, None

    def _content(self, path: Path, found: os.stat_result) -> bytes:
        if not path.resolve().is_relative_to(self.folder.resolve()):
            raise Unusable("it is a link to a file outside of the folder")
        if not stat.S_ISREG(found.st_mode):
            raise Unusable("it is not a file")
        # Without waiting: it may have become a pipe meanwhile, whose other end nobody opens.
        with open(os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC), "rb") as file:
            content = file.read(LARGEST + 1)
        if len(content) > LARGEST:
            raise Unusable(f"it has more than {LARGEST} bytes")
        return content

    def _tell(self, name: str, sentence: str) -> None:
        """Once: it is looked at again and again."""
        if (name, sentence) not in self._told:
            self._told.add((name, sentence))
            self._untold.append(sentence)
