"""One object of every kind for each relation that an asker can stand in to it, with a word of its own.

`mine` are the asker's personal things; `own` are the asker's country's; `members` another country's, shared
with all members; `group` another country's, shared with a group that the asker's country is in; `granted`
another country's, granted to the asker's unit; `of_suspended` those of a country that shared them with all
members and was suspended since; `foreign` another country's, shared with nobody; `missing` does not exist.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final
from uuid import UUID, uuid4

from django.utils import timezone

from accounts.models import Country, Scope, Sharing
from accounts.queries import audience_for
from accounts.sharing.models import GroupMembership, SharingGroup
from evidence.granting import grant_material
from evidence.models import Derivative, Material
from evidence.retention.models import Disposal
from evidence.retention.services import ask_to_withdraw
from search.models import PictureQuery, PictureQueryHit
from series.hits.models import Contact, Hit
from series.models import Series
from series.services.granting import grant_series
from tests.access.askers import HOME, officer_of
from tests.factories.accounts import ApiTokenFactory, OfficerFactory, UnitFactory
from tests.factories.evidence import DerivativeFactory, MaterialFactory, SubmissionFactory, submitted
from tests.factories.forum import PostFactory, TopicFactory
from tests.factories.media_analysis import AnalysisFactory, CaptureFactsFactory, FaceFactory, connect
from tests.factories.onboarding import waiting_invitation
from tests.factories.series import DecisionFactory, SeriesFactory, SeriesMaterialFactory
from tests.factories.signing_in import AppFactory, UserSessionFactory
from tests.factories.uploads import sending
from tests.kept import keep_original, kept_derivative
from tests.roles import served

if TYPE_CHECKING:
    from collections.abc import Mapping

    from accounts.models import Officer

RELATIONS: Final = ("mine", "own", "members", "group", "granted", "of_suspended", "foreign")
HOLDER: Final = "holder@police.example"
"""An officer of a country that nobody asks for, to whom everybody grants one thing."""

SHARED_WORD: Final = "weathervane"
"""A word that every relation's objects carry beside their own, so that one search could find them all."""

_NO_NUMBER: Final = 2**31 - 1
_HELD_BY: Final = {
    "own": (HOME, Sharing.NATIONAL),
    "members": ("BB", Sharing.MEMBERS),
    "group": ("GG", Sharing.GROUP),
    "granted": ("DD", Sharing.NATIONAL),
    "of_suspended": ("SS", Sharing.MEMBERS),
    "foreign": ("CC", Sharing.NATIONAL),
}


@dataclass(frozen=True)
class Belongings:
    """The objects of one relation by the names that addresses give them, and the word that betrays them."""

    relation: str
    word: str
    ids: Mapping[str, UUID | str | int]

    def marks(self, asked: str) -> list[str]:
        """Return what would betray these objects in an answer, the parts of the question left out."""
        ids = (str(each) for each in self.ids.values() if isinstance(each, UUID))
        return [mark for mark in (self.word, *ids) if mark not in asked]


def nothing_like(belongings: Belongings) -> Belongings:
    """Return names of objects that do not exist, as many as there are of those that do."""
    missing: dict[str, UUID | str | int] = {
        name: uuid4() if isinstance(known, UUID) else _NO_NUMBER for name, known in belongings.ids.items()
    }
    return Belongings("missing", belongings.word, {**missing, "kind": belongings.ids["kind"]})


def make_belongings(askers: Mapping[str, Officer]) -> Mapping[str, Mapping[str, Belongings]]:
    """Create the objects and return them by asker and relation; all askers share but `mine`."""
    officer_of("HH", email=HOLDER)
    made = {relation: _held(relation, *held_by) for relation, held_by in _HELD_BY.items()}
    _open_to_unit(made["granted"], askers["officer"])
    Country.objects.filter(code="SS").update(state=Country.State.SUSPENDED)
    return {name: {"mine": _personal(name, officer, made["own"]), **made} for name, officer in askers.items()}


