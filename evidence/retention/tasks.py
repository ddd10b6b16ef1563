"""What the machines do about retention."""

from celery import shared_task

from evidence.retention.disposing import dispose


@shared_task(name="evidence.dispose")
def dispose_of_withdrawn() -> int:
    """Dispose of what was withdrawn, and of what its period is over for; return how many submissions went."""
    return dispose().submissions
