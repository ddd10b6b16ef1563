"""Confirming who one is renews the session, which closes its stream: the page goes on, not to the sign-in."""

from typing import Final

import pytest

from tests.functional.stack.conftest import OpenAs
from tests.functional.stack.platform import OWN_PASSWORD

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("analyzed")]

OFFICER: Final = "jana@vestmark.example"


def test_confirmation_leads_on_while_the_stream_is_closed(open_as: OpenAs) -> None:
    page = open_as(OFFICER, "/account/")
    for _ in range(5):  # either may come first
        with page.expect_websocket():
            page.goto("/account/confirm/?next=/account/roles/")
        page.wait_for_timeout(500)
        page.locator("input[name=password]").fill(OWN_PASSWORD)
        page.get_by_role("button", name="Confirm", exact=True).click()
        page.wait_for_url("**/account/roles/")
        page.get_by_role("heading", name="Who can do what").wait_for()
