"""The API of decisions, series and proposals."""

from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import Officer
from media_analysis.models import ExactSignal
from series.models import Decision, Series, SeriesMaterial
from tests.cast import Cast
from tests.factories.evidence import submitted
from tests.factories.media_analysis import CaptureFactsFactory, connect, share_signal
from tests.factories.series import SeriesFactory, SeriesMaterialFactory

pytestmark = pytest.mark.django_db

API = "/api/v1"
# Fixed, so that parallel runs collect the same tests.
NOBODYS, NOTHING = "5f0e3c1a-9d5b-4a50-8a5e-0b8a3f1f6d11", "9c7b1d2e-3f64-4c88-b0a7-71d2c3b4e5f6"


def as_officer(officer: Officer) -> Client:
    client = Client()
    client.force_login(officer)
    return client


def post(client: Client, path: str, **told: Any) -> Any:
    return client.post(f"{API}/{path}", told, content_type="application/json")


@pytest.fixture
def analyst(cast: Cast) -> Client:
    """Return AA's analyst's client."""
    return as_officer(cast.analyst)


def test_decision_is_said_read_changed_and_taken_back(cast: Cast, analyst: Client) -> None:
    match = connect(submitted(cast.owner), submitted(cast.owner), "face", distance=0.3)
    path = f"matches/{match.pk}/decision/"
    assert analyst.get(f"{API}/{path}").status_code == 404
    assert post(analyst, path, verdict="same", reason="scar").json()["verdict"] == "same"
    assert post(analyst, path, verdict="unsure").status_code == 200
    told = as_officer(cast.colleague).get(f"{API}/{path}").json()
    assert (told["verdict"], told["kind"], told["left"]) == ("unsure", "face", str(match.left_id))
    assert analyst.delete(f"{API}/{path}").status_code == 204
    assert analyst.delete(f"{API}/{path}").status_code == 204
    assert analyst.get(f"{API}/{path}").status_code == 404


def test_decision_on_a_hub_match(cast: Cast, analyst: Client) -> None:
    one, other = submitted(cast.owner), submitted(cast.owner)
    signal = share_signal(ExactSignal.Kind.BODY_SERIAL, "4711", one, other)
    left, right = signal.members.order_by("material")
    answer = post(analyst, f"matches/{left.pk}_{right.pk}/decision/", verdict="same")
    assert (answer.status_code, answer.json()["kind"]) == (200, "device")


@pytest.mark.parametrize("match", ["nonsense", NOBODYS, f"{NOBODYS}_{NOTHING}", "x_y"])
def test_decision_on_nothing_is_not_found(analyst: Client, match: str) -> None:
    answer = post(analyst, f"matches/{match}/decision/", verdict="same")
    assert (answer.status_code, answer.json()["error"]["reason"]) == (404, "not_found")


def test_decision_refusals(cast: Cast, analyst: Client) -> None:
    match = connect(submitted(cast.owner), submitted(cast.owner), "face")
    path = f"matches/{match.pk}/decision/"
    assert post(analyst, path, verdict="perhaps").status_code == 400
    assert post(as_officer(cast.owner), path, verdict="same").status_code == 403
    assert post(as_officer(cast.partner_analyst), path, verdict="same").status_code == 404
    assert post(Client(), path, verdict="same").status_code == 401
    assert not Decision.objects.exists()


def test_series_from_start_to_merge(cast: Cast, analyst: Client) -> None:
    one, other = submitted(cast.owner), submitted(cast.owner)
    CaptureFactsFactory.create(material=one, make="Canon", model="5D", latitude=47.37, longitude=8.54)
    started = post(analyst, "series/", name="Blue wallpaper", materials=[str(one.pk)])
    assert started.status_code == 201, started.content
    path = f"series/{started.json()['id']}/"
    assert started.json()["devices"] == [{"make": "Canon", "model": "5D", "body_serial": "", "materials": 1}]
    assert started.json()["places"] == [{"latitude": 47.37, "longitude": 8.54, "materials": 1}]
    assert post(analyst, f"{path}materials/", materials=[str(other.pk)]).json()["material_count"] == 2
    listed = analyst.get(f"{API}/{path}materials/").json()
    assert [each["id"] for each in listed["results"]] == [str(one.pk), str(other.pk)]
    assert analyst.delete(f"{API}/{path}materials/{other.pk}/").status_code == 204
    changed = analyst.patch(f"{API}/{path}", {"priority": "urgent"}, content_type="application/json")
    assert (changed.json()["priority"], changed.json()["material_count"]) == ("urgent", 1)
    second = post(analyst, "series/", name="Second").json()["id"]
    assert post(analyst, f"{path}merge/", other=second).status_code == 200
    assert analyst.get(f"{API}/series/{second}/").json()["merged_into"] == started.json()["id"]
    assert [each["name"] for each in analyst.get(f"{API}/series/").json()["results"]] == ["Blue wallpaper"]
    assert analyst.get(f"{API}/series/?q=yellow").json()["count"] == 0
    assert post(analyst, f"{path}sharing/", sharing="members").json()["sharing"] == "members"
    assert as_officer(cast.partner).get(f"{API}/{path}").json()["material_count"] == 0


