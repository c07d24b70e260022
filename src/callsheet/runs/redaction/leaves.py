"""The texts of JSON, taken out to be changed all at once, and put back."""

from collections.abc import Iterator

from callsheet.scenario.json import Json


def leaves(value: Json) -> list[str]:
    """Its texts, keys, and numbers as they are written; in the order in which `with_leaves` wants them."""
    found: list[str] = []
    _take(value, found)
    return found


def _take(value: Json, found: list[str]) -> None:
    if isinstance(value, str):
        found.append(value)
    elif isinstance(value, list):
        for item in value:
            _take(item, found)
    elif isinstance(value, dict):
        for key, item in value.items():
            found.append(key)
            _take(item, found)
    elif value is not None and not isinstance(value, bool):
        found.append(str(value))


def with_leaves(value: Json, texts: Iterator[str]) -> Json:
    """`value` with other texts; a number whose text is another one becomes a text."""
    if isinstance(value, str):
        return next(texts)
    if isinstance(value, list):
        return [with_leaves(item, texts) for item in value]
    if isinstance(value, dict):
        return {next(texts): with_leaves(item, texts) for item in value.values()}
    if value is None or isinstance(value, bool):
        return value
    text = next(texts)
    return value if text == str(value) else text
