"""Sessions: listed, limited, ended; proofs of who sits there."""

import time
from datetime import timedelta
from typing import Any

import pytest
from allauth.usersessions.models import UserSession
from django.conf import settings as django_settings
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.audit.models import InboxEvent
from accounts.models import Officer
from accounts.signing_in.limits import ABSOLUTE_LIMIT, IDLE_LIMIT, RECENT
from tests.cast import Cast
from tests.factories.accounts import PASSWORD
from tests.factories.evidence import submitted
from tests.factories.signing_in import AppFactory, UserSessionFactory, code_now
from tests.integration.signing_in.conftest import signed_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def officer(cast: Cast) -> Officer:
    """Return an officer who has an app."""
    AppFactory.create(user=cast.owner)
    return cast.owner


@pytest.fixture
def trial(settings: Any) -> None:
    """Ask for no second factor, where a test is of sessions alone and wants several."""
    settings.SECOND_FACTOR = False


def _entered(officer: Officer) -> Client:
    client = Client()
    client.force_login(officer)
    return client


def _is_in(client: Client) -> bool:
    return client.get(reverse("account")).status_code == 200


def _age_proof(client: Client, by: timedelta) -> None:
    session = client.session
    session["proved_at"] = time.time() - by.total_seconds()
    session.save()


@pytest.mark.usefixtures("trial")
@pytest.mark.parametrize(
    ("idle", "is_in"),
    [(IDLE_LIMIT - timedelta(seconds=60), True), (IDLE_LIMIT + timedelta(seconds=5), False)],
)
def test_session_that_nobody_uses_ends(cast: Cast, idle: timedelta, *, is_in: bool) -> None:
    client = _entered(cast.owner)
    UserSession.objects.update(last_seen_at=timezone.now() - idle)

    assert _is_in(client) is is_in
    if not is_in:
        assert "twenty minutes" in client.get(reverse("sign_in")).content.decode()
        assert InboxEvent.objects.filter(act="session.ended", detail__why="idle").count() == 1


@pytest.mark.usefixtures("trial")
def test_session_ends_after_twelve_hours_however_busy(cast: Cast) -> None:
    client = _entered(cast.owner)
    session = client.session
    session["signed_in_at"] = time.time() - ABSOLUTE_LIMIT.total_seconds() - 5
    session.save()

    assert not _is_in(client)


@pytest.mark.usefixtures("trial")
def test_what_a_page_asks_by_itself_keeps_nothing_alive(cast: Cast) -> None:
    client = _entered(cast.owner)
    before = timezone.now() - timedelta(minutes=5)
    UserSession.objects.update(last_seen_at=before)

    client.get(reverse("running"), headers={"X-Unattended": "1"})
    assert UserSession.objects.get().last_seen_at == before
    left = client.get(reverse("session_left"), headers={"X-Unattended": "1"}).json()["seconds"]
    assert left == pytest.approx(15 * 60, abs=5)

    client.post(reverse("session_left"))
    assert UserSession.objects.get().last_seen_at > before


@pytest.mark.usefixtures("trial")
def test_own_sessions_are_listed_and_ended_one_by_one(cast: Cast) -> None:
    here, elsewhere = _entered(cast.owner), _entered(cast.owner)
    key = elsewhere.cookies[django_settings.SESSION_COOKIE_NAME].value
    UserSession.objects.filter(session_key=key).update(ip="192.0.2.44", user_agent="Firefox/1 Windows")

    page = here.get(reverse("security")).content.decode()
    assert "192.0.2.44" in page
    assert "Firefox on Windows" in page
    here.post(reverse("end_session", args=[UserSession.objects.get(session_key=key).pk]))

    assert (_is_in(here), _is_in(elsewhere)) == (True, False)


@pytest.mark.usefixtures("trial")
def test_all_other_sessions_end_at_once(cast: Cast) -> None:
    here, *others = (_entered(cast.owner) for _ in range(3))
    theirs = _entered(cast.colleague)

    here.post(reverse("end_other_sessions"))

    assert [_is_in(client) for client in (here, *others, theirs)] == [True, False, False, True]


