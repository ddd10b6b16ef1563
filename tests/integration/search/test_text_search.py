"""One search: what it finds, why, and how it counts; never past what the asker may see."""

from uuid import UUID

import pytest
from django.db import connection
from django.http import QueryDict
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import Officer
from evidence.models import Material
from media_analysis.models import ExactSignal, PictureHash, PipelineRun
from search.queries.words import TextSearch, text_search
from search.terms import FACETS, SearchTerms
from tests.cast import Cast
from tests.factories.evidence import SubmissionFactory, submitted
from tests.factories.media_analysis import AnalysisFactory, CaptureFactsFactory, share_signal
from tests.roles import served

pytestmark = pytest.mark.django_db

Counts = dict[str, int]


def search(officer: Officer, query: str) -> TextSearch:
    return text_search(officer, SearchTerms.from_querydict(QueryDict(query)))


def found(officer: Officer, query: str) -> set[UUID]:
    with served(officer):
        return {material.pk for material in search(officer, query).materials()}


def reasons(officer: Officer, query: str) -> list[tuple[str, ...]]:
    with served(officer):
        asked = search(officer, query)
        return [hit.reasons for hit in asked.explain(asked.materials())]


def counts(officer: Officer, query: str = "") -> dict[str, Counts]:
    with served(officer):
        facets = search(officer, query).facets()
    return {facet.name: {value.value: value.count for value in facet.values} for facet in facets}


def hashed(material: Material, pdq: bytes) -> None:
    bits = "".join(f"{byte:08b}" for byte in pdq)
    bands = [slot << 16 | int.from_bytes(pdq[2 * slot : 2 * slot + 2]) for slot in range(16)]
    analysis = AnalysisFactory.create(material=material, analyzer="hashes")
    PictureHash.objects.create(
        material=material,
        analysis=analysis,
        pdq=bits,
        quality=90,
        phash=1,
        dhash=1,
        bands=bands,
        route="test",
    )


@pytest.mark.parametrize(
    ("fields", "query", "reason"),
    [
        ({"file_name": "Blue Room.jpg"}, "q=blue", "file name"),
        ({"source_path": "phone/DCIM/Blue.jpg"}, "q=dcim", "source path"),
        ({"case_reference": "AA-2026-17"}, "q=aa-2026", "case reference"),
        ({"file_name": "100%.jpg"}, "q=100%25", "file name"),
    ],
)
def test_search_finds_what_officers_told(cast: Cast, fields: dict[str, str], query: str, reason: str) -> None:
    wanted = submitted(cast.owner, **fields)
    submitted(cast.owner, file_name="100x.jpg")
    assert found(cast.colleague, query) == {wanted.pk}
    assert reasons(cast.colleague, query) == [(reason,)]
    assert found(cast.partner, query) == set()


def test_search_wants_every_word_wherever_it_stands(cast: Cast) -> None:
    both = submitted(cast.owner, file_name="room.jpg", case_reference="AA-17")
    submitted(cast.owner, file_name="room.jpg")
    assert found(cast.owner, "q=room+aa-17") == {both.pk}
    assert reasons(cast.owner, "q=room+aa-17") == [("file name", "case reference")]


def test_words_of_a_hidden_submission_find_nothing(cast: Cast) -> None:
    material = submitted(cast.owner, file_name="plain.jpg")
    SubmissionFactory.create(material=material, officer=cast.partner, file_name="telling.jpg")
    assert found(cast.owner, "q=telling") == set()
    assert found(cast.partner, "q=telling") == {material.pk}


def test_search_finds_metadata(cast: Cast) -> None:
    material = submitted(cast.owner)
    CaptureFactsFactory.create(material=material, words="Canon EOS 5D Firmware 1.2")
    assert found(cast.owner, "q=firmware") == {material.pk}
    assert reasons(cast.owner, "q=firmware") == [("metadata",)]


@pytest.mark.parametrize("column", ["sha256", "sha1", "md5"])
def test_search_finds_digests(cast: Cast, column: str) -> None:
    material = submitted(cast.owner)
    digest = getattr(material, column)
    name = {"sha256": "SHA-256", "sha1": "SHA-1", "md5": "MD5"}[column]
    assert found(cast.owner, f"q={digest.upper()}") == {material.pk}
    assert reasons(cast.owner, f"q={digest}") == [(name,)]
    assert found(cast.partner, f"q={digest}") == set()


def test_search_finds_perceptual_hashes_with_their_distance(cast: Cast) -> None:
    near, far, foreign = submitted(cast.owner), submitted(cast.owner), submitted(cast.partner)
    typed = bytes(range(32))
    hashed(near, bytes([typed[0] ^ 0b11, *typed[1:]]))
    hashed(far, bytes(255 - byte for byte in typed))
    hashed(foreign, typed)
    assert found(cast.owner, f"q={typed.hex()}") == {near.pk}
    assert reasons(cast.owner, f"q=pdq:{typed.hex()}") == [("PDQ hash, distance 2 of 256 bits",)]


def test_search_finds_serial_numbers(cast: Cast) -> None:
    body, lens, foreign = submitted(cast.owner), submitted(cast.owner), submitted(cast.partner)
    share_signal(ExactSignal.Kind.BODY_SERIAL, "0042-7A", body, foreign)
    share_signal(ExactSignal.Kind.LENS_SERIAL, "0042-7A", lens)
    assert found(cast.owner, "q=0042-7A") == {body.pk, lens.pk}
    assert set(reasons(cast.owner, "q=serial:0042-7A")) == {
        ("camera serial number",), ("lens serial number",),
    }  # fmt: skip


