"""Three countries, a secretariat and a suspended member, with a canary in every field of all they have.

AA and BB share some of it with all members, some with their group and keep the rest; CC keeps everything but
what it grants to AA's officers. What one country holds is connected with what another one holds in every way
that the platform knows.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final
from uuid import uuid4

from axes.models import AccessAttempt
from django.utils import timezone

from accounts.audit.models import Checkpoint, InboxEvent, SealedEvent
from accounts.audit.sealing import make_checkpoints, private_key, seal
from accounts.grants.models import Grant
from accounts.models import Country, Officer, Role, Sharing
from accounts.onboarding.models import Agreement, Approval, CountryStep, Invitation, Membership
from accounts.queries import audience_for
from accounts.sharing.models import GroupMembership
from accounts.signing_in.ciphers import encrypted
from evidence.granting import grant_material
from evidence.models import CustodyEvent, Derivative, Material, MaterialKey, StoredObject
from evidence.retention.models import Disposal, Retention, Withdrawal
from evidence.retention.queries import WITHDRAW
from evidence.uploads.models import Batch, Upload
from icse.common.audiences import NOBODY
from icse.common.models import OutboxMessage
from media_analysis.models import ExactSignal, ExactSignalMember, Match, PipelineRun
from search.models import PictureQuery, PictureQueryHit
from series.hits.models import Contact, Hit
from series.models import DisposedDecision, DisposedMaterial
from series.services.granting import grant_series
from tests.access.askers import Asker, officer_of, signed_in
from tests.access.canaries.words import SHAPES, Canaries
from tests.factories.accounts import ApiTokenFactory, CountryFactory, OfficerFactory, UnitFactory
from tests.factories.evidence import DerivativeFactory, MaterialFactory, SubmissionFactory
from tests.factories.forum import PostFactory, TopicFactory
from tests.factories.media_analysis import AnalysisFactory, CaptureFactsFactory, FaceFactory
from tests.factories.series import DecisionFactory, SeriesFactory, SeriesMaterialFactory, make_stack
from tests.factories.sharing import SharingGroupFactory
from tests.factories.signing_in import SECRET, AppFactory, UserSessionFactory
from tests.kept import keep_original, kept_derivative
from tests.roles import served

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping

    from accounts.sharing.models import SharingGroup
    from series.models import Series

COUNTRIES: Final = ("AA", "BB", "CC")
SECRETARIAT: Final = "IPSG:secretariat_administrator"
READERS: Final = ("AA:officer", "BB:analyst", "CC:analyst")
"""Askers who see media and read everything; each takes out whatever they may."""

ASKERS: Final = (
    *READERS, "AA:national_administrator", "CC:auditor", SECRETARIAT, "SS:analyst", "nobody",
)  # fmt: skip
"""Who reads everything that they can reach."""

_OF_MEDIA: Final = (Role.OFFICER, Role.ANALYST)
_HOME_ROLES: Final = (*_OF_MEDIA, Role.NATIONAL_ADMINISTRATOR, Role.AUDITOR)
_DAY: Final = timedelta(days=1)

SHAPES["mfa.Authenticator.data"] = lambda word: {"secret": encrypted(SECRET), "canary": word}


def readers(*countries: str) -> frozenset[str]:
    """Return the askers of countries who have a right to media."""
    return frozenset(f"{code}:{role}" for code in countries for role in _OF_MEDIA)


def office(code: str) -> frozenset[str]:
    """Return who answers for a country's units and officers."""
    return frozenset({f"{code}:{Role.NATIONAL_ADMINISTRATOR}", SECRETARIAT})


def auditors() -> frozenset[str]:
    """Return who reads the whole log, with the names of those whom it speaks of."""
    return frozenset(f"{code}:{Role.AUDITOR}" for code in COUNTRIES)


@dataclass(frozen=True)
class Holding:
    """What one country holds at one level: who handed it in, and what others' objects are connected with."""

    country: Country
    officer: Officer
    seen_by: frozenset[str]
    photo: Material
    copy: Material
    film: Material
    series: Series


@dataclass
class CanaryWorld:
    """Everybody who asks, by country and role, and everything that stands where."""

    canaries: Canaries = field(default_factory=Canaries)
    askers: dict[str, Asker] = field(default_factory=dict)
    batches: list[Any] = field(default_factory=list)


