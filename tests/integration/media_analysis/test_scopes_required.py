"""To look everywhere is the engine's privilege: nobody else finds anything without naming where."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import pytest
from django.db import ProgrammingError, connection

from accounts.models import Sharing
from accounts.queries import scopes_of
from evidence.models import Material
from media_analysis.engine.hashes.bands import probe_keys
from media_analysis.models import Analysis, ExactSignalMember, SceneTile
from media_analysis.services.neighbours import hash_neighbours
from media_analysis.services.signals import as_bits
from tests.cast import Cast
from tests.conftest import RoleSwitch, ServedSwitch
from tests.factories.evidence import submitted
from tests.factories.media_analysis import CaptureFactsFactory, FaceFactory, share_signal
from tests.integration.media_analysis.test_index_functions import hashed

pytestmark = pytest.mark.django_db

PDQ = bytes(range(32))
VECTOR = "[1" + ",0" * 127 + "]"
SERIAL = "DR-4711"

CALLS = {
    "media_analysis_hash_neighbours": ("bit(256)", "integer[]", "integer"),
    "media_analysis_face_neighbours": ("halfvec", "text", "integer"),
    "media_analysis_tile_neighbours": ("text[]", "text", "integer"),
    "media_analysis_exact_neighbours": ("uuid[]",),
    "media_analysis_exact_members": ("text[]", "text"),
    "media_analysis_exact_pair": ("uuid", "uuid"),
    "media_analysis_face_like": ("uuid", "integer"),
    "evidence_told": ("text",),
    "media_analysis_facts_told": ("text",),
    "series_exact_around": ("uuid[]", "scopes", "integer"),
    "series_device_pairs": ("scopes",),
}
"""Every function that is told scopes, with the types of its parameters; the scopes come last if not named."""

ALSO_ANYWHERE = {name for name in CALLS if name.startswith("media_analysis")} - {"media_analysis_facts_told"}
"""Those of which the engine has one of its own that looks everywhere."""


@dataclass(frozen=True)
class Planted:
    """Arguments of each function by which it finds what is planted, the scopes left out."""

    arguments: dict[str, Sequence[Any]]
    scopes: list[int]


@pytest.fixture
def planted(cast: Cast) -> Planted:
    """Plant two materials that are alike in everything."""
    materials = [submitted(cast.owner, sharing=Sharing.MEMBERS) for _ in range(2)]
    faces = [FaceFactory.create(material=material) for material in materials]
    share_signal("body_serial", SERIAL, *materials)
    for material in materials:
        hashed(material, PDQ)
        _tiled(material)
        CaptureFactsFactory.create(material=material, words="field model 1")
    members = list(ExactSignalMember.objects.values_list("pk", flat=True))
    first = [str(materials[0].pk)]
    return Planted(
        {
            "media_analysis_hash_neighbours": (as_bits(PDQ), probe_keys(PDQ), 31),
            "media_analysis_face_neighbours": (VECTOR, faces[0].model_id, 5),
            "media_analysis_tile_neighbours": ([VECTOR], "test-tiles", 5),
            "media_analysis_exact_neighbours": (first,),
            "media_analysis_exact_members": (["body_serial"], SERIAL),
            "media_analysis_exact_pair": (str(members[0]), str(members[1])),
            "media_analysis_face_like": (str(faces[0].pk), 5),
            "evidence_told": ("%IMG%",),
            "media_analysis_facts_told": ("%field model%",),
            "series_exact_around": (first, 5),
            "series_device_pairs": (),
        },
        list(scopes_of(cast.owner)),
    )


def _tiled(material: Material) -> None:
    analysis = Analysis.objects.create(material=material, analyzer="scene", version="1")
    SceneTile.objects.create(
        material=material,
        analysis=analysis,
        tile=0,
        box=[0, 0, 1, 1],
        model_id="test-tiles",
        embedding=[1.0] + [0.0] * 127,
    )


def found(name: str, arguments: Sequence[Any], scopes: list[int] | None) -> int:
    """Return how many rows a function gives within scopes."""
    types = CALLS[name]
    if "scopes" not in types:
        types = (*types, "scopes")
    values = list(arguments)
    values.insert(types.index("scopes"), scopes)
    places = ", ".join(f"%s::{'integer[]' if each == 'scopes' else each}" for each in types)
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT count(*) FROM {name}({places})", values)
        return int(cursor.fetchone()[0])


@pytest.mark.parametrize("name", CALLS)
def test_no_scopes_find_nothing(planted: Planted, as_app: ServedSwitch, name: str) -> None:
    """NULL and an empty list are no way round: only who names scopes finds what was shared with them."""
    with as_app():
        answers = [found(name, planted.arguments[name], scopes) for scopes in (planted.scopes, [], None)]

    assert answers[0] > 0
    assert answers[1:] == [0, 0]


def test_every_function_told_scopes_is_tried() -> None:
    """A new one that pages may call has to stand in the list above."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT proname FROM pg_proc WHERE 'p_scopes' = ANY (proargnames)"
            " AND has_function_privilege('icse_app', oid, 'EXECUTE')"
        )
        assert {name for (name,) in cursor.fetchall()} == set(CALLS)


@pytest.mark.parametrize("name", sorted(ALSO_ANYWHERE))
def test_looking_everywhere_is_denied_to_the_application(db: None, name: str) -> None:
    """The engine's own functions are not granted to pages."""
    call = "SELECT has_function_privilege('icse_app', p.oid, 'EXECUTE') FROM pg_proc AS p WHERE proname = %s"
    with connection.cursor() as cursor:
        cursor.execute(call, [f"{name}_anywhere"])
        assert cursor.fetchall() == [(False,)]


def test_looking_everywhere_finds_for_the_engine_what_it_denies_the_application(
    cast: Cast, as_app: ServedSwitch, as_engine: RoleSwitch
) -> None:
    """The same call: matches for the one, a refusal for the other."""
    silent = submitted(cast.partner)
    hashed(silent, PDQ)

    with as_engine():
        everywhere = [each.material_id for each in hash_neighbours([PDQ], None)]
    with pytest.raises(ProgrammingError, match="permission denied"), as_app():
        hash_neighbours([PDQ], None)

    assert everywhere == [silent.pk]
