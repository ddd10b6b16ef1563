"""What is left when sharing narrows: the own country's words, and a line in place of the material."""

import re

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import Officer, Sharing
from accounts.queries import audience_for, find_officer
from evidence.models import Material, Submission
from series.models import Series
from series.queries.stacks import stack_of
from series.queries.withheld import list_withheld_decisions, list_withheld_materials
from tests.cast import Cast
from tests.factories.evidence import submitted
from tests.factories.forum import PostFactory, TopicFactory
from tests.factories.series import DecisionFactory, SeriesFactory, SeriesMaterialFactory, make_stack
from tests.roles import served

pytestmark = pytest.mark.django_db

LINE = "No longer shared"


def _narrow(material: Material) -> None:
    submission = material.submissions.get()
    closed = audience_for(Sharing.NATIONAL, submission.country)
    Submission.objects.filter(pk=submission.pk).update(sharing=Sharing.NATIONAL, audience=closed)


def _page(officer: Officer, name: str, *args: object) -> str:
    client = Client()
    client.force_login(officer)
    return client.get(reverse(name, args=args)).content.decode()


def _series_with(cast: Cast, material: Material, *, sharing: str = Sharing.NATIONAL) -> Series:
    series: Series = SeriesFactory.create(created_by=cast.partner_analyst, sharing=sharing)
    SeriesMaterialFactory.create(series=series, material=material)
    return series


def test_own_series_keeps_a_line_in_its_place(cast: Cast) -> None:
    material = submitted(cast.owner, sharing=Sharing.MEMBERS, file_name="shared.jpg")
    series = _series_with(cast, material)
    before = _page(cast.partner, "series", series.pk)
    _narrow(material)
    after = _page(cast.partner, "series", series.pk)

    assert "shared.jpg" in before
    assert LINE not in before
    assert LINE in after
    assert "shared.jpg" not in after
    assert str(material.pk) not in after


def test_series_of_another_country_says_nothing_of_what_is_hidden(cast: Cast) -> None:
    hidden = submitted(cast.partner)
    series = _series_with(cast, hidden, sharing=Sharing.MEMBERS)

    assert LINE not in _page(cast.third, "series", series.pk)
    with served(find_officer(cast.third.pk)):
        assert list_withheld_materials(series) == []


def test_own_answer_stays_with_its_reason(cast: Cast) -> None:
    shared, own = submitted(cast.owner, sharing=Sharing.MEMBERS), submitted(cast.partner)
    DecisionFactory.about(cast.partner_analyst, shared, own, verdict="same", reason="The same curtain")
    before = _page(cast.partner, "decisions")
    _narrow(shared)
    after = _page(cast.partner, "decisions")

    assert LINE not in before
    assert LINE in after
    assert "The same curtain" in after
    assert str(shared.pk) not in after


def test_answers_of_another_country_are_not_told(cast: Cast) -> None:
    one, other = submitted(cast.owner), submitted(cast.owner)
    DecisionFactory.about(cast.analyst, one, other, sharing=Sharing.MEMBERS, reason="Ours alone")

    with served(find_officer(cast.partner.pk)):
        assert list_withheld_decisions() == []


def test_stack_falls_apart_for_whom_the_hub_is_closed(cast: Cast) -> None:
    """Copies of a hub that is no longer seen are not proven copies of each other."""
    hub, one, other = (submitted(cast.owner, sharing=Sharing.MEMBERS) for _ in range(3))
    make_stack(hub, one, other)
    with served(find_officer(cast.partner.pk)):
        assert len(stack_of(cast.partner, one).materials) == 3
    _narrow(hub)
    with served(find_officer(cast.partner.pk)):
        assert [each.pk for each in stack_of(cast.partner, one).materials] == [one.pk]
    with served(find_officer(cast.colleague.pk)):
        assert len(stack_of(cast.colleague, one).materials) == 3


def test_twins_stay_together_without_their_hub(cast: Cast) -> None:
    hub, one, other = (submitted(cast.owner, sharing=Sharing.MEMBERS) for _ in range(3))
    make_stack(hub, one, other, twins=(one, other))
    _narrow(hub)

    with served(find_officer(cast.partner.pk)):
        assert {each.pk for each in stack_of(cast.partner, one).materials} == {one.pk, other.pk}


def test_own_posts_stay_to_be_read_and_nobody_elses(cast: Cast) -> None:
    series = SeriesFactory.create(created_by=cast.analyst, sharing=Sharing.MEMBERS)
    topic = TopicFactory.create(series=series, title="Whose harbour?")
    PostFactory.create(topic=topic, officer=cast.partner, text="Ours, by the crane.")
    PostFactory.create(topic=topic, officer=cast.third, text="Not one of ours.")
    before = _page(cast.partner, "forum")
    Series.objects.update(audience=audience_for(Sharing.NATIONAL, series.country))
    after = _page(cast.partner, "forum")

    assert "Whose harbour?" in before
    assert LINE not in before
    assert LINE in after
    assert "Ours, by the crane." in after
    assert not {"Whose harbour?", "Not one of ours.", str(topic.pk)} & set(re.findall(r"[^<>\"/]+", after))
    assert LINE not in _page(cast.partner_analyst, "forum")


def test_whoever_is_out_of_service_reads_nothing_more(cast: Cast) -> None:
    series = SeriesFactory.create(created_by=cast.analyst, sharing=Sharing.NATIONAL)
    PostFactory.create(topic=TopicFactory.create(series=series), officer=cast.administrator, text="Mine.")

    assert LINE not in _page(cast.administrator, "forum")
