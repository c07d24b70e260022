"""What processes tell each other, also those of another release."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from callsheet.journal.postgres.news import News, read_news, texts
from callsheet.runs.events import RunId

RUNS = [RunId(f"00000000-0000-4000-8000-{number:012}") for number in range(300)]


def test_news_come_as_they_were_told_in_texts_that_are_short_enough() -> None:
    news = News(
        appended=dict.fromkeys(RUNS, 2000000000),
        turned=frozenset(RUNS),
        stirred=frozenset(RUNS[:3]),
        removed=frozenset(RUNS[3:5]),
    )
    written = list(texts(news))
    assert max(len(text.encode()) for text in written) < 8_000
    read = [read_news(text) for text in written]
    assert {run_id: seq for part in read for run_id, seq in part.appended.items()} == news.appended
    assert frozenset().union(*(part.turned for part in read)) == news.turned
    assert frozenset().union(*(part.stirred for part in read)) == news.stirred
    assert frozenset().union(*(part.removed for part in read)) == news.removed


@pytest.mark.parametrize(
    ("text", "news"),
    [
        ('{"a": {"x": 1}, "s": [], "r": []}', News(appended={RunId("x"): 1})),
        ('{"t": ["x"], "of_a_later_release": {"y": 1}}', News(turned=frozenset({RunId("x")}))),
        ("{}", News()),
    ],
)
def test_news_of_another_release_are_read_as_far_as_they_are_known(text: str, news: News) -> None:
    assert read_news(text) == news


@given(st.text() | st.from_regex(r'\{"[atsr]": [^}]*\}'))
def test_no_text_makes_the_reader_fail(text: str) -> None:
    assert isinstance(read_news(text), News)
