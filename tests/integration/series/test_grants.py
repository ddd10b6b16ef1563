"""One object opened to one officer or unit: what it opens, to whom, and for how long."""

from datetime import timedelta

import pytest
from django.db import DatabaseError, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.audit.models import InboxEvent
from accounts.grants.errors import BadExpiry, GrantReasonMissing, HolderNotFound
from accounts.grants.models import Grant
from accounts.models import Country, Officer, Scope, Sharing
from accounts.queries import find_officer
from evidence.granting import end_material_grant, grant_material, list_material_grants
from evidence.models import Material, Submission, SubmissionOfficerGrant
from icse.common.errors import AccessDenied, NotFound
from series.models import Series
from series.services.curating import share_series
from series.services.granting import end_series_grant, grant_series
from tests.cast import Cast
from tests.factories.accounts import OfficerFactory
from tests.factories.evidence import submitted
from tests.factories.series import SeriesFactory
from tests.roles import served

pytestmark = pytest.mark.django_db


def _grant(
    by: Officer, material: Material, named: str, *, whole_unit: bool = False, days: float = 30
) -> Grant:
    with served(by):
        return grant_material(
            by=by,
            material=material,
            named=named,
            whole_unit=whole_unit,
            reason="Asked for by telephone",
            expires_at=timezone.now() + timedelta(days=days),
        )


def _sees(officer: Officer, material: Material) -> bool:
    """Tell what the database itself shows, for somebody who asks anew."""
    asking = find_officer(officer.pk)
    with served(asking):
        return Material.objects.filter(pk=material.pk).exists()


def test_grant_opens_one_material_to_one_officer(cast: Cast) -> None:
    material, other = submitted(cast.owner), submitted(cast.owner)
    _grant(cast.owner, material, cast.partner.email)

    assert _sees(cast.partner, material)
    assert not _sees(cast.partner, other)
    assert not _sees(cast.partner_analyst, material)
    assert not _sees(cast.third, material)


def test_grant_to_a_unit_opens_to_everybody_of_it(cast: Cast) -> None:
    material = submitted(cast.owner)
    newcomer = OfficerFactory.create(unit=cast.partner.unit)
    _grant(cast.analyst, material, cast.partner.email, whole_unit=True)

    assert _sees(cast.partner_analyst, material)
    assert _sees(newcomer, material)
    assert not _sees(cast.third, material)


def test_unit_of_the_own_country_is_found_by_name(cast: Cast) -> None:
    material = submitted(cast.owner)
    grant = _grant(cast.owner, material, cast.owner.unit.name.upper())

    assert grant.unit == cast.owner.unit
    assert grant.officer is None


def test_grant_that_has_run_out_opens_nothing(cast: Cast) -> None:
    material = submitted(cast.owner)
    grant = _grant(cast.owner, material, cast.partner.email)
    past = timezone.now() - timedelta(days=2)
    Grant.objects.filter(pk=grant.pk).update(given_at=past, expires_at=past + timedelta(days=1))

    assert not _sees(cast.partner, material)


def test_ended_grant_opens_nothing_and_leaves_the_audience(cast: Cast) -> None:
    material = submitted(cast.owner)
    before = material.submissions.get().audience
    grant = _grant(cast.owner, material, cast.partner.email)
    with served(cast.owner):
        end_material_grant(by=cast.owner, material=material, grant_id=grant.pk)

    assert not _sees(cast.partner, material)
    assert material.submissions.get().audience == before
    assert not list_material_grants(cast.owner, material)


def test_what_has_ended_may_be_granted_again(cast: Cast) -> None:
    material = submitted(cast.owner)
    grant = _grant(cast.owner, material, cast.partner.email)
    with served(cast.owner):
        end_material_grant(by=cast.owner, material=material, grant_id=grant.pk)
    _grant(cast.owner, material, cast.partner.email)

    assert _sees(cast.partner, material)
    assert SubmissionOfficerGrant.objects.count() == 2


def test_officer_who_moves_to_another_country_takes_no_grant_along(cast: Cast) -> None:
    material = submitted(cast.owner)
    _grant(cast.owner, material, cast.partner.email)
    Officer.objects.filter(pk=cast.partner.pk).update(unit=cast.third.unit)

    assert not _sees(cast.partner, material)


def test_suspended_country_stands_in_no_grant(cast: Cast) -> None:
    material = submitted(cast.owner)
    _grant(cast.owner, material, cast.partner.email)
    Country.objects.filter(code="BB").update(state=Country.State.SUSPENDED)

    assert not _sees(cast.partner, material)


@pytest.mark.parametrize("part", ["partner", "partner_analyst", "third"])
def test_only_the_country_that_handed_it_in_grants(cast: Cast, part: str) -> None:
    material = submitted(cast.owner, sharing="members")
    with pytest.raises(AccessDenied):
        _grant(getattr(cast, part), material, cast.third.email)


def test_holder_of_a_grant_cannot_pass_it_on(cast: Cast) -> None:
    material = submitted(cast.owner)
    _grant(cast.owner, material, cast.partner_analyst.email)
    holder = find_officer(cast.partner_analyst.pk)
    assert holder is not None

    with pytest.raises(AccessDenied):
        _grant(holder, material, cast.third.email)


