"""The own page, tokens, theme, error pages and health."""

from datetime import timedelta
from io import StringIO
from unittest.mock import Mock

import pytest
from django.contrib.sessions.backends.db import SessionStore
from django.core.management import CommandError, call_command
from django.db import InterfaceError, OperationalError
from django.http import HttpResponse
from django.test import Client, RequestFactory, override_settings
from django.urls import reverse
from django.utils import timezone

from accounts.models import ApiToken
from accounts.queries import find_usable_token
from icse.common.errors import AccessDenied, Conflict, DomainError, NotFound
from icse.common.middleware import DomainErrorMiddleware
from icse.common.pages import server_error
from tests.cast import Cast
from tests.factories.accounts import ApiTokenFactory, OfficerFactory

pytestmark = pytest.mark.django_db


def _bearer(text: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {text}"}


def test_account_names_officer_unit_country_and_rights(client: Client, cast: Cast) -> None:
    client.force_login(cast.owner)

    page = client.get(reverse("account")).content.decode()

    assert cast.owner.email in page
    assert cast.owner.unit.country.name in page
    assert "Upload material" in page
    assert "Decide matches" not in page


def test_roles_page_marks_the_own_role(client: Client, cast: Cast) -> None:
    client.force_login(cast.auditor)

    page = client.get(reverse("roles")).content.decode()

    assert page.index("Auditor") < page.index("you</span>")


@pytest.mark.parametrize(
    ("theme", "attribute"), [("dark", 'data-bs-theme="dark"'), ("auto", 'data-theme="auto"')]
)
def test_theme_is_remembered_on_the_device(client: Client, cast: Cast, theme: str, attribute: str) -> None:
    client.force_login(cast.owner)
    client.post(reverse("choose_theme"), {"theme": theme, "next": reverse("account")})

    assert attribute in client.get(reverse("account")).content.decode()


def test_theme_of_no_name_is_refused(client: Client, cast: Cast) -> None:
    client.force_login(cast.owner)

    assert client.post(reverse("choose_theme"), {"theme": '"><script>'}).status_code == 400


def test_token_is_shown_once_and_works(client: Client, cast: Cast) -> None:
    client.force_login(cast.owner)

    page = client.post(
        reverse("issue_token"), {"label": "import", "permissions": ["material.see"], "days": "30"}
    ).content.decode()

    text = page.split("data-token>")[1].split("<")[0]
    assert find_usable_token(text) is not None
    assert text not in client.get(reverse("account")).content.decode()


def test_token_without_a_purpose_is_not_issued(client: Client, cast: Cast) -> None:
    client.force_login(cast.owner)

    client.post(reverse("issue_token"), {"label": ""})

    assert not ApiToken.objects.exists()


def test_revoke_token_of_somebody_else_is_missing(client: Client, cast: Cast) -> None:
    token = ApiTokenFactory.create(officer=cast.owner)
    client.force_login(cast.colleague)

    assert client.post(reverse("revoke_token", args=[token.pk])).status_code == 404
    token.refresh_from_db()
    assert token.revoked_at is None


def test_revoke_own_token_ends_it(client: Client, cast: Cast) -> None:
    token = ApiTokenFactory.create(officer=cast.owner)
    client.force_login(cast.owner)

    client.post(reverse("revoke_token", args=[token.pk]))

    token.refresh_from_db()
    assert token.revoked_at is not None


def test_create_api_token_prints_the_token_alone(client: Client, cast: Cast) -> None:
    printed = StringIO()

    call_command("create_api_token", cast.owner.email, stdout=printed)

    text = printed.getvalue().strip()
    assert client.get(reverse("api_submissions"), headers=_bearer(text)).status_code == 200


def test_create_api_token_unknown_address_is_an_error() -> None:
    with pytest.raises(CommandError, match="Nobody signs in"):
        call_command("create_api_token", "nobody@police.example")


def test_api_answers_every_bad_token_alike(client: Client) -> None:
    past = timezone.now() - timedelta(days=1)
    ApiTokenFactory.create(text="revoked", revoked_at=past)
    ApiTokenFactory.create(text="expired", expires_at=past)
    ApiTokenFactory.create(text="retired", officer=OfficerFactory.create(is_active=False))
    ApiTokenFactory.create(text="suspended", officer__unit__country__state="suspended")

    sent = ["unknown", "two words", "", "revoked", "expired", "retired", "suspended"]
    answers = [client.get(reverse("api_submissions"), headers=_bearer(text)) for text in sent]

    assert {answer.status_code for answer in answers} == {401}
    assert len({answer.content for answer in answers}) == 1
    assert answers[0]["WWW-Authenticate"] == "Bearer"


def test_api_takes_a_usable_token(client: Client) -> None:
    ApiTokenFactory.create(text="usable")

    assert client.get(reverse("api_submissions"), headers=_bearer("usable")).status_code == 200


def test_healthz_answers_without_sign_in(client: Client, valkey_server: str) -> None:
    answer = client.get("/healthz")

    assert answer.status_code == 200
    assert answer.json() == {"status": "ok", "database": "ok", "broker": "ok"}


def test_healthz_names_what_is_away(client: Client) -> None:
    with override_settings(BROKER_URL="redis+socket:///nowhere/socket"):
        answer = client.get("/healthz")

    assert answer.status_code == 503
    assert answer.json()["broker"] == "away"


def test_missing_page_is_a_page_for_officers_and_json_for_programs(client: Client, cast: Cast) -> None:
    client.force_login(cast.owner)

    assert "Not found" in client.get("/no-such-page/").content.decode()
    assert client.get("/api/v1/no-such-list/").json()["error"]["reason"] == "not_found"


@pytest.mark.parametrize("error", [NotFound(), AccessDenied("Not you."), Conflict("Somebody was faster.")])
def test_domain_error_becomes_a_page_of_its_status(error: DomainError) -> None:
    answer = _answer_to(error)

    assert answer.status_code == error.status
    assert error.message in answer.content.decode()


def test_domain_error_of_a_fragment_goes_to_the_notices() -> None:
    answer = _answer_to(Conflict("Somebody was faster."), headers={"HX-Request": "true"})

    assert answer["HX-Retarget"] == "#notices"
    assert "<html" not in answer.content.decode()


def test_other_errors_are_left_to_django() -> None:
    middleware = DomainErrorMiddleware(lambda _: HttpResponse())

    assert middleware.process_exception(RequestFactory().get("/"), ValueError("x")) is None


@pytest.mark.parametrize(("path", "kind"), [("/", "text/html"), ("/api/v1/x/", "application/json")])
def test_server_error_tells_nothing_of_the_failure(path: str, kind: str) -> None:
    answer = server_error(RequestFactory().get(path))

    assert answer.status_code == 500
    assert answer["Content-Type"].startswith(kind)


@pytest.mark.parametrize(("path", "kind"), [("/", "text/html"), ("/api/v1/materials/", "application/json")])
@pytest.mark.parametrize("fault", [OperationalError, InterfaceError])
def test_while_the_database_is_away_everybody_is_asked_to_come_back(
    cast: Cast, monkeypatch: pytest.MonkeyPatch, path: str, kind: str, fault: type[Exception]
) -> None:
    client = Client(raise_request_exception=False)
    client.force_login(cast.owner)
    monkeypatch.setattr(SessionStore, "load", Mock(side_effect=fault("could not extend file")))

    answer = client.get(path)

    assert answer.status_code == 503
    assert answer["Content-Type"].startswith(kind)
    assert answer["Retry-After"] == "10"
    assert "could not extend file" not in answer.content.decode()
    assert "Try again in a minute." in answer.content.decode()


def test_old_form_is_refused_with_words(cast: Cast) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(cast.owner)

    answer = client.post(reverse("sign_out"))

    assert answer.status_code == 403
    assert "Reload it" in answer.content.decode()


def test_answers_are_closed_to_other_sites(client: Client) -> None:
    answer = client.get(reverse("sign_in"))

    assert answer["Cross-Origin-Resource-Policy"] == "same-origin"
    assert "unsafe" not in answer["Content-Security-Policy"]
    assert "camera=()" in answer["Permissions-Policy"]


def _answer_to(error: DomainError, headers: dict[str, str] | None = None) -> HttpResponse:
    request = RequestFactory().get("/", headers=headers)
    answer = DomainErrorMiddleware(lambda _: HttpResponse()).process_exception(request, error)
    assert answer is not None
    return answer
