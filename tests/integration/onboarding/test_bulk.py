"""Inviting from a list: a dry run row by row, the report, the invitations."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from accounts.onboarding.csv_rows import read_rows
from accounts.onboarding.models import Invitation
from accounts.onboarding.services.bulk import check_rows, invite_rows
from icse.common.errors import AccessDenied
from tests.cast import Cast
from tests.factories.onboarding import waiting_invitation
from tests.roles import served

pytestmark = pytest.mark.django_db

LIST = """email,name,unit,role
new@police.example,Nora Newcomer,CHILD protection unit,analyst
plain@police.example,Per Plain,Child Protection Unit,
no address,X,Child Protection Unit,officer
twice@police.example,Twice,Child Protection Unit,officer
TWICE@police.example,Twice,Child Protection Unit,officer
noname@police.example,,Child Protection Unit,officer
nounit@police.example,N,Nowhere,officer
boss@police.example,B,Child Protection Unit,secretariat_administrator
owner@aa.example,O,Child Protection Unit,officer
invited@police.example,I,Child Protection Unit,officer
=cmd()@police.example,=cmd(),Child Protection Unit,king
"""


@pytest.fixture(autouse=True)
def _invited(cast: Cast) -> None:
    waiting_invitation(cast.national_administrator, cast.owner.unit, email="invited@police.example")


def test_every_row_is_told_what_is_wrong_with_it(cast: Cast) -> None:
    with served(cast.national_administrator):
        report = check_rows(by=cast.national_administrator, rows=read_rows(LIST))

    assert [(each.row.number, each.problem) for each in report] == [
        (2, ""),
        (3, ""),
        (4, "No e-mail address"),
        (5, "The address stands in several rows"),
        (6, "The address stands in several rows"),
        (7, "No name, or too long a one"),
        (8, "No such unit in service"),
        (9, "No role that can be given"),
        (10, "Somebody signs in with that address"),
        (11, "Invited already"),
        (12, "No e-mail address"),
    ]
    assert all(each.advice for each in report if each.problem)
    assert Invitation.objects.count() == 1


def test_rows_in_order_are_invited_and_the_others_left_out(cast: Cast) -> None:
    with served(cast.national_administrator):
        issued = invite_rows(by=cast.national_administrator, rows=read_rows(LIST))

    told = {(each.invitation.email, each.invitation.role) for each in issued}
    assert told == {("new@police.example", "analyst"), ("plain@police.example", "officer")}
    assert len({each.code for each in issued}) == 2


@pytest.mark.parametrize("part", ["owner", "administrator", "auditor"])
def test_nobody_else_invites_from_a_list(cast: Cast, part: str) -> None:
    for act in (check_rows, invite_rows):
        with pytest.raises(AccessDenied):
            act(by=getattr(cast, part), rows=read_rows(LIST))


def test_list_goes_through_the_page(cast: Cast) -> None:
    client = Client()
    client.force_login(cast.national_administrator)
    address = reverse("import_officers")

    page = client.post(address, {"file": SimpleUploadedFile("a.csv", LIST.encode()), "act": "check"})
    assert "2 of 11 rows are in order" in page.content.decode()
    assert Invitation.objects.count() == 1
    report = client.post(address, {"content": LIST, "act": "export"})
    assert report["Content-Type"] == "text/csv; charset=utf-8"
    assert '"\'=cmd()"' in report.content.decode()
    issued = client.post(address, {"content": LIST, "act": "invite"}).content.decode()
    assert issued.count("data-link") == 2
    again = client.post(address, {"content": LIST, "act": "invite"}).content.decode()
    assert "Nobody was invited" in again


@pytest.mark.parametrize("content", [b"\xff\xfe", b"a" * 300_000, b"name\nx", b""])
def test_file_that_is_no_list_is_told_beside_the_field(cast: Cast, content: bytes) -> None:
    client = Client()
    client.force_login(cast.national_administrator)

    page = client.post(reverse("import_officers"), {"file": SimpleUploadedFile("a.csv", content)})

    assert page.status_code == 200
    assert 'class="errorlist"' in page.content.decode()
