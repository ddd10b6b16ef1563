"""`manage.py seal_audit`: chain events every second, sign how far the chains have come every ten minutes."""

import signal
import threading
import time
from types import FrameType
from typing import Any, Final

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import DatabaseError, connection

from accounts.audit.errors import NoAuditKey
from accounts.audit.sealing import longest_wait, make_checkpoints, private_key, seal

_EVERY_SECONDS: Final = 1.0
_SIGNED_EVERY_SECONDS: Final = 600.0
_LATE_SECONDS: Final = 60.0


class Command(BaseCommand):
    """Seal until told to stop; while the database is away, try again."""

    help = "Chain the events of the audit log by hash, and sign checkpoints. Runs until it is stopped."

    def add_arguments(self, parser: Any) -> None:
        """Allow a single round, as after a restore."""
        parser.add_argument("--once", action="store_true", help="seal what waits, sign, and end")
        parser.add_argument("--check", action="store_true", help="end with an error if events wait too long")

    def handle(self, *args: object, **options: Any) -> None:
        """Run the loop."""
        if options["check"]:
            _check_age()
            return
        try:
            key = private_key(settings.AUDIT_KEY)
        except NoAuditKey as refusal:
            raise CommandError(refusal.message) from refusal
        if options["once"]:
            while seal():
                pass
            make_checkpoints(key)
            return
        self._go_on(key)

    def _go_on(self, key: Ed25519PrivateKey) -> None:
        stop = _stopped_by_signals()
        sign_at = time.monotonic()
        while not stop.wait(_EVERY_SECONDS):
            try:
                seal()
                if time.monotonic() >= sign_at:
                    make_checkpoints(key)
                    sign_at = time.monotonic() + _SIGNED_EVERY_SECONDS
            except DatabaseError as failure:
                self.stderr.write(f"the log waits for the database: {failure}")
                connection.close()


def _stopped_by_signals() -> threading.Event:
    stop = threading.Event()

    def end(number: int, frame: FrameType | None) -> None:
        stop.set()

    signal.signal(signal.SIGTERM, end)
    signal.signal(signal.SIGINT, end)
    return stop


def _check_age() -> None:
    waited = longest_wait()
    if waited > _LATE_SECONDS:
        raise CommandError(f"The oldest event has waited for {waited:.0f} s to be sealed.")
