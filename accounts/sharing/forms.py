"""What officers fill in about who may see a thing, and national administrators about groups."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, time
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django import forms
from django.utils import timezone

from accounts.models import Country, Sharing
from accounts.sharing.wording import offered_levels

if TYPE_CHECKING:
    from datetime import date

    from accounts.models import Officer
    from accounts.sharing.wording import Level


@dataclass(frozen=True, slots=True)
class ShownOption:
    """A group or unit as the page shows it."""

    value: str
    label: str
    words: str
    is_chosen: bool


@dataclass(frozen=True, slots=True)
class ShownLevel:
    """A level as the page shows it; `field` is the name under which its options are sent."""

    level: Level
    is_chosen: bool
    field: str
    options: tuple[ShownOption, ...]


class OpeningForm(forms.Form):
    """Whom a thing is opened to: a level, and the groups or units that it names.

    Rendered by `sharing/partials/_choice.html`, which says beside each level who will see the thing.
    """

    opening_label = "Who may see it"

    def __init__(self, *args: Any, officer: Officer, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.levels = offered_levels(officer)
        named = {each.value: [(str(one.value), one.label) for one in each.options] for each in self.levels}
        self.fields["sharing"] = forms.ChoiceField(
            label=self.opening_label, choices=[(each.value, each.label) for each in self.levels]
        )
        for name, level in (("groups", Sharing.GROUP), ("units", Sharing.UNITS)):
            choices = named.get(level, [])
            self.fields[name] = forms.TypedMultipleChoiceField(choices=choices, coerce=UUID, required=False)

    @property
    def plain_fields(self) -> list[forms.BoundField]:
        """Return the other fields, which are rendered one below the other."""
        return [field for field in self if field.name not in {"sharing", "groups", "units"}]

    @property
    def shown_levels(self) -> list[ShownLevel]:
        """Return the levels with what is chosen; `national` where the chosen one is offered no more."""
        offered = {each.value.value for each in self.levels}
        chosen = self["sharing"].value()
        chosen = chosen if chosen in offered else Sharing.NATIONAL.value
        return [
            ShownLevel(each, each.value == chosen, _FIELDS.get(each.value, ""), self._options(each))
            for each in self.levels
        ]

    def _options(self, level: Level) -> tuple[ShownOption, ...]:
        if not level.options:
            return ()
        named = {str(each) for each in self[_FIELDS[level.value]].value() or ()}
        return tuple(
            ShownOption(str(each.value), each.label, each.words, each.is_fixed or str(each.value) in named)
            for each in level.options
        )

    def clean(self) -> dict[str, Any]:
        """Keep what the level names, and nothing that was chosen for another one."""
        told: dict[str, Any] = super().clean() or {}
        level = told.get("sharing")
        if level == Sharing.GROUP and not told.get("groups"):
            self.add_error("groups", "Choose at least one sharing group.")
        told["groups"] = told.get("groups", []) if level == Sharing.GROUP else []
        told["units"] = told.get("units", []) if level == Sharing.UNITS else []
        return told

    def opening(self) -> dict[str, Any]:
        """Return level, groups and units as the services take them."""
        return {name: self.cleaned_data[name] for name in ("sharing", "groups", "units")}


_FIELDS = {Sharing.GROUP: "groups", Sharing.UNITS: "units"}


class _LastDayField(forms.DateField):
    """A last day, read as the end of that day in UTC; it must not be over."""

    widget = forms.DateInput(attrs={"type": "date", "class": "form-control"})

    def clean(self, value: Any) -> Any:
        """Return the moment at which the day ends, or None."""
        day: date | None = super().clean(value)
        if day is None:
            return None
        end = datetime.combine(day, time.max, UTC)
        if end <= timezone.now():
            raise forms.ValidationError("Choose a day that is still to come.")
        return end


class GroupForm(forms.Form):
    """A new sharing group."""

    name = forms.CharField(max_length=100, widget=forms.TextInput(attrs={"class": "form-control"}))
    purpose = forms.CharField(
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 3, "class": "form-control"}),
        help_text="What the countries share for; every member reads it.",
    )
    valid_until = _LastDayField(
        label="Last day",
        required=False,
        help_text="After it nobody sees anything through the group. Empty: until your country ends it.",
    )
    hidden_membership = forms.BooleanField(
        label="Members do not learn who else is in it",
        required=False,
        widget=forms.CheckboxInput(attrs={"class": "form-check-input"}),
    )


class InvitationForm(forms.Form):
    """A country that is asked into a group."""

    valid_until = _LastDayField(
        label="Last day",
        required=False,
        help_text="For this country alone. Empty: as long as the group.",
    )

    def __init__(self, *args: Any, countries: list[Country], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["country"] = forms.ModelChoiceField(
            Country.objects.filter(pk__in=[each.pk for each in countries]),
            empty_label="Choose one",
            widget=forms.Select(attrs={"class": "form-select"}),
        )
        self.order_fields(["country", "valid_until"])


class DefaultForm(forms.Form):
    """What is meant by a country's default level."""

    level = forms.ChoiceField(
        label="Default sharing",
        choices=[(each.value, each.label) for each in (Sharing.NATIONAL, Sharing.GROUP, Sharing.MEMBERS)],
        widget=forms.Select(attrs={"class": "form-select"}),
    )

    def __init__(self, *args: Any, groups: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["groups"] = forms.TypedMultipleChoiceField(
            label="Groups, where it is sharing groups",
            choices=groups,
            coerce=UUID,
            required=False,
            widget=forms.CheckboxSelectMultiple,
        )
