"""What the officer's country has answered."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.shortcuts import render
from django.views.decorators.http import require_safe

from accounts.audit.viewing import views
from accounts.policies import Permission
from series.queries.withheld import list_own_decisions, list_withheld_decisions

if TYPE_CHECKING:
    from django.http import HttpResponse

    from accounts.http import OfficerRequest


@require_safe
@views("decisions.listed", Permission.MATERIAL_SEE)
def decisions(request: OfficerRequest) -> HttpResponse:
    """List the last answers of the officer's country, also those about what is no longer shared with it."""
    shown = {"decisions": list_own_decisions(request.user), "withheld": list_withheld_decisions()}
    return render(request, "match/decisions.html", shown)
