"""The floor: what the database itself shows to whom, whatever the pages ask for."""

from typing import Any, Final

import pytest
from django.db import DatabaseError, connection, transaction
from django.test import Client

from accounts.acting import acting_as, present_standing
from accounts.models import Officer, Sharing
from evidence.models import Material, Submission
from tests.addresses import all_addresses
from tests.cast import Cast
from tests.factories.evidence import submitted
from tests.roles import served
from tests.unfiltered import take_filters_away
from tests.world import World, body_of

pytestmark = pytest.mark.django_db

# Read before it is known who asks, or about no object of a country: rights end at tables and columns.
OPEN_TABLES: Final = frozenset(
    {
        "accounts_apitoken",
        "accounts_country",
        "accounts_officer",
        "accounts_officer_groups",
        "accounts_officer_user_permissions",
        "accounts_scope",
        "accounts_unit",
        "auth_group",
        "auth_group_permissions",
        "auth_permission",
        "axes_accessattempt",
        "axes_accessattemptexpiration",
        "common_outboxmessage",
        "common_queuecanary",
        "django_content_type",
        "evidence_storerepair",
        "django_migrations",
        "django_session",
        "guardian_groupobjectpermission",
        "guardian_userobjectpermission",
        "media_analysis_decoderreport",
        "grants_unitgroup",
        "usersessions_usersession",
    }
)


def _seen(officer: Officer | None) -> set[Any]:
    with served(officer):
        return set(Material.objects.values_list("pk", flat=True))


def test_every_table_that_pages_read_is_protected_or_named_here() -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace"
            " AND NOT relrowsecurity"
            " AND (has_table_privilege('icse_app', oid, 'SELECT')"
            " OR has_any_column_privilege('icse_app', oid, 'SELECT'))"
        )
        unprotected = {name for (name,) in cursor.fetchall()}

    assert unprotected == OPEN_TABLES


def test_every_view_that_pages_read_asks_for_the_standing() -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT relname, pg_get_viewdef(oid), coalesce(reloptions, '{}') FROM pg_class"
            " WHERE relkind IN ('v', 'm') AND relnamespace = 'public'::regnamespace"
            " AND has_table_privilege('icse_app', oid, 'SELECT')"
        )
        views = {name: (query, options) for name, query, options in cursor.fetchall()}

    assert views.keys() == {
        "evidence_seen",
        "media_analysis_seen_match",
        "retention_retained",
        "search_listed",
    }
    assert all("acting_scopes()" in query for query, _ in views.values())
    assert all("security_barrier=true" in options for _, options in views.values())


def test_nobody_sees_nothing(cast: Cast) -> None:
    submitted(cast.owner, sharing=Sharing.MEMBERS)
    assert _seen(None) == set()


def test_an_officer_sees_what_is_shared_with_their_scopes_alone(cast: Cast) -> None:
    own, shared = submitted(cast.owner), submitted(cast.owner, sharing=Sharing.MEMBERS)

    assert _seen(cast.colleague) == {own.pk, shared.pk}
    assert _seen(cast.partner) == {shared.pk}
    assert _seen(cast.administrator) == set()


def test_inner_standing_is_in_force_until_it_ends(cast: Cast) -> None:
    material = submitted(cast.owner)
    with served(cast.owner):
        with acting_as(cast.partner, "test"):
            assert not Material.objects.exists()
        assert Material.objects.get() == material
    assert present_standing() is None


def test_standing_outlives_an_error_inside_a_transaction(cast: Cast) -> None:
    material = submitted(cast.owner)
    with served(cast.owner), transaction.atomic():
        with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SELECT 1 / 0")
        assert Material.objects.get() == material


@pytest.mark.django_db(transaction=True)
def test_next_statement_of_the_connection_stands_for_nobody(cast: Cast) -> None:
    submitted(cast.owner)
    assert len(_seen(cast.owner)) == 1
    with connection.cursor() as cursor:
        cursor.execute("SELECT acting_scopes(), acting_country(), acting_officer()")
        assert cursor.fetchone() == ([], None, None)


def test_submission_of_another_country_cannot_be_changed(cast: Cast) -> None:
    submitted(cast.owner, sharing=Sharing.MEMBERS)
    with served(cast.partner):
        assert Submission.objects.count() == 1
        assert Submission.objects.update(file_name="mine.jpg") == 0


def test_nobody_writes_custody_in_anothers_name(cast: Cast) -> None:
    material = submitted(cast.owner)
    with (
        served(cast.colleague),
        pytest.raises(DatabaseError, match="row-level security"),
        transaction.atomic(),
    ):
        material.custody_events.create(officer=cast.owner, kind="exported")


@pytest.mark.parametrize("part", ["partner", "third", "administrator"])
def test_floor_alone_shows_a_stranger_nothing(
    cast: Cast, world: World, part: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Every filter of the application is taken away; what is left is the database's own refusal."""
    take_filters_away(monkeypatch)
    client = Client()
    client.force_login(getattr(cast, part))
    wrong = {}
    for address in all_addresses():
        path = world.path(address)
        shown = world.betrayals(body_of(client.get(path)).replace(path, ""))
        if shown:
            wrong[address.route] = shown

    assert wrong == {}


def test_without_filters_the_owner_still_sees_their_own(
    cast: Cast, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without this, the crawl above could meet pages that show nothing to anybody."""
    take_filters_away(monkeypatch)
    client = Client()
    client.force_login(cast.owner)
    bodies = "".join(body_of(client.get(world.path(address))) for address in all_addresses())

    assert len(world.betrayals(bodies)) > len(world.objects) // 2
