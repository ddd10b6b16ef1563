"""What officers fill in about hits."""

from django import forms

from series.hits.models import HitPolicy


class CountryPolicyForm(forms.Form):
    """What others learn of a country's holdings."""

    policy = forms.ChoiceField(
        choices=HitPolicy.choices,
        label="What other countries learn of a holding that they cannot see",
        widget=forms.Select(attrs={"class": "form-select"}),
    )


class MaterialPolicyForm(forms.Form):
    """What others learn of one submission."""

    policy = forms.ChoiceField(
        choices=[("", "As my country decides"), *HitPolicy.choices],
        required=False,
        label="What others learn of it while they cannot see it",
        widget=forms.Select(attrs={"class": "form-select"}),
    )

    def chosen(self) -> HitPolicy | None:
        """Return the policy, None where the country's holds."""
        told = self.cleaned_data["policy"]
        return HitPolicy(told) if told else None


class AnswerForm(forms.Form):
    """A holder's answer."""

    answer = forms.ChoiceField(choices=[("agree", "Agree"), ("decline", "Decline")])
