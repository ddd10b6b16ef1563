"""Tests of signing in: the second factor is asked for, as in production."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import Officer
from tests.factories.accounts import PASSWORD
from tests.factories.signing_in import code_now


@pytest.fixture(autouse=True)
def second_factor(settings: Any) -> None:
    """Ask for the second factor."""
    settings.SECOND_FACTOR = True


def give_password(client: Client, email: str, password: str = PASSWORD, **extra: Any) -> Any:
    """Send the form of the sign-in page."""
    return client.post(reverse("sign_in"), {"username": email, "password": password}, **extra)


def give_code(client: Client, code: str | None = None, **extra: Any) -> Any:
    """Send the form of the second factor, by default with what the app shows at present."""
    return client.post(reverse("second_factor"), {"code": code or code_now()}, **extra)


def signed_in(officer: Officer) -> Client:
    """Return a browser in which an officer who has an app gave both factors."""
    client = Client()
    give_password(client, officer.email)
    # The next code: the present one may have been used by another browser of the test.
    answer = give_code(client)
    assert answer.status_code == 302, answer.content
    return client
