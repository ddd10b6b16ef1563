"""Countries with their scopes, units, and officers who can sign in with PASSWORD."""

from typing import Any, Final

from django.contrib.auth.hashers import make_password
from factory.declarations import LazyAttribute, LazyFunction, Sequence, SubFactory
from factory.django import DjangoModelFactory
from factory.helpers import post_generation

from accounts.models import ApiToken, Country, Officer, Role, Scope, Unit
from accounts.policies import Permission
from accounts.tokens import digest_of

PASSWORD: Final = "lantern-over-quiet-water"


def members_scope() -> Scope:
    """Return the scope of all members, which a test that truncates tables has to make again."""
    return Scope.objects.get_or_create(kind=Scope.Kind.MEMBERS)[0]


class CountryFactory(DjangoModelFactory[Country]):
    """A member country; the database makes its scopes."""

    class Meta:
        model = Country
        django_get_or_create = ("code",)
        skip_postgeneration_save = True

    code = Sequence(lambda number: f"Q{number:03d}")
    name = LazyAttribute(lambda country: f"Country {country.code}")
    state = Country.State.ACTIVE

    @post_generation
    def scope(self: Any, create: bool, extracted: object, **_: object) -> None:  # noqa: FBT001
        """Make the scope of all members where it is missing."""
        members_scope()


class UnitFactory(DjangoModelFactory[Unit]):
    """A specialist unit."""

    class Meta:
        model = Unit
        django_get_or_create = ("country", "name")

    country = SubFactory(CountryFactory)
    name = "Child Protection Unit"


class OfficerFactory(DjangoModelFactory[Officer]):
    """An officer who has chosen their password already."""

    class Meta:
        model = Officer

    unit = SubFactory(UnitFactory)
    full_name = Sequence(lambda number: f"Officer {number}")
    email = Sequence(lambda number: f"officer{number}@police.example")
    role = Role.OFFICER
    password = LazyFunction(lambda: make_password(PASSWORD))


class ApiTokenFactory(DjangoModelFactory[ApiToken]):
    """A usable token; `text` is what its holder sends."""

    class Meta:
        model = ApiToken
        exclude = ("text",)

    officer = SubFactory(OfficerFactory)
    country = LazyAttribute(lambda token: token.officer.unit.country)
    permissions = LazyFunction(lambda: list(Permission))
    text = Sequence(lambda number: f"token-{number}")
    digest = LazyAttribute(lambda token: digest_of(token.text))
