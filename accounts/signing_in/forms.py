"""What officers type and what their keys answer while they prove who they are."""

from __future__ import annotations

import json
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

_CODE_ATTRIBUTES = {
    "autocomplete": "one-time-code",
    "class": "form-control",
    "inputmode": "numeric",
    "autofocus": True,
    "maxlength": 20,
}


class CredentialField(forms.CharField):
    """The answer of a security key, as JSON that the page's script put there."""

    def __init__(self, **options: Any) -> None:
        super().__init__(widget=forms.HiddenInput, max_length=20_000, **options)

    def clean(self, value: str) -> dict[str, Any] | None:
        """Return the answer as an object, None where there is none."""
        text = super().clean(value)
        if not text:
            return None
        try:
            answer = json.loads(text)
        except ValueError:
            raise ValidationError("The key gave no answer.") from None
        if not isinstance(answer, dict):
            raise ValidationError("The key gave no answer.")
        return answer


class SecondFactorForm(forms.Form):
    """A code of the app, a recovery code, or the answer of a key."""

    code = forms.CharField(
        label="Code from your app, or a recovery code",
        required=False,
        widget=forms.TextInput(attrs=_CODE_ATTRIBUTES),
    )
    credential = CredentialField(required=False)

    def clean(self) -> dict[str, Any]:
        """Check that there is one of them."""
        entered: dict[str, Any] = super().clean() or {}
        if not entered.get("code") and not entered.get("credential"):
            self.add_error("code", "Type the code that your app shows at present.")
        return entered


class AppCodeForm(forms.Form):
    """The first code of an app that has just learnt its secret."""

    code = forms.CharField(
        label="Code that the app shows", widget=forms.TextInput(attrs={**_CODE_ATTRIBUTES, "maxlength": 10})
    )


class NewKeyForm(forms.Form):
    """What a new key is called, and its answer."""

    name = forms.CharField(
        label="What you call this key",
        max_length=60,
        widget=forms.TextInput(attrs={"class": "form-control", "placeholder": "for example: key on my ring"}),
    )
    credential = CredentialField()


class ConfirmForm(forms.Form):
    """The password, a code or a key: one of them."""

    password = forms.CharField(
        label="Password",
        required=False,
        strip=False,
        widget=forms.PasswordInput(
            attrs={"autocomplete": "current-password", "class": "form-control", "autofocus": True}
        ),
    )
    code = forms.CharField(
        label="Or a code from your app",
        required=False,
        widget=forms.TextInput(
            attrs={key: _CODE_ATTRIBUTES[key] for key in _CODE_ATTRIBUTES if key != "autofocus"}
        ),
    )
    credential = CredentialField(required=False)

    def clean(self) -> dict[str, Any]:
        """Check that there is one of them."""
        entered: dict[str, Any] = super().clean() or {}
        if not any(entered.get(name) for name in self.fields):
            self.add_error("password", "Give your password, or a code.")
        return entered
