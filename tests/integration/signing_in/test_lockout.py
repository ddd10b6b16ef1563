"""Lockout: of an account from one place, never of its officer elsewhere, nor dodged by a header."""

import re
from typing import Any, Final

import pytest
from axes.models import AccessAttempt
from django.contrib.auth.hashers import MD5PasswordHasher
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts.audit.models import InboxEvent
from accounts.models import Officer, Role
from accounts.signing_in.limits import ACCOUNT_LIMIT, ADDRESS_LIMIT, COOL_OFF
from tests.cast import Cast
from tests.factories.accounts import PASSWORD, OfficerFactory
from tests.factories.signing_in import AppFactory
from tests.integration.signing_in.conftest import give_code, give_password

pytestmark = pytest.mark.django_db

OFFICE: Final = "192.0.2.1"
ELSEWHERE: Final = "198.51.100.7"


@pytest.fixture(autouse=True)
def second_factor(settings: Any) -> None:
    """Ask for no second factor, but where a test says so: the password is what is guessed here."""
    settings.SECOND_FACTOR = False


def _fail(email: str, times: int, address: str = ELSEWHERE, **extra: Any) -> None:
    for _ in range(times):
        give_password(Client(), email, "wrong", REMOTE_ADDR=address, **extra)


def _gets_in(email: str, address: str = OFFICE, **extra: Any) -> bool:
    return bool(give_password(Client(), email, REMOTE_ADDR=address, **extra).status_code == 302)


def test_guesser_locks_the_account_for_their_own_address_alone(cast: Cast) -> None:
    _fail(cast.owner.email, ACCOUNT_LIMIT - 1)
    assert _gets_in(cast.colleague.email, ELSEWHERE)
    _fail(cast.owner.email.upper(), 1)

    assert not _gets_in(cast.owner.email, ELSEWHERE)
    assert _gets_in(cast.owner.email, OFFICE)
    assert _gets_in(cast.colleague.email, ELSEWHERE)


def test_lock_lifts_by_itself_after_the_cool_off(cast: Cast) -> None:
    _fail(cast.owner.email, ACCOUNT_LIMIT)
    AccessAttempt.objects.update(attempt_time=timezone.now() - COOL_OFF)

    assert _gets_in(cast.owner.email, ELSEWHERE)


def test_success_forgets_what_failed_before(cast: Cast) -> None:
    for _ in range(3):
        _fail(cast.owner.email, ACCOUNT_LIMIT - 1)
        assert _gets_in(cast.owner.email, ELSEWHERE)


def test_one_address_guesses_at_a_limited_number_of_accounts(cast: Cast) -> None:
    for number in range(ADDRESS_LIMIT):
        AccessAttempt.objects.create(
            username=f"{number}@police.example", ip_address=ELSEWHERE, failures_since_start=1
        )

    assert not _gets_in(cast.owner.email, ELSEWHERE)
    assert _gets_in(cast.owner.email, OFFICE)


@pytest.mark.parametrize("forged", ["203.0.113.{}", "203.0.113.{}, 203.0.113.9"])
def test_forged_header_does_not_dodge(cast: Cast, forged: str) -> None:
    for number in range(ACCOUNT_LIMIT):
        _fail(cast.owner.email, 1, HTTP_X_FORWARDED_FOR=forged.format(number))

    assert not _gets_in(cast.owner.email, ELSEWHERE, HTTP_X_FORWARDED_FOR="203.0.113.77")


def test_forged_header_does_not_dodge_past_a_proxy_of_ours(cast: Cast, settings: Any) -> None:
    """The proxy appends the true address; what the guesser sent stands before it."""
    settings.TRUSTED_PROXIES = 1
    proxy = "10.0.0.1"
    for number in range(ACCOUNT_LIMIT):
        _fail(cast.owner.email, 1, proxy, HTTP_X_FORWARDED_FOR=f"203.0.113.{number}, {ELSEWHERE}")

    assert not _gets_in(cast.owner.email, proxy, HTTP_X_FORWARDED_FOR=ELSEWHERE)
    assert _gets_in(cast.owner.email, proxy, HTTP_X_FORWARDED_FOR=OFFICE)


def test_forged_header_does_not_frame_an_office(cast: Cast) -> None:
    _fail(cast.owner.email, ACCOUNT_LIMIT, HTTP_X_FORWARDED_FOR=OFFICE)

    assert _gets_in(cast.owner.email, OFFICE)


def test_colleague_who_guesses_behind_the_same_address_locks_nobody_out(cast: Cast, settings: Any) -> None:
    """A device on which the officer gave both factors before is counted for itself."""
    settings.SECOND_FACTOR = True
    AppFactory.create(user=cast.owner)
    known = Client(REMOTE_ADDR=OFFICE)
    give_password(known, cast.owner.email)
    give_code(known)
    known.post(reverse("sign_out"))

    _fail(cast.owner.email, ACCOUNT_LIMIT, OFFICE)

    assert not _gets_in(cast.owner.email, OFFICE)
    assert give_password(known, cast.owner.email)["Location"] == reverse("second_factor")


def test_device_of_one_account_is_no_device_of_another(cast: Cast, settings: Any) -> None:
    settings.SECOND_FACTOR = True
    AppFactory.create(user=cast.colleague)
    client = Client(REMOTE_ADDR=OFFICE)
    give_password(client, cast.colleague.email)
    give_code(client)
    client.post(reverse("sign_out"))
    for _ in range(ACCOUNT_LIMIT):
        give_password(client, cast.owner.email, "wrong")

    assert not _gets_in(cast.owner.email, OFFICE)


