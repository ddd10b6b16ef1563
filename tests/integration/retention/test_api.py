"""Retention by the API: the same acts, rules and records as on the pages."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone
from rest_framework.test import APIClient

from accounts.models import Officer
from evidence.retention.models import Retention, Standing
from tests.cast import Cast
from tests.factories.evidence import handed_in
from tests.factories.retention import dispose_later

pytestmark = pytest.mark.django_db


def api(officer: Officer) -> APIClient:
    client = APIClient()
    client.force_login(officer)
    return client


def test_due_list_is_read_page_by_page(cast: Cast) -> None:
    due, later = handed_in(cast.owner, case_reference="12/26"), handed_in(cast.owner)
    Retention.objects.filter(pk=due.pk).update(review_at=timezone.now().date())
    told = api(cast.owner).get("/api/v1/retention/").json()
    assert [each["id"] for each in told["results"]] == [str(due.pk)]
    assert told["results"][0]["standing"] == "kept"
    every = api(cast.owner).get("/api/v1/retention/?part=all&q=12/26").json()
    assert [each["id"] for each in every["results"]] == [str(due.pk)]
    assert api(cast.owner).get("/api/v1/retention/?part=some").status_code == 400
    assert str(later.pk) not in str(told)


def test_acts_are_done_and_counted(cast: Cast) -> None:
    submissions = [handed_in(cast.owner) for _ in range(2)]
    ids = [str(each.pk) for each in submissions]
    until = (timezone.now() + timedelta(days=900)).date().isoformat()
    told = {"act": "review", "submissions": ids, "reason": "child not found", "retain_until": until}
    answer = api(cast.analyst).post("/api/v1/retention/", told, format="json")
    assert answer.json() == {"files": 2, "withdrawal": None}
    assert {str(each.retain_until) for each in Retention.objects.all()} == {until}
    for wrong, status in (({"act": "burn"}, 400), ({"submissions": []}, 400), ({"reason": " "}, 400)):
        assert api(cast.analyst).post("/api/v1/retention/", told | wrong, format="json").status_code == status
    assert api(cast.owner).post("/api/v1/retention/", told, format="json").status_code == 403


@pytest.mark.usefixtures("own_store", "own_keys")
def test_withdrawal_from_asking_to_its_tombstone(cast: Cast) -> None:
    submission = handed_in(cast.owner)
    told = {"act": "withdraw", "submissions": [str(submission.pk)], "reason": "wrong drive"}
    asked = api(cast.owner).post("/api/v1/retention/", told, format="json").json()
    place = f"/api/v1/withdrawals/{asked['withdrawal']}/"
    assert api(cast.analyst).get(place).json()["verdict"] == ""
    verdict = {"verdict": "approve"}
    assert api(cast.owner).post(f"{place}decision/", verdict, format="json").status_code == 403
    assert api(cast.partner_analyst).post(f"{place}decision/", verdict, format="json").status_code == 404
    assert api(cast.analyst).post(f"{place}decision/", {}, format="json").status_code == 400
    done = api(cast.analyst).post(f"{place}decision/", verdict, format="json").json()
    assert (done["verdict"], done["decided_by"]) == ("approved", cast.analyst.full_name)
    assert Retention.objects.get().standing == Standing.WITHDRAWN
    assert api(cast.analyst).post(f"{place}decision/", verdict, format="json").status_code == 409

    sha256 = submission.material.sha256
    dispose_later()
    (tombstone,) = api(cast.owner).get("/api/v1/retention/disposed/").json()["results"]
    assert tombstone["sha256"] == sha256
    assert tombstone["submission"] == str(submission.pk)
    assert api(cast.partner).get("/api/v1/retention/disposed/").json()["results"] == []


def test_approving_asks_for_a_recent_proof(cast: Cast) -> None:
    submission = handed_in(cast.owner)
    told = {"act": "withdraw", "submissions": [str(submission.pk)], "reason": "wrong drive"}
    asked = api(cast.owner).post("/api/v1/retention/", told, format="json").json()["withdrawal"]
    client = Client()
    client.force_login(cast.analyst)
    session = client.session
    session["proved_at"] = 0
    session.save()
    answer = client.post(f"/withdrawals/{asked}/decision/", {"verdict": "approve"})
    assert answer.status_code == 302
    assert "confirm" in answer["Location"]
    told_again = client.post(f"/api/v1/withdrawals/{asked}/decision/", {"verdict": "approve"})
    assert told_again.status_code == 403
    assert Retention.objects.get().standing == Standing.KEPT
