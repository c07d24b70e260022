"""Mistakes that have one certain correction, corrected in the text itself; every other byte stays as it is.

Corrected are: a misspelt key with exactly one very similar known key that the object does not have yet (E100), a bare
`null`, `true` or `false`, which gets backticks (E112), and a key of a value form in other letters (W240). An edit is
kept only if the new text decodes to exactly the document that the correction means; anything else is left to a person.
"""

import copy
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Any, Final, TypeAlias

from jmespath.lexer import Lexer

from callsheet.scenario.diagnostics import Diagnostic
from callsheet.scenario.json import Json, JsonObject, unescape
from callsheet.scenario.objects import objects
from callsheet.scenario.positions import Position, Positions
from callsheet.scenario.source import Source, Syntax, read_source
from callsheet.scenario.values import Template, ValueInvalid, parse_condition, parse_value

_SIMILAR: Final = 0.85
_MOST: Final = 100
_FORMS: Final = ("from", "template", "secret", "env", "const")
_BARE: Final = ("null", "true", "false")
_KEY: Final = re.compile(r""""(?:[^"\\]|\\.)*"|'(?:[^']|'')*'|[^\s:{}\[\],"']+""")


@dataclass(frozen=True, slots=True, kw_only=True)
class Fix:
    """One correction that was made; the place is the one in the text before this correction."""

    code: str
    line: int
    column: int
    message: str


@dataclass(frozen=True, slots=True)
class Fixed:
    """A text after its corrections, which are in the order in which they were made."""

    text: str
    fixes: tuple[Fix, ...] = ()


@dataclass(frozen=True, slots=True)
class _Edit:
    """`start` to `end` of the text becomes `new`, and then the text means `document`."""

    start: int
    end: int
    new: str
    document: Json
    message: str


Check: TypeAlias = Callable[[str], Iterable[Diagnostic]]
"""Says what is wrong with a text, with pointers."""


def fix(text: str, syntax: Syntax, check: Check) -> Fixed:
    """Correct what has one certain correction. Never raises.

    Args:
        text: the document; one that cannot be decoded is given back as it is.
        syntax: how it is written.
        check: the checker, asked again after each correction; what it does not report is not corrected.
    """
    made: list[Fix] = []
    for _ in range(_MOST):
        found = _next(text, syntax, check(text))
        if found is None:
            break
        fixed, text = found
        made.append(fixed)
    return Fixed(text, tuple(made))


def _next(text: str, syntax: Syntax, diagnostics: Iterable[Diagnostic]) -> tuple[Fix, str] | None:
    """The first correction that can be made, and the text after it."""
    source = read_source(text.encode("utf-8", "surrogatepass"), syntax)
    if source.diagnostics:
        return None
    for diagnostic in diagnostics:
        for edit in _edits(text, source, diagnostic):
            changed = text[: edit.start] + edit.new + text[edit.end :]
            after = read_source(changed.encode("utf-8", "surrogatepass"), syntax)
            if not after.diagnostics and _same(after.document, edit.document):
                line, column = source.positions.locate(diagnostic.pointer)
                return Fix(code=diagnostic.code, line=line, column=column, message=edit.message), changed
    return None


def _same(left: Json, right: Json) -> bool:
    """Equal as JSON, the order of keys included; 1 and true are two values."""
    return repr(left) == repr(right)


def _edits(text: str, source: Source, diagnostic: Diagnostic) -> Iterator[_Edit]:
    match diagnostic.code:
        case "E100":
            yield from _misspelt_key(text, source, diagnostic.pointer)
        case "E112":
            yield from _bare_literal(text, source, diagnostic.pointer)
        case "W240":
            yield from _form_in_other_letters(text, source, diagnostic.pointer)
        case _:
            pass


def _misspelt_key(text: str, source: Source, pointer: str) -> Iterator[_Edit]:
    above, _, token = pointer.rpartition("/")
    name = unescape(token)
    for place, node, model in objects(source.document):
        if place != above or name not in node:
            continue
        known = [field.alias or key for key, field in model.model_fields.items()]
        similar = [key for key in known if _ratio(name, key) >= _SIMILAR]
        if name not in known and len(similar) == 1 and similar[0] not in node:
            yield from _renamed(text, source, pointer, similar[0])


def _form_in_other_letters(text: str, source: Source, pointer: str) -> Iterator[_Edit]:
    found = _at(source.document, pointer)
    if not isinstance(found, dict):
        pointer = pointer.rpartition("/")[0]
        found = _at(source.document, pointer)
    if not isinstance(found, dict):
        return
    for name in found:
        form = name.lower()
        if name != form and form in _FORMS and form not in found and _is_meant(form, found[name], source.document):
            yield from _renamed(text, source, f"{pointer}/{name}", form)


