"""With what the service runs, as plain values: whoever puts it together says it."""

from dataclasses import dataclass
from typing import Literal, TypeAlias

from callsheet.scenario.json import Json

JournalKind: TypeAlias = Literal["sqlite", "postgresql"]
"""A file of this machine, or a database that many processes share."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EffectiveSetting:
    """One setting.

    Attributes:
        value: as it is used, without a secret in it; None when there is none.
        source: who gave it: "the command line", "the environment", "callsheet.toml" or "the default"; None when that is
            not known.
        default: what it would be if nobody had given it.
    """

    name: str
    value: Json
    source: str | None
    default: Json


@dataclass(frozen=True, slots=True, kw_only=True)
class Effective:
    """What the service was started with.

    Attributes:
        settings: every setting, in the order of the documentation.
        env: the names of the plain values that scenarios may declare.
        secrets: the names of the secrets that scenarios may declare.
        journal: where runs are kept; None when that is not said.
    """

    settings: tuple[EffectiveSetting, ...] = ()
    env: tuple[str, ...] = ()
    secrets: tuple[str, ...] = ()
    journal: JournalKind | None = None
