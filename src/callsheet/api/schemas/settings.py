"""The settings of the service as the API shows them."""

from typing import Annotated, Any, Self

from pydantic import BaseModel, Field

from callsheet.api.effective import Effective, EffectiveSetting, JournalKind


class SettingRow(BaseModel):
    """One setting, as it is in effect."""

    name: str
    value: Annotated[Any, Field(description="Never a secret: of `database_url` the database, its host and its port.")]
    source: Annotated[
        str | None,
        Field(description="`the command line`, `the environment`, `callsheet.toml` or `the default`; null if unknown."),
    ]
    default: Annotated[Any, Field(description="What it is when nobody gives it.")]

    @classmethod
    def of(cls, setting: EffectiveSetting) -> Self:
        """The setting as the API shows it."""
        return cls(name=setting.name, value=setting.value, source=setting.source, default=setting.default)


class SettingsBody(BaseModel):
    """With what the service was started."""

    version: str
    journal: Annotated[JournalKind | None, Field(description="Where runs are kept; null if unknown.")]
    settings: list[SettingRow]
    env: Annotated[list[str], Field(description="The names that scenarios may declare under `env`.")]
    secrets: Annotated[list[str], Field(description="The names that scenarios may declare under `secrets`.")]

    @classmethod
    def of(cls, effective: Effective, version: str) -> Self:
        """The settings as the API shows them."""
        return cls(
            version=version,
            journal=effective.journal,
            settings=[SettingRow.of(setting) for setting in effective.settings],
            env=list(effective.env),
            secrets=list(effective.secrets),
        )
