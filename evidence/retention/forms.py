"""What officers fill in about how long something is kept."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms

from evidence.models import Handling, LegalBasis
from evidence.retention.acts import Act
from evidence.retention.queries import Part
from evidence.retention.services import MOST_AT_ONCE, REASON_LENGTH, Correction
from icse.common.ids import ids_in

if TYPE_CHECKING:
    from uuid import UUID

    from django.http import QueryDict


class ActForm(forms.Form):
    """An act, its reason, and to what: chosen submissions, or everything that a list shows."""

    act = forms.ChoiceField(choices=[(each.value, each.value) for each in Act])
    reason = forms.CharField(max_length=REASON_LENGTH, required=False)
    retain_until = forms.DateField(required=False)
    everything = forms.BooleanField(required=False)
    part = forms.ChoiceField(choices=[(each.value, each.value) for each in Part], required=False)
    q = forms.CharField(max_length=100, required=False)


def chosen_submissions(told: QueryDict) -> list[UUID]:
    """Return the submissions that were chosen in a list; what is no id chooses nothing."""
    return ids_in(told.getlist("submission"))[:MOST_AT_ONCE]


class CorrectionForm(forms.Form):
    """What is said of a submission, and why it is said otherwise now."""

    file_name = forms.CharField(label="File name", max_length=500)
    source_path = forms.CharField(label="Path at its source", max_length=2000, required=False)
    case_reference = forms.CharField(label="Case reference", max_length=100, required=False)
    legal_basis = forms.ChoiceField(label="Legal basis", choices=LegalBasis.choices)
    handling = forms.ChoiceField(label="Handling", choices=Handling.choices)
    reason = forms.CharField(
        label="Why it is corrected",
        max_length=REASON_LENGTH,
        help_text="What stood there before stays in its custody, with this reason.",
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            is_choice = isinstance(field, forms.ChoiceField)
            field.widget.attrs["class"] = "form-select" if is_choice else "form-control"

    def correction(self) -> Correction:
        """Return what is said now."""
        said = {name: value for name, value in self.cleaned_data.items() if name != "reason"}
        return Correction(**said)


class VerdictForm(forms.Form):
    """What the second pair of eyes says of a withdrawal."""

    verdict = forms.ChoiceField(choices=[("approve", "Approve"), ("decline", "Decline")])
    note = forms.CharField(max_length=REASON_LENGTH, required=False)
