"""A real browser in front of a real server, signed in as somebody of the cast."""

import time
from collections.abc import Callable, Iterator
from typing import Final

import pytest
from django.conf import settings
from django.db import connection
from django.test import Client
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, sync_playwright
from pytest_django.live_server_helper import LiveServer

from accounts.models import Officer
from tests.cast import Cast, make_cast
from tests.programs import find_chromium

OpenPage = Callable[..., Page]

# The browser's own line about an answer that is no success; whether it was due, the test says.
_NOT_OURS: Final = ("Failed to load resource", "/ws/hints/")
"""And this server of tests has no sockets: a page then asks by itself. `stack/` tries them."""

_BUSY: Final = """
    SELECT pid FROM pg_stat_activity
    WHERE datname = current_database() AND pid <> pg_backend_pid() AND state <> 'idle'
"""
_SETTLING_SECONDS: Final = 10.0


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Return the system's Chromium, started once for each file of tests.

    Playwright keeps an event loop in this thread, in which Django and Channels refuse much; tests of other
    files that run here afterwards must not find it.
    """
    path = find_chromium()
    if path is None:
        pytest.fail("There is no Chromium here. Run: python -m tests.programs")
    with pytest.MonkeyPatch.context() as patch, sync_playwright() as playwright:
        patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
        chromium = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
        yield chromium
        chromium.close()


@pytest.fixture
def seen_cast(transactional_db: None) -> Cast:
    """Return the cast as committed rows, which the server's own connections see."""
    return make_cast()


@pytest.fixture
def settled(transactional_db: None) -> Iterator[None]:
    """Let the server's last requests come to their end before tables are emptied, which they would block."""
    yield
    ends_at = time.monotonic() + _SETTLING_SECONDS
    with connection.cursor() as cursor:
        cursor.execute(_BUSY)
        while (busy := [pid for (pid,) in cursor.fetchall()]) and time.monotonic() < ends_at:
            time.sleep(0.02)
            cursor.execute(_BUSY)
        # What still stands in a transaction would be waited for without end.
        cursor.execute("SELECT pg_terminate_backend(pid) FROM unnest(%s::integer[]) AS pid", [busy])


@pytest.fixture
def open_page(browser: Browser, live_server: LiveServer, settled: None) -> Iterator[OpenPage]:
    """Return a function that opens a path as an officer; what the console says at the end fails the test."""
    troubles: list[str] = []
    contexts = []

    def listen(message: ConsoleMessage) -> None:
        if message.type in {"error", "warning"} and not any(known in message.text for known in _NOT_OURS):
            troubles.append(message.text)

    def open_as(officer: Officer | None, path: str, **options: object) -> Page:
        context = browser.new_context(base_url=live_server.url, **options)  # type: ignore[arg-type]
        contexts.append(context)
        if officer is not None:
            sign_in(context, officer, live_server.url)
        page = context.new_page()
        page.on("console", listen)
        page.on("pageerror", lambda error: troubles.append(str(error)))
        page.goto(path)
        return page

    yield open_as
    for context in contexts:
        context.close()
    assert troubles == []


def sign_in(context: BrowserContext, officer: Officer, url: str) -> None:
    """Give a browser a session of an officer's, in place of any that it has."""
    client = Client()
    client.force_login(officer)
    name = settings.SESSION_COOKIE_NAME
    context.add_cookies([{"name": name, "value": client.cookies[name].value, "url": url}])
