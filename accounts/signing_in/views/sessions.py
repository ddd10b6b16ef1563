"""An officer's own sessions, and how long this one still lives."""

from django.contrib import messages
from django.http import HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods, require_POST

from accounts.http import OfficerRequest
from accounts.signing_in.queries import get_own_session
from accounts.signing_in.services.sessions import Ending, end_session, end_sessions, time_left


@require_http_methods(["GET", "POST"])
def session_left(request: OfficerRequest) -> HttpResponse:
    """Tell how many seconds the session lives if nothing is done; to ask by POST is to do something."""
    return JsonResponse({"seconds": max(0, int(time_left(request).total_seconds()))})


@require_POST
def end_one(request: OfficerRequest, session_id: int) -> HttpResponse:
    """End one of the officer's own sessions."""
    end_session(get_own_session(request.user, session_id), why=Ending.BY_OFFICER)
    messages.success(request, "The session was ended.")
    return redirect("security")


@require_POST
def end_others(request: OfficerRequest) -> HttpResponse:
    """End every session of the officer's but this one."""
    end_sessions(request.user, why=Ending.BY_OFFICER, but=request.session.session_key)
    messages.success(request, "All other sessions were ended.")
    return redirect("security")
