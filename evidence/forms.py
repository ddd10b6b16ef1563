"""What an officer says of the files of one upload."""

from typing import Any

from django import forms

from accounts.models import Sharing
from accounts.sharing.forms import OpeningForm
from evidence.models import Handling, LegalBasis, Priority


class UploadDetailsForm(OpeningForm):
    """Case, legal basis, conditions and who may see it; they go with every file of the upload."""

    case_reference = forms.CharField(
        label="Case reference",
        max_length=100,
        required=False,
        help_text="Your own number of the case; it is shown to whoever sees the material.",
    )
    legal_basis = forms.ChoiceField(label="Legal basis", choices=LegalBasis.choices)
    handling = forms.ChoiceField(label="Handling", choices=Handling.choices)
    priority = forms.ChoiceField(
        label="Priority",
        choices=Priority.choices,
        help_text="Urgent: a child may be in danger now. It goes to the front of every queue.",
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for bound in self.plain_fields:
            field = bound.field
            is_choice = isinstance(field, forms.ChoiceField)
            field.widget.attrs["class"] = "form-select" if is_choice else "form-control"

    def remembered(self) -> dict[str, Any]:
        """Return what the next upload begins with, as a session can keep it.

        Urgency is about one seizure: it is never carried over.
        """
        kept = {**self.cleaned_data, "priority": DEFAULT_DETAILS["priority"]}
        return kept | {name: [str(each) for each in kept[name]] for name in ("groups", "units")}


DEFAULT_DETAILS = {
    "legal_basis": LegalBasis.CRIMINAL_INVESTIGATION.value,
    "handling": Handling.TLP_AMBER.value,
    "sharing": Sharing.NATIONAL.value,
    "priority": Priority.ROUTINE.value,
}
