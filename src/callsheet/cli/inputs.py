"""`--input`: `k=v`, `k:=json`, `@file` and whole objects, put together into a run's input."""

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from callsheet.errors.kinds import Problem
from callsheet.errors.runs import InputInvalid
from callsheet.scenario.codec import DocumentInvalid, decode_json
from callsheet.scenario.json import Json, JsonObject, NotJson, check_json, escape, is_object

_NOT_TEXT: Final = frozenset({"number", "integer", "boolean", "array", "object", "null"})


def read_input(inputs: Sequence[str], input_schema: Json) -> JsonObject:
    """The input that the options spell; later ones win.

    Args:
        inputs: `k=v` (text, or JSON where `input_schema` wants something else for `k`), `k:=json`, `@file`, `@-` for
            standard input, or a JSON object.
        input_schema: the scenario's, to know what `v` is.

    Raises:
        InputInvalid: with the pointer of the value that cannot be read.
    """
    result: JsonObject = {}
    for text in inputs:
        if text.startswith("@"):
            result |= _file(text[1:])
        elif text.startswith("{"):
            result |= _object(text, "--input")
        else:
            result |= _pair(text, input_schema)
    try:
        check_json(result)
    except NotJson as exc:
        raise _refused(exc.pointer, f"{exc}.") from exc
    return result


def read_value(option: str, text: str) -> Json:
    """The JSON that an option spells: itself, or `@file`, or `@-` for standard input.

    Raises:
        InputInvalid: it cannot be read.
    """
    try:
        return decode_json(_bytes(text[1:]) if text.startswith("@") else text)
    except DocumentInvalid as exc:
        line = f"line {exc.line}, column {exc.column}: " if exc.line else ""
        raise InputInvalid(f"The option {option} cannot be read, {line}{exc}") from exc


def read_bytes(text: str) -> bytes:
    """The bytes of a text, or of `@file`, or of `@-` for standard input.

    Raises:
        InputInvalid: they cannot be read.
    """
    return _bytes(text[1:]) if text.startswith("@") else text.encode("utf-8", "surrogateescape")


def _pair(text: str, input_schema: Json) -> JsonObject:
    key, sign, value = text.partition("=")
    if not sign or key in {"", ":"}:
        sentence = f"{text!r} is neither k=v, k:=JSON nor @FILE."
        raise InputInvalid(f"The option --input cannot be read: {sentence}", [Problem(pointer="", message=sentence)])
    if key.endswith(":"):
        return {key[:-1]: _value(key[:-1], value, "k:=JSON was asked for")}
    types = _types(input_schema, key)
    if types and types <= _NOT_TEXT:
        return {key: _value(key, value, f"the input_schema wants {' or '.join(sorted(types))}")}
    return {key: value}


def _types(input_schema: Json, key: str) -> frozenset[str]:
    if not is_object(input_schema):
        return frozenset()
    properties = input_schema.get("properties")
    schema = properties.get(key) if is_object(properties) else None
    kind = schema.get("type") if is_object(schema) else None
    kinds = kind if isinstance(kind, list) else [kind]
    return frozenset(each for each in kinds if isinstance(each, str))


def _value(key: str, text: str, why: str) -> Json:
    try:
        return decode_json(text)
    except (DocumentInvalid, ValueError) as exc:
        raise _refused(f"/{escape(key)}", f"{text[:100]!r} is not JSON, and {why}. {exc}") from exc


def _file(name: str) -> JsonObject:
    return _object(_bytes(name), "standard input" if name == "-" else name)


def _bytes(name: str) -> bytes:
    try:
        return sys.stdin.buffer.read() if name == "-" else Path(name).read_bytes()
    except OSError as exc:
        raise InputInvalid(f"The input cannot be read from {name!r}: {exc.strerror}.") from exc


def _object(source: bytes | str, where: str) -> JsonObject:
    try:
        value = decode_json(source)
    except DocumentInvalid as exc:
        line = f"line {exc.line}, column {exc.column}: " if exc.line else ""
        message = f"{line}{exc}"
        raise InputInvalid(
            f"The input in {where} cannot be used, {message}", [Problem(pointer=exc.pointer, message=message)]
        ) from exc
    if not is_object(value):
        raise InputInvalid(f"The input in {where} is not a JSON object.", [Problem(pointer="", message="no object.")])
    return value


def _refused(pointer: str, sentence: str) -> InputInvalid:
    where = f"at {pointer}" if pointer else "as a whole"
    return InputInvalid(f"The input cannot be used, {where}: {sentence}", [Problem(pointer=pointer, message=sentence)])
