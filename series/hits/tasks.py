from celery import shared_task

from series.hits.services import find_hits


@shared_task(name="series.find_hits")
def find_hits_of_the_tick() -> int:
    """Make the hits of this tick and return how many; runs as the engine, a few times a day."""
    return find_hits()