@pytest.mark.parametrize("part", ["partner", "third", "administrator"])
def test_foreign_series_is_not_found_anywhere(cast: Cast, part: str) -> None:
    series = SeriesFactory.create(created_by=cast.analyst)
    client = as_officer(getattr(cast, part))
    for path in ("", "materials/", "proposals/"):
        assert client.get(f"{API}/series/{series.pk}/{path}").status_code == 404
        assert client.get(f"{API}/series/{uuid4()}/{path}").status_code == 404
    assert client.get(f"{API}/series/").json()["count"] == 0


def test_series_with_foreign_materials_writes_nothing(cast: Cast, analyst: Client) -> None:
    foreign = submitted(cast.partner)
    series = SeriesFactory.create(created_by=cast.analyst)
    assert post(analyst, "series/", name="New", materials=[str(foreign.pk)]).status_code == 404
    assert post(analyst, f"series/{series.pk}/materials/", materials=[str(foreign.pk)]).status_code == 404
    assert post(analyst, f"series/{series.pk}/materials/", materials=["nonsense"]).status_code == 400
    assert (Series.objects.count(), SeriesMaterial.objects.count()) == (1, 0)


def test_merge_across_countries_is_refused_in_words(cast: Cast, analyst: Client) -> None:
    own, foreign = (
        SeriesFactory.create(created_by=who, sharing="members")
        for who in (cast.analyst, cast.partner_analyst)
    )
    answer = post(analyst, f"series/{own.pk}/merge/", other=str(foreign.pk))
    assert (answer.status_code, answer.json()["error"]["reason"]) == (409, "merge_across_countries")


def test_proposals_of_a_series_and_of_the_queue(cast: Cast, analyst: Client) -> None:
    member, outsider = submitted(cast.owner), submitted(cast.owner)
    series = SeriesFactory.create(created_by=cast.analyst)
    SeriesMaterialFactory.create(series=series, material=member)
    match = connect(member, outsider, "face", distance=0.3, threshold=0.36, algorithm="sface-1")
    (proposal,) = analyst.get(f"{API}/series/{series.pk}/proposals/").json()["results"]
    assert proposal["material"] == {
        "id": str(outsider.pk), "sha256": outsider.sha256, "kind": "photo", "state": "done",
    }  # fmt: skip
    assert proposal["reasons"] == [
        {
            "match": str(match.pk), "kind": "face", "member": str(member.pk), "score": None, "distance": 0.3,
            "threshold": 0.36, "algorithm": "sface-1", "verdict": "",
        }
    ]  # fmt: skip
    (queued,) = analyst.get(f"{API}/proposals/").json()["results"]
    assert (queued["id"], queued["is_urgent"]) == (str(match.pk), False)
    assert {queued["left"]["id"], queued["right"]["id"]} == {str(member.pk), str(outsider.pk)}


@pytest.mark.parametrize(
    "path", ["series/", "series/{}/", "series/{}/materials/", "series/{}/proposals/", "proposals/"]
)
def test_lists_take_the_same_number_of_queries(cast: Cast, analyst: Client, path: str) -> None:
    series = SeriesFactory.create(created_by=cast.analyst)

    def queries(more: int) -> int:
        for _ in range(more):
            member = submitted(cast.owner)
            SeriesMaterialFactory.create(series=series, material=member)
            SeriesMaterialFactory.create(series__created_by=cast.analyst, material=member)
            connect(member, submitted(cast.owner), "face")
        with CaptureQueriesContext(connection) as captured:
            assert analyst.get(f"{API}/{path.format(series.pk)}").status_code == 200
        return len(captured)

    queries(1)
    assert queries(1) == queries(5)
