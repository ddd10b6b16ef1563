"""`manage.py demo`: all of it or nothing, once."""

import re
from io import StringIO

import pytest
from django.contrib.auth import authenticate
from django.core.management import call_command

from accounts.models import Country, Officer, Role, Sharing
from evidence.formats import UnsupportedFormat
from evidence.models import Kind, Material, Submission
from evidence.queries import list_materials
from icse.common.models import OutboxMessage
from icse.demo import case
from icse.demo.case import Exhibit
from tests.roles import served

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def files() -> list[Exhibit]:
    """Draw the case once for all tests."""
    return list(case.exhibits())


@pytest.fixture
def printed(files: list[Exhibit], monkeypatch: pytest.MonkeyPatch) -> str:
    """Run the command and return what it printed."""
    monkeypatch.setattr(case, "exhibits", lambda: iter(files))
    return _run()


def _run() -> str:
    output = StringIO()
    call_command("demo", stdout=output)
    return output.getvalue()


def _officer(address: str) -> Officer:
    return Officer.objects.select_related("unit__country").get(email=address)


def test_demo_has_somebody_in_every_role(printed: str) -> None:
    assert set(Officer.objects.values_list("role", flat=True)) == set(Role.values)
    assert all(Officer.objects.values_list("must_change_password", flat=True))


def test_demo_prints_passwords_that_open_accounts(printed: str) -> None:
    lines = re.findall(r"^  (\S+@\S+) +(\S+) ", printed, re.MULTILINE)
    assert len(lines) == Officer.objects.count()
    assert all(authenticate(username=address, password=password) for address, password in lines)


def test_second_demo_changes_nothing_and_says_so(printed: str) -> None:
    before = Officer.objects.count(), Submission.objects.count(), OutboxMessage.objects.count()
    assert "nothing was changed" in _run()
    assert before == (Officer.objects.count(), Submission.objects.count(), OutboxMessage.objects.count())


def test_demo_that_fails_leaves_nothing(files: list[Exhibit], monkeypatch: pytest.MonkeyPatch) -> None:
    text = Exhibit(country="XN", path="notes.txt", content=b"not a picture at all")
    monkeypatch.setattr(case, "exhibits", lambda: iter([*files[:1], text]))
    with pytest.raises(UnsupportedFormat, match="text"):
        _run()
    assert not Country.objects.exists()
    assert not Material.objects.exists()


def test_demo_asks_for_one_analysis_of_each_file(printed: str, files: list[Exhibit]) -> None:
    asked = OutboxMessage.objects.filter(task="media_analysis.analyze")
    assert asked.count() == Material.objects.count() == len(files)


def test_national_files_stay_with_their_country(printed: str) -> None:
    officers = {code: _officer(address) for code, address in _FIRST_OFFICERS.items()}
    for code, officer in officers.items():
        others = Submission.objects.exclude(country__code=code).filter(sharing=Sharing.NATIONAL)
        with served(officer):
            seen = {material.pk for material in list_materials(officer)}
        assert others.exists()
        assert seen.isdisjoint(others.values_list("material", flat=True))


_FIRST_OFFICERS = {"XN": "ines@norland.example", "XS": "marta@sundria.example", "XV": "jana@vestmark.example"}


def test_demo_holds_photos_and_a_video(printed: str) -> None:
    assert set(Material.objects.values_list("kind", flat=True)) == {Kind.PHOTO, Kind.VIDEO}
