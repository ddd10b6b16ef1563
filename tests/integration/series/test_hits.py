"""Blind hits: from what they arise, when, how many, and what either side learns."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import Officer
from accounts.queries import find_officer
from evidence.models import Material, Submission
from icse.celery import app
from series.hits.models import Contact, CountryHitPolicy, Hit, HitPolicy, SubmissionHitPolicy
from series.hits.services import HITS_A_DAY, STILL_FOR, find_hits
from tests.cast import Cast
from tests.factories.evidence import SubmissionFactory, submitted
from tests.factories.media_analysis import connect
from tests.factories.series import DecisionFactory
from tests.roles import served

pytestmark = pytest.mark.django_db

LONG_AGO = timedelta(days=3)


def _held(officer: Officer, *, material: Material | None = None, **fields: Any) -> Material:
    """Return a material that was handed in with a case reference long enough ago."""
    past = timezone.now() - LONG_AGO
    told = {"case_reference": "Case 1", "received_at": past, "analyzed_at": past} | fields
    if material is not None:
        SubmissionFactory(officer=officer, material=material, **told)
        return material
    return submitted(officer, **told)


def _let_know(officer: Officer, policy: HitPolicy = HitPolicy.BLIND) -> None:
    CountryHitPolicy.objects.update_or_create(country=officer.unit.country, defaults={"policy": policy})


def _page(officer: Officer) -> str:
    client = Client()
    client.force_login(officer)
    return client.get(reverse("hits")).content.decode()


def _post(officer: Officer, name: str, *args: object, **told: str) -> int:
    client = Client()
    client.force_login(officer)
    return client.post(reverse(name, args=args), told).status_code


def _copies(cast: Cast, **fields: Any) -> tuple[Material, Material]:
    """Return a material of the owner and a proven copy of it that the partner holds unseen."""
    own, other = _held(cast.owner, **fields), _held(cast.partner)
    connect(own, other, kind="copy", found_at=timezone.now() - LONG_AGO)
    return own, other


@pytest.fixture
def hit(cast: Cast) -> Hit:
    """Return a hit of the owner's country on what the partner holds."""
    _copies(cast)
    _let_know(cast.partner)
    find_hits()
    return Hit.objects.get()


def test_copy_gives_the_asker_one_hit_that_names_nobody(cast: Cast, hit: Hit) -> None:
    page = _page(cast.owner)

    assert hit.country == cast.owner.unit.country
    assert "Ask for contact" not in page
    assert "Ask for contact" in _page(cast.analyst)
    assert cast.partner.unit.country.name not in page
    assert "copy" not in page.split("hits-title")[1].lower()


def test_same_file_held_unseen_gives_a_hit(cast: Cast) -> None:
    _held(cast.partner, material=_held(cast.owner))
    _let_know(cast.partner)

    assert find_hits() == 1


@pytest.mark.parametrize("kind", ["face", "scene", "near_in_time"])
def test_likeness_gives_a_hit_once_an_analyst_of_either_country_confirmed_it(cast: Cast, kind: str) -> None:
    own, other = _held(cast.owner), _held(cast.partner)
    connect(own, other, kind=kind, found_at=timezone.now() - LONG_AGO)
    _let_know(cast.partner)
    before = find_hits()
    past = timezone.now() - LONG_AGO
    DecisionFactory.about(cast.partner_analyst, own, other, kind=kind, verdict="same", decided_at=past)

    assert (before, find_hits()) == (0, 1)


@pytest.mark.parametrize("verdict", ["not_same", "unsure"])
def test_other_answers_give_none(cast: Cast, verdict: str) -> None:
    own, other = _held(cast.owner), _held(cast.partner)
    past = timezone.now() - LONG_AGO
    DecisionFactory.about(cast.partner_analyst, own, other, verdict=verdict, decided_at=past)
    _let_know(cast.partner)

    assert find_hits() == 0


def test_answer_of_a_third_country_gives_none(cast: Cast) -> None:
    own, other = _held(cast.owner), _held(cast.partner)
    DecisionFactory.about(cast.third, own, other, verdict="same", decided_at=timezone.now() - LONG_AGO)
    _let_know(cast.partner)

    assert find_hits() == 0


def test_silent_holding_shows_nothing_anywhere(cast: Cast) -> None:
    """Silent is what a country is that has said nothing."""
    own, _ = _copies(cast)
    _let_know(cast.third)

    assert find_hits() == 0
    assert not Hit.objects.exists()
    assert not Contact.objects.exists()
    assert own.submissions.get().file_name not in _page(cast.owner)


@pytest.mark.parametrize(
    ("of_country", "of_submission", "hits"),
    [("silent", "blind", 1), ("blind", "silent", 0), ("named", "", 1)],
)
def test_policy_of_a_submission_goes_before_its_countrys(
    cast: Cast, of_country: str, of_submission: str, hits: int
) -> None:
    _, other = _copies(cast)
    _let_know(cast.partner, HitPolicy(of_country))
    if of_submission:
        SubmissionHitPolicy.objects.create(submission=other.submissions.get(), policy=of_submission)

    assert find_hits() == hits


def test_named_holder_is_named_at_once(cast: Cast) -> None:
    _copies(cast)
    _let_know(cast.partner, HitPolicy.NAMED)
    find_hits()

    assert cast.partner.unit.country.name in _page(cast.owner)


def test_submission_without_a_case_reference_gives_none(cast: Cast) -> None:
    _copies(cast, case_reference="")
    _let_know(cast.partner)

    assert find_hits() == 0