def make_world() -> CanaryWorld:
    """Create all of it."""
    world = CanaryWorld()
    for code in (*COUNTRIES, "SS"):
        _make_country(world, code)
    _make_askers(world)
    group = _make_group(world, "AA", "BB")
    _make_group(world, "CC")
    held = _make_holdings(world, group)
    _cross(world, held["AA national"], held["CC national"])
    _hold_together(world, held)
    for asker in world.askers.values():
        _give_personal_things(world, asker, held)
    Country.objects.filter(code="SS").update(state=Country.State.SUSPENDED)
    _seal_what_happened(world)
    _note_what_the_store_knows(world)
    return world


def _make_country(world: CanaryWorld, code: str) -> None:
    """Create a country with everything that stands on its page."""
    put, seen = world.canaries.put, office(code)
    country = CountryFactory.create(code=code)
    secretary = Officer.objects.filter(role=Role.SECRETARIAT_ADMINISTRATOR).first() or officer_of(
        "IPSG", Role.SECRETARIAT_ADMINISTRATOR
    )
    put(Membership, seen, country=country, kind="country")
    put(Agreement, seen, country=country, signed_on=timezone.now().date(), received_by=secretary)
    put(CountryStep, seen, country=country, before="approved", after="active", taken_by=secretary)
    put(
        Approval,
        seen,
        act="country.approve",
        object_id=country.pk,
        country=secretary.unit.country,
        asked_by=secretary,
    )
    world.canaries.ids.setdefault("country_id", []).append(country.pk)


def _make_askers(world: CanaryWorld) -> None:
    """Create one asker of each role of each country, of a unit that hands nothing in."""
    for code in COUNTRIES:
        at_home = _at_home(code)
        # CC has opened things to the unit of AA's officer; custody names whoever took an original out.
        unit_known = at_home | (readers("CC") if code == "AA" else frozenset())
        unit = world.canaries.put(UnitFactory, unit_known, country=Country.objects.get(code=code))
        for role in _HOME_ROLES:
            known = at_home | (readers(*COUNTRIES) if f"{code}:{role}" in READERS else frozenset())
            officer = world.canaries.put(OfficerFactory, known, unit=unit, role=role)
            world.askers[f"{code}:{role}"] = signed_in(f"{code}:{role}", officer)
        world.canaries.put(
            Invitation,
            office(code),
            country=unit.country,
            unit=unit,
            role=Role.OFFICER,
            invited_by=officer,
            expires_at=timezone.now() + _DAY,
        )
        world.canaries.put(OfficerFactory, at_home, unit=unit, is_active=False, left_at=timezone.now())
    secretary = Officer.objects.get(role=Role.SECRETARIAT_ADMINISTRATOR)
    world.askers[SECRETARIAT] = signed_in(SECRETARIAT, secretary)
    world.askers["SS:analyst"] = signed_in("SS:analyst", officer_of("SS"))
    world.askers["nobody"] = Asker("nobody", None)


def _at_home(code: str) -> frozenset[str]:
    """Return who may learn the names of a country's officers and units that have shared nothing."""
    return frozenset(f"{code}:{role}" for role in _HOME_ROLES) | office(code) | auditors()


def _make_group(world: CanaryWorld, *codes: str) -> SharingGroup:
    """Create a sharing group of countries, which the first one owns."""
    members = [Country.objects.get(code=code) for code in codes]
    seen = readers(*codes) | {f"{code}:{Role.NATIONAL_ADMINISTRATOR}" for code in codes}
    group: SharingGroup = world.canaries.put(SharingGroupFactory, seen, owner=members[0])
    for country in members:
        world.canaries.put(
            GroupMembership,
            seen,
            group=group,
            country=country,
            state=GroupMembership.State.ACCEPTED,
            since=timezone.now(),
        )
    return group


def _make_holdings(world: CanaryWorld, group: SharingGroup) -> dict[str, Holding]:
    held = {
        "AA national": _make_holding(world, "AA", Sharing.NATIONAL, readers("AA")),
        "AA units": _make_holding(world, "AA", Sharing.UNITS, frozenset()),
        "AA members": _make_holding(world, "AA", Sharing.MEMBERS, readers(*COUNTRIES)),
        "AA group": _make_holding(world, "AA", Sharing.GROUP, readers("AA", "BB"), group),
        "BB national": _make_holding(world, "BB", Sharing.NATIONAL, readers("BB")),
        "BB members": _make_holding(world, "BB", Sharing.MEMBERS, readers(*COUNTRIES)),
        "CC national": _make_holding(world, "CC", Sharing.NATIONAL, readers("CC")),
        "CC granted": _make_holding(world, "CC", Sharing.NATIONAL, readers("AA", "CC")),
        "SS national": _make_holding(world, "SS", Sharing.NATIONAL, frozenset()),
    }
    _grant_all(world, held["CC granted"], to=world.askers["AA:officer"])
    return held