def _held(relation: str, country: str, sharing: Sharing) -> Belongings:
    word = f"kestrel{relation.replace('_', '')}"
    officer = officer_of(country)
    home = officer.unit.country
    group = _make_group(home, word, with_askers=sharing == Sharing.GROUP)
    groups = [group.pk] if sharing == Sharing.GROUP else []
    shared = {"sharing": sharing, "audience": audience_for(sharing, home, groups=groups)}
    photo, copy, lookalike = (_photo(officer, word, number, shared) for number in range(3))
    DecisionFactory.about(officer, photo, copy, kind="copy", reason=word, **shared)
    series, spare, opened = (_series(officer, f"{word} {number}", photo, shared) for number in range(3))
    topic = TopicFactory.create(series=series, title=f"{word} wallpaper")
    PostFactory.create(topic=topic, text=f"{word} seen before")
    return Belongings(
        relation,
        word,
        {
            "material_id": photo.pk,
            "copy_id": copy.pk,
            "film_id": _film(officer, word, shared).pk,
            "batch_id": UUID(str(photo.submissions.get().batch)),
            "submission_id": photo.submissions.get().pk,
            "failed_id": _failed(officer, word, shared),
            "withdrawal_id": _withdrawal(officer, word, shared),
            "grant_id": _grant(photo, officer, HOLDER),
            "opened_id": opened.pk,
            "series_grant_id": _grant(opened, officer, HOLDER),
            "face_id": _face(photo, copy),
            "match_id": connect(photo, lookalike, "scene").pk,
            "decided_id": connect(photo, copy).pk,
            "series_id": series.pk,
            "spare_id": spare.pk,
            "topic_id": topic.pk,
            "kind": "blurred",
            "group_id": group.pk,
            "membership_id": group.memberships.get(country__code="HH").pk,
            **_hit_ids(photo, copy),
            **_office_ids(officer, word),
            **_personal_ids(officer, word, photo),
        },
    )


def _open_to_unit(belongings: Belongings, officer: Officer) -> None:
    """Grant everything to the unit of an officer, as the country that holds it does."""
    first = Series.objects.get(pk=str(belongings.ids["series_id"]))
    for material in Material.objects.filter(submissions__country=first.country):
        _grant(material, first.created_by, officer.email, whole_unit=True)
    for series in Series.objects.filter(country=first.country):
        _grant(series, first.created_by, officer.email, whole_unit=True)


def _grant(thing: Material | Series, by: Officer, to: str, *, whole_unit: bool = False) -> UUID:
    """Grant one thing and return the grant's id."""
    terms: dict[str, Any] = {
        "by": by,
        "named": to,
        "whole_unit": whole_unit,
        "reason": "asked for by telephone",
        "expires_at": timezone.now() + timedelta(days=30),
    }
    with served(by):
        if isinstance(thing, Series):
            return grant_series(series_id=thing.pk, **terms).pk
        return grant_material(material=thing, **terms).pk


def _make_group(country: Country, word: str, *, with_askers: bool) -> SharingGroup:
    """Return a sharing group that a country owns; another one has been asked into it."""
    scope = Scope.objects.create(kind=Scope.Kind.GROUP)
    group = SharingGroup.objects.create(owner=country, scope=scope, name=f"{word} group", purpose=word)
    accepted, invited = GroupMembership.State.ACCEPTED, GroupMembership.State.INVITED
    states = {country.code: accepted, "HH": invited} | ({HOME: accepted} if with_askers else {})
    for code, state in states.items():
        since = timezone.now() if state == accepted else None
        member = Country.objects.get(code=code)
        GroupMembership.objects.create(group=group, country=member, state=state, since=since)
    return group


def _personal(name: str, officer: Officer, own: Belongings) -> Belongings:
    """Return the country's belongings with the personal ones of one officer in place."""
    word = f"merlin{name.replace('_', '')}"
    photo = Material.objects.get(pk=str(own.ids["material_id"]))
    return Belongings("mine", word, {**own.ids, **_personal_ids(officer, word, photo)})


def _hit_ids(photo: Material, asked: Material) -> dict[str, UUID]:
    """Return a hit of a country, and what a hit of somebody else's has it asked."""
    own = photo.submissions.get()
    hit = Hit.objects.create(submission=own, country=own.country, unit=own.unit)
    holder = officer_of(f"H{own.country.code}")
    other = submitted(holder).submissions.get()
    contact = Contact.objects.create(
        hit=Hit.objects.create(submission=other, country=other.country, unit=other.unit),
        submission=asked.submissions.get(),
        country=own.country,
        unit=own.unit,
        asked_at=timezone.now(),
    )
    return {"hit_id": hit.pk, "contact_id": contact.pk}


def _office_ids(officer: Officer, word: str) -> dict[str, UUID]:
    """Return what administrators work on: a country, a unit, an account and an invitation."""
    unit = UnitFactory.create(country=officer.unit.country, name=f"{word} unit")
    colleague = OfficerFactory.create(unit=unit, full_name=f"{word} Colleague")
    return {
        "country_id": unit.country_id,
        "unit_id": unit.pk,
        "other_unit_id": officer.unit_id,
        "officer_id": colleague.pk,
        "invitation_id": waiting_invitation(officer, unit, code=word, email=f"{word}@police.example").pk,
    }


