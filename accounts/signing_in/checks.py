"""What a deployment must not do without."""

from typing import Any

from django.conf import settings
from django.core.checks import Error


def second_factor_is_on(**_: Any) -> list[Error]:
    """Refuse a deployment that lets officers in by a password alone."""
    if settings.SECOND_FACTOR:
        return []
    return [
        Error(
            "SECOND_FACTOR is off: a password alone opens every account.",
            hint="It may be off for trials on one's own machine only. Unset it.",
            id="signing_in.E001",
        )
    ]
