"""The pages of retention: what they offer to whom, in bulk and one by one, without a picture."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from accounts.audit.models import InboxEvent
from accounts.models import Officer
from evidence.models import CustodyEvent
from evidence.retention.models import Disposal, Retention, Standing, Withdrawal
from evidence.uploads.models import Batch, Upload
from tests.cast import Cast
from tests.factories.evidence import handed_in
from tests.factories.retention import dispose_later, withdraw
from tests.roles import database_role
from tests.world import body_of

pytestmark = pytest.mark.django_db


def signed_in(officer: Officer) -> Client:
    client = Client()
    client.force_login(officer)
    return client


def act(officer: Officer, what: str, *ids: Any, **told: Any) -> str:
    """Send the form of the list and return the page that answers."""
    sent = {"act": what, "submission": [str(each) for each in ids], "reason": "because", **told}
    answer = signed_in(officer).post(reverse("retention_act"), sent, follow=True)
    assert answer.status_code == 200
    return answer.content.decode()


def test_officer_is_offered_to_ask_and_analyst_to_decide(cast: Cast) -> None:
    handed_in(cast.owner)
    of_officer, of_analyst = (
        signed_in(each).get("/retention/?part=all").content.decode() for each in (cast.owner, cast.analyst)
    )
    assert 'value="withdraw"' in of_officer
    assert not [what for what in ("review", "hold", "restrict") if f'value="{what}"' in of_officer]
    assert all(f'value="{what}"' in of_analyst for what in ("review", "hold", "restrict", "withdraw"))
    assert "<img" not in of_analyst
    assert "<video" not in of_analyst


def test_chosen_files_are_put_under_hold_with_one_reason(cast: Cast) -> None:
    submissions = [handed_in(cast.owner) for _ in range(3)]
    page = act(cast.analyst, "hold", submissions[0].pk, submissions[1].pk, reason="appeal 7")
    assert "2 files were put under a legal hold." in page
    held = Retention.objects.exclude(hold_reason="").values_list("submission", "hold_reason")
    assert dict(held) == {each.pk: "appeal 7" for each in submissions[:2]}
    event = InboxEvent.objects.filter(act="retention.held").get()
    assert event.detail["reason"] == "appeal 7"


def test_all_of_a_narrowed_list_are_restricted_at_once(cast: Cast) -> None:
    for number in range(60):
        handed_in(cast.owner, case_reference="12/26" if number else "13/26")
    page = act(cast.analyst, "restrict", everything="true", part="all", q="12/26")
    assert "59 files were restricted" in page
    assert Retention.objects.filter(standing=Standing.KEPT).count() == 1


@pytest.mark.parametrize(
    ("told", "says"),
    [
        ({"reason": " "}, "Say why"),
        ({"retain_until": "2001-01-01"}, "Name a day after today"),
        ({"retain_until": "soon"}, "Nothing was changed"),
        ({"act": "burn"}, "Nothing was changed"),
        ({"submission": ["no id"]}, "Nothing was changed"),
        ({"submission": []}, "none of the chosen files"),
    ],
)
def test_bad_input_changes_nothing_and_says_why(cast: Cast, told: dict[str, Any], says: str) -> None:
    submission = handed_in(cast.owner)
    before = Retention.objects.values().get()
    assert says in act(cast.analyst, "review", submission.pk, **told)
    assert Retention.objects.values().get() == before
    assert not CustodyEvent.objects.filter(kind="reviewed").exists()


def test_withdrawal_through_the_pages(cast: Cast) -> None:
    submission = handed_in(cast.owner, file_name="wrong.jpg")
    page = act(cast.owner, "withdraw", submission.pk, reason="wrong drive")
    assert "1 file was put before a colleague" in page
    assert "has to approve" in page
    withdrawal = Withdrawal.objects.get()
    decision = reverse("decide_withdrawal", args=[withdrawal.pk])
    assert signed_in(cast.owner).post(decision, {"verdict": "approve"}).status_code == 403
    assert signed_in(cast.partner_analyst).post(decision, {"verdict": "approve"}).status_code == 404
    answer = signed_in(cast.analyst).post(decision, {"verdict": "approve"}, follow=True)
    assert b"1 file was withdrawn" in answer.content
    assert Retention.objects.get().standing == Standing.WITHDRAWN
    assert signed_in(cast.owner).get(reverse("material", args=[submission.material_id])).status_code == 404
    assert b"wrong.jpg" in signed_in(cast.owner).get("/retention/?part=going").content
    # A second click, or a colleague who was slower.
    assert signed_in(cast.analyst).post(decision, {"verdict": "approve"}).status_code == 409
    assert "1 file was kept and shown again" in act(cast.analyst, "keep", submission.pk, part="going")
    assert signed_in(cast.owner).get(reverse("material", args=[submission.material_id])).status_code == 200


def test_declining_needs_a_reason(cast: Cast) -> None:
    submission = handed_in(cast.owner)
    act(cast.owner, "withdraw", submission.pk)
    decision = reverse("decide_withdrawal", args=[Withdrawal.objects.get().pk])
    assert signed_in(cast.analyst).post(decision, {"verdict": "decline"}).status_code == 422
    answer = signed_in(cast.analyst).post(decision, {"verdict": "decline", "note": "right one"}, follow=True)
    assert b"Everything stays as it is" in answer.content


@pytest.mark.usefixtures("own_store", "own_keys")
def test_disposed_of_is_a_line_without_content(cast: Cast, second: Officer) -> None:
    submission = handed_in(cast.owner, file_name="secret-name.jpg", case_reference="secret case")
    sha256 = submission.material.sha256
    withdraw(cast.analyst, second, submission)
    dispose_later()
    page = signed_in(cast.owner).get("/retention/disposed/").content.decode()
    assert sha256 in page
    assert str(submission.pk) in page
    assert "secret" not in page
    assert sha256 not in signed_in(cast.partner).get("/retention/disposed/").content.decode()
    withdrawal = Disposal.objects.get().withdrawal
    assert withdrawal is not None
    shown = signed_in(cast.analyst).get(reverse("withdrawal", args=[withdrawal.pk])).content.decode()
    assert "1 file; " in shown
    assert (
        signed_in(cast.analyst).get(reverse("submission_retention", args=[submission.pk])).status_code == 404
    )


def test_long_list_takes_few_statements(
    cast: Cast, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    for _ in range(60):
        handed_in(cast.owner)
    client = signed_in(cast.analyst)
    client.get("/retention/?part=all")
    with django_assert_max_num_queries(25):
        assert b"1 of 2" in client.get("/retention/?part=all").content


def test_an_officer_s_upload_still_opens_when_its_files_are_withdrawn(cast: Cast, second: Officer) -> None:
    batch = Batch.objects.create(officer=cast.owner, country=cast.owner.unit.country, announced_files=1)
    submission = handed_in(cast.owner, batch=batch.pk)
    Upload.objects.create(
        batch=batch, officer=cast.owner, country=cast.owner.unit.country, file_name="x.jpg", length=5,
        offset=5, state="received", submission=submission, expires_at=timezone.now(),
    )  # fmt: skip
    withdraw(cast.analyst, second, submission)
    client = signed_in(cast.owner)
    for path in ("batch", "batch_fragment", "batch_report", "api_batch", "api_batch_files"):
        assert client.get(reverse(path, args=[batch.pk])).status_code == 200, path
    answer = client.get(reverse("batch_report", args=[batch.pk]))
    with database_role("icse_app"):  # as the server streams it
        report = body_of(answer)
    assert "no longer shown" in report
    assert client.get(reverse("upload")).status_code == 200
