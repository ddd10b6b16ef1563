"""One file, two countries: whoever hands it in second sees what whoever hands in a new file sees.

Two worlds are compared answer by answer: in one the partner holds the file already and shares it with
nobody, in the other nobody does.
"""

import re
import time
from datetime import timedelta
from difflib import unified_diff
from statistics import median
from uuid import uuid4

import pytest
from django.db import transaction
from django.db.models import F
from django.test import Client
from django.urls import reverse

from accounts.models import Officer
from evidence.models import Derivative, Material, Submission
from media_analysis.models import Analysis, PipelineRun
from media_analysis.queries.progress import progress_of
from media_analysis.services import pipeline
from tests.cast import Cast
from tests.conftest import RoleSwitch
from tests.desk import Desk
from tests.drawn.rooms import Camera, drawn_room, photograph
from tests.hostile.made import clip, photo
from tests.integration.media_analysis.test_pipeline import jpeg

pytestmark = [pytest.mark.django_db, pytest.mark.slow]

Answer = tuple[int, dict[str, str], str]

_UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
_ONE_TIME = re.compile(
    r'(csrf-token" content="|X-CSRFToken": "|csrfmiddlewaretoken" value="|nonce-|nonce=")[\w+/=-]+'
)
_INSTANT = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d(\.\d+)?)?(Z|\+00:00)?")


def a_photo() -> bytes:
    """Return a photo in which every analyzer finds something, with a serial number."""
    return jpeg(photograph(drawn_room(1), Camera()), serial="DR-4711")


class World:
    """Where an officer hands one file in and the engine works at it, step by step."""

    def __init__(self, desk: Desk, as_engine: RoleSwitch, officer: Officer) -> None:
        self._desk = desk
        self._as_engine = as_engine
        self._officer = officer
        self._client = Client()
        self._client.force_login(officer)

    def seen(self, content: bytes) -> list[dict[str, Answer]]:
        """Hand a file in and return everything that is answered before, while and after it is analyzed."""
        batch = uuid4()
        self._desk.lose_what_is_ordered()
        material = self._desk.hand_in(self._officer, content, batch=batch)
        return self.steps(self.addresses_of(material, batch))

    def steps(self, addresses: list[str]) -> list[dict[str, Answer]]:
        """Return all that is answered now, and after each thing that is ordered."""
        seen = [self._look(addresses)]
        while self._desk.work_one() is not None:
            seen.append(self._look(addresses))
        return seen

    @staticmethod
    def addresses_of(material: Material, batch: object) -> list[str]:
        """Return every address that speaks of the material."""
        of_material = ("material", "material_progress", "material_overview", "playable")
        return [
            *(reverse(f"api_{name}") for name in ("materials", "submissions", "search", "proposals")),
            reverse("api_material", args=[material.pk]),
            reverse("api_material_matches", args=[material.pk]),
            reverse("batch_fragment", args=[batch]),
            *(reverse(name) for name in ("materials", "queue", "running")),
            f"{reverse('materials')}?state=received",
            f"{reverse('search')}?q=DR-4711",
            f"{reverse('search')}?q=drawn",
            *(
                reverse(name if name != "playable" else "evidence:playable", args=[material.pk])
                for name in of_material
            ),
            *(
                f"{reverse('material_tab', args=[material.pk])}?tab={tab}"
                for tab in ("faces", "metadata", "origin")
            ),
            *(reverse("evidence:derivative", args=[material.pk, kind]) for kind in Derivative.Kind.values),
        ]

    def _look(self, addresses: list[str]) -> dict[str, Answer]:
        ids: dict[str, str] = {}
        return {self._named(ids, address): self._answer(ids, address) for address in addresses}

    def _answer(self, ids: dict[str, str], address: str) -> Answer:
        answer = self._client.get(address)
        body = answer.getvalue()
        text = (
            body.decode()
            if "text" in answer["Content-Type"] or "json" in answer["Content-Type"]
            else repr(body[:64])
        )
        headers = {name: value for name, value in answer.headers.items() if name != "Set-Cookie"}
        return (
            answer.status_code,
            {k: self._named(ids, v) for k, v in headers.items()},
            self._named(ids, text),
        )

    @staticmethod
    def _named(ids: dict[str, str], text: str) -> str:
        """Replace what is different each time: ids by the order in which they appear, instants, tokens."""
        text = _UUID.sub(lambda found: ids.setdefault(found[0], f"id-{len(ids)}"), text)
        return _INSTANT.sub("instant", _ONE_TIME.sub(r"\1once", text))


@pytest.fixture
def world(cast: Cast, desk: Desk, as_engine: RoleSwitch) -> World:
    """Return the world of the owner."""
    return World(desk, as_engine, cast.owner)


