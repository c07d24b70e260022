"""Whether any of many secrets can stand in a text, said in one pass over it."""

from collections.abc import Sequence
from typing import Final

from callsheet.runs.redaction.finding import finder, may_match
from callsheet.runs.redaction.forms import ESCAPED_WORDS, Forms, Views, has_breaks, unbroken

_LONGEST: Final = 16
"""Characters of a needle; more would tell no better."""


class Needles:
    """Says of a text that none of the secrets is in it, or that it has to be looked at more closely.

    Of each secret these are looked for, all at once: a word of it, which every escape either leaves as it is or makes
    into what `ESCAPED_WORDS` finds; a word of its base64 at each place in a group; its first digits in hexadecimal. A
    secret that has no such word, of punctuation or of letters of another script alone, is looked for by its forms.
    """

    def __init__(self, forms: Sequence[Forms]) -> None:
        self._hard = tuple(form for form in forms if not form.word or not all(form.markers))
        easy = [form for form in forms if form not in self._hard]
        base64 = {marker[:_LONGEST] for form in easy for marker in form.markers}
        words = {form.word[:_LONGEST] for form in easy}
        digits = {each[:_LONGEST] for form in easy for each in form.digits}
        self._all = finder(base64 | words | digits, ESCAPED_WORDS)
        self._base64 = finder(base64)

    def may_be_in(self, text: str) -> bool:
        """Whether a secret can stand in `text`; no is certain."""
        if may_match(self._all, text) or (has_breaks(text) and may_match(self._base64, unbroken(text))):
            return True
        if not self._hard:
            return False
        views = Views(text)
        return any(True for form in self._hard for _ in form.spans(views))


class Beginnings:
    """Says of the end of a text that no secret begins there, or that it has to be looked at more closely."""

    def __init__(self, forms: Sequence[Forms]) -> None:
        every = [each for form in forms for each in form.beginnings]
        self._longest = max((len(whole) for whole, _ in every), default=0)
        self._finder = finder({whole[:shortest] for whole, shortest in every})

    def may_end(self, text: str) -> bool:
        """Whether the end of `text` can be the beginning of a secret; no is certain."""
        return may_match(self._finder, text[-self._longest :])
