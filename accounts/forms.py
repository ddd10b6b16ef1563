"""What officers type about themselves."""

from ipaddress import ip_network
from typing import Any, cast

from django import forms
from django.contrib.auth.forms import AuthenticationForm

from accounts.matrix import PERMISSION_WORDS, held_by
from accounts.models import Officer
from accounts.policies import Permission
from accounts.services import TOKEN_DAYS, TOKEN_DAYS_MOST


class SignInForm(AuthenticationForm):
    """E-mail and password; whatever was wrong, the answer is the same."""

    error_messages = {
        "invalid_login": "That e-mail address and password do not open an account.",
        "inactive": "That e-mail address and password do not open an account.",
    }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["username"].label = "E-mail address"
        self.fields["username"].widget = forms.EmailInput(
            attrs={"autocomplete": "username", "autofocus": True, "class": "form-control"}
        )
        self.fields["password"].widget.attrs["class"] = "form-control"


class ChangePasswordForm(forms.Form):
    """The present password and twice the new one."""

    present = forms.CharField(
        label="Present password",
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password", "class": "form-control"}),
    )
    new = forms.CharField(
        label="New password",
        strip=False,
        help_text="At least 12 characters; several words are easy to remember and hard to guess.",
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password", "class": "form-control"}),
    )
    again = forms.CharField(
        label="New password again",
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password", "class": "form-control"}),
    )

    def clean(self) -> dict[str, Any]:
        """Check that both entries of the new password are one."""
        entered: dict[str, Any] = super().clean() or {}
        if entered.get("new") != entered.get("again"):
            self.add_error("again", "The two entries differ.")
        return entered


class TokenForm(forms.Form):
    """What a new token is for, what it may do, from where and for how long."""

    label = forms.CharField(
        label="What for",
        max_length=100,
        widget=forms.TextInput(
            attrs={"class": "form-control form-control-sm", "placeholder": "for example: import of seizures"}
        ),
    )
    permissions = forms.MultipleChoiceField(label="It may", widget=forms.CheckboxSelectMultiple)
    networks = forms.CharField(
        label="From these networks alone",
        required=False,
        max_length=400,
        help_text="Addresses or CIDR ranges, by comma; none: from everywhere.",
        widget=forms.TextInput(
            attrs={"class": "form-control form-control-sm", "placeholder": "192.0.2.0/24"}
        ),
    )
    days = forms.IntegerField(
        label="For how many days",
        min_value=1,
        max_value=TOKEN_DAYS_MOST,
        initial=TOKEN_DAYS,
        widget=forms.NumberInput(attrs={"class": "form-control form-control-sm"}),
    )

    def __init__(self, officer: Officer, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = cast("forms.MultipleChoiceField", self.fields["permissions"])
        field.choices = [(each.value, PERMISSION_WORDS[each]) for each in held_by(officer)]

    def clean_permissions(self) -> list[Permission]:
        """Return the rights as such."""
        return [Permission(each) for each in self.cleaned_data["permissions"]]

    def clean_networks(self) -> list[str]:
        """Return each network in its one spelling, a single address as a network of one."""
        words = self.cleaned_data["networks"].replace(",", " ").split()
        try:
            return [str(ip_network(word, strict=False)) for word in words]
        except ValueError:
            raise forms.ValidationError("That is no address and no range such as 192.0.2.0/24.") from None
