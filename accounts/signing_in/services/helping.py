"""What a national administrator, or an operator, does for somebody who cannot get in."""

from __future__ import annotations

from typing import TYPE_CHECKING

from allauth.mfa.models import Authenticator
from django.db import transaction

from accounts.audit.recording import record
from accounts.models import Officer, Role
from accounts.policies import check_can_give_role, check_can_manage_officers
from accounts.signing_in.lockout import forgive
from accounts.signing_in.services.sessions import Ending, end_sessions
from accounts.tokens import new_one_time_password

if TYPE_CHECKING:
    from accounts.policies import Actor


@transaction.atomic
def unlock(*, by: Actor, officer: Officer) -> None:
    """Have an account be tried again at once.

    Raises:
        AccessDenied: The actor may not manage officers of that country.
    """
    check_can_manage_officers(by, officer.unit.country)
    forgive(officer)
    record("lockout.lifted", officer.pk, by=_as_officer(by))


@transaction.atomic
def reset_sign_in(*, by: Actor, officer: Officer) -> str:
    """Take every factor and session from somebody who lost theirs; return a one-time password.

    The officer chooses a password and sets up a second factor anew, as at the first sign-in. Who they are is
    for the administrator to make sure of first.

    Raises:
        AccessDenied: The actor may not manage officers of that country, or not give the officer's role.
    """
    check_can_manage_officers(by, officer.unit.country)
    # Whoever holds the one-time password can come in as the officer, with all that the role may do.
    check_can_give_role(by, Role(officer.role))
    password = new_one_time_password()
    officer.set_password(password)
    officer.must_change_password = True
    officer.save(update_fields=["password", "must_change_password"])
    Authenticator.objects.filter(user_id=officer.pk).delete()
    forgive(officer)
    end_sessions(officer, why=Ending.BY_ADMINISTRATOR)
    record("factor.reset", officer.pk, by=_as_officer(by))
    return password


def _as_officer(by: Actor) -> Officer | None:
    return by if isinstance(by, Officer) else None
