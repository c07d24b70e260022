"""Takes a set of secrets out of texts and JSON: each is replaced by its name, in every form of `forms.py`."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

import orjson

from callsheet.runs.redaction.forms import SHORTEST, Views, forms_of, values_of
from callsheet.runs.redaction.needles import Beginnings, Needles
from callsheet.scenario.json import Json

CUT: Final = "\N{HORIZONTAL ELLIPSIS}"
"""What stands at the end of a foreign text that was too long; sentences go on behind it."""

_MOST_CUTS: Final = 100
"""Of one text that are looked at, the last ones: a text can hold millions."""

_ROUNDS: Final = 4
"""What is put in the place of a secret could be, with what stands beside it, a secret again."""

_LAST_RESORT: Final = "[secret]"


@dataclass(frozen=True, slots=True)
class Span:
    """Where a secret stands in a text, and what is put there instead."""

    start: int
    end: int
    mask: str


class Redactor:
    """Takes `secrets` out, pairs of a name and a value; one name may have several values, of which some are old.

    It costs one pass over a text as long as none is found, whatever their number, and nothing without secrets, when it
    is false.
    """

    def __init__(self, secrets: Iterable[tuple[str, str]] = ()) -> None:
        found: dict[str, str] = {}
        for name, secret in secrets:
            for value in values_of(secret):
                found.setdefault(value, name)
        # The longest first: of two that begin alike, the longer one is meant.
        ordered = sorted(found, key=lambda value: -len(value))
        self._forms = tuple(forms_of(found[value], value) for value in ordered if len(value) >= SHORTEST)
        self._needles, self._begun = Needles(self._forms), Beginnings(self._forms)
        self._shortest = min((len(value) for value in ordered if len(value) >= SHORTEST), default=0)
        self._masks = {form.name: self._mask(form.name) for form in self._forms}
        self.longest = max((form.longest for form in self._forms), default=0)

    def __bool__(self) -> bool:
        return bool(self._forms)

    def suspects(self, text: str) -> bool:
        """Whether a secret stands in `text`; no is quickly said."""
        if not self._needles.may_be_in(text):
            return False
        views = Views(text)
        return any(True for form in self._forms for _ in form.spans(views))

    def text(self, text: str) -> str:
        """`text` with every secret in it replaced by its name, also one that was cut off at a `…`."""
        if not self._forms:
            return text
        if len(text) >= self._shortest:
            text = self._whole(text)
        if CUT in text:
            *cut, rest = text.rsplit(CUT, _MOST_CUTS)
            text = CUT.join([*map(self._without_beginning, cut), rest])
        return text

    def json(self, value: Json) -> Json:
        """`value` with every secret in its texts, keys and numbers replaced by its name."""
        if not self._forms or not self.may_hold(value):
            return value
        return self._walk(value)

    def may_hold(self, value: object) -> bool:
        """Whether something in `value`, JSON with dataclasses in it, may have to be replaced; no is certain."""
        try:
            encoded = orjson.dumps(value).decode()
        except (TypeError, ValueError):
            return True  # foreign JSON that nobody has checked yet
        return CUT in encoded or self._needles.may_be_in(encoded)

    def texts(self, texts: Sequence[str]) -> list[str]:
        """Texts that follow one another, without secrets in each and without one that is split over several."""
        found, joined = list(texts), "".join(texts)
        if len(found) > 1 and (spans := self.spans(joined)):
            at = 0
            for place, text in enumerate(texts):
                found[place] = replaced(text, spans, at)
                at += len(text)
        return [self.text(text) for text in found]

    def spans(self, text: str) -> list[Span]:
        """Where secrets stand in `text`, in order and without overlaps."""
        if not self._needles.may_be_in(text):
            return []
        views = Views(text)
        found = [Span(*at, self._masks[form.name]) for form in self._forms for at in form.spans(views)]
        found.sort(key=lambda span: (span.start, -span.end))
        merged: list[Span] = []
        for span in found:
            last = merged[-1] if merged else None
            # Pieces of a long secret follow one another.
            if last is not None and (span.start < last.end or (span.start == last.end and span.mask == last.mask)):
                merged[-1] = Span(last.start, max(last.end, span.end), last.mask)
            else:
                merged.append(span)
        return merged

    def beginning(self, text: str) -> Span | None:
        """The longest end of `text` with which a secret may begin."""
        longest: Span | None = None
        if not self._begun.may_end(text):
            return None
        for form in self._forms:
            for whole, shortest in form.beginnings:
                length = _overlap(text, whole, shortest)
                if length and (longest is None or len(text) - length < longest.start):
                    longest = Span(len(text) - length, len(text), self._masks[form.name])
        return longest

    def _whole(self, text: str) -> str:
        for _ in range(_ROUNDS):
            spans = self.spans(text)
            if not spans:
                return text
            text = replaced(text, spans)
        return _LAST_RESORT if self.spans(text) else text

    def _without_beginning(self, text: str) -> str:
        span = self.beginning(text)
        return text if span is None else f"{text[: span.start]}{span.mask}"

    def _walk(self, value: Json) -> Json:
        if isinstance(value, str):
            return self.text(value)
        if isinstance(value, list):
            return [self._walk(item) for item in value]
        if isinstance(value, dict):
            return {self.text(key): self._walk(item) for key, item in value.items()}
        if value is None or isinstance(value, bool):
            return value
        written = str(value)
        clean = self.text(written)
        return value if clean == written else clean

    def _mask(self, name: str) -> str:
        named = f"[secret {name}]"
        return next((mask for mask in (named, _LAST_RESORT, "[…]") if not self.suspects(mask)), "")


NOTHING: Final = Redactor()
"""Of no secrets."""


def replaced(text: str, spans: Iterable[Span], offset: int = 0) -> str:
    """`text`, which stands at `offset` of what the spans are of, with their masks; each where its secret begins."""
    parts: list[str] = []
    at, end = 0, len(text)
    for span in spans:
        start, stop = max(span.start - offset, 0), min(span.end - offset, end)
        if stop <= 0 or start >= end:
            continue
        parts += [text[at:start], span.mask]
        at = stop
    return "".join([*parts, text[at:]])


def _overlap(text: str, whole: str, shortest: int) -> int:
    """How many characters at the end of `text` are the beginning of `whole`; 0 when these are too few, or all."""
    tail = text[-len(whole) :]
    at = tail.find(whole[:shortest]) if len(whole) > shortest else -1
    while at >= 0:
        if whole.startswith(tail[at:]) and len(tail) - at < len(whole):
            return len(tail) - at
        at = tail.find(whole[:shortest], at + 1)
    return 0
