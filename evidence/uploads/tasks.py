"""What the machines do to uploads that nobody finishes."""

from celery import shared_task

from evidence.uploads.reaping import reap_uploads
from evidence.uploads.unpacking import requeue_archives


@shared_task(name="evidence.reap_uploads")
def reap() -> int:
    """Discard uploads that stood still for too long; return how many it were."""
    return reap_uploads()


@shared_task(name="evidence.requeue_archives")
def requeue() -> int:
    """Ask again for archives that were lost with a worker or a broker."""
    return requeue_archives()
