"""The encrypted store of a data folder: what `callsheet secrets set` writes."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from callsheet.engine.secrets.watched import LARGEST, NAME, Unusable, WatchedFolder
from callsheet.errors.secrets import DecryptionFailed
from callsheet.errors.service import ConfigurationInvalid
from callsheet.replacing import replace_file
from callsheet.runs.ports import Cipher

_SUFFIX: Final = ".secret"


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredSecret:
    """A secret of the store; its value is not told.

    Attributes:
        set_at: when it was written last.
    """

    name: str
    set_at: datetime


class SecretStore:
    """A file for each secret, readable by its owner alone, encrypted with the key and bound to the secret's name."""

    name = "store"

    def __init__(self, folder: Path, cipher: Cipher) -> None:
        self._folder = folder
        self._cipher = cipher
        self._watched = WatchedFolder(folder, self._decode, suffix=_SUFFIX)

    def secrets(self) -> dict[str, str]:
        """See `Provider`."""
        return dict(self._watched.secrets())

    def stored(self) -> Sequence[StoredSecret]:
        """What there is, by name, whether it can be decrypted or not."""
        files = sorted(self._folder.glob(f"*{_SUFFIX}")) if self._folder.is_dir() else []
        return [
            StoredSecret(name=file.stem, set_at=datetime.fromtimestamp(file.stat().st_mtime, UTC))
            for file in files
            if NAME.fullmatch(file.stem)
        ]

    def set(self, name: str, secret: str) -> None:
        """Keep `secret` instead of what was there, as a whole or not at all; durable when this returns.

        Raises:
            ValueError: it is empty, larger than 64 KiB, or has a NUL in it; or the name cannot be one.
            ConfigurationInvalid: the key cannot be used.
            OSError: it could not be written.
        """
        check_name(name)
        check_value(secret)
        token = self._cipher.encrypt(secret, _purpose(name))
        self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        replace_file(self._file(name), token.encode("ascii"), mode=0o600)
        self._watched.forget()

    def remove(self, name: str) -> bool:
        """Forget it; whether there was one.

        Raises:
            ValueError: the name cannot be one.
            OSError: it is still there.
        """
        check_name(name)
        try:
            self._file(name).unlink()
        except FileNotFoundError:
            return False
        self._watched.forget()
        return True

    def _decode(self, name: str, content: bytes) -> str:
        try:
            return self._cipher.decrypt(content.decode("ascii"), _purpose(name))
        except (DecryptionFailed, UnicodeError) as exc:
            raise Unusable("it cannot be decrypted with the present key") from exc
        except ConfigurationInvalid as exc:
            raise Unusable(exc.message.removesuffix(".")) from exc

    def _file(self, name: str) -> Path:
        return self._folder / f"{name}{_SUFFIX}"


def check_name(name: str) -> None:
    """Return when `name` can be a secret's.

    Raises:
        ValueError: it cannot.
    """
    if NAME.fullmatch(name) is None:
        raise ValueError("A secret's name has from 1 to 128 letters, digits and underscores.")


def check_value(secret: str) -> None:
    """Return when the store can keep `secret`.

    Raises:
        ValueError: it cannot.
    """
    if not secret or "\0" in secret or len(secret.encode("utf-8", "surrogatepass")) > LARGEST // 2:
        raise ValueError(f"A secret has from 1 to {LARGEST // 2} bytes, and no NUL.")


def _purpose(name: str) -> str:
    return f"secret:{name}"
