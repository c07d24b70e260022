"""Foreign text has no effect on the terminal."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from callsheet.cli.screen import seconds_text
from callsheet.cli.text import one_line, pretty_json, safe_json, visible
from callsheet.cli.views import JsonLines
from callsheet.runs.codec import encode
from callsheet.runs.events import Record
from callsheet.runs.state import fold
from tests.support.events import new_id, run_finished, run_started

HOSTILE = "\x1b[31mred\x07\x9b2J\u202eback\u061c\r\n\tforged line\x00\x7f"


def test_control_characters_are_written_as_escapes() -> None:
    assert visible("\x1b[31m a\tb\nc") == "\\x1b[31m a\tb\nc"
    assert one_line(HOSTILE) == "\\x1b[31mred\\x07\\x9b2J\\u202eback\\u061c forged line\\x00\\x7f"


@given(st.text())
def test_one_line_is_one_line_of_printable_characters(text: str) -> None:
    shown = one_line(text)
    assert shown.splitlines() in ([], [shown])
    assert not any(ord(character) < 32 or 127 <= ord(character) < 160 for character in shown)


@given(
    st.recursive(st.none() | st.integers() | st.text(), lambda each: st.lists(each) | st.dictionaries(st.text(), each))
)
def test_pretty_json_is_the_same_json_without_control_characters(value: object) -> None:
    text = pretty_json(value)
    assert json.loads(text) == value
    assert not any(127 <= ord(character) < 160 for character in text)
    assert "\x1b" not in text


def test_pretty_json_keeps_letters_readable() -> None:
    assert pretty_json({"größe": "日本"}) == '{\n  "größe": "日本"\n}'


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(-1, "0 ms"), (0.1504, "150 ms"), (1.746, "1.75 s"), (59.9, "59.90 s"), (723, "12 min 3 s"), (7500, "2 h 5 min")],
)
def test_durations_read_as_people_write_them(seconds: float, text: str) -> None:
    assert seconds_text(seconds) == text


def test_json_of_others_is_the_same_json_without_control_characters() -> None:
    text = json.dumps({"a": "\x7f\x9b2J\u202e é\n"}, ensure_ascii=False)
    assert json.loads(safe_json(text)) == json.loads(text)
    assert safe_json(text) == '{"a": "\\u007f\\u009b2J\\u202e é\\n"}'


def test_an_event_as_a_line_of_json_has_no_effect_on_the_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    event = run_finished(new_id(), message="done \x9b2J\u202e\x7f")
    JsonLines().show(Record(7, *encode(event)), event, fold([run_started()]))
    shown = capsys.readouterr().out
    assert json.loads(shown)["message"] == event.message
    assert (json.loads(shown)["seq"], shown.count("\n")) == (7, 1)
    assert not {"\x9b", "\u202e", "\x7f"} & set(shown)
