"""The page that shows invitations' links, this once."""

from dataclasses import dataclass

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse

from accounts.http import OfficerRequest
from accounts.onboarding.services.invitations import IssuedInvitation


@dataclass(frozen=True, slots=True)
class IssuedLine:
    """Whom a link is for; the code stands behind `#`, which no browser sends and no server logs."""

    issued: IssuedInvitation
    link: str


def issued_page(request: OfficerRequest, issued: list[IssuedInvitation]) -> HttpResponse:
    """Show the links of new invitations; they are not kept and cannot be shown again."""
    address = request.build_absolute_uri(reverse("join"))
    lines = [IssuedLine(each, f"{address}#{each.code}") for each in issued]
    return render(request, "accounts/onboarding/issued.html", {"lines": lines})
