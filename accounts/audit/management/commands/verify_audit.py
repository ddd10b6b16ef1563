"""`manage.py verify_audit`: recompute every digest of the log and name the first event that does not hold."""

import time
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from accounts.audit.errors import NoAuditKey, NoteNotSigned
from accounts.audit.models import SealedEvent
from accounts.audit.notes import read_notes
from accounts.audit.sealing import open_note, private_key
from accounts.audit.verification import Fault, verify_chains, verify_checkpoints, verify_witnessed


class Command(BaseCommand):
    """Verify the log against itself, its checkpoints and those of a witness."""

    help = (
        "Recompute the audit log's chains; exit with an error that names the first event that does not hold."
    )

    def add_arguments(self, parser: Any) -> None:
        """Take a witness's own copy of the checkpoints."""
        parser.add_argument(
            "--witness", type=Path, help="a file of checkpoints that were exported before, to check against"
        )

    def handle(self, *args: object, **options: Any) -> None:
        """Verify, and say how much was verified."""
        try:
            key = private_key(settings.AUDIT_KEY).public_key()
        except NoAuditKey as refusal:
            raise CommandError(refusal.message) from refusal
        begin = time.perf_counter()
        faults = [*verify_chains(), *verify_checkpoints(key)]
        if options["witness"]:
            faults += verify_witnessed(_witnessed(options["witness"], key))
        if faults:
            raise CommandError("\n".join(_line(fault) for fault in faults))
        seconds, count = time.perf_counter() - begin, SealedEvent.objects.count()
        self.stdout.write(f"{count} events hold. Verified {count / seconds:.0f} a second.")


def _line(fault: Fault) -> str:
    return f"chain {fault.chain}: event {fault.number} is {fault.what}"


def _witnessed(path: Path, key: Ed25519PublicKey) -> list[tuple[Any, int, bytes]]:
    try:
        return [open_note(note, key) for note in read_notes(path.read_text(encoding="utf-8"))]
    except NoteNotSigned as refusal:
        raise CommandError(f"{path}: {refusal.message}") from refusal
