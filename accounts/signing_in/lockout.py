"""After too many failures nothing is tried any more, for a while: django-axes with keys of our own.

What is counted, and against which limit, in terms of `ACCOUNT_LIMIT`:

- an account from one address, so that nobody elsewhere can lock its officer out;
- an account on a device that had signed in before, alone (`accounts.signing_in.devices`);
- all accounts from one address, against a high limit that does not touch such devices;
- the second factor of an account, from everywhere.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from axes.handlers.database import AxesDatabaseHandler
from axes.handlers.proxy import AxesProxyHandler
from axes.models import AccessAttempt
from django.db.models import F, Q, Sum
from django.utils import timezone

from accounts.audit.recording import note
from accounts.queries import find_officer, find_officer_by_email
from accounts.signing_in.devices import device_of
from accounts.signing_in.limits import ACCOUNT_LIMIT, ADDRESS_LIMIT, COOL_OFF, FACTOR_LIMIT
from icse.common.addresses import address_of

if TYPE_CHECKING:
    from django.http import HttpRequest

    from accounts.models import Officer

_ON_DEVICE: Final = " on "
_FACTOR: Final = "factor of "


class LockoutHandler(AxesDatabaseHandler):
    """Counts failures; of what was typed it keeps the account's name and nothing else."""

    def user_login_failed(
        self, sender: object, credentials: dict[str, Any], request: HttpRequest | None = None, **_: Any
    ) -> None:
        """Count a failure, the same way for known, unknown and locked accounts."""
        if request is None:
            return
        key = key_of(request, credentials)
        _count(request, key)
        if _failures(Q(username=key, ip_address=address_of(request))) == ACCOUNT_LIMIT:
            email, officer_id = account_of_key(key)
            note("lockout.begun", by=find_officer(officer_id) if officer_id else find_officer_by_email(email))

    def get_failures(self, request: HttpRequest, credentials: dict[str, Any] | None = None) -> int:
        """Return the failures that count against whoever tries, scaled to `ACCOUNT_LIMIT`."""
        key, address = key_of(request, credentials or {}), address_of(request)
        if key.startswith(_FACTOR):
            return _failures(Q(username=key)) * ACCOUNT_LIMIT // FACTOR_LIMIT
        if _ON_DEVICE in key:
            return _failures(Q(username=key))
        everybody = _failures(Q(ip_address=address)) * ACCOUNT_LIMIT // ADDRESS_LIMIT
        return max(_failures(Q(username=key, ip_address=address)), everybody)

    def filter_user_attempts(
        self, request: HttpRequest, credentials: dict[str, Any] | None = None
    ) -> list[Any]:
        """Return what a success wipes out: the same account from the same place."""
        email = (credentials or {}).get("email") or (credentials or {}).get("username") or ""
        here = Q(username=key_of(request, {"username": email}))
        if _ON_DEVICE not in key_of(request, {"username": email}):
            here &= Q(ip_address=address_of(request))
        return [AccessAttempt.objects.filter(here)]


def key_of(request: HttpRequest | None, credentials: dict[str, Any]) -> str:
    """Return under which name failures are counted: the account, with the device where it is known.

    Without its blanks, nothing that is typed as a name is a key of a device or of a second factor.
    """
    if "factor_of" in credentials:
        return f"{_FACTOR}{credentials['factor_of']}"
    typed = str(credentials.get("username") or credentials.get("email") or "")
    name = "".join(typed.replace("\0", "").split()).lower()[:200]
    device = device_of(request, name) if request else ""
    return f"{name}{_ON_DEVICE}{device}" if device else name


def factor_key(officer: Officer) -> dict[str, str]:
    """Return as what wrong second factors of an officer are counted."""
    return {"factor_of": str(officer.pk)}


def is_locked(request: HttpRequest, credentials: dict[str, str]) -> bool:
    """Tell whether nothing is tried at present for these credentials from here."""
    return bool(AxesProxyHandler.is_locked(request, credentials))


def note_wrong_factor(request: HttpRequest, officer: Officer) -> None:
    """Count a wrong second factor."""
    AxesProxyHandler.user_login_failed(__name__, factor_key(officer), request)


def forgive(officer: Officer) -> int:
    """Forget the failures of an account everywhere, and of its second factor; return how many rows went."""
    email = officer.email.lower()
    of_account = Q(username=email) | Q(username__startswith=f"{email}{_ON_DEVICE}")
    of_factor = Q(username=key_of(None, factor_key(officer)))
    count, _ = AccessAttempt.objects.filter(of_account | of_factor).delete()
    return int(count)


def locked_keys() -> list[str]:
    """Return the names under which nothing is tried at present somewhere."""
    recent = AccessAttempt.objects.filter(attempt_time__gte=timezone.now() - COOL_OFF)
    totals = recent.values("username", "ip_address").annotate(total=Sum("failures_since_start"))
    return sorted({each["username"] for each in totals.filter(total__gte=ACCOUNT_LIMIT)})


def account_of_key(key: str) -> tuple[str, str]:
    """Return the e-mail address, or else the id, of the account that a key counts for; the other is empty.

    The address is as it was typed: it may be nobody's, and no address at all.
    """
    if key.startswith(_FACTOR):
        return "", key.removeprefix(_FACTOR)
    return key.split(_ON_DEVICE, maxsplit=1)[0], ""


def _count(request: HttpRequest, key: str) -> None:
    attempt, is_new = AccessAttempt.objects.get_or_create(
        username=key,
        ip_address=address_of(request),
        user_agent="",
        defaults={"failures_since_start": 1},
    )
    if not is_new:
        begun_anew = attempt.attempt_time < timezone.now() - COOL_OFF
        count = 1 if begun_anew else F("failures_since_start") + 1
        AccessAttempt.objects.filter(pk=attempt.pk).update(
            failures_since_start=count, attempt_time=timezone.now()
        )


def _failures(of_whom: Q) -> int:
    recent = AccessAttempt.objects.filter(of_whom, attempt_time__gte=timezone.now() - COOL_OFF)
    return int(recent.aggregate(total=Sum("failures_since_start"))["total"] or 0)
