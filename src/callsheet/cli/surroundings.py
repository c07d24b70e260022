"""What every command begins with: the settings, and the log."""

from collections.abc import Generator
from contextlib import contextmanager
from typing import Final

from callsheet.cli.logs import logs_on_stderr
from callsheet.cli.options import Places
from callsheet.cli.redaction import known_secrets_hidden
from callsheet.settings import Settings, environment, load_settings, setting_origins

_QUIET: Final = "WARNING"


@contextmanager
def surroundings(places: Places, *, quiet: bool = True) -> Generator[Settings]:
    """The effective settings, with the log switched on.

    Args:
        places: what the command line says.
        quiet: log warnings only, unless somebody has set a level.

    Raises:
        ConfigurationInvalid: the settings cannot be used.
    """
    settings = load_settings(places.overrides(), places.base())
    chosen = setting_origins(places.overrides(), places.base())["log_level"] != "the default"
    level = settings.log_level if chosen or not quiet else _QUIET
    with known_secrets_hidden(settings, environment()), logs_on_stderr(level, settings.log_format):
        yield settings
