from icse.common.errors import DomainError


class NotOnRecord(DomainError):
    """An event cannot be written down: what it speaks of is neither shown nor done (ASVS 16.5.3)."""

    reason = "not_on_record"
    status = 503

    def __init__(self) -> None:
        super().__init__("This cannot be shown or done at present. Try again in a minute.")


class NoAuditKey(DomainError):
    """The key that signs checkpoints is missing or malformed."""

    reason = "no_audit_key"

    def __init__(self) -> None:
        super().__init__("AUDIT_KEY must be 32 random bytes in base64url.")


class NoteNotSigned(DomainError):
    """A checkpoint's text was altered, or signed by another key."""

    reason = "note_not_signed"

    def __init__(self) -> None:
        super().__init__("This is no checkpoint signed by the key of this log.")
