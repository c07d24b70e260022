"""What changed between two descriptions, schemas or annotations, said for a reader.

The texts come from tool servers and may be hostile: every line is bounded, and what does not print is escaped.
"""

import json
from collections.abc import Iterable, Iterator, Sequence
from difflib import SequenceMatcher
from itertools import islice, zip_longest
from typing import Final

from callsheet.scenario.codec import canonical
from callsheet.scenario.json import Json, JsonObject, escape

MAX_LINE: Final = 300
"""Characters of a line."""

_TEXT: Final = MAX_LINE - len("- description: ")
_WIDTH: Final = 100
_NAME: Final = 60
_LEAD: Final = 30
"""How much of what two long texts have in common is shown before their first difference."""

_SIDE: Final = 20
"""Lines of the old text and of the new text that are shown at one place."""

_COMPARABLE: Final = 500
"""Two texts of more lines are not aligned: that takes quadratic time."""


def printable(text: str) -> str:
    """`text` on one line: a character that does not print (a control, a bidirectional mark) as its JSON escape."""
    if text.isprintable():
        return text
    return "".join(char if char.isprintable() else json.dumps(char)[1:-1] for char in text)


def shown(value: Json, limit: int = _WIDTH) -> str:
    """`value` as JSON on one line, `limit` characters at most."""
    return _clip(printable(_json(value)[: limit + 1]), limit)


def description_changes(old: str, new: str) -> Iterator[str]:
    """The lines that went, with `-`, and those that came, with `+`; nothing when the texts are equal."""
    before, after = _middle(old.split("\n"), new.split("\n"))
    for gone, came in _hunks(before, after):
        yield from _sides(gone, came)


def json_changes(part: str, old: JsonObject | None, new: JsonObject | None) -> Iterator[str]:
    """A sentence per change, with `-`, `+` or `~` before it; nothing when the values are equal as JSON.

    `part` says which value it is, such as `input_schema`; what is inside is named by JSON pointer.
    """
    if old is None and new is None:
        return
    if old is None:
        yield f"+ {part} was added: {shown(new)}"
    elif new is None:
        yield f"- {part} was removed"
    else:
        yield from _object(part, "", old, new)


def bounded(lines: Iterable[str], most: int) -> Iterator[str]:
    """At most `most` lines of at most 300 characters, then one that says how many more there are."""
    rest = iter(lines)
    yield from (_clip(line, MAX_LINE) for line in islice(rest, most))
    if more := sum(1 for _ in rest):
        yield f"… and {more} more"


def _object(part: str, pointer: str, old: JsonObject, new: JsonObject) -> Iterator[str]:
    where = _where(part, pointer)
    for key in sorted(old.keys() | new.keys()):
        below = f"{pointer}/{escape(key)}"
        was, now = old.get(key), new.get(key)
        if key == "properties" and _has_properties(old) and _has_properties(new) and (was or now):
            yield from _properties(part, pointer, old, new)
        elif key == "required" and _has_names(old) and _has_names(new) and _names(old) != _names(new):
            yield from _required(where, old, new)
        elif key not in new:
            yield f"- {where}: {_name(key)} was removed"
        elif key not in old:
            yield f"+ {where}: {_name(key)} was added: {shown(now)}"
        elif isinstance(was, dict) and isinstance(now, dict):
            yield from _object(part, below, was, now)
        elif isinstance(was, list) and isinstance(now, list):
            yield from _array(part, pointer, key, was, now)
        else:
            yield from _value(where, key, was, now)


def _properties(part: str, pointer: str, old: JsonObject, new: JsonObject) -> Iterator[str]:
    was, now = _map(old.get("properties")), _map(new.get("properties"))
    where, required = _where(part, pointer), _names(new)
    for key in sorted(was.keys() | now.keys()):
        if key not in now:
            yield f"- {where}: property {_name(key)} was removed"
        elif key not in was:
            need = "required" if key in required else "optional"
            yield f"+ {where}: property {_name(key)} was added and is {need}: {shown(now[key])}"
        else:
            yield from _item(part, f"{pointer}/properties/{escape(key)}", was[key], now[key])


def _required(where: str, old: JsonObject, new: JsonObject) -> Iterator[str]:
    was, now = _names(old), _names(new)
    before, after = _map(old.get("properties")), _map(new.get("properties"))
    for name in now:
        if name not in was and (name in before or name not in after):
            yield f"~ {where}: {_name(name)} is now required"
    for name in was:
        if name not in now and (name in after or name not in before):
            yield f"~ {where}: {_name(name)} is no longer required"


