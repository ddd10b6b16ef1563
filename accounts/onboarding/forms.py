"""What administrators type about countries, units and officers, and newcomers about themselves."""

from collections.abc import Sequence
from typing import Any, Final

from django import forms

from accounts.models import Country, Role, Unit
from accounts.onboarding.models import Membership

GIVEN_ROLES: Final = [choice for choice in Role.choices if choice[0] != Role.SECRETARIAT_ADMINISTRATOR]
NOTE_LENGTH: Final = 500


class PlainForm(forms.Form):
    """A form in the look of the pages; several of them stand on one page without sharing an id."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs["auto_id"] = f"{type(self).__name__.lower()}-%s"
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            look = "form-select" if isinstance(field.widget, forms.Select) else "form-control"
            field.widget.attrs.setdefault("class", look)


class InviteCountryForm(PlainForm):
    """Who is to take part, and whom to call there."""

    kind = forms.ChoiceField(label="Kind of member", choices=Membership.Kind.choices)
    code = forms.CharField(
        max_length=8, help_text="ISO 3166 for a country, such as NO; an organisation's own, such as EUROPOL."
    )
    name = forms.CharField(max_length=100)
    contact_name = forms.CharField(label="Contact", max_length=150)
    contact_email = forms.EmailField(label="E-mail address of the contact")
    note = forms.CharField(max_length=NOTE_LENGTH, required=False, help_text="Kept in the country's history.")


class CountryFilterForm(forms.Form):
    """What the list of countries is narrowed to."""

    words = forms.CharField(required=False)
    state = forms.ChoiceField(choices=[("", "Every state"), *Country.State.choices], required=False)


class StepForm(forms.Form):
    """A step of a country; leading out of or back into service it needs a reason."""

    act = forms.ChoiceField(
        choices=[(each, each) for each in ("confirm", "approve", "activate", "suspend", "resume")]
    )
    note = forms.CharField(max_length=NOTE_LENGTH, required=False)

    def clean(self) -> dict[str, Any]:
        """Check that what asks for a reason has one."""
        entered: dict[str, Any] = super().clean() or {}
        if entered.get("act") in {"confirm", "suspend", "resume"} and not entered.get("note"):
            self.add_error("note", "Say in a few words how or why: it is kept in the country's history.")
        return entered


class AgreementForm(PlainForm):
    """A signed document, found again by its digest or number."""

    name = forms.CharField(label="Name of the document", max_length=200)
    signed_on = forms.DateField(label="Signed on", widget=forms.DateInput(attrs={"type": "date"}))
    sha256 = forms.RegexField(
        r"^\s*[0-9a-fA-F]{64}\s*$",
        label="SHA-256 of the file",
        required=False,
        help_text="64 hexadecimal digits.",
    )
    reference = forms.CharField(label="Or reference number", max_length=100, required=False)

    def clean_sha256(self) -> str:
        """Return the digest in small letters."""
        return str(self.cleaned_data["sha256"]).strip().lower()

    def clean(self) -> dict[str, Any]:
        """Check that the document can be found again."""
        entered: dict[str, Any] = super().clean() or {}
        if "sha256" in entered and not entered["sha256"] and not entered.get("reference"):
            self.add_error("reference", "Enter the SHA-256 or a reference number.")
        return entered


class UnitForm(PlainForm):
    """A new unit."""

    name = forms.CharField(label="Name of the unit", max_length=100)


class FirstAdministratorForm(PlainForm):
    """Who is to administer a country that has nobody to do so."""

    full_name = forms.CharField(label="Full name", max_length=150)
    email = forms.EmailField(label="E-mail address")
    unit_name = forms.CharField(
        label="Their unit", max_length=100, help_text="Made if the country has none such."
    )


class UnitChoiceForm(PlainForm):
    """One of the units of the own country."""

    unit = forms.ChoiceField()

    def __init__(self, *args: Any, units: Sequence[Unit], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["unit"].choices = [(str(unit.pk), unit.name) for unit in units]  # type: ignore[attr-defined]


class InviteOfficerForm(UnitChoiceForm):
    """Whom to invite, into which unit and role."""

    full_name = forms.CharField(label="Full name", max_length=150)
    email = forms.EmailField(label="E-mail address")
    role = forms.TypedChoiceField(choices=GIVEN_ROLES, coerce=Role)

    field_order = ("full_name", "email", "unit", "role")


class RoleForm(PlainForm):
    """One of the roles that a country gives itself."""

    role = forms.TypedChoiceField(label="Role", choices=GIVEN_ROLES, coerce=Role)


class ServiceForm(forms.Form):
    """Out of service, back into it, or gone for good."""

    act = forms.ChoiceField(choices=[(each, each) for each in ("suspend", "resume", "leave")])


class OfficerFilterForm(forms.Form):
    """What the list of officers is narrowed to; what makes no sense narrows nothing."""

    words = forms.CharField(required=False)
    country = forms.UUIDField(required=False)
    unit = forms.UUIDField(required=False)
    role = forms.ChoiceField(choices=[("", "Every role"), *Role.choices], required=False)
    state = forms.ChoiceField(
        choices=[("", "Every state"), ("active", "Active"), ("suspended", "Suspended"), ("left", "Left")],
        required=False,
    )


class CodeForm(PlainForm):
    """The code of an invitation; the page's script takes it from the link."""

    code = forms.CharField(
        label="Code of your invitation", max_length=100, widget=forms.TextInput(attrs={"autocomplete": "off"})
    )


class JoinForm(PlainForm):
    """The name, confirmed, and a password of one's own."""

    code = forms.CharField(max_length=100, widget=forms.HiddenInput)
    full_name = forms.CharField(
        label="Your full name", max_length=150, help_text="As colleagues in other countries will read it."
    )
    new = forms.CharField(
        label="Your password",
        strip=False,
        help_text="At least 12 characters; several words are easy to remember and hard to guess.",
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )
    again = forms.CharField(
        label="Your password again",
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )

    def clean(self) -> dict[str, Any]:
        """Check that both entries of the password are one."""
        entered: dict[str, Any] = super().clean() or {}
        if entered.get("new") != entered.get("again"):
            self.add_error("again", "The two entries differ.")
        return entered


class ImportForm(PlainForm):
    """A CSV file of officers to invite, or its text once it was looked at."""

    file = forms.FileField(
        label="CSV file", required=False, widget=forms.FileInput(attrs={"accept": ".csv,text/csv"})
    )
    content = forms.CharField(required=False, strip=False, widget=forms.HiddenInput)
    act = forms.ChoiceField(
        choices=[(each, each) for each in ("check", "export", "invite")],
        required=False,
        widget=forms.HiddenInput,
    )