def test_failure_and_lockout_are_on_record(cast: Cast) -> None:
    _fail(cast.owner.email, ACCOUNT_LIMIT + 1)
    _fail("nobody@police.example", 1)

    acts = InboxEvent.objects.filter(outcome="refused").values_list("act", "officer_id")
    assert sorted(acts, key=str).count(("session.refused", cast.owner.pk)) == ACCOUNT_LIMIT + 1
    assert ("session.refused", None) in acts
    assert InboxEvent.objects.filter(act="lockout.begun", officer_id=cast.owner.pk).count() == 1


def test_failures_keep_nothing_that_was_typed_but_the_address(cast: Cast) -> None:
    _fail(cast.owner.email, 2)

    (kept,) = AccessAttempt.objects.all()
    assert (kept.get_data, kept.post_data, kept.user_agent) == ("", "", "")


def test_administrator_of_the_country_unlocks(cast: Cast) -> None:
    _fail(cast.owner.email, ACCOUNT_LIMIT)
    client = Client()
    client.force_login(cast.national_administrator)
    assert cast.owner.email in client.get(reverse("locked_out")).content.decode().split("Lost password")[0]

    client.post(reverse("unlock", args=[cast.owner.pk]))

    assert _gets_in(cast.owner.email, ELSEWHERE)
    assert InboxEvent.objects.filter(act="lockout.lifted", objects_named=[cast.owner.pk]).exists()


@pytest.mark.parametrize(("part", "status"), [("partner", 403), ("administrator", 403), ("colleague", 403)])
def test_nobody_else_unlocks(cast: Cast, part: str, status: int) -> None:
    client = Client()
    client.force_login(getattr(cast, part))

    assert client.post(reverse("unlock", args=[cast.owner.pk])).status_code == status


def test_administrator_lets_somebody_begin_anew(cast: Cast) -> None:
    """Password, factors and sessions go; the one-time password is shown once."""
    AppFactory.create(user=cast.owner)
    theirs, client = Client(), Client()
    theirs.force_login(cast.owner)
    client.force_login(cast.national_administrator)

    page = client.post(reverse("reset_sign_in", args=[cast.owner.pk])).content.decode()

    password = page.split("data-one-time-password>")[1].split("<")[0]
    owner = Officer.objects.get(pk=cast.owner.pk)
    assert owner.check_password(password)
    assert owner.must_change_password
    assert theirs.get(reverse("account")).status_code == 302
    assert password not in client.get(reverse("locked_out")).content.decode()


def test_operator_unlocks_at_the_console(cast: Cast) -> None:
    _fail(cast.owner.email, ACCOUNT_LIMIT)

    call_command("unlock_account", cast.owner.email)

    assert _gets_in(cast.owner.email, ELSEWHERE)


def test_unknown_wrong_and_locked_cost_the_same_work(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    """One password hashed and the same statements for each; `bench_sign_in` compares the times."""
    for email, failures in (
        ("nobody@police.example", 1),
        (cast.owner.email, 1),
        (cast.colleague.email, ACCOUNT_LIMIT),
    ):
        _fail(email, failures)
    hashed: list[str] = []
    encode = MD5PasswordHasher.encode

    def counted(hasher: MD5PasswordHasher, password: str, salt: str) -> str:
        hashed.append("once")
        return encode(hasher, password, salt)

    monkeypatch.setattr(MD5PasswordHasher, "encode", counted)
    work = []
    for email, password in (
        ("nobody@police.example", "wrong"),
        (cast.owner.email, "wrong"),
        (cast.colleague.email, PASSWORD),
    ):
        hashed.clear()
        with CaptureQueriesContext(connection) as captured:
            assert give_password(Client(), email, password, REMOTE_ADDR=ELSEWHERE).status_code == 200
        work.append((len(hashed), [_shape(query["sql"]) for query in captured]))

    unknown, wrong, locked = work
    assert unknown[0] == 1
    assert unknown == wrong == locked


def _shape(sql: str) -> str:
    """Return a statement without the values that were filled in."""
    return re.sub(r"'[^']*'(::\w+)?|\bNULL\b|\b\d+\b", "?", sql)


@pytest.mark.parametrize("name", ["admin", "factor of admin", "a on b", "\u00e4" * 300])
def test_name_that_is_no_address_is_answered_like_any_other(cast: Cast, name: str) -> None:
    """Also on the page on which administrators read who is locked out."""
    statuses = {
        give_password(Client(), name, "wrong", REMOTE_ADDR=ELSEWHERE).status_code
        for _ in range(ACCOUNT_LIMIT + 1)
    }
    administrator = Client()
    administrator.force_login(OfficerFactory.create(unit=cast.owner.unit, role=Role.NATIONAL_ADMINISTRATOR))
    assert statuses == {200}
    assert administrator.get(reverse("locked_out")).status_code == 200


def test_nobody_counts_against_anothers_second_factor_by_typing_its_key(cast: Cast) -> None:
    _fail(f"factor of {cast.owner.pk}", 1)
    assert not AccessAttempt.objects.filter(username__startswith="factor of ").exists()
