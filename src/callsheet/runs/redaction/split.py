"""Secrets that come in several parts: over lines and messages of one call, and over the chunks of a stream."""

import codecs
import json
from typing import Final

from callsheet.runs.redaction.cuts import CUT
from callsheet.runs.redaction.redactor import Redactor, Span, replaced
from callsheet.scenario.json import Json

_LONGEST: Final = 8 * 2**10
"""Characters of what is said at once that are looked through, and passed on."""


class Words:
    """What one speaker says, one text after the other, each without secrets.

    Nothing is held back. The end of a text with which a secret may begin is replaced at once, and what follows is
    looked at together with the last `2 * longest` characters before it: at most three characters of a secret stay,
    when it is split so soon. A secret whose parts have other words between them is not found.
    """

    def __init__(self, redactor: Redactor) -> None:
        self._redactor = redactor
        self._before = ""

    def text(self, text: str) -> str:
        """The next text, clean."""
        redactor = self._redactor
        if not redactor or not text:
            return text
        if len(text) > _LONGEST:
            # It is said while the event loop waits, and nobody keeps that much of it.
            text = f"{text[:_LONGEST]}{CUT}"
        joined, offset = self._before + text, len(self._before)
        spans = [span for span in redactor.spans(joined) if span.end > offset]
        begun = redactor.beginning(joined)
        if begun is not None and (not spans or begun.start >= spans[-1].end):
            spans.append(begun)
        self._before = joined[-2 * redactor.longest :]
        return redactor.text(replaced(text, spans, offset))

    def json(self, value: Json) -> Json:
        """The same of every text in `value`, in order; of a large one it is the beginning of its JSON, as text."""
        if not self._redactor:
            return value
        if isinstance(value, str):
            return self.text(value)
        encoded = json.dumps(value, ensure_ascii=False)  # nobody has checked yet what orjson would refuse
        return self._each(value) if len(encoded) <= _LONGEST else self.text(encoded)

    def _each(self, value: Json) -> Json:
        if isinstance(value, str):
            return self.text(value)
        if isinstance(value, list):
            return [self._each(item) for item in value]
        if isinstance(value, dict):
            return {self._redactor.text(key): self._each(item) for key, item in value.items()}
        return self._redactor.json(value)


class Stream:
    """A stream of bytes in UTF-8 without secrets, however it is cut into chunks.

    As many characters are held back as a form of the longest secret may have.
    """

    def __init__(self, redactor: Redactor) -> None:
        self._redactor = redactor
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")
        self._held = ""

    def feed(self, chunk: bytes) -> bytes:
        """What is certain of the stream now."""
        if not self._redactor:
            return chunk
        self._held += self._decoder.decode(chunk)
        spans = self._redactor.spans(self._held)
        upto = max(0, len(self._held) - self._redactor.longest)
        for span in spans:
            if span.start < upto < span.end:
                upto = span.start
        return self._release(spans, upto)

    def end(self) -> bytes:
        """What was held back; the stream has ended."""
        self._held += self._decoder.decode(b"", final=True)
        spans = self._redactor.spans(self._held)
        begun = self._redactor.beginning(self._held)
        if begun is not None and (not spans or begun.start >= spans[-1].end):
            spans.append(begun)
        return self._release(spans, len(self._held))

    @property
    def pending(self) -> bytes:
        """What is held back, clean; it stays held back."""
        return self._redactor.text(self._held).encode("utf-8", "replace")

    def _release(self, spans: list[Span], upto: int) -> bytes:
        certain, self._held = self._held[:upto], self._held[upto:]
        return replaced(certain, [span for span in spans if span.end <= upto]).encode("utf-8", "replace")
