"""The documents that a command line names: files, folders, standard input, or else the catalog's folder."""

import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from callsheet.catalog.candidates import SUFFIXES, trigger_kind
from callsheet.cli.failures import Refused
from callsheet.runs.events import TriggerKind
from callsheet.scenario.model import MAX_DOCUMENT_BYTES
from callsheet.scenario.source import Syntax
from callsheet.settings import Settings

STDIN: Final = "-"


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """A document as it is written.

    Attributes:
        name: as people know it: the path as it was given, or `<stdin>`.
        path: the file; None for standard input.
        syntax: JSON or YAML.
        data: the bytes, of a document that is too large only so many that it still is.
    """

    name: str
    path: Path | None
    syntax: Syntax
    data: bytes

    @property
    def trigger(self) -> TriggerKind | None:
        """Whether it is a schedule or a hook, as its name says; None for a scenario."""
        return trigger_kind(self.name)

    @property
    def text(self) -> str:
        """The text, what is not UTF-8 replaced."""
        return self.data.decode("utf-8-sig", "replace")


def scenarios_written(given: Sequence[str], settings: Settings, syntax: Syntax | None = None) -> tuple[Written, ...]:
    """As `written`, without the schedules and hooks of folders.

    Raises:
        Refused: as `written`; also when a schedule or hook is named itself.
    """
    found = written(given, settings, syntax)
    for each in found:
        if each.trigger is not None and each.name in given:
            raise Refused(f"'{each.name}' is a {each.trigger}, and this command is for scenarios.")
    return tuple(each for each in found if each.trigger is None)


def written(given: Sequence[str], settings: Settings, syntax: Syntax | None = None) -> tuple[Written, ...]:
    """The documents that `given` names, those of a folder ordered by name; those of the catalog when it is empty.

    Args:
        given: files, folders (whose own documents are meant, not those of folders in them), or `-`.
        settings: where the catalog's folder is, and mcp.json, which is no document.
        syntax: how standard input, and files whose name does not say it, are written.

    Raises:
        Refused: one of them does not exist, cannot be read, or does not say how it is written.
    """
    named = given or [_shown(settings.scenarios)]
    found = {path: None for name in named for path in _paths(name, settings, syntax)}
    return tuple(_read(name, syntax) for name in found)


def has_kind(name: str) -> bool:
    """Whether a file's name says that it is a document."""
    return Path(name).suffix.lower() in SUFFIXES


def _paths(name: str, settings: Settings, syntax: Syntax | None) -> Iterator[str]:
    path = Path(name)
    if name == STDIN:
        yield name
    elif path.is_dir():
        yield from (str(each) for each in _documents(path) if each.resolve() != settings.mcp.resolve())
    elif not path.exists():
        raise Refused(f"There is no file or folder '{name}'.")
    elif syntax is None and not has_kind(name):
        raise Refused(f"'{name}' is neither *.json nor *.yaml; say how it is written with --syntax.")
    else:
        yield name


def _documents(folder: Path) -> list[Path]:
    """Those of a folder, as the catalog has them: a link that leads out is none, for what is wrong is quoted."""
    inside = folder.resolve()
    try:
        return sorted(
            each
            for each in folder.iterdir()
            if has_kind(each.name)
            and not each.name.startswith(".")
            and each.is_file()
            and each.resolve().is_relative_to(inside)
        )
    except OSError as exc:
        raise Refused(f"The folder '{folder}' cannot be read: {exc.strerror}.") from exc


def _read(name: str, syntax: Syntax | None) -> Written:
    most = MAX_DOCUMENT_BYTES + 1
    if name == STDIN:
        if syntax is None:
            raise Refused("Say with --syntax json or --syntax yaml how standard input is written.")
        return Written(name="<stdin>", path=None, syntax=syntax, data=sys.stdin.buffer.read(most))
    path = Path(name)
    try:
        with path.open("rb") as file:
            data = file.read(most)
    except OSError as exc:
        raise Refused(f"'{name}' cannot be read: {exc.strerror}.") from exc
    return Written(name=name, path=path, syntax=SUFFIXES.get(path.suffix.lower()) or syntax or Syntax.YAML, data=data)


def _shown(folder: Path) -> str:
    """`folder` from the current one where it is inside it, as people would write it."""
    here = Path.cwd()
    return str(folder.relative_to(here)) if folder.is_relative_to(here) else str(folder)
