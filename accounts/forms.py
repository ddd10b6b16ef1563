"""What officers type about themselves."""

from typing import Any

from django import forms
from django.contrib.auth.forms import AuthenticationForm


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
    """What a new token is for."""

    label = forms.CharField(
        label="What for",
        max_length=100,
        widget=forms.TextInput(
            attrs={"class": "form-control form-control-sm", "placeholder": "for example: import of seizures"}
        ),
    )
