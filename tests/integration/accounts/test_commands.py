"""Setting up a real installation at the console."""

import re
from io import StringIO

import pytest
from django.contrib.auth import authenticate
from django.core.management import CommandError, call_command

from accounts.models import Country, Officer, Role, Scope, Unit

pytestmark = pytest.mark.django_db


def run(*arguments: str) -> str:
    """Run a command and return what it printed."""
    output = StringIO()
    call_command(*arguments, stdout=output, stderr=StringIO())
    return output.getvalue()


def add_officer(
    email: str = "a@police.example", *, country: str = "xn", unit: str = "Desk", **more: str
) -> str:
    """Add an officer at the console."""
    named = [f"--{name}={value}" for name, value in more.items()]
    return run("create_officer", email, f"--country={country}", f"--unit={unit}", "--name=Ann Arden", *named)


def test_country_is_added_with_its_scopes() -> None:
    """It can be shared with from the first moment."""
    assert run("create_country", "xn", "Norland") == "Norland takes part as XN.\n"
    assert Scope.objects.filter(country__code="XN").count() == 2


@pytest.mark.parametrize(
    ("code", "name"),
    [("XN", "Other"), ("XO", "Norland"), ("X", "Short"), ("1X", "Digit"), ("MUCHTOOLONG", "Long")],
)
def test_country_that_cannot_be_is_refused_in_words(code: str, name: str) -> None:
    """Taken or impossible: one line, nothing added."""
    run("create_country", "XN", "Norland")
    with pytest.raises(CommandError, match="already, or the code is no code"):
        run("create_country", code, name)
    assert Country.objects.filter(code__startswith="X").count() == 1


def test_officer_signs_in_with_the_printed_password() -> None:
    """Once: a password of one's own is chosen next. A new unit is added, a known one is not added again."""
    run("create_country", "XN", "Norland")
    printed = add_officer(role="analyst")
    add_officer("b@police.example")

    found = re.fullmatch(
        r"Ann Arden, analyst, Desk, Norland: a@police\.example signs in once with (\S+)"
        r" and then chooses a password\.\n",
        printed,
    )

    assert found is not None
    officer = authenticate(username="a@police.example", password=found[1])
    assert isinstance(officer, Officer)
    assert (officer.role, officer.must_change_password) == (Role.ANALYST, True)
    assert Unit.objects.filter(country__code="XN").count() == 1


@pytest.mark.parametrize(
    ("told", "refusal"),
    [
        ({"country": "XX"}, "No country XX takes part"),
        ({"email": "nobody"}, "nobody is no e-mail address"),
        ({"email": "taken@police.example"}, "signs in with that address already"),
        ({"role": "chief"}, "invalid choice"),
    ],
)
def test_officer_who_cannot_be_is_refused_in_words(told: dict[str, str], refusal: str) -> None:
    """One line that says what is wrong; neither officer nor unit are added."""
    run("create_country", "XN", "Norland")
    add_officer("taken@police.example")
    with pytest.raises(CommandError, match=refusal):
        add_officer(**{"unit": "Another", **told})
    assert not Unit.objects.filter(name="Another").exists()
