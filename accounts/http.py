"""Requests of somebody who is signed in."""

from typing import cast

from django.http import HttpRequest
from rest_framework.request import Request

from accounts.models import Officer


class OfficerRequest(HttpRequest):
    """A page request behind the login middleware."""

    user: Officer


def officer_of(request: Request) -> Officer:
    """Return who asks, behind an API view's permission check that somebody does."""
    return cast("Officer", request.user)
