"""What officers fill in about decisions and series."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms

from accounts.models import Sharing
from accounts.sharing.forms import OpeningForm
from evidence.models import Priority
from icse.common.ids import ids_in
from series.models import Verdict

if TYPE_CHECKING:
    from uuid import UUID

    from django.http import QueryDict


class DecisionForm(forms.Form):
    """An answer to a match."""

    verdict = forms.ChoiceField(choices=Verdict.choices)
    reason = forms.CharField(max_length=500, required=False)
    sharing = forms.ChoiceField(
        choices=[each for each in Sharing.choices if each[0] != Sharing.UNITS], required=False
    )

    def answer(self) -> tuple[Verdict, str, Sharing | None]:
        """Return the verdict, the reason and who may see them, None where nobody chose."""
        told = self.cleaned_data
        return Verdict(told["verdict"]), told["reason"], Sharing(told["sharing"]) if told["sharing"] else None


class WalkForm(forms.Form):
    """Where the officer is deciding; whatever cannot be read is the beginning of the queue."""

    of = forms.UUIDField(required=False)
    place = forms.IntegerField(min_value=0, required=False)

    @classmethod
    def read(cls, told: QueryDict) -> tuple[UUID | None, int]:
        """Return the material whose matches are walked, or None for the queue, and the place."""
        form = cls(told)
        form.is_valid()
        return form.cleaned_data.get("of"), form.cleaned_data.get("place") or 0


class PassageForm(forms.Form):
    """Which of the passages of two videos is to be shown; whatever cannot be read is none."""

    passage = forms.IntegerField(min_value=1, required=False)

    @classmethod
    def read(cls, told: QueryDict) -> int | None:
        """Return the number of the passage, counted from 1, or None."""
        form = cls(told)
        form.is_valid()
        return form.cleaned_data.get("passage")


class InstantForm(forms.Form):
    """The place in a video to begin at; whatever cannot be read is none."""

    at_ms = forms.IntegerField(min_value=0, required=False)

    @classmethod
    def read(cls, told: QueryDict) -> int | None:
        """Return the place in milliseconds, or None."""
        form = cls(told)
        form.is_valid()
        return form.cleaned_data.get("at_ms")


class _StyledForm(forms.Form):
    """A form whose fields carry the style sheet's classes."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            is_choice = isinstance(field.widget, forms.Select)
            field.widget.attrs["class"] = "form-select" if is_choice else "form-control"


class DescriptionForm(_StyledForm):
    """What a series is called, what is said of it and how urgent it is."""

    name = forms.CharField(max_length=120)
    description = forms.CharField(max_length=4000, required=False, widget=forms.Textarea(attrs={"rows": 3}))
    priority = forms.ChoiceField(choices=Priority.choices, initial=Priority.ROUTINE, label="Urgency")


class SeriesForm(DescriptionForm, OpeningForm):
    """Everything that is asked when a series is started."""


class SeriesChoiceForm(forms.Form):
    """A series to add to or to merge with, and the tab that is shown afterwards."""

    series = forms.UUIDField()
    tab = forms.SlugField(required=False)


def selected_materials(told: QueryDict) -> list[UUID]:
    """Return the materials that were selected in a grid; what is no id selects nothing."""
    return ids_in(told.getlist("material"))
