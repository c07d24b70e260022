"""People whom an OpenID provider knows: how they are asked for, and what they may do here."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Protocol, cast

from callsheet.access.desk import SEES_EVERY_RUN
from callsheet.access.principal import Principal
from callsheet.access.scopes import Role
from callsheet.errors.access import CredentialInvalid, Forbidden

MAX_SUBJECT: Final = 255
"""Characters, as OpenID Connect Core 1.0 has it (section 2, `sub`)."""

MAX_NAME: Final = 100

_RANKS: Final = {role: rank for rank, role in enumerate(Role)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """One question to the provider, which the browser that it is about carries, and nobody else can read.

    Attributes:
        state: comes back with the answer: it belongs to this question.
        nonce: comes back in the ID token: that was made for this question.
        verifier: of PKCE (RFC 7636): only who asked can use the answer.
        redirect_uri: where the answer goes.
    """

    state: str
    nonce: str
    verifier: str
    redirect_uri: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    """Somebody for whom the provider vouches.

    Attributes:
        subject: the provider's name for them, which never changes (`sub`).
        name: for people.
        groups: what the provider says they belong to.
    """

    subject: str
    name: str
    groups: tuple[str, ...]


class IdentityProvider(Protocol):
    """Who vouches for people."""

    async def ask(self, redirect_uri: str) -> tuple[str, Asked]:
        """Where the browser is to go, and what has to be remembered until it comes back to `redirect_uri`.

        Raises:
            Unavailable: the provider does not answer, or says of itself what cannot be used.
        """
        ...

    async def identify(self, asked: Asked, answer: Mapping[str, str]) -> Identity:
        """Who it is.

        Args:
            asked: of `ask`; whoever calls has compared its `state` with that of the answer.
            answer: the query with which the browser came back.

        Raises:
            CredentialInvalid: the provider or the person refused, or the answer is not one to this question.
            Unavailable: the provider does not answer, or says of itself what cannot be used.
        """
        ...


def identity_of(subject: object, names: Iterable[object], groups: object) -> Identity:
    """What a provider says of somebody, once it is known that it was the provider who said it.

    Args:
        subject: of any type, as everything here.
        names: of which the first that is one counts.
        groups: a list of names, or one; what is none is left out.

    Raises:
        CredentialInvalid: the subject is no printable text, or too long.
    """
    if not isinstance(subject, str) or not 0 < len(subject) <= MAX_SUBJECT or not subject.isprintable():
        raise CredentialInvalid(
            f"The provider names this person in a way that cannot be kept: 1 to {MAX_SUBJECT} printable characters are."
        )
    return Identity(
        subject=subject,
        name=next((shown for shown in map(_shown, names) if shown), subject[:MAX_NAME]),
        groups=tuple(group for group in _listed(groups) if isinstance(group, str)),
    )


def roles_of_groups(pairs: Iterable[str]) -> Mapping[str, Role]:
    """The role of each group, from texts such as `staff=operator`; of a group that stands there twice, the higher.

    Raises:
        ValueError: one of them names no role.
    """
    roles: dict[str, Role] = {}
    for pair in pairs:
        group, _, name = pair.rpartition("=")
        roles[group] = _highest((Role(name), roles.get(group, Role.VIEWER)))
    return roles


def principal_of_identity(identity: Identity, roles: Mapping[str, Role]) -> Principal:
    """Somebody with the highest role of their groups.

    Raises:
        Forbidden: they are in none of `roles`.
    """
    found = [roles[group] for group in identity.groups if group in roles]
    if not found:
        raise Forbidden(
            "You are in none of the groups that may use this service. Its operator can say which those are."
        )
    role = _highest(found)
    return Principal(subject=subject_of(identity), name=identity.name, role=role, every_run=role in SEES_EVERY_RUN)


def subject_of(identity: Identity) -> str:
    """See `Principal.subject`."""
    return f"user:{identity.subject}"


def _highest(roles: Iterable[Role]) -> Role:
    return max(roles, key=_RANKS.__getitem__)


def _listed(groups: object) -> Sequence[object]:
    if isinstance(groups, list | tuple):
        return cast("Sequence[object]", groups)
    return (groups,)


def _shown(name: object) -> str:
    if not isinstance(name, str):
        return ""
    return "".join(character for character in name if character.isprintable()).strip()[:MAX_NAME]