def _make_holding(
    world: CanaryWorld, code: str, level: Sharing, seen: frozenset[str], *groups: SharingGroup
) -> Holding:
    """Create what an officer of a unit of its own has handed in and concluded."""
    put, country = world.canaries.put, Country.objects.get(code=code)
    unit = put(UnitFactory, _at_home(code) | seen, country=country)
    officer = put(OfficerFactory, _at_home(code) | seen, unit=unit, role=Role.ANALYST)
    audience = audience_for(level, country, groups=[each.pk for each in groups], units=[unit.pk])
    shared = {"sharing": level, "audience": audience}
    photo, copy, film = (
        _make_material(world, officer, seen, kind, shared) for kind in ("photo", "photo", "video")
    )
    _make_damaged(world, officer, seen, shared)
    _connect(world, photo, copy, "copy", seen)
    _connect(world, photo, film, "scene", seen)
    make_stack(photo, copy)
    decision = DecisionFactory.about(
        officer,
        photo,
        copy,
        kind="copy",
        **world.canaries.values(DecisionFactory._meta.model, seen),
        **shared,
    )
    world.canaries.take(decision, seen)
    series = put(SeriesFactory, seen, created_by=officer, **shared)
    world.canaries.note(str(series.pk), "series.Series.id", seen | _readers_of_log(code))
    for material in (photo, copy):
        SeriesMaterialFactory.create(series=series, material=material)
    _make_restricted(world, officer, seen, series, shared)
    topic = put(TopicFactory, seen, series=series)
    put(PostFactory, seen, topic=topic)
    own = readers(code) & seen
    logged = own | _readers_of_log(code)
    values = world.canaries.values(Grant, own)
    with served(officer):
        grant = grant_material(
            by=officer,
            material=film,
            named=officer.email,
            whole_unit=False,
            expires_at=timezone.now() + _DAY,
            **values,
        )
    world.canaries.take(grant, logged)
    return Holding(country, officer, seen, photo, copy, film, series)


def _make_material(
    world: CanaryWorld, officer: Officer, seen: frozenset[str], kind: str, shared: dict[str, Any]
) -> Material:
    """Create a material that an officer handed in, with everything that machines found in it."""
    put = world.canaries.put
    media_type = {"photo": "image/jpeg", "video": "video/mp4"}[kind]
    material = _make_original(world, seen, kind=kind, media_type=media_type)
    world.canaries.note(material.sha256, "evidence.Material.sha256", seen)
    _hand_in(world, officer, material, seen, shared)
    for shown in Derivative.Kind.values:
        picture = world.canaries.word("evidence.Derivative picture", seen).encode()
        put(DerivativeFactory, seen, material=material, kind=shown, **kept_derivative(material, picture))
    analysis = put(AnalysisFactory, seen, material=material)
    put(CaptureFactsFactory, seen, material=material, analysis=analysis)
    put(FaceFactory, seen, material=material, analysis=analysis, model_id="sface-test")
    signal = put(ExactSignal, seen, kind=ExactSignal.Kind.LENS_SERIAL)
    ExactSignalMember.objects.create(signal=signal, material=material, analysis=analysis)
    return material


def _make_damaged(world: CanaryWorld, officer: Officer, seen: frozenset[str], shared: dict[str, Any]) -> None:
    """Create a file that could not be analyzed."""
    material = _make_original(world, seen)
    _hand_in(world, officer, material, seen, shared, analyzed_at=None, set_aside_at=timezone.now())
    world.canaries.put(
        PipelineRun, seen, material=material, state="quarantined", priority=6, started_at=timezone.now()
    )


def _hand_in(
    world: CanaryWorld,
    officer: Officer,
    material: Material,
    seen: frozenset[str],
    shared: dict[str, Any],
    **times: Any,
) -> None:
    batch = uuid4()
    submission = world.canaries.put(
        SubmissionFactory, seen, officer=officer, material=material, batch=batch, **shared, **times
    )
    country = officer.unit.country.code
    own, logged = readers(country) & seen, seen | _readers_of_log(country)
    world.canaries.note(str(submission.pk), "evidence.Submission.id", logged)
    world.canaries.note(str(batch), "evidence.Submission.batch", own)
    world.canaries.ids.setdefault("batch_id", []).append(batch)
    world.canaries.put(
        CustodyEvent, own, material=material, submission=submission, officer=officer, kind="received"
    )


