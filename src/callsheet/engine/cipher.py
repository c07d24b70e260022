"""The `Cipher` port: AES-256-GCM (NIST SP 800-38D) with one key, which a file holds."""

import base64
import binascii
import os
import secrets
from pathlib import Path
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from callsheet.errors.secrets import DecryptionFailed
from callsheet.errors.service import ConfigurationInvalid

KEY_BYTES: Final = 32
_NONCE_BYTES: Final = 12
_VERSION: Final = "v1."


class KeyCipher:
    """Encrypts with `key`, 32 bytes. The purpose is bound to each token, so that none serves where another belongs."""

    def __init__(self, key: bytes) -> None:
        self._aead = AESGCM(key)

    def encrypt(self, text: str, purpose: str) -> str:
        """See `callsheet.runs.ports.Cipher`."""
        nonce = secrets.token_bytes(_NONCE_BYTES)
        sealed = nonce + self._aead.encrypt(nonce, text.encode(), purpose.encode())
        return _VERSION + base64.urlsafe_b64encode(sealed).decode().rstrip("=")

    def decrypt(self, token: str, purpose: str) -> str:
        """See `callsheet.runs.ports.Cipher`."""
        try:
            if not token.startswith(_VERSION):
                raise ValueError(token[:3])
            encoded = token.removeprefix(_VERSION).encode("ascii")
            sealed = base64.b64decode(encoded + b"=" * (-len(encoded) % 4), b"-_", validate=True)
            nonce, rest = sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:]
            return self._aead.decrypt(nonce, rest, purpose.encode()).decode()
        except (InvalidTag, ValueError, binascii.Error) as exc:
            raise DecryptionFailed from exc


class FileCipher:
    """Encrypts with the key of a file, which is read, or made, when it is first wanted.

    Args:
        path: see `key_of`.
        make: see `key_of`.
    """

    def __init__(self, path: Path, *, make: bool = True) -> None:
        self._path = path
        self._make = make
        self._cipher: KeyCipher | None = None

    def encrypt(self, text: str, purpose: str) -> str:
        """See `callsheet.runs.ports.Cipher`."""
        return self._with_key().encrypt(text, purpose)

    def decrypt(self, token: str, purpose: str) -> str:
        """See `callsheet.runs.ports.Cipher`."""
        return self._with_key().decrypt(token, purpose)

    def _with_key(self) -> KeyCipher:
        if self._cipher is None:
            self._cipher = KeyCipher(key_of(self._path, make=self._make))
        return self._cipher


def key_of(path: Path, *, make: bool = True) -> bytes:
    """The key that the file `path` holds.

    Args:
        path: the file; readable by its owner alone, when we make it.
        make: whether it is made when it is not there. Not where processes on several machines must have the same one.

    Raises:
        ConfigurationInvalid: the file cannot be read or written, or is not a key.
    """
    try:
        if make and not path.exists():
            path.parent.mkdir(parents=True, exist_ok=True)
            _make(path)
        key = path.read_bytes()
    except OSError as exc:
        raise ConfigurationInvalid(f"The key {path} cannot be used: {exc.strerror}.") from exc
    if len(key) != KEY_BYTES:
        raise ConfigurationInvalid(f"The key {path} has {len(key)} bytes, not {KEY_BYTES}. Restore it from a backup.")
    return key


def _make(path: Path) -> None:
    """Write a new key beside `path` and link it there: whoever is first wins, and nobody reads half a key."""
    beside = path.with_name(f".key.{secrets.token_hex(4)}.tmp")
    descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with open(descriptor, "wb") as file:
            file.write(secrets.token_bytes(KEY_BYTES))
            file.flush()
            os.fsync(file.fileno())
        try:
            os.link(beside, path)
        except FileExistsError:
            return
    finally:
        beside.unlink(missing_ok=True)
