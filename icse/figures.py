"""How the platform is, in figures: for whoever runs it. Of what is in it, only how much."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from django.db.models import Count, Min
from django.utils import timezone
from kombu.exceptions import OperationalError

from evidence.keys import are_keys_there
from evidence.models import StoreRepair
from evidence.queries import StoreState, repairs_since, store_state
from evidence.reconciling import PASS
from evidence.retention.queries import count_overdue
from evidence.store import store
from icse.common.jobs import waiting_in
from icse.common.models import OutboxMessage, QueueCanary
from icse.common.queues import QUEUES, STALLED_AFTER_S
from media_analysis.queries.figures import decoder_levels, platform_figures

if TYPE_CHECKING:
    from datetime import datetime

    from media_analysis.queries.figures import Figure

NEVER: Final = float("inf")


@dataclass(frozen=True, slots=True)
class QueueFigures:
    """One queue: tasks that wait, None where the broker is away, and seconds since a canary came through."""

    name: str
    waiting: int | None
    canary_age_s: float

    @property
    def is_stalled(self) -> bool:
        """Tell whether nothing has come through for too long."""
        return self.canary_age_s > STALLED_AFTER_S


@dataclass(frozen=True, slots=True)
class Figures:
    """Everything at one moment; ages in seconds, sizes in bytes.

    `repairs` are those of the last day by their kind, `store_missing` what the reconciler's last pass missed,
    `store` what reading it again came to, `overdue` how much was not disposed of within a day.
    """

    queues: tuple[QueueFigures, ...]
    outbox_waiting: int
    outbox_age_s: float
    store_free: int
    store_missing: int
    store: StoreState
    overdue: int
    are_keys_there: bool
    repairs: dict[str, int]
    platform: tuple[Figure, ...]
    decoder_levels: tuple[str, ...]


def queue_figures() -> tuple[QueueFigures, ...]:
    """Return the figures of each queue."""
    passed = dict(QueueCanary.objects.values_list("queue", "passed_at"))
    return tuple(QueueFigures(name, _waiting(name), _age(passed.get(name))) for name in QUEUES)


def all_figures() -> Figures:
    """Return everything, in a handful of statements whatever there is."""
    unsent = OutboxMessage.objects.filter(sent_at=None)
    outbox = unsent.aggregate(waiting=Count("pk"), oldest=Min("created_at"))
    return Figures(
        queues=queue_figures(),
        outbox_waiting=outbox["waiting"],
        outbox_age_s=_age(outbox["oldest"]) if outbox["waiting"] else 0.0,
        store_free=store().free_bytes(),
        store_missing=repairs_since(timezone.now() - PASS).get(StoreRepair.Kind.MISSING, 0),
        store=store_state(),
        overdue=count_overdue(),
        are_keys_there=are_keys_there(),
        repairs=repairs_since(timezone.now() - timedelta(days=1)),
        platform=tuple(platform_figures()),
        decoder_levels=decoder_levels(),
    )


def _age(since: datetime | None) -> float:
    # The clock of another machine may be ahead.
    return max(0.0, (timezone.now() - since).total_seconds()) if since else NEVER


def _waiting(queue: str) -> int | None:
    try:
        return waiting_in(queue)
    except OperationalError:
        return None