def _make_restricted(
    world: CanaryWorld, officer: Officer, seen: frozenset[str], series: Series, shared: dict[str, Any]
) -> None:
    """Create a restricted file that somebody asks to withdraw, and tombstones of what is gone."""
    put, country, now = world.canaries.put, officer.unit.country, timezone.now()
    own = readers(country.code) & seen
    logged = own | _readers_of_log(country.code)
    material = _make_original(world, own)
    shelved = {"sharing": shared["sharing"], "audience": [NOBODY]}
    submission = put(SubmissionFactory, own, officer=officer, material=material, batch=None, **shelved)
    withdrawal = put(Withdrawal, own, country=country, asked_by=officer, files=1)
    for each in (submission, withdrawal):
        world.canaries.note(str(each.pk), f"{each._meta.label}.id", logged)
    put(Approval, own, act=WITHDRAW, object_id=withdrawal.pk, country=country, asked_by=officer)
    Retention.objects.filter(pk=submission.pk).update(
        standing="restricted",
        shelved_audience=shared["audience"],
        withdrawal=withdrawal,
        **world.canaries.values(Retention, own),
    )
    gone = {"material_id": uuid4(), "submission_id": uuid4(), "is_last": True, "audience": shared["audience"]}
    put(Disposal, own, country=country, withdrawal=withdrawal, cause="withdrawn", received_at=now, **gone)
    done = {"decided_at": now, "disposed_at": now, "audience": shared["audience"]}
    answer = {"decision_id": uuid4(), "kind": "face", "verdict": "same"}
    put(DisposedDecision, own, country=country, officer=officer, **answer, **done)
    DisposedMaterial.objects.create(
        series=series, material_id=uuid4(), added_by=officer, added_at=now, disposed_at=now
    )


def _make_original(world: CanaryWorld, seen: frozenset[str], **fields: Any) -> Material:
    """Create a material whose bytes in the store hold a canary."""
    content = world.canaries.word("evidence.Material original", seen).encode()
    sha256 = hashlib.sha256(content).hexdigest()
    material: Material = world.canaries.put(MaterialFactory, seen, sha256=sha256, size=len(content), **fields)
    return keep_original(material, content)


def _connect(world: CanaryWorld, one: Material, other: Material, kind: str, seen: Collection[str]) -> None:
    left, right = sorted((one, other), key=lambda material: material.pk)
    measures = {"score": 0.95, "threshold": 0.5, "algorithm": "test", "version": "1"}
    world.canaries.put(Match, seen, left=left, right=right, kind=kind, **measures)


def _grant_all(world: CanaryWorld, held: Holding, *, to: Asker) -> None:
    """Grant what a country holds to the whole unit of somebody elsewhere."""
    assert to.officer is not None
    terms: dict[str, Any] = {
        "by": held.officer,
        "named": to.officer.email,
        "whole_unit": True,
        "expires_at": timezone.now() + _DAY,
    }
    materials = Material.objects.filter(submissions__officer=held.officer)
    logged = held.seen_by | _readers_of_log(held.country.code)
    with served(held.officer):
        for material in materials:
            values = world.canaries.values(Grant, held.seen_by)
            world.canaries.take(grant_material(material=material, **terms, **values), logged)
        values = world.canaries.values(Grant, held.seen_by)
        world.canaries.take(grant_series(series_id=held.series.pk, **terms, **values), logged)


def _cross(world: CanaryWorld, one: Holding, other: Holding) -> None:
    """Connect what a country keeps with what another one keeps, in every way that there is."""
    _connect(world, one.photo, other.photo, "copy", ())
    _connect(world, one.photo, other.film, "scene", ())
    _connect(world, one.copy, other.copy, "face", ())
    SeriesMaterialFactory.create(series=one.series, material=other.photo)
    SeriesMaterialFactory.create(series=other.series, material=one.photo)
    make_stack(other.film, one.film)
    for holder, foreign in ((one, other), (other, one)):
        values = world.canaries.values(DecisionFactory._meta.model, holder.seen_by)
        decision = DecisionFactory.about(holder.officer, holder.photo, foreign.photo, kind="copy", **values)
        world.canaries.take(decision, holder.seen_by)
        _let_ask(world, holder, foreign)


def _let_ask(world: CanaryWorld, holder: Holding, asker: Holding) -> None:
    """Let a country have been told that another one holds something, and have asked for contact."""
    told, held = asker.copy.submissions.get(), holder.copy.submissions.get()
    hit = Hit.objects.create(submission=told, country=asker.country, unit=asker.officer.unit)
    world.canaries.take(hit, asker.seen_by)
    contact = Contact.objects.create(
        hit=hit, submission=held, country=holder.country, unit=holder.officer.unit, asked_at=timezone.now()
    )
    world.canaries.take(contact, holder.seen_by)


