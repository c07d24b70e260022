"""Groups whose commands are imported when they are called: `callsheet --help` shows a table and imports nothing."""

from collections.abc import Mapping
from dataclasses import dataclass
from importlib import import_module
from typing import Any, ClassVar

from typer import Typer
from typer.core import TyperCommand, TyperGroup
from typer.main import get_command


@dataclass(frozen=True, slots=True, kw_only=True)
class Lazy:
    """A command that is not imported yet.

    Attributes:
        module: has a function `command`, or for a group of commands a `Typer` called `group`.
        summary: the line that the group's help shows.
    """

    module: str
    summary: str


class LazyGroup(TyperGroup):
    """A group over a table of names; subclasses give the table."""

    table: ClassVar[Mapping[str, Lazy]] = {}

    def __init__(self, **attributes: Any) -> None:
        super().__init__(**attributes)
        # What the help and the "Did you mean" of the group need; `resolve_command` gives the command itself.
        self.commands.update({name: TyperCommand(name, help=lazy.summary) for name, lazy in self.table.items()})

    # `Any` below: these types belong to a module that typer keeps to itself.

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        """Import the command that `args` begin with."""
        name, known, rest = super().resolve_command(ctx, args)
        return name, known and load(name or "", self.table[name or ""]), rest


def load(name: str, lazy: Lazy) -> Any:
    """The command behind a table's line, as typer's own object."""
    module = import_module(lazy.module)
    app: Typer | None = getattr(module, "group", None)
    if app is None:
        app = Typer(add_completion=False, rich_markup_mode=None)
        app.command(name)(module.command)
    loaded = get_command(app)
    loaded.name = name
    return loaded
