"""Where to go once somebody is in."""

from django.conf import settings
from django.http import HttpRequest
from django.shortcuts import resolve_url
from django.utils.http import url_has_allowed_host_and_scheme

from accounts.policies import Permission, check_has_permission
from icse.common.access import allows


def next_address(request: HttpRequest) -> str:
    """Return the page of ours that somebody came for, else the first one that their role may see."""
    return safe_address(request, request.POST.get("next") or request.GET.get("next") or "")


def safe_address(request: HttpRequest, wanted: str) -> str:
    """Return an address of ours: the wanted one, else the first page that the role may see."""
    if url_has_allowed_host_and_scheme(wanted, {request.get_host()}, require_https=request.is_secure()):
        return wanted
    has_queue = not request.user.is_authenticated or allows(
        check_has_permission, request.user, Permission.MATERIAL_SEE
    )
    return resolve_url(settings.LOGIN_REDIRECT_URL if has_queue else "account")
