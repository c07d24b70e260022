"""What is wrong with a path: data, which a rule turns into diagnostics."""

from dataclasses import dataclass
from typing import TypeAlias


@dataclass(frozen=True, slots=True)
class MissingMember:
    """A path asks an object for a member that it does not have, and so gives null.

    Attributes:
        path: the object, as the expression writes it; the empty string is the roots, or the current value.
        name: the member.
        known: the members that the object has.
        certain: the object cannot have it; else it is only not declared, among others that are.
    """

    path: str
    name: str
    known: tuple[str, ...]
    certain: bool


@dataclass(frozen=True, slots=True)
class NotAnObject:
    """A path asks a value for a member that is certainly no object, and so gives null.

    Attributes:
        path: the value, as the expression writes it.
        name: the member; `*` for all of them.
        given: what it is instead, such as "a list of texts".
    """

    path: str
    name: str
    given: str

    @property
    def certain(self) -> bool:
        """Always."""
        return True


@dataclass(frozen=True, slots=True)
class NotAList:
    """An index, a slice or a projection stands behind a value that is certainly no list, and so gives null.

    Attributes:
        path: the value, as the expression writes it.
        given: what it is instead, such as "an object".
    """

    path: str
    given: str

    @property
    def certain(self) -> bool:
        """Always."""
        return True


Fault: TypeAlias = MissingMember | NotAnObject | NotAList
