"""Row 23 of the fault table: tasks in any order, too often or too early, end as they would in order."""

from collections.abc import Callable
from typing import Final
from uuid import UUID

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from evidence.models import Material
from media_analysis.models import Analysis, PictureHash, PipelineRun, RunState, SceneTile
from media_analysis.services import pipeline
from media_analysis.services.forgetting import forget_signals
from series.tasks import propose, unstack_copy
from tests.cast import Cast
from tests.conftest import RoleSwitch
from tests.desk import Desk
from tests.hostile.made import clip, photo, scenery

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.slow,
    pytest.mark.usefixtures("own_store", "own_keys"),
]

OF_ANY: Final[dict[str, Callable[[UUID], object]]] = {
    "analyze": lambda pk: pipeline.analyze(pk, urgent=False),
    "match": pipeline.match,
    "forget": forget_signals,
    "propose": lambda pk: propose(material_id=str(pk)),
    "unstack": lambda pk: unstack_copy(material_id=str(pk)),
}
OF_FILMS: Final[dict[str, Callable[[UUID], object]]] = {
    **OF_ANY,
    "segment": lambda pk: pipeline.segment(pk, 1),
}


def findings(material: Material) -> dict[str, int]:
    return {
        "done": Analysis.objects.filter(material=material, state="done").count(),
        "analyses": Analysis.objects.filter(material=material).count(),
        "hashes": PictureHash.objects.filter(material=material).count(),
        "tiles": SceneTile.objects.filter(material=material).count(),
        "derivatives": material.derivatives.count(),
    }


def still(seed: int) -> bytes:
    return photo("JPEG", scenery(96, 64, seed))


def film(seed: int) -> bytes:
    return clip(frames=[scenery(176, 144, seed)] * 15 + [scenery(176, 144, seed + 50)] * 15)


@pytest.mark.parametrize("kind", ["photo", "film"])
def test_any_order_of_tasks_ends_as_the_right_one(
    cast: Cast, desk: Desk, as_engine: RoleSwitch, kind: str
) -> None:
    is_film = kind == "film"
    make = film if is_film else still
    first = desk.hand_in(cast.owner, make(1))
    desk.work_off()
    due = findings(first)
    assert due["done"] == due["analyses"] > 3
    material = desk.hand_in(cast.owner, make(2))
    desk.lose_what_is_ordered()
    tasks = OF_FILMS if is_film else OF_ANY
    last = ["analyze", *(["segment"] if is_film else []), "match", "propose"]

    @settings(max_examples=5 if is_film else 12, deadline=None, suppress_health_check=list(HealthCheck))
    @given(order=st.lists(st.sampled_from(sorted(tasks)), max_size=7))
    def any_order(order: list[str]) -> None:
        with transaction.atomic():
            with as_engine():
                for name in [*order, *last]:
                    tasks[name](material.pk)
            assert PipelineRun.objects.get(pk=material.pk).state == RunState.DONE
            assert findings(material) == due
            assert material.submissions.get().analyzed_at is not None
            transaction.set_rollback(True)

    any_order()
