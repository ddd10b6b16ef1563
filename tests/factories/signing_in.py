"""Second factors and sessions of officers."""

import time
from typing import Any, Final

from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from allauth.usersessions.models import UserSession
from factory.declarations import LazyFunction, Sequence, SubFactory
from factory.django import DjangoModelFactory

from accounts.signing_in.ciphers import encrypted
from tests.factories.accounts import OfficerFactory

SECRET: Final = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
_STEP_SECONDS: Final = 30


class AppFactory(DjangoModelFactory[Authenticator]):
    """An authenticator app that knows SECRET."""

    class Meta:
        model = Authenticator

    user = SubFactory(OfficerFactory)
    type = Authenticator.Type.TOTP
    data = LazyFunction(lambda: {"secret": encrypted(SECRET)})


class UserSessionFactory(DjangoModelFactory[UserSession]):
    """An entry of the list of sessions, of a browser elsewhere."""

    class Meta:
        model = UserSession

    user = SubFactory(OfficerFactory)
    ip = "192.0.2.7"
    user_agent = "Mozilla/5.0 (Windows NT 10.0) Gecko/20100101 Firefox/140.0"
    session_key = Sequence(lambda number: f"session-{number}")


def code_now(secret: str = SECRET, *, steps: int = 0) -> str:
    """Return what an app shows at present, or some steps of thirty seconds later."""
    text: Any = format_hotp_value(hotp_value(secret, int(time.time()) // _STEP_SECONDS + steps))
    return str(text)
