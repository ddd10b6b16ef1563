"""What the machines do to what was handed in, apart from looking at it."""

from celery import shared_task

from evidence.reconciling import reconcile
from evidence.scrubbing import scrub


@shared_task(name="evidence.reconcile")
def reconcile_store() -> int:
    """Repair what a crash left between the store and its rows; return how many kinds of repairs it took."""
    return len(reconcile())


@shared_task(name="evidence.scrub")
def scrub_store() -> int:
    """Read again what of the store was not read for long, for part of a minute; return how much is broken."""
    return scrub()[1]