def _is_meant(form: str, value: Json, document: Json) -> bool:
    """Whether the object would be a form that works: other objects may have a key `Template` or `Env` of their own."""
    if not isinstance(value, str) or not isinstance(document, dict):
        return False
    if form in {"secret", "env"}:
        names = document.get("secrets" if form == "secret" else "env")
        return isinstance(names, list) and value in names
    if form == "template":
        return "${" in value
    return form == "from" and value.partition(".")[0] in {"input", "steps", "vars", "env", "run"}


def _renamed(text: str, source: Source, pointer: str, name: str) -> Iterator[_Edit]:
    """The key at `pointer` becomes `name`."""
    above, _, token = pointer.rpartition("/")
    old = unescape(token)
    start = _offset(text, source.positions, pointer)
    key = _KEY.match(text, start)
    document = copy.deepcopy(source.document)
    holder = _at(document, above)
    if key is None or key[0].strip("\"'") != old or not isinstance(holder, dict):
        return
    members = list(holder.items())
    holder.clear()
    holder.update({name if each == old else each: value for each, value in members})
    message = f"The key '{old}' is now '{name}'."
    yield _Edit(start, key.end(), key[0].replace(old, name), document, message)


def _bare_literal(text: str, source: Source, pointer: str) -> Iterator[_Edit]:
    """Backticks around the first bare literal of the expression or template at `pointer`."""
    written = _at(source.document, pointer)
    key = _KEY.match(text, _offset(text, source.positions, pointer))
    if not isinstance(written, str) or key is None:
        return
    for start, name in _bare_in(written, is_template=pointer.endswith("/template")):
        word = re.compile(rf"(?<!\w){name}(?!\w)")
        number = len(word.findall(written, 0, start + len(name))) - 1
        same = [found.start() for found in word.finditer(text, key.end(), key.end() + 6 * len(written) + 200)]
        document = copy.deepcopy(source.document)
        _put(document, pointer, f"{written[:start]}`{name}`{written[start + len(name) :]}")
        if number < len(same):
            message = f"The bare {name} in '{written}' is now `{name}`."
            yield _Edit(same[number], same[number] + len(name), f"`{name}`", document, message)


def _bare_in(written: str, *, is_template: bool) -> Iterator[tuple[int, str]]:
    """Where bare literals stand in the text of an expression, or of a template whose holes are all different."""
    try:
        value = parse_value({"template": written}) if is_template else parse_condition(written)
    except ValueInvalid:
        return
    if not isinstance(value, Template):
        yield from _bare_tokens(written)
        return
    for part in value.parts:
        if not isinstance(part, str) and written.count(f"${{{part.source}}}") == 1:
            start = written.index(f"${{{part.source}}}") + 2
            yield from ((start + offset, name) for offset, name in _bare_tokens(part.source))


def _bare_tokens(source: str) -> Iterator[tuple[int, str]]:
    """As `references.bare_literals`, with where each stands."""
    tokens: list[Any] = list(Lexer().tokenize(source))
    for before, token, after in zip([None, *tokens], tokens, tokens[1:], strict=False):
        named = after["type"] == "colon" or (before is not None and before["type"] == "dot")
        if token["type"] == "unquoted_identifier" and token["value"] in _BARE and not named:
            yield token["start"], token["value"]


def _ratio(name: str, key: str) -> float:
    return SequenceMatcher(None, name, key).ratio() if len(name) <= 2 * len(key) else 0.0


def _offset(text: str, positions: Positions, pointer: str) -> int:
    position: Position = positions.locate(pointer)
    start = 0
    for _ in range(position.line - 1):
        start = text.index("\n", start) + 1
    return start + position.column - 1


def _at(document: Json, pointer: str) -> Json:
    node: Any = document
    for token in pointer.split("/")[1:]:
        if isinstance(node, dict):
            members: JsonObject = node  # pyright: ignore[reportUnknownVariableType]: JSON
            node = members.get(unescape(token))
        elif isinstance(node, list) and token.isdigit() and int(token) < len(node):  # pyright: ignore[reportUnknownArgumentType]: JSON
            node = node[int(token)]  # pyright: ignore[reportUnknownVariableType]: JSON
        else:
            return None
    return node  # pyright: ignore[reportUnknownVariableType]: JSON


def _put(document: Json, pointer: str, value: Json) -> None:
    above, _, token = pointer.rpartition("/")
    holder = _at(document, above)
    if isinstance(holder, dict):
        holder[unescape(token)] = value
