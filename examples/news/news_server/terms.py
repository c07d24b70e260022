"""The words that tell one story from another."""

import re
from collections import Counter
from collections.abc import Collection, Sequence

MAX_TERMS = 12
_WORD = re.compile(r"[^\W\d_]{4,}")
# After a letter, a comma or a digit and one blank: not at the start of a sentence or of a quotation.
_INSIDE_SENTENCE = re.compile(r"(?<=[\w,;] )[A-ZÀ-ÖØ-Þ][^\W\d_]{3,}")
# Ordinary words of English prose and of news pages; the shortest words are left out by length already.
_ORDINARY = frozenset(
    _WORD.findall(
        """about above according across after again against almost along already also although always among another
    anyone anything around article asked away back because become been before began behind being below best better
    between both called came cannot comes could days does doing done down during each early either else enough even
    ever every
    everyone everything find first following found four from full gave given gives goes going gone good great group half
    have having here herself himself however hundred into itself just keep kind knew know known large last late later
    least left less like little long look made make makes making many march matter maybe mean might more morning most
    much must name near nearly need never news next none nothing number often once only other others over part people
    perhaps place point posted published quite rather read really report reported reports right said same says second
    seen several shall should since some someone something soon still story such sure take taken tell than that their
    them themselves then there these they thing things think this those though thought three through time times today
    together told took tuesday toward turn twice under until updated upon used using very want wednesday week weeks well
    went were what when where whether which while whole whom whose will with within without work worked world would
    year years yesterday your january february april june july august september october november december monday
    thursday friday saturday sunday"""
    )
)


def words(text: str) -> frozenset[str]:
    """The words of a text of four letters or more, in lower case."""
    return frozenset(match.group().lower() for match in _WORD.finditer(text))


def distinctive_terms(title: str | None, text: str | None, site: str | None = None) -> tuple[str, ...]:
    """Choose up to twelve words of an article, most distinctive first; the same article always gives the same.

    A word counts once for each appearance, three times more if title and text share it (each paper words its own
    headline, so a word of the title alone says little), and three times as much if it is a name. Ordinary English
    words and the name of the site itself are left out.
    """
    body = (text or "").removeprefix(title or "") or title or ""
    headline = words(title or "")
    counts = Counter(match.group().lower() for match in _WORD.finditer(body))
    names = _names(body)

    def score(word: str) -> int:
        return (counts[word] + (3 if word in headline else 0)) * (3 if word in names else 1)

    ranked = sorted(counts.keys() - _ORDINARY - words(site or ""), key=lambda word: (-score(word), word))
    return tuple(ranked[:MAX_TERMS])


def _names(text: str) -> frozenset[str]:
    """Words that have a capital inside a sentence and never appear in lower case."""
    capital = {match.group().lower() for match in _INSIDE_SENTENCE.finditer(text)}
    small = {match.group() for match in _WORD.finditer(text) if match.group().islower()}
    return frozenset(capital - small)


def matched(terms: Sequence[str], vocabulary: Collection[str]) -> list[str]:
    """The terms that a vocabulary contains, in the order of the terms."""
    return [term for term in terms if term in vocabulary]
