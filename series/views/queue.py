"""The home page: what waits."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.shortcuts import render
from django.views.decorators.http import require_safe

from accounts.audit.viewing import views
from accounts.policies import Permission
from series.contexts.queue import queue_context

if TYPE_CHECKING:
    from django.http import HttpResponse

    from accounts.http import OfficerRequest


@require_safe
@views("queue.viewed", Permission.MATERIAL_SEE)
def queue(request: OfficerRequest) -> HttpResponse:
    """Show what waits for the officer, urgent first."""
    return render(request, "queue/queue.html", queue_context(request.user))
