"""What levels, groups, defaults, expiry and suspension open and close: at once, everywhere."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.audit.models import InboxEvent
from accounts.models import Country, Officer, Sharing
from accounts.queries import find_officer, scopes_of
from accounts.sharing.models import GroupMembership, SharingGroup
from accounts.sharing.services import choose_default
from evidence.models import CustodyEvent, Material, Submission
from evidence.queries import watchers_of
from evidence.resharing import share_submission
from icse.common.errors import AccessDenied, NotFound
from media_analysis.models import Face
from media_analysis.queries.matches import list_matches
from media_analysis.services.neighbours import face_neighbours, hash_neighbours
from series.queries.queue import proposals_to_decide
from series.queries.stacks import copies_of
from tests.factories.accounts import OfficerFactory, UnitFactory
from tests.factories.evidence import DerivativeFactory, submitted
from tests.factories.media_analysis import FaceFactory, connect
from tests.factories.series import make_stack
from tests.factories.sharing import grouped
from tests.integration.media_analysis.test_index_functions import hashed
from tests.kept import kept_derivative
from tests.roles import served
from tests.world import body_of

if TYPE_CHECKING:
    from collections.abc import Callable
    from uuid import UUID

    from tests.cast import Cast

pytestmark = pytest.mark.django_db

FILE_NAME = "reach-of-a-group.jpg"


def _anew(officer: Officer) -> Officer:
    found = find_officer(officer.pk)
    assert found is not None
    return found


PDQ = bytes(range(32))

# To the database a test's whole transaction is one moment.
AN_HOUR_AGO = timezone.now() - timedelta(hours=1)


@dataclass(frozen=True)
class Scene:
    """What the owner's country shares, and for each of the others something of their own that matches it."""

    material: Material
    own: dict[UUID, Material]

    @property
    def submission(self) -> Submission:
        """Return the owner's submission, as it is at present."""
        return Submission.objects.get(material=self.material)


@pytest.fixture
def scene(cast: Cast) -> Scene:
    """Return a material that every way through the platform could lead to."""
    material = submitted(cast.owner, file_name=FILE_NAME)
    DerivativeFactory.create(material=material, **kept_derivative(material, b"bytes of a blurred picture"))
    FaceFactory.create(material=material)
    hashed(material, PDQ)
    own = {officer.pk: submitted(officer) for officer in (cast.partner_analyst, cast.third)}
    for officer in (cast.partner_analyst, cast.third):
        connect(material, own[officer.pk])
        # Copies leave the queue for their stack; what only looks alike waits in it.
        connect(material, submitted(officer), kind="scene")
    make_stack(material, *own.values())
    return Scene(material, own)


def _surfaces(officer: Officer, scene: Scene) -> dict[str, bool]:
    """Return for every way to the material whether it leads the officer there at their next request."""
    asker, material, own = _anew(officer), scene.material, scene.own[officer.pk]
    face = Face.objects.get(material=material)
    with served(asker):
        scopes = scopes_of(asker)
        alike = {each.material_id for each in hash_neighbours([PDQ], scopes)}
        vector = np.asarray(face.embedding, np.float32)
        faces = face_neighbours(vector, face.model_id, scopes, limit=9)
        queued = proposals_to_decide(asker)
        told = {
            "floor": Material.objects.filter(pk=material.pk).exists(),
            "matches": material.pk in {each.other.pk for each in list_matches(asker, own.pk)},
            "queue": any(material.pk in {each.match.left.pk, each.match.right.pk} for each in queued),
            "stack": material.pk in copies_of(asker, [own.pk])[own.pk],
            "picture": material.pk in alike,
            "face": bool(faces),
        }
    return told | _pages(asker, material)


