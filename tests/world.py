"""One object of the owner for every kind that an address may name, and what would betray them."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Final
from uuid import UUID, uuid4

import pytest
from django.http.response import HttpResponseBase
from django.utils import timezone

from accounts.acting import acting_as
from accounts.grants.models import Grant
from accounts.models import Officer
from accounts.sharing.models import GroupMembership
from evidence.granting import grant_material
from evidence.models import Material
from evidence.retention.services import ask_to_withdraw
from forum.models import Topic
from search.models import PictureQuery
from series.hits.models import Contact, Hit
from tests.addresses import Address
from tests.cast import Cast
from tests.factories.accounts import ApiTokenFactory
from tests.factories.evidence import DerivativeFactory, submitted
from tests.factories.media_analysis import FaceFactory, connect
from tests.factories.onboarding import waiting_invitation
from tests.factories.series import DecisionFactory, SeriesFactory, SeriesMaterialFactory
from tests.factories.sharing import grouped
from tests.factories.signing_in import AppFactory, UserSessionFactory
from tests.factories.uploads import sending
from tests.kept import keep_original, kept_derivative
from tests.roles import served

FILE_NAME: Final = "only-the-owner-knows.jpg"
SERIES_NAME: Final = "Only the owner knows"
GROUP_NAME: Final = "A group of the owner's country alone"

# Its national administrators answer for them, without a right to any media.
_OF_THE_COUNTRY: Final = frozenset({"group_id", "membership_id"})

_NO_NUMBER: Final = 2**31 - 1


@dataclass(frozen=True)
class World:
    """One object of the owner for every kind that an address may name; films are named apart.

    `offices` are what administrators work on: the owner's country, unit, account, and an invitation.
    """

    objects: Mapping[str, UUID | int]
    film: UUID
    offices: Mapping[str, UUID]

    def path(self, address: Address) -> str:
        """Return the address of the owner's object."""
        material = self.film if address.name == "playable" else self.objects["material_id"]
        return address.path({**self.objects, **self.offices, "material_id": material, "kind": "blurred"})

    def path_to_nothing(self, address: Address) -> str:
        """Return the same address of an object that does not exist."""
        known = {**self.objects, **self.offices}
        nothing = {name: uuid4() if isinstance(value, UUID) else _NO_NUMBER for name, value in known.items()}
        return address.path({**nothing, "kind": "blurred"})

    def betrayals(self, body: str) -> list[str]:
        """Return what a page shows of the owner's objects."""
        ids = (
            str(value)
            for name, value in self.objects.items()
            if isinstance(value, UUID) and name not in _OF_THE_COUNTRY
        )
        secrets = (FILE_NAME, SERIES_NAME, *ids)
        return [secret for secret in secrets if secret in body]


def _photo(owner: Officer, batch: UUID) -> Material:
    photo = submitted(owner, file_name=FILE_NAME, batch=batch)
    picture = b"bytes of a blurred picture"
    DerivativeFactory.create(material=photo, **kept_derivative(photo, picture))
    return photo


def _film(owner: Officer) -> Material:
    film = submitted(owner)
    film.kind, film.media_type = "video", "video/mp4"
    return keep_original(film, b"bytes")


def _hits(cast: Cast, photo: Material) -> dict[str, UUID]:
    """Return a hit of the owner's country, and what a partner's hit has it asked."""
    own = photo.submissions.get()
    foreign = submitted(cast.partner, file_name="of-the-partner.jpg").submissions.get()
    hit, other = (
        Hit.objects.create(submission=each, country=each.country, unit=each.unit) for each in (own, foreign)
    )
    contact = Contact.objects.create(
        hit=other, submission=own, country=own.country, unit=own.unit, asked_at=timezone.now()
    )
    return {"hit_id": hit.pk, "contact_id": contact.pk}


def _granted(cast: Cast, photo: Material) -> Grant:
    """Return a grant inside the owner's country, which opens nothing to a stranger."""
    with acting_as(cast.owner, "test"):
        return grant_material(
            by=cast.owner,
            material=photo,
            named=cast.colleague.email,
            whole_unit=False,
            reason="Only the owner knows why",
            expires_at=timezone.now() + timedelta(days=1),
        )


def _withdrawal(owner: Officer) -> UUID:
    """Return what the owner asks to withdraw."""
    submission = submitted(owner).submissions.get()
    with served(owner):
        return ask_to_withdraw(by=owner, submission_ids=[submission.pk], reason="by mistake").pk


def _offices(cast: Cast) -> dict[str, UUID]:
    unit = cast.owner.unit
    return {
        "country_id": unit.country_id,
        "unit_id": unit.pk,
        "officer_id": cast.owner.pk,
        "invitation_id": waiting_invitation(cast.national_administrator, unit).pk,
    }


@pytest.fixture
def world(cast: Cast) -> World:
    """Return objects of the owner of which nobody outside the owner's country may know."""
    batch = uuid4()
    photo, other = _photo(cast.owner, batch), submitted(cast.owner)
    DecisionFactory.about(cast.analyst, photo, other, kind="copy")
    series = SeriesFactory.create(created_by=cast.owner, name=SERIES_NAME)
    SeriesMaterialFactory.create(series=series, material=photo)
    topic = Topic.objects.create(series=series, title="The wallpaper", opened_by=cast.owner)
    query = PictureQuery.objects.create(officer=cast.owner, scopes=[], material=photo, state="done")
    group = grouped(cast.owner, name=GROUP_NAME)
    objects = {
        "material_id": photo.pk,
        "submission_id": photo.submissions.get().pk,
        "batch_id": batch,
        "face_id": FaceFactory.create(material=photo, model_id="sface-test").pk,
        "match_id": connect(photo, other).pk,
        "series_id": series.pk,
        "topic_id": topic.pk,
        "query_id": query.pk,
        "upload_id": sending(cast.owner, pk=batch, file_name=FILE_NAME)[1].pk,
        **_hits(cast, photo),
        "withdrawal_id": _withdrawal(cast.owner),
        "group_id": group.pk,
        "membership_id": GroupMembership.objects.get(group=group).pk,
        "grant_id": _granted(cast, photo).pk,
        "token_id": ApiTokenFactory.create(officer=cast.owner).pk,
        "factor_id": AppFactory.create(user=cast.owner).pk,
        "session_id": UserSessionFactory.create(user=cast.owner).pk,
    }
    return World(objects, _film(cast.owner).pk, _offices(cast))


def body_of(answer: HttpResponseBase) -> str:
    content = answer.getvalue() if answer.streaming else answer.content  # type: ignore[attr-defined]
    return bytes(content).decode(errors="replace")
