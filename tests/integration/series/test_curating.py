"""Series: started, described, shared, filled and merged; and all that is refused on the way."""

from collections.abc import Callable
from uuid import UUID, uuid4

import pytest

from accounts.models import Officer, Sharing
from evidence.models import Material, Priority
from icse.common.errors import AccessDenied, Conflict, NotFound
from series.errors import (
    MergeAcrossCountries,
    MergeWithItself,
    SeriesIsMerged,
    SeriesNameMissing,
    SeriesNameTaken,
    SharedDifferently,
)
from series.models import Series, SeriesMaterial
from series.queries.listing import find_merge_target, get_visible_series, list_series
from series.services.curating import (
    add_materials,
    create_series,
    describe_series,
    remove_materials,
    share_series,
)
from series.services.merging import merge_series
from tests.cast import Cast
from tests.conftest import ServedSwitch
from tests.factories.evidence import submitted
from tests.factories.series import SeriesFactory, SeriesMaterialFactory

pytestmark = pytest.mark.django_db

Act = Callable[[Officer, Series, Material], object]

ACTS: dict[str, Act] = {
    "describe": lambda by, series, _: describe_series(by=by, series_id=series.pk, name="Changed"),
    "share": lambda by, series, _: share_series(by=by, series_id=series.pk, sharing=Sharing.MEMBERS),
    "add": lambda by, series, seen: add_materials(by=by, series_id=series.pk, material_ids=[seen.pk]),
    "remove": lambda by, series, seen: remove_materials(by=by, series_id=series.pk, material_ids=[seen.pk]),
    "merge": lambda by, series, _: merge_series(
        by=by, series_id=SeriesFactory.create(created_by=series.created_by).pk, other_id=series.pk
    ),
}


@pytest.fixture
def series(cast: Cast) -> Series:
    """Return a series of the analyst's."""
    made: Series = SeriesFactory.create(created_by=cast.analyst, name="Blue wallpaper")
    return made


def held(series: Series) -> set[UUID]:
    return set(series.memberships.values_list("material", flat=True))


def snapshot() -> list[object]:
    rows = Series.objects.exclude(name__startswith="Series ").order_by("pk")
    return [*rows.values_list(), *SeriesMaterial.objects.order_by("pk").values_list()]


def test_series_starts_from_a_selection(cast: Cast, as_app: ServedSwitch) -> None:
    materials = [submitted(cast.owner) for _ in range(2)]
    with as_app(cast.analyst):
        series = create_series(
            by=cast.analyst,
            name="  Blue   wallpaper ",
            priority=Priority.URGENT,
            material_ids=[each.pk for each in (*materials, materials[0])],
        )
    assert (series.name, series.priority, series.unit) == ("Blue wallpaper", "urgent", cast.analyst.unit)
    assert held(series) == {each.pk for each in materials}
    assert not list_series(cast.partner).exists()


def test_series_with_a_foreign_material_is_not_started(cast: Cast) -> None:
    own, foreign = submitted(cast.owner), submitted(cast.partner)
    for ids in ([own.pk, foreign.pk], [own.pk, uuid4()]):
        with pytest.raises(NotFound):
            create_series(by=cast.analyst, name="Blue wallpaper", material_ids=ids)
    assert not Series.objects.exists()


@pytest.mark.parametrize("part", ["owner", "partner", "national_administrator", "administrator", "auditor"])
def test_other_roles_start_no_series(cast: Cast, part: str) -> None:
    with pytest.raises(AccessDenied):
        create_series(by=getattr(cast, part), name="Blue wallpaper")
    assert not Series.objects.exists()


def test_name_is_needed_and_is_one_a_country(cast: Cast, series: Series) -> None:
    with pytest.raises(SeriesNameMissing):
        create_series(by=cast.analyst, name="  ")
    with pytest.raises(SeriesNameTaken):
        create_series(by=cast.analyst, name=series.name)
    assert create_series(by=cast.partner_analyst, name=series.name).name == series.name


def test_describe_changes_what_is_named(cast: Cast, series: Series) -> None:
    describe_series(
        by=cast.analyst, series_id=series.pk, description="Socket of type L", priority=Priority.URGENT
    )
    series.refresh_from_db()
    assert (series.name, series.description, series.priority) == (
        "Blue wallpaper", "Socket of type L", "urgent",
    )  # fmt: skip


def test_add_twice_and_remove_twice(cast: Cast, series: Series, as_app: ServedSwitch) -> None:
    material = submitted(cast.owner)
    with as_app(cast.analyst):
        for _ in range(2):
            add_materials(by=cast.analyst, series_id=series.pk, material_ids=[material.pk])
            assert held(series) == {material.pk}
        for _ in range(2):
            remove_materials(by=cast.analyst, series_id=series.pk, material_ids=[material.pk])
            assert held(series) == set()


def test_foreign_material_is_neither_added_nor_removed(cast: Cast, series: Series) -> None:
    own, foreign = submitted(cast.owner), submitted(cast.partner)
    with pytest.raises(NotFound):
        add_materials(by=cast.analyst, series_id=series.pk, material_ids=[own.pk, foreign.pk])
    with pytest.raises(NotFound):
        remove_materials(by=cast.analyst, series_id=series.pk, material_ids=[foreign.pk])
    assert held(series) == set()


