"""Nobody gets past with a password alone: enrolment, giving a factor, using none twice."""

import re
from typing import Any, Final
from urllib.parse import urlsplit

import pytest
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.test import Client
from django.urls import reverse

from accounts.audit.models import InboxEvent
from accounts.models import Officer
from accounts.signing_in.limits import ACCOUNT_LIMIT, FACTOR_LIMIT
from accounts.signing_in.middleware import ENROLMENT_URL_NAMES, OPEN_WITHOUT_FACTOR
from accounts.signing_in.queries import unused_codes
from tests.addresses import all_addresses
from tests.cast import Cast
from tests.factories.accounts import PASSWORD, OfficerFactory
from tests.factories.signing_in import SECRET, AppFactory, code_now
from tests.integration.signing_in.conftest import give_code, give_password, signed_in
from tests.world import World

pytestmark = pytest.mark.django_db

CHOSEN: Final = "a-harbour-without-ships"


def _acts() -> list[str]:
    return [
        f"{act} {outcome}"
        for act, outcome in InboxEvent.objects.order_by("happened_at").values_list("act", "outcome")
    ]


def _enrolled(officer: Officer) -> Officer:
    AppFactory.create(user=officer)
    return officer


@pytest.mark.parametrize("method", ["get", "post"])
@pytest.mark.parametrize("has_app", [False, True])
def test_password_alone_opens_nothing(cast: Cast, world: World, method: str, *, has_app: bool) -> None:
    """Every address of the URLconf, pages and API: sent on to the second factor, or refused in words."""
    officer = _enrolled(cast.colleague) if has_app else cast.colleague
    allowed = OPEN_WITHOUT_FACTOR | ({"second_factor"} if has_app else ENROLMENT_URL_NAMES)
    wanted = reverse("second_factor" if has_app else "add_app")
    wrong = {}
    for address in all_addresses():
        client = Client()
        client.force_login(officer)
        answer = getattr(client, method)(world.path(address))
        is_stopped = (
            answer.status_code == 403 and answer.json()["error"]["reason"] == "second_factor_needed"
            if address.is_api
            else answer.status_code == 302 and urlsplit(answer["Location"]).path == wanted
        )
        if is_stopped is (address.name in allowed) and address.name != "second_factor":
            wrong[address.route] = answer.status_code

    assert wrong == {}


def test_fragment_is_led_to_the_second_factor(client: Client, cast: Cast) -> None:
    client.force_login(cast.owner)

    answer = client.get(reverse("running"), headers={"HX-Request": "true"})

    assert (answer.status_code, answer["HX-Redirect"]) == (401, reverse("add_app"))


def test_one_time_password_leads_through_password_app_and_codes(client: Client) -> None:
    officer = OfficerFactory.create(must_change_password=True)
    give_password(client, officer.email)
    assert client.get("/", follow=True).redirect_chain[-1][0] == reverse("change_password")
    client.post(reverse("change_password"), {"present": PASSWORD, "new": CHOSEN, "again": CHOSEN})

    page = client.get(reverse("account"), follow=True)
    assert page.redirect_chain[-1][0] == reverse("add_app")
    assert "data:image/svg+xml;base64," in page.content.decode()
    secret = "".join(re.findall(r"<span>([A-Z2-7]{4})</span>", page.content.decode()))
    answer = client.post(reverse("add_app"), {"code": code_now(secret)}, follow=True)

    codes = re.findall(r"<li>(\d{8})</li>", answer.content.decode())
    assert codes == unused_codes(officer)
    assert len(codes) == 10
    assert client.get(reverse("account")).status_code == 200
    assert client.get(reverse("recovery_codes"))["Location"] == reverse("security")
    assert [act.split()[0] for act in _acts()] == [
        "session.begun",
        "password.changed",
        "factor.added",
    ]


def test_wrong_first_code_takes_nothing_into_use(client: Client, cast: Cast) -> None:
    client.force_login(cast.owner)
    client.get(reverse("add_app"))

    answer = client.post(reverse("add_app"), {"code": "000000"})

    assert "did not work" in answer.content.decode()
    assert not Authenticator.objects.exists()
    assert _acts() == ["factor.added refused"]


def test_password_then_code_signs_in_under_new_ids(client: Client, cast: Cast) -> None:
    _enrolled(cast.owner)
    ids = []
    answer = give_password(client, cast.owner.email)
    ids.append(client.cookies[settings.SESSION_COOKIE_NAME].value)
    assert answer["Location"] == reverse("second_factor")
    assert client.get(reverse("account"))["Location"].startswith(reverse("sign_in"))

    answer = give_code(client)
    ids.append(client.cookies[settings.SESSION_COOKIE_NAME].value)

    assert answer["Location"] == "/"
    assert client.get(reverse("account")).status_code == 200
    assert len(set(ids)) == 2
    assert _acts() == ["factor.given done", "session.begun done"]


def test_second_factor_leads_to_where_the_officer_came_from(client: Client, cast: Cast) -> None:
    _enrolled(cast.owner)
    client.post(reverse("sign_in"), {"username": cast.owner.email, "password": PASSWORD, "next": "/account/"})

    assert give_code(client)["Location"] == "/account/"


