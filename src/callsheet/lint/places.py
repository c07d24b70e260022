"""The places of a document where values stand, and what the expressions in each of them can see.

A step sees the steps before it in its own list and in the lists around it. Of a block it sees the output, not the steps
inside. What a list's roots add (`error` in a handler, the names of a `foreach`) is there in all that is inside it.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from callsheet.lint.layout import Layout, Listing, Located
from callsheet.lint.references import References, bare_literals, references
from callsheet.scenario.expressions import Expression
from callsheet.scenario.model import Scenario
from callsheet.scenario.values import Value, expressions

BASE: Final = ("input", "steps", "vars", "env", "run")


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Place:
    """One value of a document.

    Attributes:
        pointer: where it stands.
        steps: the steps that are visible there, by name.
        roots: the names that its expressions may begin with.
        inside: the step that it belongs to; None for the document's `output`.
        key: the pointer inside that step, or `/output`.
        secrets: whether it may use secrets.
    """

    value: Value
    pointer: str
    steps: Mapping[str, Located]
    roots: tuple[str, ...]
    inside: Located | None
    key: str
    secrets: bool = False


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Mention:
    """One expression in a value, what it refers to, and the fields that it writes like literals."""

    expression: Expression
    pointer: str
    place: Place
    references: References
    bare: tuple[str, ...]


def mentions(place: Place) -> Iterator[Mention]:
    """The expressions in a value, in the order of the model."""
    for expression, pointer in expressions(place.value, place.pointer):
        yield Mention(
            expression=expression,
            pointer=pointer,
            place=place,
            references=references(expression),
            bare=tuple(dict.fromkeys(bare_literals(expression))),
        )


def places(scenario: Scenario, layout: Layout) -> Iterator[Place]:
    """Every value of `scenario`, in the order of the model."""
    walk = _Walk(layout)
    yield from walk.listing(layout.main, {}, BASE)
    main = walk.names(layout.main)
    if scenario.output is not None:
        yield Place(value=scenario.output, pointer="/output", steps=main, roots=BASE, inside=None, key="/output")
    yield from walk.listing(layout.failing, main, (*BASE, *layout.failing.roots))


@dataclass(frozen=True, slots=True)
class _Walk:
    layout: Layout

    def names(self, listing: Listing) -> dict[str, Located]:
        """The steps of a list by name."""
        return {located.step.name: located for located in self.layout.of(listing)}

    def listing(self, listing: Listing, outer: Mapping[str, Located], roots: tuple[str, ...]) -> Iterator[Place]:
        """The values in a list's steps; `outer` are the steps that all of them see."""
        visible = dict(outer)
        for located in self.layout.of(listing):
            yield from self._step(located, dict(visible), roots)
            visible[located.step.name] = located

    def _step(self, located: Located, visible: Mapping[str, Located], roots: tuple[str, ...]) -> Iterator[Place]:
        lists = self.layout.inside(located)
        for own in located.step.values():
            after = next((each for each in lists if each.key == own.after), None)
            yield Place(
                value=own.value,
                pointer=f"{located.pointer}{own.pointer}",
                steps=visible if after is None else {**visible, **self.names(after)},
                roots=_joined(roots, (*own.roots, "secrets") if own.secrets else own.roots),
                inside=located,
                key=own.pointer,
                secrets=own.secrets,
            )
        for inner in lists:
            yield from self.listing(inner, visible, _joined(roots, inner.roots))


def _joined(roots: tuple[str, ...], more: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(dict.fromkeys((*roots, *more))) if more else roots
