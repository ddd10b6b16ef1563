"""The upload page, its sheet and what it remembers."""

from uuid import UUID, uuid4

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from evidence.models import Submission
from tests.cast import Cast
from tests.factories.evidence import submitted

pytestmark = pytest.mark.django_db

DETAILS = {
    "case_reference": "2026-117",
    "legal_basis": "seizure_order",
    "handling": "tlp:green",
    "sharing": "members",
    "priority": "urgent",
}


def test_upload_opens_a_batch_with_an_address_of_its_own(client: Client, cast: Cast) -> None:
    client.force_login(cast.owner)

    opened = client.post(reverse("upload"), DETAILS)

    assert opened.status_code == 201
    batch = UUID(opened.json()["batch"])
    assert opened.json()["address"] == reverse("batch", args=[batch])


@pytest.mark.parametrize("page", ["upload", "upload_sheet"])
def test_upload_remembers_all_details_but_the_urgency(client: Client, cast: Cast, page: str) -> None:
    client.force_login(cast.owner)
    client.post(reverse("upload"), DETAILS)

    form = client.get(reverse(page)).context["form"]

    assert form.initial == {**DETAILS, "priority": "routine", "groups": [], "units": []}


def test_upload_remembers_nothing_for_somebody_else(client: Client, cast: Cast) -> None:
    client.force_login(cast.owner)
    client.post(reverse("upload"), DETAILS)
    client.logout()
    client.force_login(cast.colleague)

    assert "case_reference" not in client.get(reverse("upload")).context["form"].initial


@pytest.mark.parametrize(
    ("name", "bad"), [("case_reference", "x" * 101), ("handling", "none"), ("sharing", "everybody")]
)
def test_upload_bad_details_are_refused_before_any_file(
    client: Client, cast: Cast, name: str, bad: str
) -> None:
    client.force_login(cast.owner)

    answer = client.post(reverse("upload"), {**DETAILS, name: bad})

    assert answer.status_code == 422
    assert list(answer.json()["errors"]) == [name]


@pytest.mark.parametrize("part", ["administrator", "auditor", "national_administrator"])
@pytest.mark.parametrize("page", ["upload", "upload_sheet"])
def test_upload_denied_to_roles_without_media(client: Client, cast: Cast, part: str, page: str) -> None:
    client.force_login(getattr(cast, part))

    assert client.get(reverse(page)).status_code == 403


def test_upload_page_leads_back_to_the_officers_own_uploads(client: Client, cast: Cast) -> None:
    mine, colleagues = uuid4(), uuid4()
    for _ in range(2):
        submitted(cast.owner, batch=mine, case_reference="2026-117")
    submitted(cast.owner)
    submitted(cast.colleague, batch=colleagues)
    client.force_login(cast.owner)

    recent = client.get(reverse("upload")).context["recent"]

    assert [(upload.batch, upload.files, upload.case_reference) for upload in recent] == [
        (mine, 2, "2026-117")
    ]


def test_batch_page_shows_files_and_asks_again_until_all_is_done(client: Client, cast: Cast) -> None:
    batch = uuid4()
    submitted(cast.owner, batch=batch, file_name="first.jpg")
    submitted(cast.owner, batch=batch, file_name="second.jpg", analyzed_at=None)
    client.force_login(cast.colleague)

    page = client.get(reverse("batch", args=[batch])).content.decode()
    Submission.objects.update(analyzed_at=timezone.now())
    fragment = client.get(reverse("batch_fragment", args=[batch])).content.decode()

    assert "first.jpg" in page
    assert "1 of 2 files are analyzed" in page
    assert "every 3s" in page
    assert "All 2 files are analyzed" in fragment
    assert "every 3s" not in fragment


def test_batch_page_queries_do_not_grow_with_its_files(client: Client, cast: Cast) -> None:
    client.force_login(cast.owner)
    batch = uuid4()
    page = reverse("batch", args=[batch])
    counted = []
    for files in (1, 1, 10):  # the first visit writes down that there was one
        for _ in range(files):
            submitted(cast.owner, batch=batch, analyzed_at=None)
        with CaptureQueriesContext(connection) as statements:
            client.get(page)
        counted.append(len(statements))

    assert counted[1] == counted[2]


def test_running_work_counts_the_officers_open_uploads(client: Client, cast: Cast) -> None:
    batch = uuid4()
    submitted(cast.owner, batch=batch)
    submitted(cast.owner, batch=batch, analyzed_at=None)
    client.force_login(cast.owner)

    assert "1/2" in client.get(reverse("running")).content.decode()
