"""Secrets as container platforms mount them: a file for each, with its value as text."""

from pathlib import Path

from callsheet.engine.secrets.watched import Unusable, WatchedFolder


class SecretFiles:
    """The secrets of the setting `secrets_dir`. One line break at the end of a file does not belong to its secret."""

    name = "files"

    def __init__(self, folder: Path) -> None:
        self._watched = WatchedFolder(folder, _decode)

    def secrets(self) -> dict[str, str]:
        """See `Provider`."""
        return dict(self._watched.secrets())


def text_of(content: bytes) -> str:
    """The secret that bytes stand for, without one line break at their end.

    Raises:
        Unusable: they are not text that a tool's input can hold.
    """
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError as exc:
        raise Unusable("it is not UTF-8") from exc
    if "\0" in text:
        raise Unusable("there is a NUL in it")
    return text.removesuffix("\n").removesuffix("\r")


def _decode(name: str, content: bytes) -> str:
    return text_of(content)