def test_label_without_a_value_finds_nothing(cast: Cast) -> None:
    submitted(cast.owner)
    assert found(cast.owner, "q=pdq:nonsense") == set()


def test_what_was_read_for_others_is_not_found_before_ones_own_analysis(cast: Cast) -> None:
    material = submitted(cast.partner)
    SubmissionFactory.create(material=material, officer=cast.owner, analyzed_at=None)
    CaptureFactsFactory.create(
        material=material, make="Canon", model="5D", words="canon", taken_at="2026-01-02T03:04:05"
    )
    share_signal(ExactSignal.Kind.BODY_SERIAL, "0042-7A", material)
    hashed(material, bytes(range(32)))
    for query in ("q=canon", "q=0042-7A", f"q={bytes(range(32)).hex()}", "camera=Canon+5D", "taken=2026-01"):
        assert found(cast.owner, query) == set()
        assert found(cast.partner, query) == {material.pk}
    assert counts(cast.owner)["camera"] == counts(cast.owner)["taken"] == {}
    assert counts(cast.owner)["state"] == {"received": 1}


def test_facets_count_what_is_visible(cast: Cast) -> None:
    photo = submitted(cast.owner, priority="urgent")
    video = submitted(cast.owner, material__kind="video", analyzed_at=None)
    PipelineRun.objects.create(material=video, state="done", priority=6, started_at=timezone.now())
    CaptureFactsFactory.create(material=photo, make="Canon", model="EOS 5D", taken_at="2026-01-02T03:04:05")
    submitted(cast.partner, material__kind="video")
    shared = submitted(cast.partner, sharing="members")
    SubmissionFactory.create(material=shared, officer=cast.owner)
    assert counts(cast.owner) == {
        "country": {"AA": 3, "BB": 1},
        "kind": {"photo": 2, "video": 1},
        "camera": {"Canon EOS 5D": 1},
        "taken": {"2026-01": 1},
        "state": {"done": 2, "analyzing": 1},
        "urgency": {"urgent": 1, "routine": 2},
        "in_series": {"no": 3},
    }
    assert counts(cast.third)["country"] == {"BB": 1}
    assert counts(cast.administrator) == {name: {} for name in FACETS}


def test_facets_honour_the_others_and_not_themselves(cast: Cast) -> None:
    submitted(cast.owner, file_name="room-1.jpg", priority="urgent")
    submitted(cast.owner, file_name="room-2.mp4", material__kind="video")
    submitted(cast.owner, file_name="lamp.jpg")
    shown = counts(cast.owner, "q=room&kind=photo")
    assert shown["kind"] == {"photo": 1, "video": 1}
    assert shown["urgency"] == {"urgent": 1}
    assert counts(cast.owner, "q=room&kind=photo&urgency=routine")["urgency"] == {"urgent": 1, "routine": 0}


@pytest.mark.parametrize("facet", FACETS)
def test_a_facets_count_is_what_choosing_it_finds(cast: Cast, facet: str) -> None:
    photo = submitted(cast.owner, priority="urgent")
    video = submitted(
        cast.partner,
        sharing="members",
        material__kind="video",
        analyzed_at=None,
        set_aside_at=timezone.now(),
    )
    PipelineRun.objects.create(material=video, state="quarantined", priority=6, started_at=timezone.now())
    CaptureFactsFactory.create(material=photo, make="Canon", taken_at="2026-01-02T03:04:05")
    shown = counts(cast.owner)[facet]
    assert shown
    for value, count in shown.items():
        assert len(found(cast.owner, f"{facet}={value}")) == count


def test_values_of_one_facet_widen(cast: Cast) -> None:
    materials = {submitted(cast.owner, material__kind=kind).pk for kind in ("photo", "video")}
    assert found(cast.owner, "kind=photo&kind=video") == materials
    assert found(cast.owner, "kind=painting") == set()


def test_search_takes_the_same_number_of_queries(cast: Cast) -> None:
    def queries(more: int) -> int:
        for _ in range(more):
            material = submitted(cast.owner, file_name="room.jpg")
            CaptureFactsFactory.create(material=material, make="Canon", words="room")
        with CaptureQueriesContext(connection) as captured:
            assert reasons(cast.owner, "q=room")
            assert counts(cast.owner, "q=room")
        return len(captured)

    queries(1)
    assert queries(1) == queries(8)


@pytest.mark.parametrize(
    ("make", "model", "camera"),
    [
        ("Canon", "EOS 5D", "Canon EOS 5D"),
        ("Canon", "Canon EOS 5D", "Canon EOS 5D"),
        ("NIKON", "Nikon D90", "Nikon D90"),
        ("", "D90", "D90"),
        ("Canon", "", "Canon"),
    ],
)
def test_camera_is_named_once(cast: Cast, make: str, model: str, camera: str) -> None:
    material = submitted(cast.owner)
    CaptureFactsFactory.create(material=material, make=make, model=model)
    assert counts(cast.owner)["camera"] == {camera: 1}
    assert found(cast.owner, f"camera={camera}") == {material.pk}
