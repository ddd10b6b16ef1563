"""Every address as everybody: signed out, the owner, another country, and roles without a right to media.

The addresses come from the URLconf. A new one is swept without being named here; only a new kind of
object in an address has to be added to `World`.
"""

import re
from typing import Final
from urllib.parse import urlsplit
from uuid import uuid4

import pytest
from django.http.response import HttpResponseBase
from django.test import Client
from django.urls import reverse

from accounts.middleware import EXEMPT_URL_NAMES
from accounts.models import Officer
from tests.addresses import Address, all_addresses
from tests.cast import Cast
from tests.factories.evidence import submitted
from tests.factories.queues import queues_alive
from tests.world import FILE_NAME, SERIES_NAME, World, body_of

pytestmark = pytest.mark.django_db

STRANGERS: Final = ("partner", "third", "administrator", "national_administrator", "auditor")
WITHOUT_MEDIA: Final = ("administrator", "national_administrator", "auditor")

# Whoever asks: an upload's label that is not of the asker's country is one of an upload without files.
EMPTY_TO_STRANGERS: Final = frozenset({"batch", "batch_fragment"})

# What a national administrator does for the country.
OF_ADMINISTRATORS: Final = frozenset({"accept_group", "leave_group", "end_group", "remove_from_group"})

_GOES_ON: Final = frozenset({200, 204, 302, 400, 405, 415, 422})


def _signed_in(officer: Officer) -> Client:
    client = Client()
    client.force_login(officer)
    return client


def _with_objects() -> list[Address]:
    return [address for address in all_addresses() if address.parameters]


def test_addresses_name_nothing_that_the_world_lacks(world: World) -> None:
    named = frozenset().union(*(address.parameters for address in all_addresses()))

    assert named - {"kind"} <= world.objects.keys() | world.offices.keys()


def test_exempt_names_are_of_the_urlconf() -> None:
    assert {address.name for address in all_addresses()} >= EXEMPT_URL_NAMES


@pytest.mark.parametrize("method", ["get", "post"])
def test_signed_out_nothing_answers_but_the_exempt(client: Client, world: World, method: str) -> None:
    wrong = {}
    for address in all_addresses():
        answer = getattr(client, method)(world.path(address))
        is_sent_away = (
            answer.status_code == 401
            if address.is_api
            else answer.status_code == 302 and urlsplit(answer["Location"]).path == reverse("sign_in")
        )
        if is_sent_away is (address.name in EXEMPT_URL_NAMES):
            wrong[address.route] = answer.status_code

    assert wrong == {}


def test_owner_opens_every_page(cast: Cast, world: World, valkey_server: str) -> None:
    """Without this, every refusal below could come from a page that nobody can open."""
    queues_alive()
    client = _signed_in(cast.owner)
    opened = [address for address in all_addresses() if not address.is_office]
    answers = {address.name: client.get(world.path(address)) for address in opened}
    statuses = {name: answer.status_code for name, answer in answers.items()}
    bodies = "".join(body_of(answer) for answer in answers.values())

    assert {name: status for name, status in statuses.items() if status not in {200, 302, 405}} == {}
    assert sum(statuses[address.name] == 200 for address in opened if address.parameters) >= 8
    assert {FILE_NAME, SERIES_NAME} <= set(world.betrayals(bodies))


def test_analyst_may_write_to_every_object(cast: Cast, world: World) -> None:
    """Without this, a write that is refused to strangers could be one that is refused to everybody."""
    # Somebody else's token, factor and session; and the world's grant is of its material.
    own = {"revoke_token", "end_access_to_series", "remove_factor", "end_session"} | OF_ADMINISTRATORS
    # Files are sent by one officer, from their own computer.
    own |= {"end_batch", "api_upload", "api_finish_upload", "api_declare_upload"}
    # By the page the same hit was asked a moment before.
    own |= {"api_ask_for_contact"}
    client = _signed_in(cast.analyst)
    statuses = {
        address.name: client.post(world.path(address)).status_code
        for address in _with_objects()
        if address.name not in own and not address.is_office
    }

    assert {name: status for name, status in statuses.items() if status not in _GOES_ON} == {}


def test_administrators_open_every_office(cast: Cast, world: World) -> None:
    """Without this, the refusals of offices below could come from pages that nobody can open."""
    offices = [address for address in all_addresses() if address.is_office]
    own, secretariat = (_signed_in(each) for each in (cast.national_administrator, cast.administrator))
    opened = {each.name: own.get(world.path(each)).status_code for each in offices}
    written = {each.name: own.post(world.path(each)).status_code for each in offices if each.parameters}
    overseen = {each.name: secretariat.get(world.path(each)).status_code for each in offices}

    closed = {name for name, status in opened.items() if status not in {200, 302, 405}}
    assert closed == {"platform", "platform_figures"}
    # The secretariat alone enters agreements and names administrators, but forms are looked at first.
    assert {name: status for name, status in written.items() if status not in {200, 302, 405}} == {}
    closed = {name for name, status in overseen.items() if status == 403}
    assert closed == {"invite_officer", "import_officers", "locked_out"}


@pytest.mark.parametrize("part", ["third", "administrator"])
@pytest.mark.parametrize("method", ["get", "post"])
def test_stranger_cannot_tell_an_object_from_a_missing_one(
    cast: Cast, world: World, part: str, method: str
) -> None:
    stranger = getattr(cast, part)
    wrong = {}
    for address in _with_objects():
        if address.is_office and part == "administrator":
            continue
        there, nowhere = world.path(address), world.path_to_nothing(address)
        # A session each: a message of one answer must not show on the next.
        met, missed = (getattr(_signed_in(stranger), method)(path) for path in (there, nowhere))
        is_opened = met.status_code == 200 and address.name not in EMPTY_TO_STRANGERS
        if is_opened or _told(met, there) != _told(missed, nowhere):
            wrong[address.route] = (met.status_code, missed.status_code)

    assert wrong == {}


@pytest.mark.parametrize("part", STRANGERS)
def test_stranger_is_shown_nothing_of_the_owners(cast: Cast, world: World, part: str) -> None:
    client = _signed_in(getattr(cast, part))
    wrong = {}
    for address in all_addresses():
        path = world.path(address)
        shown = world.betrayals(body_of(client.get(path)).replace(path, ""))
        if shown:
            wrong[address.route] = shown

    assert wrong == {}


@pytest.mark.parametrize("part", WITHOUT_MEDIA)
def test_role_without_media_sees_not_even_what_is_shared_with_all(cast: Cast, part: str) -> None:
    shared = submitted(cast.owner, sharing="members", file_name="shared-with-all-members.jpg")
    client = _signed_in(getattr(cast, part))
    lists = [address for address in all_addresses() if not address.parameters]
    bodies = "".join(body_of(client.get(address.path({}))) for address in lists)

    assert "shared-with-all-members.jpg" not in bodies
    assert str(shared.pk) not in bodies
    assert client.get(reverse("api_material", args=[shared.pk])).status_code in {403, 404}


def _told(answer: HttpResponseBase, path: str) -> tuple[int, str]:
    """Return status and body without the address itself and the token that every page renews."""
    body = body_of(answer).replace(path, "")
    for part in path.split("/"):
        body = body.replace(part, "") if len(part) == len(str(uuid4())) else body
    return answer.status_code, re.sub(r"\b[A-Za-z0-9]{64}\b", "", body)
