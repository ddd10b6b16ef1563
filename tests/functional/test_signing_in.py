"""Signing in as a newcomer does, in a real browser: password, app or key, codes, in."""

import time
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from accounts.models import Officer
from tests.cast import Cast
from tests.factories.accounts import PASSWORD
from tests.factories.signing_in import code_now
from tests.functional.conftest import OpenPage

pytestmark = pytest.mark.django_db(transaction=True)

CHOSEN = "a-harbour-without-ships"


@pytest.fixture(autouse=True)
def second_factor(settings: Any) -> None:
    """Ask for the second factor, as in production."""
    settings.SECOND_FACTOR = True


def _sign_in(page: Page, email: str, password: str) -> None:
    page.get_by_label("E-mail address").fill(email)
    page.get_by_label("Password").fill(password)
    page.keyboard.press("Enter")


def _choose_password(page: Page) -> None:
    page.get_by_label("Present password").fill(PASSWORD)
    page.get_by_label("New password", exact=True).fill(CHOSEN)
    page.get_by_label("New password again").fill(CHOSEN)
    page.get_by_role("button", name="Change password").click()


def test_newcomer_gets_in_within_a_minute(open_page: OpenPage, seen_cast: Cast) -> None:
    Officer.objects.filter(pk=seen_cast.owner.pk).update(must_change_password=True)
    began = time.monotonic()
    page = open_page(None, "/account/")
    _sign_in(page, seen_cast.owner.email, PASSWORD)
    _choose_password(page)

    expect(page.get_by_role("heading", name="Set up your second factor")).to_be_visible()
    assert page.locator(".qr-code").evaluate("image => image.naturalWidth") > 0
    secret = page.locator("[data-secret]").inner_text().replace(" ", "")
    page.get_by_label("Code that the app shows").fill(code_now(secret))
    page.keyboard.press("Enter")

    expect(page.locator(".recovery-codes li")).to_have_count(10)
    page.get_by_role("link", name="I have kept them").click()
    expect(page.get_by_role("heading", name=seen_cast.owner.full_name)).to_be_visible()
    assert time.monotonic() - began < 60


def test_security_key_is_registered_and_opens(open_page: OpenPage, seen_cast: Cast) -> None:
    """Chromium's own virtual key stands in for one of metal."""
    page = open_page(None, "/account/")
    devtools = page.context.new_cdp_session(page)
    devtools.send("WebAuthn.enable")
    devtools.send(
        "WebAuthn.addVirtualAuthenticator",
        {
            "options": {
                "protocol": "ctap2",
                "transport": "usb",
                "hasUserVerification": True,
                "isUserVerified": True,
            }
        },
    )
    _sign_in(page, seen_cast.owner.email, PASSWORD)
    page.get_by_role("link", name="use a security key").click()
    page.get_by_label("What you call this key").fill("key on my ring")
    page.get_by_role("button", name="Register the key").click()
    expect(page.locator(".recovery-codes li")).to_have_count(10)

    page.goto("/account/")
    page.locator("summary.initials").click()
    page.get_by_role("button", name="Sign out").click()
    _sign_in(page, seen_cast.owner.email, PASSWORD)
    page.get_by_role("button", name="Use a security key").click()
    expect(page.get_by_role("link", name="Material", exact=True).first).to_be_visible()
    page.goto("/account/security/")
    expect(page.get_by_text("key on my ring")).to_be_visible()
