"""`--input` in all its forms."""

import io
from pathlib import Path

import pytest

from callsheet.cli.inputs import read_input
from callsheet.errors.runs import InputInvalid
from callsheet.scenario.json import Json, JsonObject

SCHEMA: Json = {
    "type": "object",
    "properties": {
        "text": {"type": "string"},
        "count": {"type": "integer"},
        "either": {"type": ["string", "number"]},
        "maybe": {"type": ["integer", "null"]},
        "tags": {"type": "array"},
        "on": {"type": "boolean"},
        "any": {},
    },
}


@pytest.mark.parametrize(
    ("inputs", "expected"),
    [
        ([], {}),
        (["text=5"], {"text": "5"}),
        (["text=a=b:=c"], {"text": "a=b:=c"}),
        (["text="], {"text": ""}),
        (["count=5"], {"count": 5}),
        (["either=5"], {"either": "5"}),
        (["either:=5"], {"either": 5}),
        (["maybe=null"], {"maybe": None}),
        (['tags=["a", 1]', "on=true"], {"tags": ["a", 1], "on": True}),
        (["any=5", "unknown=5"], {"any": "5", "unknown": "5"}),
        (['any:={"deep": [1]}'], {"any": {"deep": [1]}}),
        (['{"text": "a", "count": 1}', "count=2"], {"text": "a", "count": 2}),
    ],
)
def test_values_are_read_as_the_schema_wants_them(inputs: list[str], expected: JsonObject) -> None:
    assert read_input(inputs, SCHEMA) == expected


@pytest.mark.parametrize("schema", [None, True, [], {"properties": []}, {"properties": {"count": 1}}])
def test_a_schema_that_says_nothing_means_text(schema: Json) -> None:
    assert read_input(["count=5"], schema) == {"count": "5"}


@pytest.mark.parametrize(
    ("text", "pointer", "sentence"),
    [
        ("count=five", "/count", "at /count: 'five' is not JSON, and the input_schema wants integer"),
        ("any:=[1", "/any", "at /any: '\\[1' is not JSON, and k:=JSON was asked for"),
        ("any:=NaN", "/any", "NaN"),
        ("a/b:=", "/a~1b", "at /a~1b: '' is not JSON"),
        ("words", "", "'words' is neither k=v, k:=JSON nor @FILE"),
        ("=5", "", "'=5' is neither"),
        ('{"a": 1, "a": 2}', "/a", 'the key "a" stands twice'),
        ('{"a": ', "", "line 1, column 7: The JSON is broken"),
        ("text=a\0b", "/text", "at /text: the text contains a NUL character"),
        ("text=\udcff", "/text", "at /text: the text contains a lone surrogate"),
        ("any:=99999999999999999999", "/any", "does not fit in 64 bits"),
    ],
)
def test_what_cannot_be_read_is_named_with_its_place(text: str, pointer: str, sentence: str) -> None:
    with pytest.raises(InputInvalid, match=sentence) as caught:
        read_input([text], SCHEMA)
    assert [problem.pointer for problem in caught.value.problems] == [pointer]


def test_a_file_is_the_whole_object_and_later_options_win(tmp_path: Path) -> None:
    file = tmp_path / "input.json"
    file.write_text('{"count": 1, "text": "file"}', encoding="utf-8")
    assert read_input([f"@{file}", "text=option"], SCHEMA) == {"count": 1, "text": "option"}


def test_standard_input_is_a_file_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO('{"text": "größer"}'.encode()), encoding="utf-8"))
    assert read_input(["@-"], SCHEMA) == {"text": "größer"}


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"[1]", "is not a JSON object"),
        (b'{"a": \xff}', "not UTF-8"),
        (b'{"a": {"b": 1e999}}', "NaN, Infinity and numbers beyond"),
    ],
)
def test_a_file_that_is_no_input_is_refused(tmp_path: Path, content: bytes, sentence: str) -> None:
    file = tmp_path / "input.json"
    file.write_bytes(content)
    with pytest.raises(InputInvalid, match=sentence):
        read_input([f"@{file}"], SCHEMA)


def test_a_missing_file_is_named() -> None:
    with pytest.raises(InputInvalid, match=r"from 'nowhere.json': No such file"):
        read_input(["@nowhere.json"], SCHEMA)
