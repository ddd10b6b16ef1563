"""Every id that an operation takes, in its address or in what is told, and how to put in another's."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from accounts.models import Country
from tests.access.questions import question_of

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from tests.access.belongings import Belongings
    from tests.addresses import Address


@dataclass(frozen=True)
class Told:
    """A field that names objects: by which name the world knows them, and what has to be told with it."""

    names: str
    is_list: bool = False
    beside: Mapping[str, Any] = field(default_factory=dict)


_SHARED_WITH: Final = {
    "groups": Told("group_id", is_list=True, beside={"sharing": "group"}),
    "units": Told("unit_id", is_list=True, beside={"sharing": "units"}),
}

TOLD: Final[dict[tuple[str, str], dict[str, Told]]] = {
    ("transfer_officer", "POST"): {"unit": Told("other_unit_id")},
    ("invite_officer", "POST"): {"unit": Told("other_unit_id")},
    ("choose_default_sharing", "POST"): {"groups": Told("group_id", is_list=True, beside={"level": "group"})},
    ("submission_sharing", "POST"): _SHARED_WITH,
    ("api_retention", "POST"): {"submissions": Told("submission_id", is_list=True)},
    ("retention_act", "POST"): {"submission": Told("submission_id", is_list=True)},
    ("upload", "POST"): _SHARED_WITH,
    ("share_series", "POST"): _SHARED_WITH,
    ("series_list", "POST"): {"material": Told("material_id", is_list=True), **_SHARED_WITH},
    ("add_to_series", "POST"): {
        "series": Told("series_id"),
        "material": Told("copy_id", is_list=True),
    },
    ("remove_from_series", "POST"): {"material": Told("material_id", is_list=True)},
    ("merge_series", "POST"): {"series": Told("spare_id")},
    ("forum", "POST"): {"series": Told("series_id")},
    ("ask_picture", "POST"): {"material": Told("material_id")},
    ("api_submissions", "POST"): _SHARED_WITH,
    ("api_batches", "POST"): _SHARED_WITH,
    ("api_uploads", "POST"): {"batch": Told("sent_batch_id")},
    ("api_submission_sharing", "PATCH"): _SHARED_WITH,
    ("api_search_image", "POST"): {"material": Told("material_id")},
    ("api_series_list", "POST"): {"materials": Told("material_id", is_list=True), **_SHARED_WITH},
    ("api_series_sharing", "POST"): _SHARED_WITH,
    ("api_series_materials", "POST"): {"materials": Told("copy_id", is_list=True)},
    ("api_series_merge", "POST"): {"other": Told("spare_id")},
}
"""What operations are told beside their address."""

NO_OBJECTS: Final = {
    ("api_submissions", "POST", "batch"): "an id of the sender's own making, read with their own submissions",
}
"""Fields of the API that hold ids and name no object, each with its reason."""


ALSO: Final[dict[tuple[str, str], Callable[[], dict[str, Any]]]] = {
    ("invite_officer", "POST"): lambda: {
        "email": "new@police.example",
        "full_name": "N. N.",
        "role": "officer",
    },
    ("sharing_group", "POST"): lambda: {"country": Country.objects.get(code="DD").pk},
    ("submission_sharing", "POST"): lambda: {"sharing": "members"},
    ("api_submission_sharing", "PATCH"): lambda: {"sharing": "members"},
}
"""What has to be told so that an operation writes something."""

NOTHING_TO_WRITE: Final = {
    "remove_factor": "an officer's only factor stays",
    "unlock": "nobody is locked out",
    "accept_group": "nobody has been asked into a group",
    "api_finish_upload": "the file on its way has not arrived whole",
    "api_declare_upload": "no file on its way was offered to be declared",
}
"""Operations that write nothing in this world, each with its reason."""


@dataclass(frozen=True)
class Key:
    """One id that an operation takes; `field` is the name in what is told, empty for the address."""

    address: Address
    method: str
    names: str
    field: str = ""

    def __str__(self) -> str:
        place = self.field or f"<{self.names}>"
        return f"{self.address.full_name} {self.method} {place}"

    def asked(self, own: Belongings, other: Belongings) -> tuple[str, dict[str, Any]]:
        """Return address and what is told, all of it one's own but for this key, which is another's.

        In a list the other's stands behind one's own.
        """
        question = question_of(self.address, self.method)
        ids = {name: own.ids[renamed] for name, renamed in question.path.items()}
        path = {**own.ids, **ids}
        told = question.told(own.ids) | ALSO.get((self.address.full_name, self.method), dict)()
        if self.field:
            key = TOLD[self.address.full_name, self.method][self.field]
            put = other.ids[key.names]
            told |= {**key.beside, self.field: [own.ids[key.names], put] if key.is_list else put}
        else:
            path[self.names] = other.ids[question.path.get(self.names, self.names)]
        return self.address.path(path), told


def keys_of(address: Address, method: str) -> list[Key]:
    """Return every key of an operation; the kind of a picture is none."""
    in_address = [Key(address, method, name) for name in sorted(address.parameters - {"kind"})]
    told = TOLD.get((address.full_name, method), {})
    return in_address + [Key(address, method, each.names, name) for name, each in told.items()]