def _pages(asker: Officer, material: Material) -> dict[str, bool]:
    client = Client()
    client.force_login(asker)
    opened = {
        "page": reverse("material", args=[material.pk]),
        "file": reverse("evidence:derivative", args=[material.pk, "blurred"]),
        "api": reverse("api_material", args=[material.pk]),
    }
    lists = {"list": (reverse("materials"), {}), "search": (reverse("search"), {"q": "reach-of-a-group"})}
    return {
        **{name: _answers(client, address) for name, address in opened.items()},
        **{
            name: FILE_NAME in client.get(address, asked).content.decode()
            for name, (address, asked) in lists.items()
        },
    }


def _answers(client: Client, address: str) -> bool:
    answer = client.get(address)
    # A file is read to its end, which closes it.
    return bool(body_of(answer)) and answer.status_code == 200


def _told(scene: Scene) -> set[UUID]:
    """Return whom a hint about the material is for."""
    Submission.objects.filter(material=scene.material).update(analyzed_at=None)
    watchers = set(watchers_of(scene.material.pk))
    Submission.objects.filter(material=scene.material).update(analyzed_at=timezone.now())
    return watchers


def _is_open(cast: Cast, scene: Scene, officer: Officer) -> bool:
    """Return whether every way is open to the officer; they have to be of one mind."""
    by_way = _surfaces(officer, scene)
    assert len(set(by_way.values())) == 1, by_way
    is_open = by_way["floor"]
    assert (officer.pk in _told(scene)) is is_open
    return is_open


