"""Who sends a request of the API: the bearer of a token."""

from ipaddress import ip_address, ip_network
from typing import Final

from rest_framework.authentication import BaseAuthentication, get_authorization_header
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.request import Request

from accounts.acting import act_to_the_end, purpose_of
from accounts.audit.models import Outcome
from accounts.audit.origin import via_token
from accounts.audit.recording import act_through, note
from accounts.models import ApiToken, Officer
from accounts.queries import find_usable_token
from accounts.services import note_activity, note_token_use
from icse.common.addresses import checked_address

_SCHEME: Final = b"bearer"
_PARTS: Final = 2


class TokenAuthentication(BaseAuthentication):
    """Read `Authorization: Bearer <token>`.

    A malformed, unknown, revoked or expired token, one that is sent from another network than its own, and
    one whose officer or country is out of service get one and the same answer.
    """

    def authenticate(self, request: Request) -> tuple[Officer, ApiToken] | None:
        """Return the officer and the token, or None where no token was sent.

        Raises:
            AuthenticationFailed: A token was sent and is not usable.
        """
        words = get_authorization_header(request).split()
        if not words:
            return None
        token = _token_of(words)
        if token is None or not _is_from_its_networks(token, request):
            raise AuthenticationFailed("The token is not valid.")
        token.officer.token_permissions = frozenset(token.permissions)
        act_to_the_end(token.officer, purpose_of(request))
        act_through(via_token(token.pk))
        note_token_use(token=token)
        note_activity(officer=token.officer)
        return token.officer, token

    def authenticate_header(self, request: Request) -> str:
        """Name the scheme, which makes the answer to a nameless request a 401."""
        return "Bearer"


def _token_of(words: list[bytes]) -> ApiToken | None:
    if len(words) != _PARTS or words[0].lower() != _SCHEME:
        return None
    return find_usable_token(words[1].decode("latin-1"))


def _is_from_its_networks(token: ApiToken, request: Request) -> bool:
    if not token.networks:
        return True
    address = checked_address(request.META.get("REMOTE_ADDR", ""))
    networks = (ip_network(each) for each in token.networks)
    is_from_there = address is not None and any(ip_address(address) in each for each in networks)
    if not is_from_there:
        note("token.used", token.pk, by=token.officer, outcome=Outcome.REFUSED)
    return is_from_there
