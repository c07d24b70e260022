"""What a provider's refusal means (RFC 6749, section 4.1.2.1; OpenID Connect Core 1.0, section 3.1.2.6)."""

from collections.abc import Mapping
from typing import Final

from loguru import logger

from callsheet.errors.access import CredentialInvalid
from callsheet.errors.kinds import Unavailable

_SENTENCES: Final[Mapping[str, str]] = {
    "access_denied": "You, or the provider, refused the sign-in.",
    "login_required": "The provider wants you to sign in there first.",
    "consent_required": "The provider wants you to agree to the sign-in there first.",
    "interaction_required": "The provider has something to ask you first.",
    "account_selection_required": "The provider wants you to choose an account first.",
}
_LATER: Final = frozenset({"server_error", "temporarily_unavailable"})


def refusal_of(error: str, description: str) -> CredentialInvalid | Unavailable:
    """The error for people: a sentence of ours. The provider's own words are anybody's, and only the log has them."""
    logger.warning("The OpenID provider refused a sign-in: {!r}: {!r}", error[:100], description[:300])
    if error in _LATER:
        return Unavailable("The provider cannot sign anybody in now. Try again later.")
    return CredentialInvalid(
        _SENTENCES.get(error, "The provider refused the sign-in. The log of this service says why.")
    )