def _rewritten(scene: Scene) -> str:
    """Return by which transaction the submission's row was written last."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT xmin::text, ctid::text FROM evidence_submission WHERE id = %s", [scene.submission.pk]
        )
        return str(cursor.fetchone())


def _share(cast: Cast, scene: Scene, **opening: Any) -> None:
    owner, submission_id = _anew(cast.owner), scene.submission.pk
    with served(owner):
        share_submission(by=owner, submission_id=submission_id, **opening)


def _end_group(group: SharingGroup) -> None:
    SharingGroup.objects.filter(pk=group.pk).update(state="ended")


def _run_out(group: SharingGroup) -> None:
    SharingGroup.objects.filter(pk=group.pk).update(valid_until=AN_HOUR_AGO)


def _membership_runs_out(group: SharingGroup) -> None:
    GroupMembership.objects.filter(group=group).update(valid_until=AN_HOUR_AGO)


def _leave(group: SharingGroup) -> None:
    GroupMembership.objects.filter(group=group, country__code="BB").update(state="left")


def _suspend(group: SharingGroup) -> None:
    Country.objects.filter(code="BB").update(state="suspended")


@pytest.mark.parametrize("close", [_end_group, _run_out, _membership_runs_out, _leave, _suspend])
def test_group_opens_everything_until_it_closes_and_no_evidence_is_rewritten(
    cast: Cast, scene: Scene, close: Callable[[SharingGroup], None]
) -> None:
    group = grouped(cast.owner, cast.partner, hidden_membership=True)
    assert not _is_open(cast, scene, cast.partner_analyst)
    _share(cast, scene, sharing=Sharing.GROUP, groups=[group.pk])
    assert _is_open(cast, scene, cast.partner_analyst)
    assert not _surfaces(cast.third, scene)["floor"]
    before = _rewritten(scene)

    close(group)

    assert _rewritten(scene) == before
    by_way = _surfaces(cast.partner_analyst, scene) if close is not _suspend else {}
    assert not any(by_way.values())
    assert scopes_of(_anew(cast.partner_analyst)) == () or close is not _suspend
    assert cast.partner_analyst.pk not in _told(scene)
    assert cast.owner.pk in _told(scene)


def test_default_level_opens_and_closes_what_is_shared_by_it(cast: Cast, scene: Scene) -> None:
    group = grouped(cast.owner, cast.partner)
    _share(cast, scene, sharing=Sharing.DEFAULT)
    before = _rewritten(scene)
    seen = {}
    for level in (Sharing.NATIONAL, Sharing.GROUP, Sharing.MEMBERS, Sharing.NATIONAL):
        by = _anew(cast.national_administrator)
        with served(by):
            choose_default(by=by, level=level, groups=[group.pk] if level == Sharing.GROUP else [])
        assert _rewritten(scene) == before
        seen[level] = [_surfaces(each, scene)["page"] for each in (cast.partner_analyst, cast.third)]
        assert _is_open(cast, scene, cast.partner_analyst) is seen[level][0]
        before = _rewritten(scene)

    assert seen == {
        Sharing.NATIONAL: [False, False],
        Sharing.GROUP: [True, False],
        Sharing.MEMBERS: [True, True],
    }


def test_change_of_one_submission_is_at_once_everywhere_and_on_record(cast: Cast, scene: Scene) -> None:
    client = Client()
    client.force_login(cast.owner)
    address = reverse("api_submission_sharing", args=[scene.submission.pk])
    for level, is_open in ((Sharing.MEMBERS, True), (Sharing.NATIONAL, False)):
        answer = client.patch(address, {"sharing": level}, content_type="application/json")
        assert (answer.status_code, answer.json()["sharing"]) == (200, level)
        assert _is_open(cast, scene, cast.partner_analyst) is is_open

    assert CustodyEvent.objects.filter(kind="shared", submission=scene.submission).count() == 2
    events = InboxEvent.objects.filter(act="submission.shared", objects_named__contains=[scene.submission.pk])
    assert events.count() == 2


def test_units_keep_a_submission_from_the_rest_of_their_country(cast: Cast, scene: Scene) -> None:
    unit = UnitFactory.create(country=cast.owner.unit.country, name="Another unit")
    elsewhere = OfficerFactory.create(unit=unit)
    _share(cast, scene, sharing=Sharing.UNITS)
    assert set(Submission.objects.visible_to(_anew(cast.colleague)))
    assert not Submission.objects.visible_to(_anew(elsewhere))
    _share(cast, scene, sharing=Sharing.UNITS, units=[unit.pk])
    assert set(Submission.objects.visible_to(_anew(elsewhere)))


@pytest.mark.parametrize(
    ("part", "sharing", "refusal"),
    [
        ("partner", Sharing.NATIONAL, NotFound),
        ("partner", Sharing.MEMBERS, AccessDenied),
        ("national_administrator", Sharing.MEMBERS, NotFound),
    ],
)
def test_only_the_country_that_handed_it_in_changes_its_sharing(
    cast: Cast, scene: Scene, part: str, sharing: Sharing, refusal: type[Exception]
) -> None:
    _share(cast, scene, sharing=sharing)
    asker = _anew(getattr(cast, part))
    before = _rewritten(scene)
    submission_id = scene.submission.pk
    with served(asker), pytest.raises(refusal):
        share_submission(by=asker, submission_id=submission_id, sharing=Sharing.MEMBERS)
    assert _rewritten(scene) == before


def test_group_of_other_countries_cannot_be_named(cast: Cast, scene: Scene) -> None:
    foreign = grouped(cast.partner, cast.third)
    client = Client()
    client.force_login(cast.owner)
    told = {"sharing": "group", "groups": [str(foreign.pk)]}
    changed = client.patch(
        reverse("api_submission_sharing", args=[scene.submission.pk]), told, content_type="application/json"
    )

    assert (changed.status_code, changed.json()["error"]["reason"]) == (400, "bad_audience")
    assert scene.submission.sharing == Sharing.NATIONAL


def test_page_offers_the_groups_of_the_country_and_changes_the_sharing(cast: Cast, scene: Scene) -> None:
    group, foreign = grouped(cast.owner, cast.partner), grouped(cast.partner, cast.third)
    client = Client()
    client.force_login(cast.owner)
    address = reverse("submission_sharing", args=[scene.submission.pk])
    page = client.get(address).content.decode()
    answer = client.post(address, {"sharing": "group", "groups": [str(group.pk)], "units": []})

    assert str(group.pk) in page
    assert str(foreign.pk) not in page
    assert answer.status_code == 302
    assert scene.submission.sharing == Sharing.GROUP
    assert group.scope_id in scene.submission.audience
