"""One platform for all tests of this folder, its demo analyzed by real workers."""

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from playwright.sync_api import APIRequestContext, Browser, BrowserContext, ConsoleMessage, Page

from tests.functional.stack.platform import NEWCOMER, OWN_PASSWORD, PASSER_BY, Platform
from tests.launcher import Launcher, free_port

OpenAs = Callable[..., Page]
ApiAs = Callable[[str], APIRequestContext]

# The browser's own line about an answer that is no success; whether it was due, the test says.
_NOT_OURS = "Failed to load resource"


@pytest.fixture(scope="session")
def platform() -> Iterator[Platform]:
    """Start everything once, wait for every kind of match of the demo, and stop it after the last test."""
    folder = settings.DATA_DIR / f"stack-{os.getpid()}"
    folder.mkdir(parents=True)
    launcher = Launcher(folder / "data", free_port(), DEMO="yes", WORKER_CORES="2", HTTPS="no")
    try:
        started = Platform(launcher)
        started.wait_for_every_kind()
        yield started
    finally:
        if launcher.process.poll() is None:
            launcher.stop()
        shutil.rmtree(folder)


@pytest.fixture(scope="session")
def analyzed(platform: Platform) -> None:
    """Wait until the whole demo is analyzed."""
    platform.wait_until_analyzed()


@pytest.fixture(scope="module")
def sessions(browser: Browser, platform: Platform) -> Callable[[str], Any]:
    """Return a function that signs an officer in, once, and returns what the browser remembers of it."""

    def session_of(address: str) -> Any:
        assert address not in {NEWCOMER, PASSER_BY}, f"{address} is kept for a test of signing in"
        if address not in platform.sessions:
            context = browser.new_context(base_url=platform.url)
            _sign_in_first(context, address, platform.passwords[address])
            platform.sessions[address] = context.storage_state()
            context.close()
        return platform.sessions[address]

    return session_of


def _sign_in_first(context: BrowserContext, address: str, one_time_password: str) -> None:
    page = context.new_page()
    sign_in(page, address, one_time_password)
    page.get_by_label("Present password").fill(one_time_password)
    page.get_by_label("New password", exact=True).fill(OWN_PASSWORD)
    page.get_by_label("New password again").fill(OWN_PASSWORD)
    page.get_by_role("button", name="Change password").click()
    page.get_by_text("Your password was changed.").wait_for()


def sign_in(page: Page, address: str, password: str = OWN_PASSWORD) -> None:
    """Fill in the form, as whoever knows a password."""
    page.goto("/sign-in/")
    page.get_by_label("E-mail address").fill(address)
    page.get_by_label("Password").fill(password)
    page.keyboard.press("Enter")
    page.locator("summary.initials").wait_for()


def sign_out(page: Page) -> None:
    """Sign out by the menu."""
    page.locator("summary.initials").click()
    page.get_by_role("button", name="Sign out").click()
    page.get_by_label("E-mail address").wait_for()


@pytest.fixture
def open_as(browser: Browser, platform: Platform, sessions: Callable[[str], Any]) -> Iterator[OpenAs]:
    """Return a function that opens a path as an officer; what the console says at the end fails the test."""
    troubles: list[str] = []
    contexts: list[BrowserContext] = []

    def listen(message: ConsoleMessage) -> None:
        if message.type in {"error", "warning"} and _NOT_OURS not in message.text:
            troubles.append(f"{message.location.get('url')}: {message.text}")

    def open_page(address: str | None, path: str, **options: Any) -> Page:
        state = sessions(address) if address else None
        context = browser.new_context(base_url=platform.url, storage_state=state, **options)
        contexts.append(context)
        page = context.new_page()
        page.on("console", listen)
        page.on("pageerror", lambda error: troubles.append(str(error)))
        page.goto(path)
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert troubles == []


@pytest.fixture(scope="module")
def api_as(browser: Browser, platform: Platform) -> Iterator[ApiAs]:
    """Return a function that opens the API with a token of an officer's."""
    contexts: dict[str, BrowserContext] = {}

    def open_api(address: str) -> APIRequestContext:
        if address not in contexts:
            headers = {"Authorization": f"Bearer {platform.token(address)}"}
            contexts[address] = browser.new_context(base_url=platform.url, extra_http_headers=headers)
        return contexts[address].request

    yield open_api
    for context in contexts.values():
        context.close()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return an empty folder to upload from."""
    path = tmp_path / "seizure"
    path.mkdir()
    return path