def _personal_ids(officer: Officer, word: str, photo: Material) -> dict[str, UUID | int]:
    query = PictureQuery.objects.create(
        officer=officer, scopes=[], sha256="0" * 64, file_name=f"{word}.jpg", state="done"
    )
    PictureQueryHit.objects.create(
        query=query, material=photo, kind="copy", score=0.9, threshold=0.5, algorithm="test"
    )
    token = ApiTokenFactory.create(officer=officer, label=word, text=f"token of {word}")
    batch, upload = sending(officer, case_reference=f"{word}-9", file_name=f"{word} sent.jpg")
    factor, session = AppFactory.create(user=officer), UserSessionFactory.create(user=officer)
    return {
        "query_id": query.pk,
        "token_id": token.pk,
        "factor_id": factor.pk,
        "session_id": session.pk,
        "sent_batch_id": batch.pk,
        "upload_id": upload.pk,
    }


def _photo(officer: Officer, word: str, number: int, shared: dict[str, Any]) -> Material:
    photo = _submitted(officer, word, f"{word} {number}.jpg", MaterialFactory.create(), shared)
    for kind in (Derivative.Kind.BLURRED, Derivative.Kind.THUMBNAIL, Derivative.Kind.PREVIEW):
        content = f"{word} {number} {kind}".encode()
        DerivativeFactory.create(material=photo, kind=kind, **kept_derivative(photo, content))
    CaptureFactsFactory.create(
        material=photo, make=word, model=f"{word} II", body_serial=f"{word}-{number}", words=f"{word} lens"
    )
    AnalysisFactory.create(material=photo, analyzer="faces", result={"seen": word})
    return photo


def _film(officer: Officer, word: str, shared: dict[str, Any]) -> Material:
    film = MaterialFactory.create(kind="video", media_type="video/mp4")
    keep_original(film, f"a film of {word}".encode())
    return _submitted(officer, word, f"{word}.mp4", film, shared)


def _withdrawal(officer: Officer, word: str, shared: dict[str, Any]) -> UUID:
    """Return a withdrawal that waits for its second pair of eyes; of another file the tombstone is left."""
    photo = _submitted(officer, word, f"{word} withdrawn.jpg", MaterialFactory.create(), shared)
    with served(officer):
        ids = [each.pk for each in photo.submissions.all()]
        asked = ask_to_withdraw(by=officer, submission_ids=ids, reason=f"{word} by mistake")
    Disposal.objects.create(
        submission_id=uuid4(),
        material_id=uuid4(),
        sha256="0" * 64,
        country=officer.unit.country,
        withdrawal=asked,
        cause=Disposal.Cause.WITHDRAWN,
        received_at=timezone.now(),
        is_last=True,
        audience=shared["audience"],
    )
    return asked.pk


def _failed(officer: Officer, word: str, shared: dict[str, Any]) -> UUID:
    """Return a submission that was set aside."""
    broken = _submitted(officer, word, f"{word} broken.jpg", MaterialFactory.create(), shared)
    broken.submissions.update(analyzed_at=None, set_aside_at=timezone.now())
    pk: UUID = broken.submissions.get().pk
    return pk


def _submitted(
    officer: Officer, word: str, file_name: str, material: Material, shared: dict[str, Any]
) -> Material:
    """Hand a material in with the word in everything that is told of it; its bytes lie in the store."""
    if material.kind == "photo":
        keep_original(material, f"original of {file_name}".encode())
    SubmissionFactory.create(
        officer=officer,
        material=material,
        file_name=file_name,
        source_path=f"/disk/{word}/{SHARED_WORD}/{file_name}",
        case_reference=f"{word}-1",
        batch=uuid4(),
        **shared,
    )
    return material


def _series(officer: Officer, name: str, photo: Material, shared: dict[str, Any]) -> Series:
    series: Series = SeriesFactory.create(
        created_by=officer, name=name, description=f"{name} described, {SHARED_WORD}", **shared
    )
    SeriesMaterialFactory.create(series=series, material=photo)
    return series


def _face(photo: Material, copy: Material) -> UUID:
    """Give two photos the same face, and return that of the first."""
    face, _ = (FaceFactory.create(material=each, model_id="sface-test") for each in (photo, copy))
    pk: UUID = face.pk
    return pk