def _hold_together(world: CanaryWorld, held: Mapping[str, Holding]) -> None:
    """Let three countries have handed in one file, each keeping that to itself."""
    holders = [held[f"{code} national"] for code in COUNTRIES]
    seen = readers(*COUNTRIES)
    material = _make_original(world, seen)
    for holder in holders:
        shared = {"sharing": Sharing.NATIONAL, "audience": audience_for(Sharing.NATIONAL, holder.country)}
        _hand_in(world, holder.officer, material, holder.seen_by, shared)
        _connect(world, material, holder.film, "scene", holder.seen_by)


def _give_personal_things(world: CanaryWorld, asker: Asker, held: Mapping[str, Holding]) -> None:
    """Give an asker everything that is theirs alone, and an entry of the log."""
    if asker.officer is None:
        return
    put, seen = world.canaries.put, {asker.name} if asker.name in world.askers else frozenset()
    own = held.get(f"{asker.officer.unit.country.code} national", held["AA national"])
    put(ApiTokenFactory, seen, officer=asker.officer)
    put(AppFactory, seen, user=asker.officer)
    put(UserSessionFactory, seen, user=asker.officer)
    if asker.officer.role in (Role.OFFICER, Role.ANALYST):
        _send_something(world, asker.officer, seen)
    put(AccessAttempt, (), ip_address="192.0.2.9", failures_since_start=99)
    AccessAttempt.objects.create(
        username=asker.officer.email, ip_address="192.0.2.9", failures_since_start=99
    )
    for state in ("done", "failed"):
        query = put(PictureQuery, seen, officer=asker.officer, scopes=[], state=state)
        _answer(world, query, own.photo, seen & own.seen_by)
        _answer(world, query, held["CC national" if own.country.code != "CC" else "AA national"].copy, ())
    country = asker.officer.unit.country.code
    values = world.canaries.values(SealedEvent, {asker.name} | _readers_of_log(country))
    InboxEvent.objects.create(
        country_id=asker.officer.unit.country_id, officer_id=asker.officer.pk, act="search.asked", **values
    )


def _send_something(world: CanaryWorld, officer: Officer, seen: Collection[str]) -> None:
    """Put files on an officer's way in: one that stopped half-way, and one that was refused."""
    country = officer.unit.country
    batch = world.canaries.put(Batch, seen, officer=officer, country=country, announced_files=3)
    for state in (Upload.State.OPEN, Upload.State.REFUSED):
        given = {"state": state, "length": 10, "expires_at": timezone.now() + _DAY}
        world.canaries.put(Upload, seen, batch=batch, officer=officer, country=country, **given)


def _readers_of_log(code: str) -> frozenset[str]:
    """Return who reads the events of a country's officers beside themselves."""
    return frozenset({f"{code}:{Role.NATIONAL_ADMINISTRATOR}"}) | auditors()


def _answer(world: CanaryWorld, query: PictureQuery, material: Material, seen: Iterable[str]) -> None:
    measures = {"kind": "copy", "score": 0.9, "threshold": 0.5, "algorithm": "test"}
    world.canaries.put(PictureQueryHit, frozenset(seen), query=query, material=material, **measures)


def _seal_what_happened(world: CanaryWorld) -> None:
    """Seal the log so far and sign it; one more event waits to be sealed, and an order to be sent."""
    seal()
    make_checkpoints(private_key("A" * 43))
    for country in Country.objects.filter(code__in=COUNTRIES):
        seen = auditors() | {f"{country.code}:{role}" for role in _HOME_ROLES}
        for checkpoint in Checkpoint.objects.filter(chain=country.pk):
            world.canaries.note(checkpoint.note.split("\n")[2].lower(), "audit.Checkpoint.note", seen)
        values = world.canaries.values(InboxEvent, ())
        InboxEvent.objects.create(country_id=country.pk, act="search.asked", **values)
    world.canaries.put(OutboxMessage, (), task="test", queue="test", priority=6)


def _note_what_the_store_knows(world: CanaryWorld) -> None:
    """Have every wrapped key, and what lies sealed, count as a canary that nobody may meet."""
    for key in MaterialKey.objects.all():
        world.canaries.note(key.wrapped.lower(), "evidence.MaterialKey.wrapped", ())
    for stored in StoredObject.objects.all():
        world.canaries.note(stored.sha256, "evidence.StoredObject.sha256", ())
    world.canaries.put(StoredObject, (), shelf="derivatives", size=1)
