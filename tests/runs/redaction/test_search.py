"""A secret is found beside whatever can be taken for a part of it, each letter written in a way of its own."""

import base64
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from callsheet.runs.redaction.escapes import ESCAPE, Unescaped, decoded, readings
from callsheet.runs.redaction.redactor import Redactor

SECRETS = st.one_of(
    st.text(st.sampled_from("0123456789abcdef"), min_size=9, max_size=40),
    st.text(st.sampled_from("nrtbfux0125aZ"), min_size=9, max_size=40),
    st.text(st.sampled_from("%\\un25xc50aZ /+"), min_size=9, max_size=40),
    st.text(st.sampled_from("abcXYZ019-_.~é\U0001f511 /+\"'"), min_size=9, max_size=150),
)
BEFORE = st.sampled_from(
    [
        "",
        "%",
        "%2",
        "%0",
        "%5",
        "%25",
        "\\",
        "\\\\",
        "\\u",
        "\\u0",
        "\\u00",
        "\\x",
        "%5c",
        "%5cu00",
        "é",
        "ab",
        "n",
        "+",
        "/",
    ]
)
BEHIND = st.sampled_from(["", " ", "41", "n", "25", "u0041", "\\n", "é", "%", "\\", '"'])


def _percents(char: str, depth: int, *, capital: bool) -> str:
    return "".join(f"%{'25' * depth}{octet:{'02X' if capital else '02x'}}" for octet in char.encode())


def _units(char: str, mark: str, *, capital: bool) -> str:
    digits = char.encode("utf-16-be").hex()
    units = (digits[at : at + 4] for at in range(0, len(digits), 4))
    return "".join(f"{mark}u{unit.upper() if capital else unit}" for unit in units)


@st.composite
def written(draw: st.DrawFn, secret: str) -> str:
    """The secret, each character in one of its forms."""
    parts: list[str] = []
    for char in secret:
        capital = draw(st.booleans())
        how = draw(st.integers(0, 5))
        if how == 0:
            parts.append(_percents(char, draw(st.integers(0, 4)), capital=capital))
        elif how == 1:
            parts.append(_units(char, "\\" * draw(st.integers(1, 8)), capital=capital))
        elif how == 2:
            parts.append(_units(char, "%5c", capital=capital))
        elif how == 3 and char.isascii():
            parts.append("\\" * draw(st.integers(1, 4)) + f"x{ord(char):02x}")
        else:
            parts.append("\\\\" if char == "\\" else "%25" if char == "%" else char)
    return "".join(parts)


@settings(deadline=None, max_examples=150)
@given(secret=SECRETS, before=BEFORE, behind=BEHIND, data=st.data())
def test_letters_that_are_each_escaped_in_their_own_way_are_found(
    secret: str, before: str, behind: str, data: st.DataObject
) -> None:
    # Of a secret of marks alone nothing is left when its escapes are undone: it is looked for as it is usually written.
    if min(map(len, readings(secret.encode()))) < 6:
        return
    found = data.draw(written(secret))
    text = f"{before}{found}{behind}"
    spans = Redactor([("KEY", secret)]).spans(text)
    covered = {place for span in spans for place in range(span.start, span.end)}
    left = "".join(char for place, char in enumerate(text) if place not in covered)
    # Backslashes and percent signs, which anything may begin with, and a few of the first characters may stay.
    assert spans
    assert len(covered) >= len(text) - len(before) - len(behind) - 12, left


@settings(deadline=None, max_examples=100)
@given(secret=SECRETS, prefix=st.binary(max_size=2), before=BEFORE, every=st.sampled_from([0, 1, 3, 20]))
def test_base64_is_found_behind_what_swallows_its_first_letters(
    secret: str, prefix: bytes, before: str, every: int
) -> None:
    letters = base64.b64encode(prefix + secret.encode()).decode().rstrip("=")
    lines = "\n".join(letters[at : at + every] for at in range(0, len(letters), every)) if every else letters
    assert Redactor([("KEY", secret)]).spans(f"{before}{lines}")


@given(text=st.text(st.sampled_from("%\\u0025cxnaé\ud83d"), max_size=40))
def test_escapes_are_undone_one_by_one_and_stand_where_they_stood(text: str) -> None:
    raw = text.encode("utf-8", "surrogatepass")
    view = Unescaped(raw)
    assert view.text == ESCAPE.sub(lambda found: decoded(found[0]), raw)
    spans = [view.span(at, at + 1) for at in range(len(view.text))]
    assert all(first[0] <= second[0] for first, second in pairwise(spans))
    assert all(0 <= start < end <= len(raw) for start, end in spans)


@pytest.mark.parametrize(
    ("text", "expected"),
    [("%2541", "A"), ("\\\\\\u0041", "A"), ("%5Cu0041", "A"), ("\\u002541", "A"), ("%5cn", "\n"), ("a%zz\\\\", "azz")],
)
def test_escapes_in_escapes_are_undone(text: str, expected: str) -> None:
    assert Unescaped(text.encode()).text.decode() == expected


def test_a_secret_is_found_wherever_a_long_text_is_cut_into_slices() -> None:
    secret = "Zk9-hunter/22 é"
    redactor = Redactor([("KEY", secret)])
    forms = [secret, "".join(_units(char, "\\", capital=False) for char in secret), secret.encode().hex()]
    for at in range(16_300, 16_500, 7):
        for form in forms:
            assert redactor.text(f"{'é' * at}{form}{'.' * 40_000}").count("[secret KEY]") == 1


def test_texts_that_are_looked_through_together_have_nothing_to_do_with_one_another() -> None:
    redactor = Redactor([("KEY", "hunter22")])
    assert redactor.each(["hun", "ter22", "hunter22", "", "hunt…", "\0hunter22\0"]) == [
        "hun",
        "ter22",
        "[secret KEY]",
        "",
        "[secret KEY]…",
        "\0[secret KEY]\0",
    ]


def test_a_number_of_plain_letters_is_not_taken_for_a_secret_with_marks() -> None:
    assert Redactor([("KEY", "pass%word1")]).text("password1") == "password1"
    assert Redactor([("KEY", "a+b+c+d+e")]).text("a b c d e") == "a b c d e"
