"""Codes of an authenticator app (TOTP, RFC 6238): each good once, for about a minute and a half."""

from __future__ import annotations

import hmac
from typing import TYPE_CHECKING

from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value, yield_hotp_counters_from_time

if TYPE_CHECKING:
    from collections.abc import Iterable


def counter_of(secret: str, code: str, *, after: int = -1) -> int | None:
    """Return which time step a code is of, one before to one after the present; None where it is of none.

    A step at or before `after` was used already: RFC 6238, section 5.2, has a code accepted once.
    """
    steps: Iterable[int] = yield_hotp_counters_from_time()
    found = [step for step in steps if hmac.compare_digest(_code(secret, step), code.encode())]
    return max((step for step in found if step > after), default=None)


def _code(secret: str, step: int) -> bytes:
    text: str = format_hotp_value(hotp_value(secret, step))
    return text.encode()
