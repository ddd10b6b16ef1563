"""What a reader of the log is asked for."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any, Final

from django import forms

from accounts.audit.criteria import Criteria
from accounts.audit.models import Outcome
from accounts.audit.wording import ACTS

if TYPE_CHECKING:
    from collections.abc import Mapping

_LATEST: Final = date(9998, 12, 31)


def _day(label: str) -> forms.DateField:
    widget = forms.DateInput(attrs={"type": "date", "class": "form-control form-control-sm"})
    return forms.DateField(label=label, required=False, widget=widget)


def _text(hint: str) -> forms.TextInput:
    return forms.TextInput(attrs={"class": "form-control form-control-sm", "placeholder": hint})


class CriteriaForm(forms.Form):
    """By whom, what, which object, with which outcome, from where and when."""

    act = forms.ChoiceField(
        label="What",
        required=False,
        choices=[("", "Anything"), *ACTS.items()],
        widget=forms.Select(attrs={"class": "form-select form-select-sm"}),
    )
    outcome = forms.ChoiceField(
        label="Outcome",
        required=False,
        choices=[("", "Either"), *Outcome.choices],
        widget=forms.Select(attrs={"class": "form-select form-select-sm"}),
    )
    object = forms.UUIDField(label="Object", required=False, widget=_text("Id of an object"))
    officer = forms.UUIDField(label="Officer", required=False, widget=_text("Id of an officer"))
    country = forms.UUIDField(label="Country", required=False, widget=_text("Id of a country"))
    address = forms.GenericIPAddressField(label="Address", required=False, widget=_text("192.0.2.7"))
    begin = _day("From")
    end = _day("To")

    def clean_end(self) -> date | None:
        """Keep the day before the last one that a date can hold, for the day after is looked up to."""
        end: date | None = self.cleaned_data["end"]
        return min(end, _LATEST) if end else None

    @property
    def criteria(self) -> Criteria:
        """Return what is meant; fields that were not understood narrow to nothing that exists."""
        told: Mapping[str, Any] = self.cleaned_data
        return Criteria(**{name: value for name, value in told.items() if value})
