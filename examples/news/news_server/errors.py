"""The one error of this server."""


class NewsError(Exception):
    """A failure that was foreseen. Its text is a sentence for the caller: what happened, and where."""
