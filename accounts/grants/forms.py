"""What officers fill in about grants, and about whose eyes to look through."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING, Any, Final

from django import forms
from django.utils import timezone

from accounts.grants.services import LONGEST_DAYS
from accounts.models import Country

if TYPE_CHECKING:
    from django.http import QueryDict

USUAL_DAYS: Final = 30


def _usual_day() -> date:
    return (timezone.now() + timedelta(days=USUAL_DAYS)).date()


class GrantForm(forms.Form):
    """Whom to open one thing to, why and until when."""

    named = forms.CharField(
        max_length=254,
        label="Officer or unit",
        help_text="An e-mail address; within your country also a name. Across a border the exact address: you"
        " are told if nobody signs in with it, and the attempt is on record.",
        widget=forms.TextInput(
            attrs={"class": "form-control", "list": "known-holders", "autocomplete": "off"}
        ),
    )
    whole_unit = forms.BooleanField(
        required=False,
        label="The whole unit of that officer",
        widget=forms.CheckboxInput(attrs={"class": "form-check-input"}),
    )
    reason = forms.CharField(
        max_length=500,
        help_text="The holder reads it, and it is kept with the grant.",
        widget=forms.TextInput(attrs={"class": "form-control"}),
    )
    until = forms.DateField(
        label="Until the end of (UTC)",
        initial=_usual_day,
        help_text=f"At most {LONGEST_DAYS} days from now.",
        widget=forms.DateInput(attrs={"class": "form-control", "type": "date"}, format="%Y-%m-%d"),
    )

    def terms(self) -> dict[str, Any]:
        """Return what the services ask for: the day ends at midnight, UTC."""
        told = dict(self.cleaned_data)
        until = told.pop("until")
        return told | {"expires_at": datetime.combine(until, time(23, 59, 59), UTC)}


class PreviewForm(forms.Form):
    """Through whose eyes to look at a thing, and under which sharing."""

    seen_by = forms.ModelChoiceField(
        Country.objects.none(),
        label="An officer of",
        empty_label="Choose a country",
        widget=forms.Select(attrs={"class": "form-select"}),
    )
    sharing = forms.ChoiceField(
        label="If it were shared with", widget=forms.Select(attrs={"class": "form-select"})
    )

    def __init__(self, told: QueryDict | None, *, countries: Any, sharings: Any, **initial: Any) -> None:
        super().__init__(told, initial=initial)
        self.fields["seen_by"].queryset = countries  # type: ignore[attr-defined]
        self.fields["sharing"].choices = sharings  # type: ignore[attr-defined]
