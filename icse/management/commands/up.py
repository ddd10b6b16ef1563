"""`manage.py up`: the whole platform on one machine, in the foreground."""

import os
import signal
import socket
import sys
from types import FrameType
from typing import Final, NoReturn

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import connections

from evidence.keys import KeyFile
from icse import env
from icse.embedded import postgres, preparation, processes, valkey
from icse.embedded.account import service_account
from icse.embedded.layout import Layout
from icse.embedded.lock import AlreadyRunning, only_launcher
from icse.embedded.service import ServiceFailed
from icse.embedded.supervisor import Supervisor

_SECRETS: Final = ("django", "audit", *postgres.SECRET_NAMES, *valkey.SECRET_NAMES)
_STOP_SIGNALS: Final = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
_ADDRESSES: Final = ("DATABASE_URL", "DATABASE_ENGINE_URL", "DATABASE_OWNER_URL", "BROKER_URL")


class StopRequested(Exception):
    """Somebody pressed Ctrl-C, closed the terminal or sent SIGTERM."""


class Command(BaseCommand):
    """Run the platform until it is told to stop."""

    help = "Start database and broker (unless DATABASE_URL is set), web server, workers and scheduler."
    requires_system_checks: tuple[str, ...] = ()  # the database that they may ask is not running yet

    def handle(self, *args: object, **options: object) -> None:
        """Start everything, watch over it, and stop everything in reverse order."""
        layout = Layout(settings.DATA_DIR)
        supervisor = Supervisor(layout.data_dir / "services.json", self._report)
        try:
            with only_launcher(layout.data_dir):
                self._serve(layout, supervisor)
        except (AlreadyRunning, ServiceFailed) as failure:
            raise CommandError(str(failure)) from failure

    def _serve(self, layout: Layout, supervisor: Supervisor) -> None:
        for number in _STOP_SIGNALS:
            signal.signal(number, _request_stop)
        try:
            supervisor.clear_leftovers()
            _refuse_taken_port()  # not before: what was left behind may hold it
            if settings.EMBEDDED:
                self._start_embedded(layout, supervisor)
            else:
                _require_addresses()
            self._prepare()
            self._start_platform(layout, supervisor)
            if settings.DEMO:
                preparation.make_demo(self._report)  # now, so that its analysis begins while it is made
            self._report(f"open http://{settings.BIND_ADDRESS}:{settings.PORT}/ - Ctrl-C stops everything")
            connections.close_all()
            supervisor.watch()
        except StopRequested:
            self._report("stopping")
        finally:
            supervisor.stop()

    def _start_embedded(self, layout: Layout, supervisor: Supervisor) -> None:
        postgres.settle(layout, service_account())
        if layout.secrets.ensure(*_SECRETS):
            _begin_again()
        supervisor.start(postgres.postgres_service(layout), valkey.valkey_service(layout))
        preparation.prepare_database(layout)

    def _prepare(self) -> None:
        if not settings.KEY_HOLDER and KeyFile(settings.KEY_FILE).make():
            self._report(f"keys are made: keep a copy of {settings.KEY_FILE} where the backups are not")
        preparation.migrate()
        self._report("tables are up to date")
        if preparation.collect_static_files():
            self._report("static files are collected")
        connections.close_all()

    def _start_platform(self, layout: Layout, supervisor: Supervisor) -> None:
        supervisor.start(
            processes.web_service(layout),
            processes.worker_service(layout, "analysis", "analyze,match,default", settings.CORES),
            processes.worker_service(layout, "interactive", "query", 1),
            processes.beat_service(layout),
            processes.sealer_service(layout),
        )

    def _report(self, line: str) -> None:
        self.stdout.write(line)
        self.stdout.flush()


def _refuse_taken_port() -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((settings.BIND_ADDRESS, settings.PORT))
        except OSError as failure:
            message = f"PORT: {settings.BIND_ADDRESS}:{settings.PORT} cannot be used: {failure.strerror}."
            raise CommandError(message) from failure


def _require_addresses() -> None:
    for name in _ADDRESSES:
        env.required(name, "with DATABASE_URL set, every service is somewhere else")


def _begin_again() -> NoReturn:
    # Settings were read before there were passwords and a place for the cluster; nothing is started yet.
    sys.stdout.flush()
    os.execv(sys.executable, [sys.executable, *sys.argv])  # noqa: S606 - our own command line


def _request_stop(number: int, frame: FrameType | None) -> NoReturn:
    # Once is enough: a terminal's Ctrl-C arrives from the terminal and again from make.
    for stop_signal in _STOP_SIGNALS:
        signal.signal(stop_signal, signal.SIG_IGN)
    raise StopRequested