@pytest.mark.parametrize("act", ACTS)
@pytest.mark.parametrize(
    ("part", "sharing", "refusal"),
    [
        pytest.param("owner", Sharing.NATIONAL, AccessDenied, id="officer of the country"),
        pytest.param("partner", Sharing.NATIONAL, NotFound, id="partner who cannot see it"),
        pytest.param("partner", Sharing.MEMBERS, AccessDenied, id="partner who sees it"),
        pytest.param("partner_analyst", Sharing.MEMBERS, AccessDenied, id="partner's analyst who sees it"),
        pytest.param("partner_analyst", Sharing.NATIONAL, NotFound, id="partner's analyst who cannot"),
        pytest.param("administrator", Sharing.MEMBERS, NotFound, id="secretariat"),
        pytest.param("auditor", Sharing.NATIONAL, NotFound, id="auditor"),
    ],
)
def test_others_change_nothing(
    cast: Cast, act: str, part: str, sharing: Sharing, refusal: type[Exception]
) -> None:
    series = SeriesFactory.create(created_by=cast.analyst, sharing=sharing, name="Blue wallpaper")
    material = submitted(cast.owner, sharing="members")
    SeriesMaterialFactory.create(series=series, material=material)
    before = snapshot()
    # To merge, the role is asked about first: there is no series yet that could be seen or not.
    refusals = (refusal, AccessDenied, NotFound) if act == "merge" else refusal
    with pytest.raises(refusals):
        ACTS[act](getattr(cast, part), series, material)
    assert snapshot() == before


@pytest.mark.parametrize("act", ACTS)
def test_unknown_series_is_not_found(cast: Cast, act: str) -> None:
    with pytest.raises(NotFound):
        ACTS[act](cast.analyst, SeriesFactory.build(created_by=cast.analyst), submitted(cast.owner))


@pytest.mark.parametrize("act", ACTS)
def test_merged_series_changes_no_more(cast: Cast, series: Series, act: str) -> None:
    merge_series(
        by=cast.analyst, series_id=SeriesFactory.create(created_by=cast.analyst).pk, other_id=series.pk
    )
    series.refresh_from_db()
    before = snapshot()
    with pytest.raises(SeriesIsMerged):
        ACTS[act](cast.analyst, series, submitted(cast.owner))
    assert snapshot() == before


def test_sharing_opens_and_closes_a_series(cast: Cast, series: Series, as_app: ServedSwitch) -> None:
    with as_app(cast.analyst):
        share_series(by=cast.analyst, series_id=series.pk, sharing=Sharing.MEMBERS)
    with as_app(cast.partner):
        assert get_visible_series(cast.partner, series.pk) == series
    with as_app(cast.analyst):
        share_series(by=cast.analyst, series_id=series.pk, sharing=Sharing.NATIONAL)
    with as_app(cast.partner), pytest.raises(NotFound):
        get_visible_series(cast.partner, series.pk)
    with as_app(cast.colleague):
        assert get_visible_series(cast.colleague, series.pk) == series


def test_merge_moves_materials_and_leaves_a_pointer(cast: Cast, series: Series, as_app: ServedSwitch) -> None:
    one, both = submitted(cast.owner), submitted(cast.owner)
    other = SeriesFactory.create(created_by=cast.analyst)
    for material in (one, both):
        SeriesMaterialFactory.create(series=other, material=material)
    SeriesMaterialFactory.create(series=series, material=both)
    with as_app(cast.analyst):
        merge_series(by=cast.analyst, series_id=series.pk, other_id=other.pk)
    assert held(series) == held(other) == {one.pk, both.pk}
    assert find_merge_target(cast.colleague, get_visible_series(cast.colleague, other.pk)) == series
    assert find_merge_target(cast.colleague, series) is None
    assert list(list_series(cast.colleague)) == [series]


def test_merge_of_a_target_moves_its_pointers(cast: Cast, series: Series) -> None:
    first, second = (SeriesFactory.create(created_by=cast.analyst) for _ in range(2))
    merge_series(by=cast.analyst, series_id=second.pk, other_id=first.pk)
    merge_series(by=cast.analyst, series_id=series.pk, other_id=second.pk)
    assert set(series.merged_from.all()) == {first, second}


def test_merge_across_countries_is_refused_in_words(cast: Cast) -> None:
    own = SeriesFactory.create(created_by=cast.analyst, sharing=Sharing.MEMBERS)
    foreign = SeriesFactory.create(created_by=cast.partner_analyst, sharing=Sharing.MEMBERS)
    with pytest.raises(MergeAcrossCountries, match="two countries"):
        merge_series(by=cast.analyst, series_id=own.pk, other_id=foreign.pk)
    assert set(list_series(cast.analyst)) == {own, foreign}


def test_merge_that_would_show_more_is_refused(cast: Cast, series: Series) -> None:
    other = SeriesFactory.create(created_by=cast.analyst, sharing=Sharing.MEMBERS)
    with pytest.raises(SharedDifferently):
        merge_series(by=cast.analyst, series_id=other.pk, other_id=series.pk)
    with pytest.raises(MergeWithItself):
        merge_series(by=cast.analyst, series_id=series.pk, other_id=series.pk)


def test_refusals_are_conflicts() -> None:
    assert issubclass(MergeAcrossCountries, Conflict)