def test_what_is_shared_is_no_hit(cast: Cast) -> None:
    own, other = _copies(cast)
    members = submitted(cast.owner, sharing="members").submissions.get().audience
    Submission.objects.filter(material=other).update(audience=members)
    _let_know(cast.partner)

    assert find_hits() == 0
    assert own.submissions.get().case_reference


def test_nothing_comes_of_what_is_still_fresh(cast: Cast) -> None:
    """Whatever was handed in or answered last must not show by the moment of a hit."""
    own, other = _held(cast.owner), _held(cast.partner)
    match = connect(own, other, kind="copy")
    _let_know(cast.partner)
    at = match.found_at

    def found(when: datetime) -> int:
        return find_hits(now=when)

    assert found(at + timedelta(minutes=1)) == 0
    assert found(at + STILL_FOR - timedelta(minutes=1)) == 0
    assert found(at + STILL_FOR + timedelta(minutes=1)) == 1


def test_hits_come_at_fixed_times_alone() -> None:
    turn = app.conf.beat_schedule["find-hits"]

    assert turn["task"] == "series.find_hits"
    assert turn["schedule"].minute == {41}
    assert len(turn["schedule"].hour) == 6


def test_unit_is_told_a_few_things_a_day(cast: Cast) -> None:
    for _ in range(HITS_A_DAY + 2):
        _copies(cast)
    _let_know(cast.partner)
    today, again = find_hits(), find_hits()

    assert (today, again) == (HITS_A_DAY, 0)
    Hit.objects.update(found_at=timezone.now() - timedelta(days=1, hours=1))
    assert find_hits() == 2


def test_many_holders_are_one_hit(cast: Cast) -> None:
    own = _held(cast.owner)
    for holder in (cast.partner, cast.third):
        connect(own, _held(holder), kind="copy", found_at=timezone.now() - LONG_AGO)
        _let_know(holder)
    find_hits()

    assert Hit.objects.count() == 1
    assert Contact.objects.count() == 2
    with served(find_officer(cast.owner.pk)):
        assert Contact.objects.count() == 0


def test_tick_repeated_makes_nothing_new(cast: Cast, hit: Hit) -> None:
    assert find_hits() == 0


def test_engine_finds_hits_and_reads_none_of_the_words(
    cast: Cast, as_engine: Callable[[], AbstractContextManager[None]]
) -> None:
    _copies(cast)
    _let_know(cast.partner)
    with as_engine():
        assert find_hits() == 1


def test_holder_hears_nothing_before_contact_is_asked_for(cast: Cast, hit: Hit) -> None:
    with served(find_officer(cast.partner_analyst.pk)):
        assert not Contact.objects.exists()
        assert not Hit.objects.exists()


def test_both_learn_of_each_other_when_the_holder_agrees(cast: Cast, hit: Hit) -> None:
    assert _post(cast.owner, "ask_for_contact", hit.pk) == 403
    assert _post(cast.analyst, "ask_for_contact", hit.pk) == 302
    owner_name, partner_name = cast.owner.unit.country.name, cast.partner.unit.country.name
    asked = _page(cast.partner_analyst)
    contact = Contact.objects.get()

    assert "You are asked" in asked
    assert owner_name not in asked
    assert partner_name not in _page(cast.analyst)
    assert _post(cast.partner_analyst, "answer_contact", contact.pk, answer="agree") == 302
    assert owner_name in _page(cast.partner_analyst)
    assert partner_name in _page(cast.analyst)
    assert owner_name not in _page(cast.third)


def test_declined_and_unanswered_look_the_same(cast: Cast, hit: Hit) -> None:
    _post(cast.analyst, "ask_for_contact", hit.pk)
    unanswered = _page(cast.owner)
    _post(cast.partner_analyst, "answer_contact", Contact.objects.get().pk, answer="decline")
    declined = _page(cast.owner)

    def told(page: str) -> str:
        return page.split('id="hits-title"')[1].split('id="asked-title"', maxsplit=1)[0]

    assert Contact.objects.get().declined_at is not None
    assert told(declined) == told(unanswered)
    with served(find_officer(cast.owner.pk)):
        assert not Contact.objects.exists()


@pytest.mark.parametrize("part", ["third", "owner", "analyst"])
def test_nobody_but_the_holder_answers(cast: Cast, hit: Hit, part: str) -> None:
    _post(cast.analyst, "ask_for_contact", hit.pk)
    contact = Contact.objects.get()

    assert _post(getattr(cast, part), "answer_contact", contact.pk, answer="agree") in {403, 404}
    assert Contact.objects.get().agreed_at is None


def test_answer_stands(cast: Cast, hit: Hit) -> None:
    _post(cast.analyst, "ask_for_contact", hit.pk)
    contact = Contact.objects.get()
    _post(cast.partner_analyst, "answer_contact", contact.pk, answer="decline")

    assert _post(cast.partner_analyst, "answer_contact", contact.pk, answer="agree") == 404
    assert Contact.objects.get().asker_country is None


def test_national_administrator_says_what_others_learn(cast: Cast) -> None:
    assert _post(cast.analyst, "hit_policy", policy="named") == 403
    assert _post(cast.national_administrator, "hit_policy", policy="named") == 302
    assert CountryHitPolicy.objects.get().policy == HitPolicy.NAMED


def test_policy_of_a_material_is_set_from_its_page(cast: Cast) -> None:
    material = submitted(cast.owner, sharing="members")

    assert _post(cast.partner_analyst, "material_hit_policy", material.pk, policy="blind") == 403
    assert _post(cast.owner, "material_hit_policy", material.pk, policy="blind") == 302
    assert SubmissionHitPolicy.objects.get().policy == HitPolicy.BLIND
    assert _post(cast.owner, "material_hit_policy", material.pk, policy="") == 302
    assert not SubmissionHitPolicy.objects.exists()
