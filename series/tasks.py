from uuid import UUID

from celery import shared_task

from series.services.stacking import stack_copies, unstack


@shared_task(name="series.propose")
def propose(*, material_id: str, **_later: object) -> int:
    """Stack a material with its proven copies and return how many materials moved.

    Everything else that matches is only proposed: `series.queries.proposals` reads it from the matches.
    """
    return stack_copies(material_id=UUID(material_id))


@shared_task(name="series.unstack")
def unstack_copy(*, material_id: str) -> int:
    """Take a material whose signals were forgotten out of its stack; return how many copies it had there."""
    return unstack(material_id=UUID(material_id))