def differences(one: Answer, other: Answer) -> list[str]:
    """Return the lines in which two answers differ."""
    left, right = ([*map(str, answer[:2]), *answer[2].splitlines()] for answer in (one, other))
    return [
        line for line in unified_diff(left, right, n=0, lineterm="") if line[:3] not in ("---", "+++", "@@ ")
    ]


def hold_silently(desk: Desk, officer: Officer, content: bytes) -> Material:
    """Let an officer have handed the file in yesterday, and have it analyzed then."""
    material = desk.hand_in(officer, content)
    desk.work_off()
    day = timedelta(days=1)
    Submission.objects.update(
        received_at=F("received_at") - day,
        waits_since=F("waits_since") - day,
        analyzed_at=F("analyzed_at") - day,
        set_aside_at=F("set_aside_at") - day,
    )
    PipelineRun.objects.update(
        queued_at=F("queued_at") - day, started_at=F("started_at") - day, finished_at=F("finished_at") - day
    )
    Analysis.objects.update(planned_at=F("planned_at") - day, finished_at=F("finished_at") - day)
    return material


@pytest.mark.parametrize(
    "content",
    [a_photo(), a_photo()[:2000], clip("mp4"), clip("avi")],
    ids=["photo", "damaged-photo", "video", "video-with-proxy"],
)
def test_answers_are_those_of_a_new_file(cast: Cast, desk: Desk, world: World, content: bytes) -> None:
    """Every address, at every step, with status, headers and body."""
    with transaction.atomic():
        new = world.seen(content)
        transaction.set_rollback(True)
    hold_silently(desk, cast.partner, content)

    held = world.seen(content)

    check_same(held, new)


def check_same(held: list[dict[str, Answer]], new: list[dict[str, Answer]]) -> None:
    """Check that every answer of every step is the same."""
    assert len(held) == len(new)
    for step, (answers, expected) in enumerate(zip(held, new, strict=True)):
        assert answers.keys() == expected.keys(), step
        for address, answer in answers.items():
            assert (address, *differences(answer, expected[address])) == (address,)


def test_dates_are_the_askers_own(cast: Cast, desk: Desk, client: Client) -> None:
    """No date of another country's submission stands in any answer."""
    content = a_photo()
    material = hold_silently(desk, cast.partner, content)
    yesterday = Submission.objects.get().received_at.date().isoformat()
    desk.hand_in(cast.owner, content)
    desk.work_off()
    client.force_login(cast.owner)

    for address in (
        reverse("api_material", args=[material.pk]),
        reverse("material", args=[material.pk]),
        f"{reverse('material_tab', args=[material.pk])}?tab=origin",
    ):
        assert yesterday not in client.get(address).content.decode()


def test_first_holder_sees_nothing_of_the_second(cast: Cast, desk: Desk, as_engine: RoleSwitch) -> None:
    """What was analyzed or set aside stays so while the next country's submission is looked at."""
    for content in (a_photo(), a_photo()[:2000]):
        held = hold_silently(desk, cast.partner, content)
        before = progress_of(cast.partner, [held.pk])
        desk.hand_in(cast.owner, content)

        during = []
        while desk.work_one() is not None:
            during.append(progress_of(cast.partner, [held.pk]))

        assert during
        assert all(each == before for each in during)


def test_run_that_had_begun_is_for_those_who_waited_then(
    cast: Cast, desk: Desk, as_engine: RoleSwitch
) -> None:
    """Who hands the same file in meanwhile waits for a run of their own."""
    content = photo("JPEG")
    material = desk.hand_in(cast.partner, content)
    desk.work_one()
    desk.hand_in(cast.owner, content)

    with as_engine():
        pipeline.match(material.pk)
    states = [
        progress_of(officer, [material.pk])[material.pk].state for officer in (cast.partner, cast.owner)
    ]
    desk.work_off()

    assert states == ["done", "received"]
    assert progress_of(cast.owner, [material.pk])[material.pk].state == "done"


def test_receipt_takes_as_long_as_that_of_a_new_file(cast: Cast, desk: Desk) -> None:
    """No shortcut tells that the bytes are in the store already: medians of files that differ in one byte."""
    held = [photo("JPEG") + bytes([number]) for number in range(15)]
    new = [content + b"." for content in held]
    for content in held:
        desk.hand_in(cast.partner, content)

    medians = [median(_seconds(desk, cast.owner, content) for content in files) for files in (held, new)]

    assert 1 / 3 < medians[0] / medians[1] < 3


def _seconds(desk: Desk, officer: Officer, content: bytes) -> float:
    began = time.perf_counter()
    desk.hand_in(officer, content)
    return time.perf_counter() - began
