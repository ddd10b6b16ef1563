"""Signing in and out, one-time passwords, and the gate in front of every page."""

import re
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.conf import settings
from django.contrib.auth.hashers import MD5PasswordHasher
from django.test import Client
from django.urls import reverse

from accounts.middleware import EXEMPT_URL_NAMES
from accounts.models import Officer
from tests.cast import Cast
from tests.factories.accounts import PASSWORD, OfficerFactory

pytestmark = pytest.mark.django_db


def _sign_in(client: Client, email: str, password: str = PASSWORD, **extra: str) -> Any:
    return client.post(reverse("sign_in"), {"username": email, "password": password, **extra})


def _without_tokens(page: str) -> str:
    return re.sub(r'(value|content)="[A-Za-z0-9]{64}"|"X-CSRFToken": "[^"]*"|value="\S+@\S+"', "", page)


def test_exempt_list_is_these_and_no_more() -> None:
    assert sorted(EXEMPT_URL_NAMES) == ["healthz", "join", "metrics", "readyz", "sign_in"]


def test_sign_in_leads_to_where_the_officer_came_from(client: Client, cast: Cast) -> None:
    answer = _sign_in(client, cast.owner.email, next="/account/roles/")

    assert answer.status_code == 302
    assert answer["Location"] == "/account/roles/"


@pytest.mark.parametrize(("part", "first_page"), [("owner", "queue"), ("administrator", "account")])
def test_sign_in_leads_to_a_first_page_that_the_role_may_see(
    client: Client, cast: Cast, part: str, first_page: str
) -> None:
    answer = _sign_in(client, getattr(cast, part).email)

    assert answer["Location"] == reverse(first_page)
    assert client.get(answer["Location"]).status_code == 200


def test_sign_in_takes_an_address_in_any_capitals(client: Client, cast: Cast) -> None:
    answer = _sign_in(client, cast.owner.email.upper())

    assert answer.status_code == 302


@pytest.mark.parametrize("elsewhere", ["https://evil.example/", "//evil.example/", "javascript:alert(1)"])
def test_sign_in_never_leads_elsewhere(client: Client, cast: Cast, elsewhere: str) -> None:
    answer = _sign_in(client, cast.owner.email, next=elsewhere)

    assert answer["Location"] == "/"


def test_sign_in_answers_every_failure_alike(client: Client, cast: Cast) -> None:
    retired = OfficerFactory.create(is_active=False)
    suspended = OfficerFactory.create(unit__country__state="suspended")

    failures = [
        _sign_in(client, cast.owner.email, "wrong"),
        _sign_in(client, "nobody@police.example"),
        _sign_in(client, retired.email),
        _sign_in(client, suspended.email),
    ]

    assert {failure.status_code for failure in failures} == {200}
    pages = {_without_tokens(failure.content.decode()) for failure in failures}
    assert len(pages) == 1
    assert "do not open an account" in pages.pop()


def test_sign_in_hashes_once_for_every_failure(
    client: Client, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    hashed: list[str] = []
    encode = MD5PasswordHasher.encode

    def counting(self: MD5PasswordHasher, password: str, salt: str) -> str:
        hashed.append(password)
        return encode(self, password, salt)

    monkeypatch.setattr(MD5PasswordHasher, "encode", counting)
    _sign_in(client, cast.owner.email, "wrong")
    _sign_in(client, "nobody@police.example", "wrong")

    assert hashed == ["wrong", "wrong"]


def test_sign_in_makes_a_new_session(client: Client, cast: Cast) -> None:
    client.cookies[settings.SESSION_COOKIE_NAME] = "planted-by-somebody-else"

    _sign_in(client, cast.owner.email)

    assert client.cookies[settings.SESSION_COOKIE_NAME].value != "planted-by-somebody-else"


def test_sign_out_ends_the_session_and_clears_the_browser(client: Client, cast: Cast) -> None:
    client.force_login(cast.owner)

    answer = client.post(reverse("sign_out"))

    assert answer["Clear-Site-Data"] == '"cache", "storage"'
    assert client.get(reverse("account")).status_code == 302


def test_sign_out_by_a_mere_link_does_nothing(client: Client, cast: Cast) -> None:
    client.force_login(cast.owner)

    assert client.get(reverse("sign_out")).status_code == 405
    assert client.get(reverse("account")).status_code == 200


def test_gate_leads_to_the_sign_in_page_and_back(client: Client) -> None:
    answer = client.get("/account/roles/?a=1")

    assert urlsplit(answer["Location"]).path == reverse("sign_in")
    assert "next=/account/roles/%3Fa%3D1" in answer["Location"]


def test_gate_sends_a_fragment_request_to_the_sign_in_page(client: Client) -> None:
    answer = client.get(reverse("account"), headers={"HX-Request": "true"})

    assert answer.status_code == 401
    assert answer["HX-Redirect"] == reverse("sign_in")


def test_gate_ends_open_sessions_of_a_suspended_country(client: Client, cast: Cast) -> None:
    client.force_login(cast.owner)
    country = cast.owner.unit.country
    country.state = "suspended"
    country.save()

    assert client.get(reverse("account")).status_code == 302


def test_gate_keeps_pages_out_of_caches(client: Client, cast: Cast) -> None:
    client.force_login(cast.owner)

    assert client.get(reverse("account"))["Cache-Control"] == "no-store"


def test_one_time_password_opens_nothing_but_choosing_another(client: Client) -> None:
    officer = OfficerFactory.create(must_change_password=True)
    client.force_login(officer)

    assert client.get(reverse("account"))["Location"] == reverse("change_password")
    fragment = client.get(reverse("running"), headers={"HX-Request": "true"})
    assert fragment["HX-Redirect"] == reverse("change_password")
    api = client.get(reverse("api_submissions"))
    assert api.status_code == 403
    assert api.json()["error"]["reason"] == "denied"


def test_one_time_password_leads_through_choosing_another(client: Client) -> None:
    officer = OfficerFactory.create(must_change_password=True)
    _sign_in(client, officer.email)
    chosen = "a-harbour-without-ships"

    answer = client.post(
        reverse("change_password"), {"present": PASSWORD, "new": chosen, "again": chosen}, follow=True
    )

    assert answer.status_code == 200
    assert "Your password was changed." in answer.content.decode()
    assert Officer.objects.get(pk=officer.pk).check_password(chosen)


@pytest.mark.parametrize(
    ("present", "new", "again", "words"),
    [
        ("wrong", "a-harbour-without-ships", "a-harbour-without-ships", "not your present password"),
        (PASSWORD, "short", "short", "too short"),
        (PASSWORD, "a-harbour-without-ships", "a-harbour-with-ships", "The two entries differ"),
    ],
    ids=["wrong", "short", "differing"],
)
def test_change_password_says_what_is_wrong(
    client: Client, cast: Cast, present: str, new: str, again: str, words: str
) -> None:
    client.force_login(cast.owner)

    answer = client.post(reverse("change_password"), {"present": present, "new": new, "again": again})

    assert words in answer.content.decode()
    assert Officer.objects.get(pk=cast.owner.pk).check_password(PASSWORD)


def test_change_password_ends_other_sessions(cast: Cast) -> None:
    here, elsewhere = Client(), Client()
    for browser in (here, elsewhere):
        browser.force_login(cast.owner)
    chosen = "a-harbour-without-ships"

    here.post(reverse("change_password"), {"present": PASSWORD, "new": chosen, "again": chosen})

    assert here.get(reverse("account")).status_code == 200
    assert elsewhere.get(reverse("account")).status_code == 302
