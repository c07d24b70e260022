"""When two JSON values are equal: as numbers are (`1` and `1.0`), and a boolean never equals a number."""

from typing import Any, cast

import orjson


def same(left: Any, right: Any) -> bool:
    """Whether the values are equal. Whoever calls this has paid for reading one of them."""
    if left is right:
        return True
    if left != right:
        return False
    if isinstance(left, list):
        return all(map(same, cast("list[Any]", left), right))
    if isinstance(left, dict):
        fields, others = cast("dict[str, Any]", left), cast("dict[str, Any]", right)
        return all(same(field, others[key]) for key, field in fields.items())
    return isinstance(left, bool) == isinstance(right, bool)


def fingerprint(value: Any) -> str | bytes:
    """The same for two values exactly when they are equal.

    It is text, because Python hashes text with a secret: nobody can choose values whose fingerprints collide in a set.

    Raises:
        orjson.JSONEncodeError: `value` nests too deeply.
    """
    return value if isinstance(value, str) else orjson.dumps(_integral(value), option=orjson.OPT_SORT_KEYS)


def _integral(value: Any) -> Any:
    """`value` with each whole number written in one way."""
    if isinstance(value, float):
        return int(value) if value.is_integer() and abs(value) < 2**63 else value
    if isinstance(value, list):
        return [_integral(item) for item in cast("list[Any]", value)]
    if isinstance(value, dict):
        return {key: _integral(item) for key, item in cast("dict[str, Any]", value).items()}
    return value
