"""How long, how often: the numbers of signing in, each with where it comes from."""

from datetime import timedelta
from typing import Final

IDLE_LIMIT: Final = timedelta(minutes=20)
"""Without a request. NIST SP 800-63B-4 recommends at most an hour at AAL2; police desks are shared."""

ABSOLUTE_LIMIT: Final = timedelta(hours=12)
"""A session ends then, used or not: a long shift. NIST SP 800-63B-4, AAL2, allows a day."""

WARNED_BEFORE: Final = timedelta(minutes=2)
"""How long before the idle limit a page says so."""

SEEN_EVERY: Final = timedelta(seconds=30)
"""How fine the last request of a session is kept: reading must not write every time."""

RECENT: Final = timedelta(minutes=10)
"""For how long a proof of who one is opens what needs one."""

PENDING_LIMIT: Final = timedelta(minutes=5)
"""How long a password waits for its second factor."""

COOL_OFF: Final = timedelta(minutes=15)
"""After the last failure; with the limits below a guesser has under 500 tries a day at one account."""

ACCOUNT_LIMIT: Final = 5
"""Failures of one account from one address, or from one device that had signed in before."""

ADDRESS_LIMIT: Final = 100
"""Failures of all accounts from one address: an office behind one address mistypes, a guesser exceeds it."""

FACTOR_LIMIT: Final = 10
"""Wrong second factors of one account from everywhere: whoever gives them has the password already."""
