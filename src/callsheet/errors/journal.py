"""The journal cannot do its work."""

from callsheet.errors.kinds import Unavailable


class JournalUnavailable(Unavailable):
    """The journal cannot be written or read now, so nothing was accepted."""

    code = "journal.unavailable"


class JournalLost(JournalUnavailable):
    """The journal's disk failed while it was written: what reached it is known only when the journal is opened anew."""
