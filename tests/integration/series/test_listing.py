"""What a series page reads: the list, materials, devices, places, faces; all within what may be seen."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import Sharing
from evidence.models import Material
from icse.common.errors import NotFound
from series.models import Series
from series.queries.listing import (
    SeriesDevice,
    SeriesPlace,
    get_visible_series,
    list_series,
    list_series_of_material,
    series_devices,
    series_materials,
    series_persons,
    series_places,
)
from series.queries.stacks import collapse_stacks
from tests.cast import Cast
from tests.factories.evidence import submitted
from tests.factories.media_analysis import CaptureFactsFactory, FaceFactory
from tests.factories.series import SeriesFactory, SeriesMaterialFactory, make_stack

pytestmark = pytest.mark.django_db


@pytest.fixture
def series(cast: Cast) -> Series:
    """Return a series that all members may see."""
    made: Series = SeriesFactory.create(
        created_by=cast.analyst, sharing=Sharing.MEMBERS, name="Blue wallpaper"
    )
    return made


def put(series: Series, *materials: Material) -> None:
    for material in materials:
        SeriesMaterialFactory.create(series=series, material=material, added_at=timezone.now())


def test_list_counts_and_covers_what_is_visible(cast: Cast, series: Series) -> None:
    hidden, shared = submitted(cast.owner), submitted(cast.owner, sharing="members")
    put(series, hidden, shared)
    numbers = ("material_count", "cover_id")
    assert list_series(cast.owner).values_list(*numbers).get() == (2, hidden.pk)
    assert list_series(cast.partner).values_list(*numbers).get() == (1, shared.pk)


def test_list_is_narrowed_by_every_word(cast: Cast, series: Series) -> None:
    SeriesFactory.create(created_by=cast.analyst, name="Blue sofa", description="socket of type L")
    assert {each.name for each in list_series(cast.owner, words="blue")} == {"Blue wallpaper", "Blue sofa"}
    assert {each.name for each in list_series(cast.owner, words="SOCKET blue")} == {"Blue sofa"}


def test_series_of_a_material_are_those_that_are_visible(cast: Cast, series: Series) -> None:
    material = submitted(cast.owner, sharing="members")
    national = SeriesFactory.create(created_by=cast.analyst)
    merged = SeriesFactory.create(created_by=cast.analyst, state="merged", merged_into=series)
    for each in (series, national, merged):
        put(each, material)
    assert set(list_series_of_material(cast.owner, material.pk)) == {series, national}
    assert set(list_series_of_material(cast.partner, material.pk)) == {series}


def test_materials_come_in_their_order_and_collapse(cast: Cast, series: Series) -> None:
    first, hub, member = (submitted(cast.owner, material__width=width) for width in (100, 900, 300))
    put(series, first, member, hub, submitted(cast.partner))
    make_stack(hub, member)
    assert list(series_materials(cast.owner, series)) == [first, member, hub]
    assert list(collapse_stacks(cast.owner, series_materials(cast.owner, series))) == [first, hub]


def test_devices_places_and_faces_are_of_visible_materials(cast: Cast, series: Series) -> None:
    materials = [submitted(cast.owner), submitted(cast.owner), submitted(cast.partner)]
    put(series, *materials)
    for material in materials:
        CaptureFactsFactory.create(
            material=material, make="Canon", model="5D", body_serial="4711", latitude=47.37011, longitude=8.54
        )
    clear, dim = (FaceFactory.create(material=materials[0], quality=quality) for quality in (0.9, 0.2))
    FaceFactory.create(material=materials[2])
    put(series, submitted(cast.owner))
    CaptureFactsFactory.create(material=submitted(cast.owner), make="Elsewhere")
    assert series_devices(cast.owner, series) == [SeriesDevice("Canon", "5D", "4711", 2)]
    assert series_places(cast.owner, series) == [SeriesPlace(47.37, 8.54, 2)]
    assert list(series_persons(cast.owner, series)) == [clear, dim]
    assert series_devices(cast.third, series) == []
    assert series_places(cast.third, series) == []


def test_foreign_series_is_not_found(cast: Cast) -> None:
    series = SeriesFactory.create(created_by=cast.analyst)
    with pytest.raises(NotFound):
        get_visible_series(cast.partner, series.pk)


def test_list_takes_one_query(cast: Cast, series: Series) -> None:
    for _ in range(4):
        put(SeriesFactory.create(created_by=cast.analyst), submitted(cast.owner))
    list_series(cast.owner)
    with CaptureQueriesContext(connection) as captured:
        assert [(each.country.code, each.unit.name) for each in list_series(cast.owner)]
    assert len(captured) == 1
