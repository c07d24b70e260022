"""A secret is taken out in every form, whatever it is and whatever stands around it."""

import base64
import json

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from callsheet.runs.redaction.forms import Forms
from callsheet.runs.redaction.needles import Needles
from callsheet.runs.redaction.redactor import NOTHING, Redactor
from callsheet.runs.redaction.split import Stream, Words
from callsheet.scenario.json import Json
from tests.runs.redaction.written import FORMS

SECRETS = {"KEY": "hunter22", "LONG": "horse-battery"}

TEXTS = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=30)
LETTERS = st.text(st.sampled_from('abcdefghijklmnopqrstuvwxyzABCDEFGH0123456789-_.~!$ /+"\\%&=é\U0001f511'), min_size=8)
NAMED = st.sampled_from(sorted(FORMS))


@settings(deadline=None)
@given(secret=LETTERS, form=NAMED, before=TEXTS, after=TEXTS)
@example(secret='a"b%41cdef', form="json", before="", after="")
@example(secret="a+b c/d=e%25", form="url, of a form", before="x", after="ab")
@example(secret="[secret KEY]", form="plain", before="", after="")
@example(secret="]aaaaaaa", form="plain", before="", after="aaaaaaa")
def test_no_form_of_a_secret_is_left_in_any_text(secret: str, form: str, before: str, after: str) -> None:
    redactor = Redactor({"KEY": secret}.items())
    written = FORMS[form](secret)
    clean = redactor.text(f"{before} {written} {after}")
    # What a form has in common with its surroundings, such as the base64 of a user's name, may stay.
    kept = FORMS[form]("").rstrip("\n=")
    assert secret not in clean
    assert written not in clean or written == kept
    assert not any(FORMS[each](secret) in clean for each in FORMS)
    assert redactor.text(clean) == clean


@settings(deadline=None)
@given(secret=LETTERS, text=TEXTS)
def test_a_text_without_a_secret_is_left_as_it_is(secret: str, text: str) -> None:
    redactor = Redactor({"KEY": secret}.items())
    if not redactor.suspects(text) and "…" not in text:
        assert redactor.text(text) == text
        assert redactor.json({"a": [text]}) == {"a": [text]}


@settings(deadline=None)
@given(secret=LETTERS, form=NAMED, before=TEXTS, after=TEXTS)
def test_a_secret_in_json_is_found_in_texts_keys_and_lists(secret: str, form: str, before: str, after: str) -> None:
    text = f"{before} {FORMS[form](secret)} {after}"
    found = Redactor({"KEY": secret}.items()).json({text: [text, {"deep": text}], "n": 1.5, "b": [True, None]})
    assert secret not in json.dumps(found, ensure_ascii=False)
    assert not Redactor({"KEY": secret}.items()).suspects(json.dumps(found).replace("KEY", ""))


@settings(deadline=None)
@given(secret=LETTERS, form=NAMED, before=TEXTS, after=TEXTS, data=st.data())
def test_a_stream_is_clean_however_it_is_cut(
    secret: str, form: str, before: str, after: str, data: st.DataObject
) -> None:
    redactor = Redactor({"KEY": secret}.items())
    octets = f"{before} {FORMS[form](secret)} {after}".encode()
    cuts = sorted(data.draw(st.lists(st.integers(0, len(octets)), max_size=8)))
    stream = Stream(redactor)
    pieces = [octets[start:end] for start, end in zip([0, *cuts], [*cuts, len(octets)], strict=True)]
    clean = b"".join([*map(stream.feed, pieces), stream.end()]).decode()
    assert [written(secret) for written in FORMS.values() if written(secret) in clean] == []


@settings(deadline=None)
@given(secret=LETTERS, form=NAMED, data=st.data())
def test_of_a_secret_that_is_split_over_texts_at_most_the_beginning_of_a_form_stays(
    secret: str, form: str, data: st.DataObject
) -> None:
    redactor = Redactor({"KEY": secret}.items())
    written = FORMS[form](secret)
    cuts = sorted(data.draw(st.lists(st.integers(0, len(written)), max_size=4)))
    pieces = [written[start:end] for start, end in zip([0, *cuts], [*cuts, len(written)], strict=True)]
    words = Words(redactor)
    heard = "".join(words.text(piece) for piece in pieces)
    assert not redactor.suspects(heard.replace("[secret KEY]", ""))
    joined = "".join(redactor.texts(pieces))
    assert not redactor.suspects(joined.replace("[secret KEY]", ""))


def test_lines_that_say_a_secret_in_parts_are_clean_from_the_fourth_character_on() -> None:
    words = Words(Redactor(SECRETS.items()))
    heard = [words.text(line) for line in ("the key is hun", "ter", "22, yes", "hunt", "er23", "a hunter")]
    assert heard == ["the key is hun", "[secret KEY]", "[secret KEY], yes", "[secret KEY]", "er23", "a [secret KEY]"]


