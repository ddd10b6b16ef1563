"""The platform's own programs: the web server, two workers and the scheduler."""

import os
import signal
import socket
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Final

from django.conf import settings
from kombu.exceptions import OperationalError
from redis.exceptions import RedisError

from icse.celery import app
from icse.embedded.layout import Layout
from icse.embedded.service import Service
from icse.roles import APP, ENGINE

_CELERY: Final = (sys.executable, "-m", "celery", "--app", "icse.celery")
_SETTLING_SECONDS: Final = 1.0


def web_service(layout: Layout) -> Service:
    """Return the web server for pages, API and sockets on one port."""
    address = (settings.BIND_ADDRESS, settings.PORT)
    return Service(
        name="web",
        command=[
            *(sys.executable, "-m", "uvicorn", "icse.asgi:application"),
            *("--host", address[0], "--port", str(address[1])),
            *("--lifespan", "off", "--no-server-header", "--timeout-graceful-shutdown", "5"),
            "--no-proxy-headers",  # whom to believe is TRUSTED_PROXIES' to say
        ],
        log=layout.log_dir / "web.log",
        is_ready=lambda: _accepts(address),
        description=f"http://{address[0]}:{address[1]}/",
        environment=_environment(layout, APP),
    )


def worker_service(layout: Layout, name: str, queues: str, concurrency: int) -> Service:
    """Return a Celery worker that takes from the queues, acting as the engine."""
    node = f"{name}@{layout.digest}"
    return Service(
        name=name,
        command=[
            *(*_CELERY, "worker", "--hostname", node, "--queues", queues),
            *("--concurrency", str(concurrency), "--pool", "prefork", "--loglevel", "INFO"),
            *("--without-gossip", "--without-mingle"),
        ],
        log=layout.log_dir / f"{name}.log",
        is_ready=lambda: _replies(node),
        description=f"Celery worker, {concurrency} at a time, for {queues.replace(',', ', ')}",
        environment=_environment(layout, ENGINE),
        # Celery's soft shutdown: running tasks get a few seconds, then go back into their queue.
        stop_signal=signal.SIGQUIT,
        stop_seconds=30,
    )


def beat_service(layout: Layout) -> Service:
    """Return the scheduler of the periodic tasks."""
    schedule = layout.data_dir / "beat-schedule"
    return Service(
        name="beat",
        command=[*_CELERY, "beat", "--schedule", str(schedule), "--pidfile=", "--loglevel", "WARNING"],
        log=layout.log_dir / "beat.log",
        is_ready=_after(_SETTLING_SECONDS),
        description="scheduler of periodic tasks",
        environment=_environment(layout, ENGINE),
    )


def sealer_service(layout: Layout) -> Service:
    """Return the process that seals and signs the audit log."""
    return Service(
        name="audit",
        command=[sys.executable, str(Path(settings.BASE_DIR) / "manage.py"), "seal_audit"],
        log=layout.log_dir / "audit.log",
        is_ready=_after(_SETTLING_SECONDS),
        description="sealer of the audit log",
        environment=_environment(layout, ENGINE),
    )


def _environment(layout: Layout, role: str) -> dict[str, str]:
    return {
        "HTTPS": "no",  # served here without a proxy; whoever has one in front says HTTPS=yes
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "icse.settings",
        "ICSE_ROLE": role,
        "DATA_DIR": str(layout.data_dir),
        "PYTHONPATH": str(Path(settings.BASE_DIR)),
        "PYTHONUNBUFFERED": "1",
        # As many processes as cores already; more threads in each would only fight over them.
        "OMP_NUM_THREADS": "1",
    }


def _accepts(address: tuple[str, int]) -> bool:
    try:
        with socket.create_connection(address, timeout=1):
            return True
    except OSError:
        return False


def _replies(node: str) -> bool:
    # A connection of its own: one of the pool's may have died with the broker, and raises what it likes.
    try:
        with app.connection_for_write() as connection:
            return bool(app.control.ping(destination=[node], timeout=0.5, connection=connection))
    except (OperationalError, RedisError, OSError):
        return False


def _after(seconds: float) -> Callable[[], bool]:
    ready_at = time.monotonic() + seconds
    return lambda: time.monotonic() >= ready_at
