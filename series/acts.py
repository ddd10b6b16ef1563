"""The one place through which every act of an officer in this room passes once it is written."""

import logging
from uuid import UUID

from django.db import transaction

from accounts.models import Officer

logger = logging.getLogger("icse.acts")


def record_act(*, by: Officer, act: str, **objects: UUID | int | str) -> None:
    """Write down who did what to which objects, after the commit; ids only, never content."""
    told = " ".join(f"{name}={value}" for name, value in objects.items())
    transaction.on_commit(lambda: logger.info("%s by=%s %s", act, by.pk, told))
