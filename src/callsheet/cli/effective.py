"""The effective settings as plain values that may be shown to anybody."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import cast

from pydantic import SecretStr

from callsheet.api.effective import Effective, EffectiveSetting
from callsheet.errors.service import ConfigurationInvalid
from callsheet.scenario.json import Json
from callsheet.settings import Settings
from callsheet.storage import database_name, operator_environment


def effective(settings: Settings, environment: Mapping[str, str], origins: Mapping[str, str]) -> Effective:
    """What a service with these settings tells.

    Args:
        settings: as `callsheet.settings.load_settings` gives them.
        environment: of the process; of what scenarios may name in it, the names are told.
        origins: as `callsheet.settings.setting_origins` gives them; may be empty.
    """
    given = operator_environment(settings, environment)
    return Effective(
        settings=tuple(effective_settings(settings, origins)),
        env=given.variable_names,
        secrets=given.secret_names,
        journal="sqlite" if settings.database_url is None else "postgresql",
    )


def effective_settings(settings: Settings, origins: Mapping[str, str]) -> Iterator[EffectiveSetting]:
    """Every setting, in the order in which `Settings` has them."""
    for name, field in Settings.model_fields.items():
        value: object = getattr(settings, name)
        yield EffectiveSetting(
            name=name,
            value=_database(settings) if name == "database_url" else _plain(value),
            source=origins.get(name),
            default=_plain(field.default),
        )


def _database(settings: Settings) -> str | None:
    try:
        return database_name(settings)
    except ConfigurationInvalid:
        return "cannot be read, and is not shown"


def _plain(value: object) -> Json:
    match value:
        case None | bool() | int() | float() | str():
            return value
        case Path():
            return str(value)
        case SecretStr():
            return "is set, and is not shown"
        case tuple():
            return [str(each) for each in cast("tuple[object, ...]", value)]
        case _:
            raise TypeError(f"Nobody said how to show a setting that is a {type(value).__name__}.")
