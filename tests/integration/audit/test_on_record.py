"""What a request leaves on record: who, from where, through what, which objects, under which right."""

from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urlencode
from uuid import uuid4

import pytest
from django.db import OperationalError, connection
from django.test import Client
from django.urls import reverse

from accounts.audit.models import InboxEvent, Outcome
from accounts.audit.origin import via_session
from accounts.audit.recording import Circumstances, under, write_gathered
from accounts.audit.viewing import note_unnamed, showed
from accounts.models import Officer
from accounts.services import issue_token
from evidence.models import Material
from tests.cast import Cast
from tests.factories.accounts import PASSWORD
from tests.factories.evidence import DerivativeFactory, submitted
from tests.factories.series import SeriesFactory
from tests.kept import keep_original, kept_derivative
from tests.world import body_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def photo(cast: Cast) -> Material:
    """Return a photo of the owner that can be looked at blurred and sharp."""
    made = submitted(cast.owner)
    for kind in ("blurred", "thumbnail", "preview"):
        picture = f"bytes of a {kind}".encode()
        DerivativeFactory.create(material=made, kind=kind, **kept_derivative(made, picture))
    return made


def _signed_in(officer: Officer) -> Client:
    client = Client(REMOTE_ADDR="192.0.2.7")
    client.force_login(officer)
    return client


def test_page_says_who_from_where_through_what_and_under_which_right(cast: Cast, photo: Material) -> None:
    client = _signed_in(cast.owner)
    client.get(reverse("material", args=[photo.pk]), {"tab": "origin"})

    event = InboxEvent.objects.get()
    assert (event.act, event.purpose, event.right) == ("material.viewed", "material", "material.see")
    assert (event.officer_id, event.unit_id) == (cast.owner.pk, cast.owner.unit_id)
    assert (event.address, event.via) == ("192.0.2.7", via_session(client.session.session_key))
    assert event.objects_named == [photo.pk]
    assert event.detail == {"tab": "origin"}


def test_token_is_named_by_its_id(cast: Cast, photo: Material, client: Client) -> None:
    text = issue_token(by=cast.owner, officer=cast.owner)
    client.get(reverse("api_material", args=[photo.pk]), headers={"Authorization": f"Bearer {text}"})

    event = InboxEvent.objects.get(act="material.viewed")
    assert event.via == f"token {cast.owner.api_tokens.get().pk}"
    assert event.officer_id == cast.owner.pk


def test_grid_is_one_event_and_each_reveal_its_own(cast: Cast, photo: Material) -> None:
    other = submitted(cast.owner)
    client = _signed_in(cast.owner)
    client.get(reverse("materials"))
    for kind in ("blurred", "thumbnail", "preview", "thumbnail"):
        body_of(client.get(reverse("evidence:derivative", args=[photo.pk, kind])))

    (grid,) = InboxEvent.objects.filter(act="materials.listed")
    assert set(grid.objects_named) == {photo.pk, other.pk}
    reveals = InboxEvent.objects.filter(act="media.viewed").order_by("happened_at")
    assert [event.detail["kind"] for event in reveals] == ["thumbnail", "preview", "thumbnail"]
    assert {tuple(event.objects_named) for event in reveals} == {(photo.pk,)}


def test_search_is_kept_with_its_terms_and_what_was_shown(cast: Cast) -> None:
    found = submitted(cast.owner, file_name="wallpaper.jpg")
    submitted(cast.owner, file_name="curtain.jpg")
    _signed_in(cast.owner).get(reverse("search"), {"q": "wallpaper\x00", "kind": "photo"})

    event = InboxEvent.objects.get(act="search.asked")
    assert event.detail == {"words": "wallpaper", "kind": ["photo"]}
    assert event.objects_named == [found.pk]


def test_export_is_kept_with_its_reason(cast: Cast) -> None:
    photo = keep_original(submitted(cast.owner), b"bytes")
    address = reverse("evidence:original", args=[photo.pk])
    body_of(_signed_in(cast.owner).post(address, {"reason": "Court order 7"}))

    event = InboxEvent.objects.get(act="original.exported")
    assert event.detail == {"reason": "Court order 7"}
    assert (event.objects_named[0], event.right) == (photo.pk, "original.export")


def test_post_is_kept_without_its_text(cast: Cast) -> None:
    series = SeriesFactory.create(created_by=cast.analyst)
    told = {"series": series.pk, "title": "Whose?", "text": "Only said in the forum."}
    _signed_in(cast.analyst).post(reverse("forum"), told)

    event = InboxEvent.objects.get(act="topic.opened")
    assert series.pk in event.objects_named
    assert "Only said" not in str(vars(event))
    assert "Whose" not in str(vars(event))


