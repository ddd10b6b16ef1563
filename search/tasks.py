from uuid import UUID

from celery import shared_task

from search.services import answering, sweeping


@shared_task(name="search.answer_picture_query")
def answer_picture_query(*, query_id: str, **_later: object) -> str:
    """Answer a picture query and return its state."""
    return answering.answer_picture_query(query_id=UUID(query_id))


@shared_task(name="search.sweep_picture_queries")
def sweep_picture_queries() -> int:
    """Delete old picture queries and return how many; runs every hour."""
    return sweeping.sweep_picture_queries()
