"""The figures of the platform as Prometheus reads them, for the networks that may."""

from __future__ import annotations

from ipaddress import ip_address
from typing import TYPE_CHECKING, Final

from django.conf import settings
from django.http import Http404, HttpResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from prometheus_client import CollectorRegistry, Gauge
from prometheus_client.exposition import CONTENT_TYPE_LATEST, generate_latest

from icse.common.addresses import address_of
from icse.figures import all_figures

if TYPE_CHECKING:
    from django.http import HttpRequest

    from icse.figures import Figures

_OF_PLATFORM: Final = {
    "runs": ("icse_runs", "Materials by the state of their analysis.", "state"),
    "unfinished_age": ("icse_unfinished_age_seconds", "Age of the oldest unfinished analysis.", None),
    "analyses_of_a_minute": ("icse_analyses_of_a_minute", "Steps ended in the last minute.", "analyzer"),
    "stored_files": ("icse_stored_files", "Files in the store.", "shelf"),
    "stored_bytes": ("icse_stored_bytes", "Bytes in the store.", "shelf"),
}


@require_safe
@never_cache
def metrics(request: HttpRequest) -> HttpResponse:
    """Answer with every figure; to an address outside METRICS_NETWORKS there is no such page."""
    address = address_of(request)
    if address is None or not any(ip_address(address) in each for each in settings.METRICS_NETWORKS):
        raise Http404
    return HttpResponse(generate_latest(_registry(all_figures())), content_type=CONTENT_TYPE_LATEST)


def _registry(figures: Figures) -> CollectorRegistry:
    registry = CollectorRegistry()
    waiting = Gauge("icse_queue_waiting", "Tasks that wait in a queue.", ["queue"], registry=registry)
    age = Gauge("icse_queue_canary_age_seconds", "Since a canary came through.", ["queue"], registry=registry)
    for queue in figures.queues:
        waiting.labels(queue.name).set(float("nan") if queue.waiting is None else queue.waiting)
        age.labels(queue.name).set(queue.canary_age_s)
    for name, words, value in (
        ("icse_outbox_waiting", "Orders that wait for the broker.", figures.outbox_waiting),
        ("icse_outbox_age_seconds", "Age of the oldest of them.", figures.outbox_age_s),
        ("icse_store_free_bytes", "Bytes that the store can still take.", figures.store_free),
        ("icse_store_missing", "Objects that the last pass over the store missed.", figures.store_missing),
        ("icse_keys_there", "Whether files can be opened and taken.", int(figures.are_keys_there)),
        ("icse_store_broken", "Objects that are not as they were written.", figures.store.broken),
        ("icse_disposals_overdue", "Withdrawn files that were not gone within a day.", figures.overdue),
        ("icse_store_unread", "Objects that were not read again for thirty days.", figures.store.unread),
    ):
        Gauge(name, words, registry=registry).set(value)
    _add_platform(registry, figures)
    return registry


def _add_platform(registry: CollectorRegistry, figures: Figures) -> None:
    gauges = {
        name: Gauge(metric, words, [label] if label else [], registry=registry)
        for name, (metric, words, label) in _OF_PLATFORM.items()
    }
    for figure in figures.platform:
        gauge = gauges[figure.name]
        (gauge.labels(figure.label) if figure.label else gauge).set(figure.value)
