"""Sealing events into their country's chain, and signing how far it has come.

A checkpoint is a signed note (C2SP signed-note): whoever holds one proves later that the log still says what
it said then. The key's owner could sign another log; so copies belong into other hands.
"""

from __future__ import annotations

import base64
import hashlib
from typing import TYPE_CHECKING, Final
from uuid import UUID

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from django.db import connection, transaction
from django.db.models import Min
from django.utils import timezone

from accounts.audit.errors import NoAuditKey, NoteNotSigned
from accounts.audit.models import Checkpoint, InboxEvent, SealedEvent

if TYPE_CHECKING:
    from datetime import datetime

SEALED_AT_ONCE: Final = 5000
KEY_NAME: Final = "icse/audit"
_ED25519: Final = b"\x01"
_HASH_BYTES: Final = 4


def seal(limit: int = SEALED_AT_ONCE) -> int:
    """Seal waiting events, the oldest first, and return how many; the engine's right alone."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT audit_seal(%s)", [limit])
        return int(cursor.fetchone()[0])


def longest_wait() -> float:
    """Return for how many seconds the oldest event has waited to be sealed."""
    oldest = InboxEvent.objects.aggregate(oldest=Min("happened_at"))["oldest"]
    return (timezone.now() - oldest).total_seconds() if oldest else 0.0


def private_key(text: str) -> Ed25519PrivateKey:
    """Return the key whose 32 bytes are written in base64url.

    Raises:
        NoAuditKey: The text is no such key.
    """
    try:
        return Ed25519PrivateKey.from_private_bytes(base64.urlsafe_b64decode(text + "="))
    except ValueError:
        raise NoAuditKey from None


def public_text(key: Ed25519PublicKey) -> str:
    """Return the public key as text that a witness is given: name, hash and key (C2SP signed-note)."""
    raw = key.public_bytes_raw()
    return f"{KEY_NAME}+{_key_hash(raw).hex()}+{base64.b64encode(_ED25519 + raw).decode()}"


@transaction.atomic
def make_checkpoints(key: Ed25519PrivateKey) -> list[Checkpoint]:
    """Sign the head of every chain that has grown since its last checkpoint."""
    heads = SealedEvent.objects.order_by("chain", "-number").distinct("chain")
    signed = set(Checkpoint.objects.values_list("chain", "number"))
    grown = [head for head in heads if (head.chain, head.number) not in signed]
    return Checkpoint.objects.bulk_create([_checkpoint(head, key) for head in grown])


def _checkpoint(head: SealedEvent, key: Ed25519PrivateKey) -> Checkpoint:
    made_at = timezone.now()
    body = note_body(head.chain, head.number, bytes(head.digest), made_at)
    return Checkpoint(
        chain=head.chain,
        number=head.number,
        digest=bytes(head.digest),
        made_at=made_at,
        note=sign_note(body, key),
        public_key=public_text(key.public_key()),
    )


def note_body(chain: UUID, number: int, digest: bytes, made_at: datetime) -> str:
    """Return what a checkpoint says: the chain's origin, its length, its digest in base64, and the time."""
    return f"{KEY_NAME}/{chain}\n{number}\n{base64.b64encode(digest).decode()}\n{made_at.isoformat()}\n"


def sign_note(body: str, key: Ed25519PrivateKey) -> str:
    """Return a note with its signature line."""
    raw = key.public_key().public_bytes_raw()
    signature = base64.b64encode(_key_hash(raw) + key.sign(body.encode())).decode()
    return f"{body}\n\u2014 {KEY_NAME} {signature}\n"


def open_note(note: str, key: Ed25519PublicKey) -> tuple[UUID, int, bytes]:
    """Return the chain, its length and its digest that a signed note speaks of.

    Raises:
        NoteNotSigned: The signature is not that of this key, or the text is no checkpoint.
    """
    body, _, line = note.partition("\n\n")
    body += "\n"
    try:
        signature = base64.b64decode(line.split(" ")[2], validate=False)
        key.verify(signature[_HASH_BYTES:], body.encode())
        origin, number, digest, _ = body.split("\n", 3)
        return _chain_of(origin), int(number), base64.b64decode(digest)
    except (IndexError, ValueError, InvalidSignature):
        raise NoteNotSigned from None


def _chain_of(origin: str) -> UUID:
    return UUID(origin.rpartition("/")[2])


def _key_hash(raw: bytes) -> bytes:
    return hashlib.sha256(KEY_NAME.encode() + b"\n" + _ED25519 + raw).digest()[:_HASH_BYTES]
