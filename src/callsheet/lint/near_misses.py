"""W240: what looks like a value form or an expression, but is taken as it stands."""

import re
from collections.abc import Iterator
from typing import Final, TypeGuard

from callsheet.lint.names import input_properties
from callsheet.lint.places import Place
from callsheet.lint.survey import Survey
from callsheet.scenario.diagnostics import Diagnostic
from callsheet.scenario.json import Json, JsonObject, escape
from callsheet.scenario.steps.scenario import ScenarioStep
from callsheet.scenario.steps.tool import ToolStep
from callsheet.scenario.values import From

_FORMS: Final = ("from", "template", "secret", "env", "const")
_WITHOUT_INSIDE: Final = ({"const"}, {"template"}, {"secret"}, {"env"})
_HOLE: Final = re.compile(r"\$\{\s*([A-Za-z_]\w*)\s*[.\[]|\{\{\s*([A-Za-z_]\w*)\s*[.\[]")
_BEGIN: Final = re.compile(r"\s*([A-Za-z_]\w*)\.([A-Za-z_]\w*)(?=[^\w@]|$)")
_PATH: Final = re.compile(r"[A-Za-z_]\w*(\.[A-Za-z_]\w*|\[-?\d+\])+")


def near_misses(survey: Survey) -> Iterator[Diagnostic]:
    """W240: an object that is nearly a form, a text with holes that is no template, a path written as a text.

    Only where what is written names something that exists; nothing inside of `const`. Needs the document.
    """
    if survey.document is None:
        return
    for place in survey.places:
        if isinstance(place.value, From) and not place.value.key:
            continue  # a condition is an expression
        raw = survey.written(place.pointer)
        look = _Search(survey, place)
        yield from look.members(raw, place.pointer) if _is_input(raw, place) else look.value(raw, place.pointer)


def _is_input(raw: Json, place: Place) -> TypeGuard[JsonObject]:
    """Whether it is the `input` of a step, which is never a form itself."""
    owner = None if place.inside is None else place.inside.step
    return isinstance(raw, dict) and isinstance(owner, ToolStep | ScenarioStep) and place.key == "/input"


class _Search:
    """Looks through one value."""

    def __init__(self, survey: Survey, place: Place) -> None:
        self._roots = {*place.roots, "secrets"}
        scenario = survey.scenario
        self._named = {
            "input": input_properties(scenario).keys(),
            "steps": place.steps.keys(),
            "vars": scenario.vars.keys(),
            "env": set(scenario.env),
            "secrets": set(scenario.secrets),
            "run": {"id", "started_at", "scenario_id", "revision"},
        }

    def value(self, raw: Json, pointer: str) -> Iterator[Diagnostic]:
        """What is suspicious in a value."""
        match raw:
            case str():
                yield from self._text(raw, pointer)
            case list():
                for index, item in enumerate(raw):
                    yield from self.value(item, f"{pointer}/{index}")
            case dict():
                yield from self._object(raw, pointer)
            case _:
                pass

    def members(self, raw: JsonObject, pointer: str) -> Iterator[Diagnostic]:
        """What is suspicious in the members of an object."""
        for key, item in raw.items():
            yield from self.value(item, f"{pointer}/{escape(key)}")

    def _object(self, raw: JsonObject, pointer: str) -> Iterator[Diagnostic]:
        keys = raw.keys()
        if keys in _WITHOUT_INSIDE:
            return
        if keys == {"from"} or keys == {"from", "default"}:
            yield from self.value(raw.get("default"), f"{pointer}/default")
            return
        for key, item in raw.items():
            form = key.lstrip("$").lower()
            if form in _FORMS and (key != form or len(raw) > 1) and self._fits(form, item, raw):
                message = f"This object is nearly the form '{form}', but is taken as it stands."
                hint = f"Write {_example(form)} without other keys, or wrap the object in 'const'."
                yield Diagnostic(code="W240", pointer=pointer, message=message, hint=hint)
                return
        yield from self.members(raw, pointer)

    def _fits(self, form: str, item: Json, raw: JsonObject) -> bool:
        """Whether `item` is what the form takes."""
        if form == "const":
            return len(raw) == 1 or (len(raw) == 2 and "default" in raw)
        if not isinstance(item, str):
            return False
        if form == "template":
            return self._holes(item)
        if form == "from":
            return self._refers(item)
        return item in self._named["secrets" if form == "secret" else "env"]

    def _text(self, text: str, pointer: str) -> Iterator[Diagnostic]:
        if self._holes(text):
            message = "This text has holes, but is no template: it is taken as it stands."
            yield Diagnostic(code="W240", pointer=pointer, message=message, hint=f"Write {_example('template')}.")
        elif _PATH.fullmatch(text) and self._refers(text, known=True):
            message = f"'{text}' looks like an expression, but is taken as a text."
            yield Diagnostic(code="W240", pointer=pointer, message=message, hint=f'Write {{"from": "{text}"}}.')

    def _holes(self, text: str) -> bool:
        return "{" in text and any((found[1] or found[2]) in self._roots for found in _HOLE.finditer(text))

    def _refers(self, text: str, *, known: bool = False) -> bool:
        """Whether `text` begins with the path of something that exists; `known` leaves out what only may."""
        found = _BEGIN.match(text)
        if found is None or found[1] not in self._roots:
            return False
        if found[1] not in self._named:
            return not known
        names = self._named[found[1]]
        return found[2] in names or (not known and found[1] == "input" and not names)


def _example(form: str) -> str:
    value = {"from": "input.url", "template": "… ${input.url}", "const": "…"}.get(form, "NAME")
    return f'{{"{form}": "{value}"}}'
