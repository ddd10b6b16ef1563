"""Whether this process can do its work; asked by supervisors, load balancers and humans."""

from http import HTTPStatus
from typing import Final

import redis
from django.conf import settings
from django.db import Error, connection
from django.http import HttpRequest, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from evidence.keys import are_keys_there
from evidence.store import store
from icse.figures import queue_figures

_PATIENCE: Final = 2.0  # seconds


@require_safe
@never_cache
def healthz(request: HttpRequest) -> JsonResponse:
    """Answer 200 with `{"status": "ok", …}`, or 503 naming the part that is away."""
    parts = {"database": _database_answers(), "broker": _broker_answers()}
    is_well = all(parts.values())
    words = {name: "ok" if answers else "away" for name, answers in parts.items()}
    return JsonResponse(
        {"status": "ok" if is_well else "failing", **words},
        status=HTTPStatus.OK if is_well else HTTPStatus.SERVICE_UNAVAILABLE,
    )


@require_safe
@never_cache
def readyz(request: HttpRequest) -> JsonResponse:
    """Answer 200 where files handed in now will be analyzed, or 503 naming what is in the way."""
    parts = {"database": _database_answers(), "broker": _broker_answers()}
    if parts["database"]:
        parts |= {f"queue {each.name}": not each.is_stalled for each in queue_figures()}
        parts["store"] = store().free_bytes() > settings.STORAGE_RESERVE
        parts["keys"] = are_keys_there()
    words = {name: "ok" if is_well else "failing" for name, is_well in parts.items()}
    return JsonResponse(
        {"status": "ok" if all(parts.values()) else "failing", **words},
        status=HTTPStatus.OK if all(parts.values()) else HTTPStatus.SERVICE_UNAVAILABLE,
    )


def _database_answers() -> bool:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except Error:
        return False
    return True


def _broker_answers() -> bool:
    address = settings.BROKER_URL.replace("redis+socket://", "unix://", 1)
    try:
        with redis.Redis.from_url(
            address, socket_timeout=_PATIENCE, socket_connect_timeout=_PATIENCE
        ) as client:
            return bool(client.ping())
    except redis.RedisError:
        return False