def test_sign_in_and_out_are_on_record(cast: Cast, client: Client) -> None:
    client.post(reverse("sign_in"), {"username": cast.owner.email, "password": PASSWORD})
    via = via_session(client.session.session_key)
    client.post(reverse("sign_out"))

    events = InboxEvent.objects.order_by("happened_at").values_list("act", "outcome", "officer_id", "via")
    assert list(events) == [
        ("session.begun", "done", cast.owner.pk, via),
        ("session.ended", "done", cast.owner.pk, via),
    ]


@pytest.mark.parametrize("is_known", [True, False])
def test_failed_sign_in_keeps_nothing_that_was_typed(
    cast: Cast,
    client: Client,
    *,
    is_known: bool,
) -> None:
    typed = cast.owner.email if is_known else "my-password@nowhere.example"
    client.post(reverse("sign_in"), {"username": typed, "password": "wrong"})

    event = InboxEvent.objects.get()
    assert (event.act, event.outcome) == ("session.refused", Outcome.REFUSED)
    assert event.officer_id == (cast.owner.pk if is_known else None)
    assert typed not in str(vars(event))


@pytest.mark.parametrize("part", ["third", "auditor"])
def test_refusal_names_the_object_and_the_reason(cast: Cast, photo: Material, part: str) -> None:
    officer = getattr(cast, part)
    _signed_in(officer).get(reverse("evidence:derivative", args=[photo.pk, "preview"]))

    event = InboxEvent.objects.get()
    assert (event.act, event.outcome) == ("access.refused", Outcome.REFUSED)
    assert (event.officer_id, event.objects_named) == (officer.pk, [photo.pk])
    assert (event.purpose, event.detail) == ("evidence:derivative", {"reason": "not_found"})


def test_refusal_names_what_a_form_named(cast: Cast, photo: Material) -> None:
    series = SeriesFactory.create(created_by=cast.partner_analyst)
    client = _signed_in(cast.partner_analyst)
    form = urlencode({"series": series.pk, "material": photo.pk})
    client.post(reverse("add_to_series"), form, content_type="application/x-www-form-urlencoded")
    client.post(
        reverse("api_series_materials", args=[series.pk]),
        {"materials": [str(photo.pk)]},
        content_type="application/json",
    )

    refusals = InboxEvent.objects.filter(outcome=Outcome.REFUSED)
    assert [set(event.objects_named) for event in refusals] == [{series.pk, photo.pk}] * 2


def test_refusal_of_a_right_is_told_apart(cast: Cast) -> None:
    _signed_in(cast.owner).post(reverse("api_series_list"), {"name": "x"}, content_type="application/json")

    assert InboxEvent.objects.get().detail == {"reason": "denied"}


def test_signed_out_leaves_an_event_only_where_an_object_was_named(client: Client, photo: Material) -> None:
    for address in ("/", "/nowhere/", reverse("material", args=[photo.pk])):
        client.get(address)

    event = InboxEvent.objects.get()
    assert (event.officer_id, event.objects_named) == (None, [photo.pk])
    assert (event.purpose, event.detail) == ("material", {"reason": "signed_out"})


@contextmanager
def _no_room_in_the_log() -> Iterator[None]:
    """Have the database refuse every event, as a full disk would."""
    with connection.cursor() as cursor:
        cursor.execute("REVOKE INSERT ON audit_inboxevent FROM icse_app")
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute("GRANT INSERT ON audit_inboxevent TO icse_app")


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("name", ["material", "api_material", "evidence:derivative"])
def test_nothing_is_shown_that_cannot_be_put_on_record(cast: Cast, photo: Material, name: str) -> None:
    is_file = name == "evidence:derivative"
    address = reverse(name, args=[photo.pk, "preview"] if is_file else [photo.pk])
    secret = "bytes of a preview" if is_file else photo.sha256
    client = _signed_in(cast.owner)
    with _no_room_in_the_log():
        answer = client.get(address)

    assert answer.status_code == 503
    assert not answer.streaming
    assert secret not in body_of(answer)
    assert secret in body_of(client.get(address))


@pytest.mark.django_db(transaction=True)
def test_change_that_cannot_be_put_on_record_is_not_made(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*args: object, **kwargs: object) -> None:
        raise OperationalError

    series = SeriesFactory.create(created_by=cast.analyst, name="Before")
    client = _signed_in(cast.analyst)
    client.raise_request_exception = False
    monkeypatch.setattr(InboxEvent, "save", refuse)
    answer = client.post(
        reverse("describe_series", args=[series.pk]), {"name": "After", "priority": "routine"}
    )

    assert answer.status_code == 503
    series.refresh_from_db()
    assert series.name == "Before"


def test_what_no_page_speaks_of_is_written_nevertheless(cast: Cast) -> None:
    ids = [uuid4() for _ in range(1100)]
    with under(Circumstances()) as circumstances:
        showed(ids)
        note_unnamed(circumstances)
        write_gathered(circumstances)

    events = InboxEvent.objects.filter(act="page.viewed")
    assert sorted(len(event.objects_named) for event in events) == [100, 500, 500]
