"""Who calls is not known, or may not do this."""

from math import ceil

from callsheet.errors.kinds import CallsheetError, NotFound


class Unauthenticated(CallsheetError):
    """Say who you are: send an API key as 'Authorization: Bearer …', or sign in."""

    code = "credential.missing"


class CredentialInvalid(Unauthenticated):
    """The API key is not one of this service, or was revoked."""

    code = "credential.invalid"


class CredentialExpired(Unauthenticated):
    """The API key or the session has expired."""

    code = "credential.expired"


class TooManyGuesses(CallsheetError):
    """Too many credentials from this address were wrong.

    Args:
        seconds: until the next one may come.
    """

    code = "rate.guesses"

    def __init__(self, seconds: float) -> None:
        self.seconds = max(ceil(seconds), 1)
        super().__init__(f"Too many credentials from this address were wrong. Send the next one in {self.seconds} s.")


class Forbidden(CallsheetError):
    """The caller may not do this."""

    code = "forbidden"


class KeyNotFound(NotFound):
    """There is no API key with this id."""

    code = "key.not_found"
