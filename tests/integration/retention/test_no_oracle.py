"""Restricting, showing again, withdrawing and handing in again tell nothing of who else holds the file.

Two worlds are compared answer by answer, as in `test_silent_holding.py`: in one the partner holds the file
too and shares it with nobody, in the other nobody else does. Ids are compared as they are: one that stays
where others hold the file, and is made anew where nobody does, would tell as well.
"""

from collections.abc import Callable
from itertools import count
from uuid import UUID, uuid4

import pytest
from django.db import connection, transaction
from django.test import Client
from django.urls import reverse

from accounts.models import Officer, Sharing
from evidence.models import Material
from evidence.retention.services import keep, restrict
from media_analysis.models import Face, Match
from series.services.curating import add_materials
from tests.cast import Cast
from tests.conftest import RoleSwitch
from tests.desk import Desk
from tests.factories.retention import dispose_later, withdraw
from tests.factories.series import DecisionFactory, SeriesFactory
from tests.integration.test_silent_holding import (
    Answer,
    World,
    a_photo,
    check_same,
    hold_silently,
)
from tests.roles import served

pytestmark = [pytest.mark.django_db, pytest.mark.slow, pytest.mark.usefixtures("own_store", "own_keys")]

Seen = tuple[list[dict[str, Answer]], list[object]]


class Story(World):
    """What an officer's country concludes of a file, and sees of it until the end."""

    def __init__(self, cast: Cast, desk: Desk, as_engine: RoleSwitch, second: Officer) -> None:
        super().__init__(desk, as_engine, cast.owner)
        self.cast, self.desk, self.second = cast, desk, second

    def begin(self, sharing: Sharing = Sharing.NATIONAL) -> tuple[Material, list[str]]:
        """Hand a file and its copy in, conclude something of both; return it and what speaks of it."""
        batch = uuid4()
        self.desk.lose_what_is_ordered()
        material = self.desk.hand_in(self.cast.owner, a_photo(), batch=batch, sharing=sharing)
        copy = self.desk.hand_in(self.cast.owner, a_photo() + b"in other bytes")
        self.desk.work_off()
        DecisionFactory.about(self.cast.analyst, material, copy, kind="copy", reason="ours alone")
        series = SeriesFactory.create(created_by=self.cast.analyst, name="Lamp")
        with served(self.cast.analyst):
            add_materials(by=self.cast.analyst, series_id=series.pk, material_ids=[material.pk, copy.pk])
        self.places = [
            *self.addresses_of(material, batch),
            reverse("series", args=[series.pk]),
            reverse("api_series", args=[series.pk]),
            reverse("api_series_materials", args=[series.pk]),
            reverse("api_series_proposals", args=[series.pk]),
            *(f"{reverse('series', args=[series.pk])}?tab={tab}" for tab in ("persons", "devices", "places")),
            *(
                reverse(name)
                for name in ("decisions", "retention", "disposals", "api_disposals", "set_aside")
            ),
            f"{reverse('retention')}?part=all",
            *(reverse("match", args=[match.pk]) for match in Match.objects.filter(left__in=[material, copy])),
        ]
        return material, self.places

    def ids(self, material: Material) -> list[object]:
        """Return the ids by which a file's findings are known to whoever sees it."""
        matches = Match.objects.of_material(material.pk).values_list("pk", flat=True)
        faces = Face.objects.filter(material=material).values_list("pk", flat=True)
        client = Client()
        client.force_login(self.cast.owner)
        told = client.get(reverse("api_material_matches", args=[material.pk])).json()["results"]
        return [material.pk, sorted(matches), sorted(faces), sorted(each["id"] for each in told)]


