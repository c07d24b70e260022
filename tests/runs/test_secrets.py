"""Secrets are taken out of what tools say, also where their words were cut."""

import pytest

from callsheet.runs.secrets import redact_text

SECRETS = {"KEY": "hunter22", "LONG": "horse-battery"}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("the key hunter22 is wrong", "the key [secret KEY] is wrong"),
        ("not horse-battery", "not [secret LONG]"),
        ("the key hunter…", "the key [secret KEY]…"),
        ("not horse-bat…", "not [secret LONG]…"),
        ("hunt…", "[secret KEY]…"),
        (
            "It failed (hunter22x hunter…). Its last words: horse-…",
            "It failed ([secret KEY]x [secret KEY]…). Its last words: [secret LONG]…",
        ),
    ],
)
def test_a_secret_is_replaced_also_where_a_text_was_cut_in_the_middle_of_it(text: str, expected: str) -> None:
    assert redact_text(text, SECRETS) == expected


@pytest.mark.parametrize("text", ["the hunter", "a hun…", "hunter is out…", "", "…", "……"])
def test_words_that_only_look_like_the_beginning_of_a_secret_stay(text: str) -> None:
    assert redact_text(text, SECRETS) == text
