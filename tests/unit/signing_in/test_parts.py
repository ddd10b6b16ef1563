"""Parts of signing in that need no database."""

from typing import Any

import pytest
from cryptography.fernet import InvalidToken
from django.http import HttpRequest, HttpResponse

from accounts.signing_in.browsers import browser_words
from accounts.signing_in.checks import second_factor_is_on
from accounts.signing_in.ciphers import decrypted, encrypted
from icse.common.addresses import TrustedAddressMiddleware, address_of


@pytest.mark.parametrize(
    ("proxies", "forwarded", "told"),
    [
        (0, "203.0.113.5", "192.0.2.1"),
        (1, "203.0.113.5", "203.0.113.5"),
        (1, "198.51.100.1, 203.0.113.5", "203.0.113.5"),
        (2, "198.51.100.1, 203.0.113.5", "198.51.100.1"),
        (2, "203.0.113.5", "192.0.2.1"),
        (1, "no address", "192.0.2.1"),
        (1, "", "192.0.2.1"),
    ],
)
def test_address_is_what_our_own_proxies_say(settings: Any, proxies: int, forwarded: str, told: str) -> None:
    settings.TRUSTED_PROXIES = proxies
    request = HttpRequest()
    request.META = {"REMOTE_ADDR": "192.0.2.1", "HTTP_X_FORWARDED_FOR": forwarded}

    TrustedAddressMiddleware(lambda _: HttpResponse())(request)

    assert address_of(request) == told


def test_deployment_without_a_second_factor_is_refused(settings: Any) -> None:
    settings.SECOND_FACTOR = False
    assert [error.id for error in second_factor_is_on()] == ["signing_in.E001"]
    settings.SECOND_FACTOR = True
    assert second_factor_is_on() == []


def test_secret_is_read_under_a_former_key_and_no_other(settings: Any) -> None:
    token, former = encrypted("secret"), settings.SECRET_KEY
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = "another key", [former]
    assert decrypted(token) == "secret"

    settings.SECRET_KEY_FALLBACKS = []
    with pytest.raises(InvalidToken):
        decrypted(token)


def test_browser_is_named_by_the_first_mark_that_fits() -> None:
    edge = "Mozilla/5.0 (Windows NT 10.0) Chrome/140.0 Safari/537.36 Edg/140.0"
    assert browser_words(edge) == "Edge on Windows"
    assert browser_words("") == "A browser"
