"""Takes a set of secrets out of texts and JSON: each is replaced by its name, in every form of `forms.py`."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

import orjson

from callsheet.runs.redaction.cuts import CUT, Beginnings
from callsheet.runs.redaction.forms import SHORTEST, forms_of, values_of
from callsheet.runs.redaction.leaves import leaves, with_leaves
from callsheet.runs.redaction.needles import Needles
from callsheet.runs.redaction.search import Hit, Search
from callsheet.scenario.json import Json

_ROUNDS: Final = 4
"""What is put in the place of a secret could be, with what stands beside it, a secret again."""

_LAST_RESORT: Final = "[secret]"
_BETWEEN: Final = "\0"
"""Between texts that are looked through together: no secret has it, and no form either."""


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
        self._search = Search(self._forms)
        self._masks = {form.name: self._mask(form.name) for form in self._forms}
        self.longest = max((form.longest for form in self._forms), default=0)

    def __bool__(self) -> bool:
        return bool(self._forms)

    def suspects(self, text: str) -> bool:
        """Whether a secret stands in `text`; no is quickly said."""
        return any(True for _ in self._hits(text))

    def text(self, text: str) -> str:
        """`text` with every secret in it replaced by its name, also one that was cut off at a `…`."""
        if not self._forms or (len(text) < self._shortest and CUT not in text):
            return text
        return self.each([text])[0]

    def json(self, value: Json) -> Json:
        """`value` with every secret in its texts, keys and numbers replaced by its name."""
        if not self._forms or not self.may_hold(value):
            return value
        texts = leaves(value)
        clean = self.each(texts)
        return value if clean == texts else with_leaves(value, iter(clean))

    def each(self, texts: Sequence[str]) -> list[str]:
        """Texts that have nothing to do with one another, without secrets in each: they are looked through together."""
        found, places = list(texts), range(len(texts))
        for _ in range(_ROUNDS):
            places = _replace(found, places, self.spans(_BETWEEN.join([found[place] for place in places])))
            if not places:
                break
        else:
            for place in places:
                if self.suspects(found[place]):
                    found[place] = _LAST_RESORT
        if places := [place for place, text in enumerate(found) if CUT in text]:
            cut = self._begun.before_cuts(_BETWEEN.join([found[place] for place in places]))
            _replace(found, places, self._spans(cut))
        return found

    def may_hold(self, value: object) -> bool:
        """Whether something in `value`, JSON with dataclasses in it, may have to be replaced; no is certain."""
        try:
            encoded = orjson.dumps(value).decode()
        except (TypeError, ValueError):
            return True  # foreign JSON that nobody has checked yet
        return CUT in encoded or any(self._needles.may_be_in(part) for _, part in self._search.slices(encoded))

    def texts(self, texts: Sequence[str]) -> list[str]:
        """Texts that follow one another, without secrets in each and without one that is split over several."""
        found = list(texts)
        if len(found) > 1 and (spans := self.spans("".join(texts))):
            _replace(found, range(len(found)), spans, between=0)
        return self.each(found)

    def spans(self, text: str) -> list[Span]:
        """Where secrets stand in `text`, in order and without overlaps."""
        return self._spans(self._hits(text))

    def beginning(self, text: str) -> Span | None:
        """The longest end of `text` with which a secret may begin."""
        found = self._begun.at_end(text)
        return None if found is None else self._spans([found])[0]

    def _hits(self, text: str) -> Iterator[Hit]:
        for at, part in self._search.slices(text):
            if self._needles.may_be_in(part):
                yield from ((at + start, at + end, name) for start, end, name in self._search.hits(part))

    def _spans(self, hits: Iterable[Hit]) -> list[Span]:
        merged: list[Span] = []
        for start, end, name in sorted(hits, key=lambda hit: (hit[0], -hit[1])):
            last, mask = merged[-1] if merged else None, self._masks[name]
            # Pieces of a long secret follow one another.
            if last is not None and (start < last.end or (start == last.end and mask == last.mask)):
                merged[-1] = Span(last.start, max(last.end, end), last.mask)
            else:
                merged.append(Span(start, end, mask))
        return merged

    def _mask(self, name: str) -> str:
        named = f"[secret {name}]"
        return next((mask for mask in (named, _LAST_RESORT, "[…]") if not self.suspects(mask)), "")


NOTHING: Final = Redactor()
"""Of no secrets."""


def _replace(texts: list[str], places: Sequence[int], spans: Sequence[Span], between: int = 1) -> list[int]:
    """Put masks into those texts that stand at `places`, one after the other; where some were put."""
    changed: list[int] = []
    at = first = 0
    for place in places if spans else ():
        text = texts[place]
        while first < len(spans) and spans[first].end <= at:
            first += 1
        last = first
        while last < len(spans) and spans[last].start < at + len(text):
            last += 1
        if last > first:
            texts[place] = replaced(text, spans[first:last], at)
            changed.append(place)
        at += len(text) + between
    return changed


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