def _array(part: str, pointer: str, key: str, old: list[Json], new: list[Json]) -> Iterator[str]:
    where, below = _where(part, pointer), f"{pointer}/{escape(key)}"
    if all(map(_is_scalar, (*old, *new))):
        yield from _scalars(where, key, old, new)
        return
    for index, (was, now) in enumerate(zip(old, new, strict=False)):
        yield from _item(part, f"{below}/{index}", was, now)
    for index in range(len(new), len(old)):
        yield f"- {_where(part, f'{below}/{index}')} was removed"
    for index in range(len(old), len(new)):
        yield f"+ {_where(part, f'{below}/{index}')} was added: {shown(new[index])}"


def _scalars(where: str, key: str, old: list[Json], new: list[Json]) -> Iterator[str]:
    was, now = {canonical(value): value for value in old}, {canonical(value): value for value in new}
    if was.keys() == now.keys():
        yield from _value(where, key, old, new)
    for one in was:
        if one not in now:
            yield f"- {where}: {_name(key)} lost {shown(was[one])}"
    for one in now:
        if one not in was:
            yield f"+ {where}: {_name(key)} gained {shown(now[one])}"


def _item(part: str, pointer: str, old: Json, new: Json) -> Iterator[str]:
    if isinstance(old, dict) and isinstance(new, dict):
        yield from _object(part, pointer, old, new)
    elif canonical(old) != canonical(new):
        before, after = _pair(_json(old), _json(new), _WIDTH)
        yield f"~ {_where(part, pointer)} changed from {before} to {after}"


def _value(where: str, key: str, old: Json, new: Json) -> Iterator[str]:
    if canonical(old) != canonical(new):
        before, after = _pair(_json(old), _json(new), _WIDTH)
        yield f"~ {where}: {_name(key)} changed from {before} to {after}"


def _where(part: str, pointer: str) -> str:
    # The end of a long pointer says more than its beginning.
    text = printable(pointer)
    return f"{part} {text if len(text) <= _NAME else f'…{text[1 - _NAME :]}'}".rstrip()


def _name(key: str) -> str:
    return f"'{_clip(printable(key), _NAME)}'"


def _map(value: Json) -> JsonObject:
    return value if isinstance(value, dict) else {}


def _names(schema: JsonObject) -> dict[str, None]:
    names = schema.get("required")
    return dict.fromkeys(name for name in names if isinstance(name, str)) if isinstance(names, list) else {}


def _has_properties(schema: JsonObject) -> bool:
    return isinstance(schema.get("properties", {}), dict)


def _has_names(schema: JsonObject) -> bool:
    names = schema.get("required", [])
    return isinstance(names, list) and all(isinstance(name, str) for name in names)


def _is_scalar(value: Json) -> bool:
    return not isinstance(value, dict | list)


def _json(value: Json) -> str:
    return json.dumps(value, ensure_ascii=False, sort_keys=True)


def _clip(text: str, limit: int) -> str:
    return text if len(text) <= limit else f"{text[: limit - 1]}…"


def _pair(old: str, new: str, limit: int) -> tuple[str, str]:
    """Both texts, printable and cut to `limit` so that their first difference is in what is left."""
    start = _start(old, new, limit)
    # Cut before it is escaped, which takes time, and again after, which makes it longer.
    before, after = printable(old[start:][: limit + 1]), printable(new[start:][: limit + 1])
    again = _start(before, after, limit)
    lead = "…" if start + again else ""
    return _clip(f"{lead}{before[again:]}", limit), _clip(f"{lead}{after[again:]}", limit)


def _start(old: str, new: str, limit: int) -> int:
    return max(0, _common(old, new) - _LEAD) if max(len(old), len(new)) > limit else 0


def _common(old: Sequence[str], new: Sequence[str]) -> int:
    """How many items both begin with."""
    length = min(len(old), len(new))
    return next((index for index in range(length) if old[index] != new[index]), length)


def _middle(old: list[str], new: list[str]) -> tuple[list[str], list[str]]:
    """Both without the lines that they begin and end with in common."""
    head = _common(old, new)
    old, new = old[head:], new[head:]
    tail = _common(old[::-1], new[::-1])
    return old[: len(old) - tail], new[: len(new) - tail]


def _hunks(old: list[str], new: list[str]) -> Iterator[tuple[list[str], list[str]]]:
    if max(len(old), len(new)) > _COMPARABLE:
        yield old, new
        return
    for tag, old_start, old_end, new_start, new_end in SequenceMatcher(None, old, new).get_opcodes():
        if tag != "equal":
            yield old[old_start:old_end], new[new_start:new_end]


def _sides(gone: list[str], came: list[str]) -> Iterator[str]:
    pairs = [_pair(old, new, _TEXT) for old, new in zip_longest(gone[:_SIDE], came[:_SIDE], fillvalue="")]
    for sign, lines, side in (("-", gone, 0), ("+", came, 1)):
        yield from (f"{sign} description: {pair[side]}" for pair in pairs[: len(lines)])
        if len(lines) > _SIDE:
            yield f"{sign} description: … and {len(lines) - _SIDE} more lines"
