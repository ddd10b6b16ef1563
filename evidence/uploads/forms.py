"""What an officer says of the files of one upload."""

from typing import Any, Final

from django import forms

from accounts.models import Sharing
from accounts.sharing.forms import OpeningForm
from evidence.models import Handling, LegalBasis, Priority
from evidence.services import SubmissionDetails

_ANNOUNCED: Final = ("announced_files", "announced_bytes")


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

    announced_files = forms.IntegerField(required=False, min_value=0, max_value=10**6)
    announced_bytes = forms.IntegerField(required=False, min_value=0, max_value=2**50)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for bound in self.plain_fields:
            field = bound.field
            is_choice = isinstance(field, forms.ChoiceField)
            field.widget.attrs["class"] = "form-select" if is_choice else "form-control"

    @property
    def plain_fields(self) -> list[forms.BoundField]:
        """Return the fields that are rendered; how much there is to send is told by the page itself."""
        return [field for field in super().plain_fields if field.name not in _ANNOUNCED]

    def told(self) -> dict[str, Any]:
        """Return what `open_batch` wants to know."""
        said = {**self.cleaned_data}
        files, size = (said.pop(name) or 0 for name in _ANNOUNCED)
        return {"details": SubmissionDetails(**said), "files": files, "size": size}

    def remembered(self) -> dict[str, Any]:
        """Return what the next upload begins with, as a session can keep it.

        Urgency is about one seizure: it is never carried over.
        """
        kept = {**self.cleaned_data, "priority": DEFAULT_DETAILS["priority"]}
        kept = {name: value for name, value in kept.items() if name not in _ANNOUNCED}
        return kept | {name: [str(each) for each in kept[name]] for name in ("groups", "units")}


DEFAULT_DETAILS = {
    "legal_basis": LegalBasis.CRIMINAL_INVESTIGATION.value,
    "handling": Handling.TLP_AMBER.value,
    "sharing": Sharing.NATIONAL.value,
    "priority": Priority.ROUTINE.value,
}