def test_officer_grants_what_they_handed_in_and_no_more(cast: Cast) -> None:
    with pytest.raises(AccessDenied):
        _grant(cast.colleague, submitted(cast.owner), cast.partner.email)


@pytest.mark.parametrize("part", ["administrator", "national_administrator", "auditor"])
def test_who_may_not_see_material_is_granted_none(cast: Cast, part: str) -> None:
    with pytest.raises(HolderNotFound):
        _grant(cast.owner, submitted(cast.owner), getattr(cast, part).email)


@pytest.mark.parametrize("named", ["Partner", "nobody@bb.example", "partner@bb.exampl", "%", ""])
def test_officer_of_another_country_is_found_by_exact_address_alone(cast: Cast, named: str) -> None:
    with pytest.raises(HolderNotFound):
        _grant(cast.owner, submitted(cast.owner), named)


@pytest.mark.parametrize("days", [-1, 0, 400])
def test_grant_runs_out_within_a_year(cast: Cast, days: float) -> None:
    with pytest.raises(BadExpiry):
        _grant(cast.owner, submitted(cast.owner), cast.partner.email, days=days)


def test_grant_needs_a_reason(cast: Cast) -> None:
    material = submitted(cast.owner)
    with served(cast.owner), pytest.raises(GrantReasonMissing):
        grant_material(
            by=cast.owner,
            material=material,
            named=cast.partner.email,
            whole_unit=False,
            reason="  ",
            expires_at=timezone.now() + timedelta(days=1),
        )
    assert Scope.objects.filter(kind=Scope.Kind.GRANT).count() == 0


def test_grant_and_its_end_are_on_record(cast: Cast) -> None:
    material = submitted(cast.owner)
    grant = _grant(cast.owner, material, cast.partner.email)
    with served(cast.owner):
        end_material_grant(by=cast.owner, material=material, grant_id=grant.pk)

    acts = InboxEvent.objects.filter(objects_named__contains=[grant.pk]).order_by("happened_at")
    assert [event.act for event in acts] == ["grant.given", "grant.ended"]
    assert "telephone" not in str([event.detail for event in acts])


def test_grant_of_another_country_cannot_be_ended(cast: Cast) -> None:
    material = submitted(cast.owner)
    grant = _grant(cast.owner, material, cast.partner_analyst.email)
    holder = find_officer(cast.partner_analyst.pk)
    assert holder is not None
    with served(holder), pytest.raises(NotFound):
        end_material_grant(by=holder, material=material, grant_id=grant.pk)


def test_series_grant_opens_the_series_and_not_its_material(cast: Cast) -> None:
    series = SeriesFactory.create(created_by=cast.analyst)
    material = submitted(cast.owner)
    with served(cast.analyst):
        grant = grant_series(
            by=cast.analyst,
            series_id=series.pk,
            named=cast.partner.email,
            whole_unit=False,
            reason="The same victim",
            expires_at=timezone.now() + timedelta(days=5),
        )
    with served(find_officer(cast.partner.pk)):
        assert Series.objects.get().pk == series.pk
    assert not _sees(cast.partner, material)
    with served(cast.analyst):
        end_series_grant(by=cast.analyst, series_id=series.pk, grant_id=grant.pk)
    with served(find_officer(cast.partner.pk)):
        assert not Series.objects.exists()


def test_change_of_sharing_leaves_grants_in_force(cast: Cast) -> None:
    series = SeriesFactory.create(created_by=cast.analyst, sharing="members")
    with served(cast.analyst):
        grant_series(
            by=cast.analyst,
            series_id=series.pk,
            named=cast.partner.email,
            whole_unit=False,
            reason="The same victim",
            expires_at=timezone.now() + timedelta(days=5),
        )
        share_series(by=cast.analyst, series_id=series.pk, sharing=Sharing.NATIONAL)
    with served(find_officer(cast.partner.pk)):
        assert Series.objects.exists()
    with served(find_officer(cast.third.pk)):
        assert not Series.objects.exists()


def test_floor_refuses_a_grant_in_anothers_name(cast: Cast) -> None:
    scope = Scope.objects.create(kind=Scope.Kind.GRANT)
    terms = {"reason": "x", "expires_at": timezone.now() + timedelta(days=1)}
    with served(cast.third), pytest.raises(DatabaseError, match="row-level security"), transaction.atomic():
        Grant.objects.create(
            scope=scope,
            country=cast.owner.unit.country,
            officer=cast.third,
            holder_country=cast.third.unit.country,
            granter=cast.owner,
            **terms,
        )


def test_floor_shows_a_grant_to_its_giver_and_its_holder_alone(cast: Cast) -> None:
    _grant(cast.owner, submitted(cast.owner), cast.partner.email)

    def seen(officer: Officer) -> int:
        with served(find_officer(officer.pk)):
            return Grant.objects.count() + SubmissionOfficerGrant.objects.count()

    assert [seen(each) for each in (cast.colleague, cast.partner, cast.partner_analyst, cast.third)] == [
        2,
        2,
        0,
        0,
    ]
    assert Submission.objects.count() == 1


def test_page_of_a_granted_material_opens(cast: Cast, client: Client) -> None:
    material = submitted(cast.owner)
    _grant(cast.owner, material, cast.partner.email)
    client.force_login(cast.partner)

    assert client.get(reverse("material", args=[material.pk])).status_code == 200
