"""What is kept encrypted is not there, or cannot be read."""

from callsheet.errors.kinds import CallsheetError, NotFound


class SecretNotFound(NotFound):
    """There is no secret with this name in the store."""

    code = "secret.not_found"


class DecryptionFailed(CallsheetError):
    """The token was not made here with the present key, or it was changed."""

    code = "token.invalid"
