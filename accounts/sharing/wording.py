"""Who will see a thing, in words, for each level that an officer may choose."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from accounts.models import Sharing
from accounts.sharing.queries import (
    count_members,
    default_level,
    list_default_groups,
    list_open_groups,
    list_units,
)

if TYPE_CHECKING:
    from collections.abc import Iterable
    from uuid import UUID

    from accounts.models import Country, Officer
    from accounts.sharing.models import SharingGroup


@dataclass(frozen=True, slots=True)
class Option:
    """A sharing group or a unit that can be named; `is_fixed` is the officer's own unit, always named."""

    value: UUID
    label: str
    words: str = ""
    is_fixed: bool = False


@dataclass(frozen=True, slots=True)
class Level:
    """A sharing level that is offered, who sees a thing that is opened so, and what can be named for it."""

    value: Sharing
    words: str
    options: tuple[Option, ...] = ()

    @property
    def label(self) -> str:
        """Return what the level is called."""
        return str(self.value.label)


def offered_levels(officer: Officer) -> list[Level]:
    """Return the levels that the officer may choose, the closest first.

    Units are offered where the country has several, groups where it is in one.
    """
    country, groups = officer.unit.country, list_open_groups(officer)
    units = [Option(each.pk, each.name, is_fixed=each.pk == officer.unit_id) for each in list_units(country)]
    levels = [
        Level(Sharing.UNITS, "Officers of these units; your own is always one of them.", tuple(units)),
        Level(Sharing.NATIONAL, f"Every officer of {country.name}."),
        Level(Sharing.DEFAULT, default_in_words(officer)),
        Level(
            Sharing.GROUP,
            f"Every officer of {country.name} and of the countries in these groups, for as long as they are.",
            tuple(Option(each.pk, each.name, members_in_words(each)) for each in groups),
        ),
        Level(
            Sharing.MEMBERS,
            f"Officers of all {count_members()} countries that take part, and of those that join later.",
        ),
    ]
    needed = {Sharing.UNITS: 2, Sharing.GROUP: 1}
    return [each for each in levels if len(each.options) >= needed.get(each.value, 0)]


def default_in_words(officer: Officer) -> str:
    """Return what the country's default level opens to at present, and that this may change."""
    country = officer.unit.country
    at_present = _AT_PRESENT[default_level(country)](country, list_default_groups(officer))
    return f"At present {at_present}. Your national administrator may change it, for all that is shared so."


def members_in_words(group: SharingGroup) -> str:
    """Return whom the asker knows to be in a group, and until when it lasts."""
    if group.hidden_membership:
        said = f"{group.owner.name} keeps to itself who is in it"
    else:
        said = ", ".join(each.country.name for each in group.known if each.state == "accepted")  # type: ignore[attr-defined]
    return f"{said}; until {group.valid_until:%Y-%m-%d}" if group.valid_until else said


def _country_alone(country: Country, groups: Iterable[SharingGroup]) -> str:
    return f"every officer of {country.name}"


def _its_groups(country: Country, groups: Iterable[SharingGroup]) -> str:
    own, names = _country_alone(country, groups), " and ".join(each.name for each in groups)
    return f"{own} and the members of {names}" if names else own


def _everybody(country: Country, groups: Iterable[SharingGroup]) -> str:
    return "all members"


_AT_PRESENT = {Sharing.NATIONAL: _country_alone, Sharing.GROUP: _its_groups, Sharing.MEMBERS: _everybody}
