"""Why a step is not visible at a place."""

from typing import NamedTuple

from callsheet.lint.layout import Listing, Located
from callsheet.lint.places import Place
from callsheet.lint.suggestions import listed


class Hidden(NamedTuple):
    """A part of a sentence, and what to do about it."""

    why: str
    hint: str


def why_hidden(target: Located, place: Place) -> Hidden:
    """Why `place` does not see the step `target`, which is in the document but not among `place.steps`."""
    inside = place.inside
    if inside is target:
        use_result = "Its raw result is 'result' in its 'output'." if place.key == "/output" else ""
        return Hidden("a step does not see itself", use_result)
    if inside is not None and target in inside.around:
        return Hidden("it is around this place and ends later", visible(place))
    if _top(target.listing) == "/on_error" and not place.pointer.startswith("/on_error/"):
        return Hidden("the steps of 'on_error' run only after a failure", visible(place))
    shown = next((each for each in target.around if each.step.name in place.steps), None)
    if shown is not None:
        return Hidden(
            f"it is inside the {shown.step.type} '{shown.step.name}', and a block shows only its output",
            f"Use 'steps.{shown.step.name}.output'; the block's 'output' can give more of what happens in it.",
        )
    block = _parting(target, inside)
    return Hidden("it runs later", visible(place)) if block is None else _apart(target, block, place)


def visible(place: Place) -> str:
    """A sentence with the steps that a place sees."""
    return listed("Visible here", place.steps) if place.steps else "No step comes before this place."


def _apart(target: Located, block: Located, place: Place) -> Hidden:
    name = block.step.name
    if place.inside is block:
        return Hidden("a block sees nothing of the steps inside it", "Its raw output is 'result' in its 'output'.")
    if place.inside is not None and block in place.inside.around:
        theirs, ours = _list_in(target, block), _list_in(place.inside, block)
        return Hidden(f"it is in {_named(theirs)} of '{name}', this place in {_named(ours)}", visible(place))
    return Hidden(f"it is inside '{name}', which runs later", visible(place))


def _parting(target: Located, inside: Located | None) -> Located | None:
    """The step around `target` where its way and that of `inside` part; None when they stand in one list."""
    ours = () if inside is None else (inside.listing, *inside.listing.around)
    common = next((each for each in (target.listing, *target.listing.around) if each in ours), None)
    return next((each for each in target.around if each.listing is common), None)


def _list_in(located: Located, block: Located) -> Listing:
    """The list of `block` that `located` stands in, at any depth."""
    listings = (located.listing, *located.listing.around)
    return next(each for each in listings if each.owner is block)


def _named(listing: Listing) -> str:
    if listing.key.startswith("/branches/"):
        return f"the branch '{listing.label}'"
    if listing.key.startswith("/cases/"):
        return f"the case '{listing.label}'"
    return f"'{listing.label}'" if listing.label else "the steps"


def _top(listing: Listing) -> str:
    return (listing, *listing.around)[-1].pointer
