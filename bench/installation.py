"""A database of the platform in a folder that goes away, for benchmarks that need its tables and policies."""

import io
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from django.conf import settings
from django.core.management import call_command
from django.db import connection

from icse.embedded import bootstrap, postgres
from icse.embedded.layout import DATABASE_NAME, Layout

FASTER_THAN_SAFE: Final = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "max_parallel_workers_per_gather": "0",
}


@contextmanager
def installation() -> Iterator[None]:
    """Run PostgreSQL with all migrations applied for the length of the block; `django.setup` came before."""
    layout = Layout(settings.DATA_DIR)
    layout.secrets.ensure(*postgres.SECRET_NAMES)
    service = postgres.postgres_service(layout, FASTER_THAN_SAFE)
    # Where the socket lies is settled only now.
    settings.DATABASES["default"].update(layout.database("owner"))
    process = service.spawn()
    try:
        service.wait_until_ready(process)
        bootstrap.make_roles(layout)
        bootstrap.make_database(layout)
        bootstrap.make_extensions(layout, DATABASE_NAME)
        call_command("migrate", verbosity=0)
        call_command("make_keys", stdout=io.StringIO())
        yield
    finally:
        connection.close()
        process.send_signal(service.stop_signal)
        service.wait_for_end(process)
        for folder in (layout.postgres_home, layout.data_dir):
            shutil.rmtree(folder, ignore_errors=True)
