"""What is wrong with the process itself: it cannot be put together, or it is stopping."""

from callsheet.errors.kinds import CallsheetError, Unavailable


class ConfigurationInvalid(CallsheetError):
    """The configuration cannot be used."""

    code = "configuration.invalid"


class ShuttingDown(Unavailable):
    """The service is stopping and takes no new runs."""

    code = "service.stopping"