def test_session_of_somebody_else_is_missing(officer: Officer, cast: Cast) -> None:
    theirs = UserSessionFactory.create(user=cast.colleague)

    assert signed_in(officer).post(reverse("end_session", args=[theirs.pk])).status_code == 404
    assert UserSession.objects.filter(pk=theirs.pk).exists()


@pytest.mark.usefixtures("trial")
def test_changed_password_ends_the_others_and_their_entries(cast: Cast) -> None:
    here, elsewhere = _entered(cast.owner), _entered(cast.owner)
    chosen = "a-harbour-without-ships"
    here.post(reverse("change_password"), {"present": PASSWORD, "new": chosen, "again": chosen})

    assert (_is_in(here), _is_in(elsewhere)) == (True, False)
    assert UserSession.objects.count() == 1


def test_changed_factor_ends_the_others(officer: Officer) -> None:
    here = signed_in(officer)
    other = UserSessionFactory.create(user=officer)

    here.post(reverse("recovery_codes"))

    assert not UserSession.objects.filter(pk=other.pk).exists()
    assert _is_in(here)


@pytest.mark.usefixtures("trial")
def test_export_of_an_original_asks_for_a_recent_proof(cast: Cast) -> None:
    material = submitted(cast.owner)
    client = _entered(cast.owner)
    _age_proof(client, RECENT + timedelta(seconds=5))
    page = f"http://testserver/materials/{material.pk}/?tab=origin"

    answer = client.post(
        reverse("evidence:original", args=[material.pk]), {"reason": "court"}, headers={"Referer": page}
    )
    fragment = client.post(
        reverse("evidence:original", args=[material.pk]),
        headers={"HX-Request": "true", "HX-Current-URL": page},
    )

    wanted = f"{reverse('confirm')}?next=%2Fmaterials%2F{material.pk}%2F%3Ftab%3Dorigin"
    assert (answer.status_code, answer["Location"]) == (302, wanted)
    assert fragment["HX-Redirect"] == wanted


@pytest.mark.usefixtures("trial")
def test_program_in_a_session_is_told_that_a_proof_is_needed(cast: Cast) -> None:
    material = submitted(cast.owner)
    client = _entered(cast.owner)
    _age_proof(client, RECENT * 2)

    answer = client.post(reverse("api_original", args=[material.pk]), {"reason": "court"})

    assert (answer.status_code, answer.json()["error"]["reason"]) == (403, "confirmation_needed")


@pytest.mark.usefixtures("trial")
def test_proof_leads_nowhere_else(cast: Cast) -> None:
    client = _entered(cast.owner)
    _age_proof(client, RECENT * 2)

    answer = client.post(reverse("issue_token"), headers={"Referer": "https://evil.example/"})

    assert answer["Location"] == f"{reverse('confirm')}?next=%2Faccount%2F"


@pytest.mark.parametrize("kind", ["password", "code"])
def test_confirmation_by_password_or_code_opens_it_under_a_new_id(officer: Officer, kind: str) -> None:
    client = signed_in(officer)
    _age_proof(client, RECENT * 2)
    before = client.cookies[django_settings.SESSION_COOKIE_NAME].value
    assert client.get(reverse("add_key"))["Location"].startswith(reverse("confirm"))

    given = {"password": PASSWORD} if kind == "password" else {"code": code_now(steps=1)}
    answer = client.post(reverse("confirm"), {**given, "next": reverse("add_key")})

    assert answer["Location"] == reverse("add_key")
    assert client.get(reverse("add_key")).status_code == 200
    assert client.cookies[django_settings.SESSION_COOKIE_NAME].value != before
    assert UserSession.objects.filter(user=officer).count() == 1


def test_wrong_confirmation_opens_nothing(officer: Officer) -> None:
    client = signed_in(officer)
    _age_proof(client, RECENT * 2)

    for given in ({"password": "wrong"}, {"code": "000000"}, {}):
        assert client.post(reverse("confirm"), given).status_code == 200
    assert client.get(reverse("add_key")).status_code == 302
