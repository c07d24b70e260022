"""The order in which documents write the keys of an object: the model's, with what every step has around its own."""

from typing import Final

from pydantic import BaseModel

from callsheet.scenario.steps.base import BaseStep

_FIRST: Final = ("name", "type", "description", "when")
_LAST: Final = ("timeout", "retry", "on_error", "output")


def key_order(model: type[BaseModel]) -> tuple[str, ...]:
    """The keys of `model` as documents write them, in the order of the language."""
    keys = [field.alias or name for name, field in model.model_fields.items()]
    if not issubclass(model, BaseStep):
        return tuple(keys)
    own = [key for key in keys if key not in _FIRST and key not in _LAST]
    return (*_FIRST, *own, *_LAST)
