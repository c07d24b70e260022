"""How a list of runs is searched, the same in every adapter."""


def folded(text: str) -> bytes:
    """`text` for a search that ignores the case of ASCII letters and of no others."""
    return text.encode().lower()