@pytest.fixture
def story(
    cast: Cast, desk: Desk, as_engine: RoleSwitch, second: Officer, monkeypatch: pytest.MonkeyPatch
) -> Story:
    """Return a story that has not begun; ids ascend, for which of a pair comes first goes by them."""
    numbers = count(1)
    monkeypatch.setattr(
        "evidence.services.new_id", lambda: UUID(int=(next(numbers) << 96) | (uuid4().int & (1 << 96) - 1))
    )
    return Story(cast, desk, as_engine, second)


def restricted_and_shown(story: Story) -> Seen:
    """Restrict a file and show it again."""
    material, places = story.begin()
    before, submission = story.ids(material), material.submissions.get(country=story.cast.owner.unit.country)
    seen = story.steps(places)
    with served(story.cast.analyst):
        restrict(by=story.cast.analyst, submission_ids=[submission.pk], reason="contested")
    seen += story.steps(places)
    with served(story.cast.analyst):
        keep(by=story.cast.analyst, submission_ids=[submission.pk], reason="settled")
    seen += story.steps(places)
    return seen, [before == story.ids(material)]


def gone_and_handed_in_again(story: Story) -> Seen:
    """Dispose of a file and hand it in once more."""
    material, places = story.begin()
    before, submission = story.ids(material), material.submissions.get(country=story.cast.owner.unit.country)
    withdraw(story.cast.analyst, story.second, submission)
    seen = story.steps(places)
    dispose_later()
    seen += story.steps(places)
    again = story.desk.hand_in(story.cast.owner, a_photo())
    seen += story.steps(places)
    return seen, [again.pk == material.pk, before == story.ids(again)]


@pytest.mark.parametrize("told", [restricted_and_shown, gone_and_handed_in_again])
def test_a_story_is_the_same_whoever_else_holds_the_file(
    cast: Cast, desk: Desk, story: Story, told: Callable[[Story], Seen]
) -> None:
    with transaction.atomic():
        alone, ids_alone = told(story)
        transaction.set_rollback(True)
    hold_silently(desk, cast.partner, a_photo())

    held, ids_held = told(story)

    assert ids_held == ids_alone
    check_same(held, alone)


def test_a_country_that_only_saw_it_learns_no_more(
    cast: Cast, desk: Desk, story: Story, second: Officer
) -> None:
    """It put into a series what was shared with it; that this is gone, and who else holds it, is not told."""

    def partner_sees() -> list[dict[str, Answer]]:
        material, _ = story.begin(Sharing.MEMBERS)
        other = desk.hand_in(cast.partner, a_photo() + b"the partner's own")
        desk.work_off()
        DecisionFactory.about(cast.partner_analyst, material, other, kind="copy", reason="the same room")
        series = SeriesFactory.create(created_by=cast.partner_analyst, name="Lamp")
        with served(cast.partner_analyst):
            add_materials(by=cast.partner_analyst, series_id=series.pk, material_ids=[material.pk, other.pk])
        submission = material.submissions.get(country=cast.owner.unit.country)
        places = [reverse("series", args=[series.pk]), reverse("decisions"), reverse("materials")]
        watcher = World(desk, story._as_engine, cast.partner_analyst)
        seen = watcher.steps(places)
        withdraw(cast.analyst, second, submission)
        seen += watcher.steps(places)
        withheld = watcher.steps(places)
        dispose_later()
        gone = watcher.steps(places)
        check_same(gone, withheld)
        return [*seen, *gone]

    with transaction.atomic():
        alone = partner_sees()
        transaction.set_rollback(True)
    hold_silently(desk, cast.third, a_photo())
    check_same(partner_sees(), alone)


def test_tombstone_does_not_tell_whether_it_was_the_last(cast: Cast, desk: Desk, second: Officer) -> None:
    material = desk.hand_in(cast.owner, a_photo())
    withdraw(cast.analyst, second, material.submissions.get())
    dispose_later()
    for column in ("is_last", "objects_stored", "cleared_at"):
        refused = pytest.raises(Exception, match="permission denied")
        with served(cast.owner), refused, transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(f"SELECT {column} FROM retention_disposal")
