import pytest
from hypothesis import given
from hypothesis import strategies as st

from callsheet.access.patterns import MAX_PATTERNS, Patterns
from callsheet.errors.kinds import Invalid

NAMES = st.text("ab_*", max_size=8)


def reference(pattern: str, name: str) -> bool:
    """The meaning, slowly: the first character decides, and a star is either over or takes one more."""
    if not pattern:
        return not name
    if pattern[0] == "*":
        return reference(pattern[1:], name) or (bool(name) and reference(pattern, name[1:]))
    return bool(name) and name[0] == pattern[0] and reference(pattern[1:], name[1:])


@given(pattern=NAMES, name=st.text("ab_", max_size=8))
def test_a_star_stands_for_any_characters(pattern: str, name: str) -> None:
    assert Patterns((pattern,)).allow(name) == reference(pattern, name)


def test_one_pattern_of_several_is_enough_and_none_allows_nothing() -> None:
    assert Patterns(("news_*", "hello")).allow("hello")
    assert not Patterns(()).allow("hello")
    assert Patterns().allow_all
    assert not Patterns(("a*",)).allow_all


@pytest.mark.parametrize("text", ["", "a b", "ä", "a\n", "[a]", "a" * 257])
def test_what_is_no_pattern_is_refused(text: str) -> None:
    with pytest.raises(Invalid, match="is no pattern"):
        Patterns.parse([text])


def test_too_many_patterns_are_refused() -> None:
    with pytest.raises(Invalid, match="at most 100"):
        Patterns.parse([f"p{number}" for number in range(MAX_PATTERNS + 1)])