def test_code_is_good_once(cast: Cast) -> None:
    _enrolled(cast.owner)
    code = code_now()
    first, second = Client(), Client()
    for client in (first, second):
        give_password(client, cast.owner.email)

    assert give_code(first, code).status_code == 302
    assert "did not work" in give_code(second, code).content.decode()


@pytest.mark.parametrize(("steps", "is_taken"), [(-2, False), (-1, True), (1, True), (2, False)])
def test_clock_may_be_one_step_off(client: Client, cast: Cast, steps: int, *, is_taken: bool) -> None:
    _enrolled(cast.owner)
    give_password(client, cast.owner.email)

    assert (give_code(client, code_now(steps=steps)).status_code == 302) is is_taken


def test_earlier_code_than_the_last_used_is_refused(cast: Cast) -> None:
    _enrolled(cast.owner)
    first, second = Client(), Client()
    for client in (first, second):
        give_password(client, cast.owner.email)
    give_code(first, code_now(steps=1))

    assert give_code(second, code_now()).status_code == 200


def test_recovery_code_opens_once(client: Client, cast: Cast) -> None:
    client.force_login(cast.owner)
    page = client.get(reverse("add_app")).content.decode()
    secret = "".join(re.findall(r"<span>([A-Z2-7]{4})</span>", page))
    client.post(reverse("add_app"), {"code": code_now(secret)})
    code = unused_codes(cast.owner)[0]
    first, second = Client(), Client()
    for browser in (first, second):
        give_password(browser, cast.owner.email)

    assert give_code(first, code).status_code == 302
    assert give_code(second, code).status_code == 200
    assert len(unused_codes(cast.owner)) == 9


def test_few_wrong_codes_begin_again_with_the_password(client: Client, cast: Cast) -> None:
    _enrolled(cast.owner)
    give_password(client, cast.owner.email)
    answers = [give_code(client, "000000") for _ in range(ACCOUNT_LIMIT)]

    assert answers[-1]["Location"] == reverse("sign_in")
    assert client.get(reverse("second_factor"))["Location"].startswith(reverse("sign_in"))


def test_wrong_codes_from_everywhere_end_the_trying(cast: Cast) -> None:
    """Then not even the right one opens; the answer is the same as ever."""
    _enrolled(cast.owner)
    for number in range(FACTOR_LIMIT):
        client = Client(REMOTE_ADDR=f"192.0.2.{number}")
        give_password(client, cast.owner.email)
        wrong = give_code(client, "000000")
    client = Client()
    give_password(client, cast.owner.email)
    right = give_code(client)

    assert right.status_code == 200
    assert "did not work" in right.content.decode()
    assert "did not work" in wrong.content.decode()


def test_pending_sign_in_ends_after_minutes(client: Client, cast: Cast, monkeypatch: Any) -> None:
    _enrolled(cast.owner)
    give_password(client, cast.owner.email)
    session = client.session
    session["pending_sign_in"] = {**session["pending_sign_in"], "at": 0}
    session.save()

    assert give_code(client)["Location"].startswith(reverse("sign_in"))


def test_secrets_are_encrypted_where_they_are_kept(client: Client, cast: Cast) -> None:
    _enrolled(cast.owner)
    client = signed_in(cast.owner)
    client.post(reverse("recovery_codes"))
    stored = str(list(Authenticator.objects.values_list("data", flat=True)))

    assert SECRET not in stored
    assert not any(code in stored for code in unused_codes(cast.owner))


def test_secrets_survive_a_change_of_the_key(client: Client, cast: Cast, settings: Any) -> None:
    _enrolled(cast.owner)
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = "the next key of this test", [settings.SECRET_KEY]
    give_password(client, cast.owner.email)

    assert give_code(client).status_code == 302


def test_only_factor_cannot_be_removed(cast: Cast) -> None:
    app = AppFactory.create(user=cast.owner)
    client = signed_in(cast.owner)

    answer = client.post(reverse("remove_factor", args=[app.pk]))

    assert "only second factor" in answer.content.decode()
    assert Authenticator.objects.filter(pk=app.pk).exists()


def test_factor_of_somebody_else_is_missing(cast: Cast) -> None:
    _enrolled(cast.owner)
    theirs = AppFactory.create(user=cast.colleague)
    client = signed_in(cast.owner)

    assert client.post(reverse("remove_factor", args=[theirs.pk])).status_code == 404


def test_new_recovery_codes_replace_the_old_ones_and_are_shown_once(cast: Cast) -> None:
    _enrolled(cast.owner)
    client = signed_in(cast.owner)
    client.post(reverse("recovery_codes"))
    before = unused_codes(cast.owner)

    page = client.post(reverse("recovery_codes"), follow=True).content.decode()

    after = unused_codes(cast.owner)
    assert not set(before) & set(after)
    assert all(code in page for code in after)


def test_officer_without_service_gets_no_further_than_the_password(client: Client, cast: Cast) -> None:
    _enrolled(cast.owner)
    give_password(client, cast.owner.email)
    Officer.objects.filter(pk=cast.owner.pk).update(is_active=False)

    assert give_code(client)["Location"] == reverse("sign_in")
