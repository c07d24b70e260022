"""Where the tokens of tool servers are kept: encrypted, a file for each server; or in memory, for tests."""

import fcntl
import hashlib
import os
from collections.abc import Callable
from pathlib import Path
from typing import Final, Protocol

from loguru import logger

from callsheet.errors.secrets import DecryptionFailed
from callsheet.errors.service import ConfigurationInvalid
from callsheet.replacing import replace_file
from callsheet.runs.ports import Cipher

_PURPOSE: Final = "oauth"


class TokenStore(Protocol):
    """Texts by the name and address of a tool server: what OAuth has to remember. Nobody else can read them."""

    def read(self, server: str, url: str) -> str | None:
        """What was kept; None when there is nothing, or it cannot be read with the present key."""
        ...

    def write(self, server: str, url: str, text: str) -> None:
        """Keep `text` instead of what was there, as a whole or not at all.

        Raises:
            OSError: it could not be written.
        """
        ...

    def remove(self, server: str, url: str) -> bool:
        """Forget it; whether there was something.

        Raises:
            OSError: it is still there.
        """
        ...

    def version(self, server: str, url: str) -> object:
        """Something that is another one after every `write` and `remove`, by whichever process; None for nothing."""
        ...

    def claim(self, server: str, url: str) -> Callable[[], None] | None:
        """Have it alone, among all processes, until what this gives is called; None while somebody else has it."""
        ...


class MemoryTokens:
    """The store of one process."""

    def __init__(self) -> None:
        self._texts: dict[tuple[str, str], str] = {}
        self._claimed: set[tuple[str, str]] = set()

    def read(self, server: str, url: str) -> str | None:
        """See `TokenStore`."""
        return self._texts.get((server, url))

    def write(self, server: str, url: str, text: str) -> None:
        """See `TokenStore`."""
        self._texts[server, url] = text

    def remove(self, server: str, url: str) -> bool:
        """See `TokenStore`."""
        return self._texts.pop((server, url), None) is not None

    def version(self, server: str, url: str) -> object:
        """See `TokenStore`."""
        return self._texts.get((server, url))

    def claim(self, server: str, url: str) -> Callable[[], None] | None:
        """See `TokenStore`."""
        if (server, url) in self._claimed:
            return None
        self._claimed.add((server, url))
        return lambda: self._claimed.discard((server, url))


class FileTokens:
    """The store of a data folder, which several processes may share; files are readable by their owner alone."""

    def __init__(self, folder: Path, cipher: Cipher) -> None:
        self._folder = folder
        self._cipher = cipher
        self._told: set[Path] = set()

    def read(self, server: str, url: str) -> str | None:
        """See `TokenStore`."""
        file = self._file(server, url)
        try:
            return self._cipher.decrypt(file.read_text("ascii"), _purpose(server, url))
        except FileNotFoundError:
            return None
        except (DecryptionFailed, UnicodeError):
            self._tell(file, f"The tokens of the tool server {server!r} cannot be read with the present key.")
        except OSError as exc:
            self._tell(file, f"The tokens of the tool server {server!r} cannot be read: {exc.strerror or exc}.")
        except ConfigurationInvalid as exc:
            self._tell(file, exc.message)
        return None

    def write(self, server: str, url: str, text: str) -> None:
        """See `TokenStore`."""
        self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        encrypted = self._cipher.encrypt(text, _purpose(server, url))
        replace_file(self._file(server, url), encrypted.encode("ascii"), mode=0o600)

    def remove(self, server: str, url: str) -> bool:
        """See `TokenStore`."""
        try:
            self._file(server, url).unlink()
        except FileNotFoundError:
            return False
        return True

    def version(self, server: str, url: str) -> object:
        """See `TokenStore`."""
        try:
            found = self._file(server, url).stat()
        except OSError:
            return None
        return found.st_ino, found.st_mtime_ns, found.st_size

    def claim(self, server: str, url: str) -> Callable[[], None] | None:
        """See `TokenStore`. What a process claims that ends, however that be, is free again."""
        try:
            self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            descriptor = os.open(self._file(server, url).with_suffix(".lock"), os.O_RDWR | os.O_CREAT, 0o600)
        except OSError:
            return _nothing  # nothing can be written there, by others neither
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(descriptor)
            return None
        except OSError:
            os.close(descriptor)
            return _nothing  # a file system without locks
        return lambda: os.close(descriptor)

    def _tell(self, file: Path, sentence: str) -> None:
        """Once: it is read whenever a token is wanted."""
        if file not in self._told:
            self._told.add(file)
            logger.warning("{}", sentence)

    def _file(self, server: str, url: str) -> Path:
        # A name may contain anything; a digest of it is a name of a file.
        return self._folder / f"{hashlib.sha256(_purpose(server, url).encode()).hexdigest()[:32]}.token"


def _nothing() -> None:
    pass


def _purpose(server: str, url: str) -> str:
    return f"{_PURPOSE}:{server}:{url}"
