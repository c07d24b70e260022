"""Secrets on their way to a tool: named in what is journaled, resolved at the call, taken out of what comes back."""

from collections.abc import Mapping
from typing import Final

from callsheet.scenario.json import Json, JsonObject
from callsheet.scenario.values import Value, expressions

_SHORTEST: Final = 4
"""A shorter secret is not looked for in results: it would be found everywhere."""

_CUT: Final = "\N{HORIZONTAL ELLIPSIS}"
"""What stands at the end of a foreign text that was too long; sentences go on behind it."""

_MOST_CUTS: Final = 100
"""Of one text that are looked at, the last ones: a text can hold millions."""


def uses_secrets(value: Value) -> bool:
    """Whether an expression of `value` may begin with `secrets`."""
    return any("secrets" in expression.source for expression, _ in expressions(value))


def masks(names: tuple[str, ...]) -> JsonObject:
    """What stands for each secret where others can read it."""
    return {name: _mask(name) for name in names}


def redact(value: Json, secrets: Mapping[str, str]) -> Json:
    """`value` with every secret in its texts and keys replaced by its name."""
    if isinstance(value, str):
        return redact_text(value, secrets)
    if isinstance(value, list):
        return [redact(item, secrets) for item in value]
    if isinstance(value, dict):
        return {redact_text(key, secrets): redact(item, secrets) for key, item in value.items()}
    return value


def redact_text(text: str, secrets: Mapping[str, str]) -> str:
    """`text` with every secret in it replaced by its name, also one that was cut off at a `…`."""
    for name, secret in sorted(secrets.items(), key=lambda item: -len(item[1])):
        if len(secret) >= _SHORTEST:
            text = text.replace(secret, _mask(name))
            if _CUT in text:
                *cut, rest = text.rsplit(_CUT, _MOST_CUTS)
                text = _CUT.join([*(_without_beginning(each, name, secret) for each in cut), rest])
    return text


def _without_beginning(text: str, name: str, secret: str) -> str:
    """`text`, which was cut, with the longest beginning of the secret at its end replaced by the name."""
    if secret[:_SHORTEST] in text[-len(secret) :]:
        for length in range(min(len(secret) - 1, len(text)), _SHORTEST - 1, -1):
            if text.endswith(secret[:length]):
                return f"{text[:-length]}{_mask(name)}"
    return text


def _mask(name: str) -> str:
    return f"[secret {name}]"
