"""The upload page, its sheet and what it remembers."""

from uuid import UUID

import pytest
from django.test import Client
from django.urls import reverse

from tests.cast import Cast

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

    assert form.initial == {**DETAILS, "priority": "routine"}


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