def test_blocks_that_say_a_secret_in_parts_are_clean() -> None:
    assert Redactor(SECRETS.items()).texts(["my hun", "ter", "22 ok", "fine"]) == [
        "my [secret KEY]",
        "[secret KEY]",
        "[secret KEY] ok",
        "fine",
    ]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("the key hunter22 is wrong", "the key [secret KEY] is wrong"),
        ("not horse-battery", "not [secret LONG]"),
        ("the key hunter…", "the key [secret KEY]…"),
        ("not horse-bat…", "not [secret LONG]…"),
        ("hunt…", "[secret KEY]…"),
        ("base64 aHVudGVy…", "base64 [secret KEY]…"),
        (
            "It failed (hunter22x hunter…). Its last words: horse-…",
            "It failed ([secret KEY]x [secret KEY]…). Its last words: [secret LONG]…",
        ),
    ],
)
def test_a_secret_is_replaced_also_where_a_text_was_cut_in_the_middle_of_it(text: str, expected: str) -> None:
    assert Redactor(SECRETS.items()).text(text) == expected


@pytest.mark.parametrize("text", ["the hunter", "a hun…", "hunter is out…", "", "…", "……"])
def test_words_that_only_look_like_the_beginning_of_a_secret_stay(text: str) -> None:
    assert Redactor(SECRETS.items()).text(text) == text


def test_a_secret_of_digits_is_found_in_numbers() -> None:
    found = Redactor({"PIN": "12345678"}.items()).json({"pin": 12345678, "other": 87654321, "yes": True})
    assert found == {"pin": "[secret PIN]", "other": 87654321, "yes": True}


def test_each_line_of_a_secret_of_several_lines_is_one() -> None:
    key = "-----BEGIN KEY-----\nMIIBVgIBADANBgkq\nhkiG9w0BAQEFAASC\n-----END KEY-----"
    redactor = Redactor({"PEM": key}.items())
    assert redactor.text("line hkiG9w0BAQEFAASC of it") == "line [secret PEM] of it"
    assert redactor.text(f"all {key}!") == "all [secret PEM]!"


def test_a_secret_of_three_characters_is_not_looked_for() -> None:
    assert not Redactor({"A": "abc"}.items())


@pytest.mark.parametrize("value", [None, 1, 2.5, True, "text", ["a", {"b": "c"}]])
def test_without_secrets_nothing_is_changed_or_copied(value: Json) -> None:
    assert NOTHING.json(value) is value


@settings(deadline=None)
@given(secrets=st.lists(LETTERS, min_size=2, max_size=6), form=NAMED, before=TEXTS, after=TEXTS, data=st.data())
def test_one_look_for_many_secrets_misses_none_of_them(
    secrets: list[str], form: str, before: str, after: str, data: st.DataObject
) -> None:
    secret = data.draw(st.sampled_from(secrets))
    needles = Needles([Forms(str(number), each) for number, each in enumerate(secrets)])
    text = f"{before} {FORMS[form](secret)} {after}"
    assert needles.may_be_in(text)
    assert needles.may_be_in(json.dumps([text]))
    assert needles.may_be_in(json.dumps([text], ensure_ascii=False))


@settings(deadline=None, max_examples=15)
@given(secret=st.text(st.sampled_from('ab1 "\\%\n/+é'), min_size=129, max_size=400), form=NAMED)
def test_a_long_secret_is_found_in_every_form(secret: str, form: str) -> None:
    clean = Redactor({"KEY": secret}.items()).text(f"a {FORMS[form](secret)} b")
    assert secret not in clean
    assert FORMS[form](secret) not in clean


def test_a_long_secret_is_replaced_as_one_and_each_piece_of_it_too() -> None:
    secret = "".join(f"{number:03d}-" for number in range(100))
    redactor = Redactor({"KEY": secret}.items())
    assert redactor.text(f"all {secret} of it") == "all [secret KEY] of it"
    assert redactor.text(f"all {secret.encode().hex()} of it") == "all [secret KEY] of it"
    assert secret[64:128] not in redactor.text(f"a piece {secret[50:150]} of it")


@pytest.mark.parametrize("secret", ["....;;;;", "\u043f\u0430\u0440\u043e\u043b\u044c", "a-b-c-d-e", "\U0001f511" * 4])
@pytest.mark.parametrize("form", sorted(FORMS))
def test_a_secret_without_a_word_of_letters_or_digits_is_found_too(secret: str, form: str) -> None:
    assert FORMS[form](secret) not in Redactor({"KEY": secret}.items()).text(f"a {FORMS[form](secret)} b")


@pytest.mark.parametrize("between", ["\n", "\\n", "\r\n", "\\r\\n", "\\\\r\\\\n", "\\\\\\\\n    "])
def test_base64_is_found_wherever_its_lines_are_broken(between: str) -> None:
    written = base64.b64encode(b"hunter22 and a half").decode()
    redactor = Redactor({"KEY": "hunter22 and a half"}.items())
    for every in (1, 3, 8):
        lines = between.join(written[at : at + every] for at in range(0, len(written), every))
        assert redactor.text(f"a {lines} b") != f"a {lines} b"


def test_what_is_half_a_character_does_not_hide_a_secret() -> None:
    assert Redactor(SECRETS.items()).text("\ud800 hunter22") == "\ud800 [secret KEY]"
