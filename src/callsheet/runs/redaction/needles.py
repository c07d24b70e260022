"""Whether any of many secrets can stand in a text, said in one pass over it."""

from collections.abc import Sequence
from typing import Final

from callsheet.runs.redaction.finding import finder, may_match
from callsheet.runs.redaction.forms import ESCAPED_WORDS, Forms, has_breaks, unbroken
from callsheet.runs.redaction.search import Search

_LONGEST: Final = 16
"""Characters of a needle; more would tell no better."""


class Needles:
    """Says of a text that none of the secrets is in it, or that it has to be looked at more closely.

    Of each secret these are looked for, all at once: a word of it, which every escape either leaves as it is or makes
    into what `ESCAPED_WORDS` finds; a word of its base64 at each place in a group; its first digits in hexadecimal. A
    secret that has no such word, of punctuation or of letters of another script alone, is looked for by its forms.
    """

    def __init__(self, forms: Sequence[Forms]) -> None:
        hard = [form for form in forms if not form.word or not all(form.markers)]
        easy = [form for form in forms if form not in hard]
        base64 = {marker[:_LONGEST] for form in easy for marker in form.markers}
        words = {form.word[:_LONGEST] for form in easy}
        digits = {_in_either_case(form.digits[:_LONGEST]) for form in easy}
        self._all = finder(base64 | words, (*sorted(digits), *ESCAPED_WORDS))
        self._base64 = finder(base64)
        self._hard = Search(hard) if hard else None

    def may_be_in(self, text: str) -> bool:
        """Whether a secret can stand in `text`; no is certain."""
        if may_match(self._all, text) or (has_breaks(text) and may_match(self._base64, unbroken(text))):
            return True
        if self._hard is None:
            return False
        return any(self._hard.hits(part) for _, part in self._hard.slices(text))


def _in_either_case(digits: str) -> str:
    return "".join(f"[{digit}{digit.upper()}]" if digit.isalpha() else digit for digit in digits)
